// densMAP's term of an epoch, as far as it is arithmetic: what an edge and a vertex have in it, on
// the processor and on a device. With phi = 1 / (1 + a d^2b) of an edge, Phi the sum of it over a
// vertex's edges and re the logarithm of the vertex's mean of d^2 weighed by phi, the gradient of
// corr(re, R) by y_j is the sum over its edges of (A_j B_j + A_k B_k) (y_j - y_k) / sd, times a
// constant:
//   A = R - cov(re, R) (re - mean) / sd^2
//   B = phi / Phi ((1 - b (1 - phi)) / exp(re) + a b d^(2b-2) phi)
//
// Source: Narayan, Berger, Cho 2021, "Assessing single-cell transcriptomic variability through
// density-preserving data visualization".
#pragma once

#include <cmath>
#include <cstdint>

#include "math/elementary.hpp"
#include "math/host_device.hpp"
#include "math/umap_force.hpp"

namespace nearfold {

/// Whether an epoch (1, 2, ...) of so many has the term: the last `share` of them.
inline bool density_acts(double share, std::int32_t epoch, std::int32_t epochs) {
  return static_cast<double>(epoch) > (1 - share) * epochs;
}

/// a d^2b, cut where it no longer changes a quotient.
template <class F>
NEARFOLD_HD inline F density_power(F d2, const UmapCurve& curve) {
  return Number<F>::smaller(curve.a * pow_f(d2, curve.b), F{} + 1e30f);
}

/// re of a vertex from the sums over its edges of phi and of phi d^2; nothing without edges.
NEARFOLD_HD inline float radius_in_map(float phis, float squares) {
  return phis > 0 ? log_f(1e-8f + squares / phis) : 0.0f;
}

/// Sums over the vertices with edges, of re less a value and of its products.
struct DensityMoments {
  double re = 0, re_re = 0, re_r = 0, count = 0;

  /// Those of one vertex, whose sum of phi is `phis`.
  NEARFOLD_HD static DensityMoments of(float phis, float in_map, float radius, double less) {
    if (!(phis > 0)) return {};
    const double re = static_cast<double>(in_map) - less;
    return {re, re * re, re * static_cast<double>(radius), 1};
  }
  NEARFOLD_HD DensityMoments operator+(const DensityMoments& b) const {
    return {re + b.re, re_re + b.re_re, re_r + b.re_r, count + b.count};
  }
  NEARFOLD_HD double mean() const { return re / (count > 1 ? count : 1.0); }
};

/// What all vertices have in common: of re its mean, its variance widened by dens_var_shift, and
/// its covariance with R.
struct DensityScale {
  double mean = 0, square = 0, covariance = 0;

  /// `about`: of re less `mean`.
  NEARFOLD_HD static DensityScale of(double mean, const DensityMoments& about, double shift) {
    const double count = about.count;
    return {mean, about.re_re / (count > 1 ? count : 1.0) + shift,
            about.re_r / (count > 2 ? count - 1 : 1.0)};
  }
  /// A / Phi of a vertex.
  NEARFOLD_HD float far(float phis, float in_map, float radius) const {
    if (!(phis > 0)) return 0;
    return static_cast<float>(
        (static_cast<double>(radius) - covariance * (static_cast<double>(in_map) - mean) / square) /
        static_cast<double>(phis));
  }
  /// A / (Phi exp(re)).
  NEARFOLD_HD static float near(float far, float in_map) { return far * exp_f(-in_map); }
};

/// Factor on (y_i - y_j) of an edge, whose ends have these sums of near() and of far(), times
/// `share`.
template <class F>
NEARFOLD_HD inline F density_pull(F d2, F share, F both_near, F both_far, const UmapCurve& curve) {
  const F p = density_power(d2, curve), phi = 1.0f / (1.0f + p);
  const F rise = curve.b * p / Number<F>::larger(d2, F{} + 1e-12f) * phi;
  return share * phi * ((1.0f - curve.b * (1.0f - phi)) * both_near + rise * both_far);
}

/// What the gradient is multiplied by, but for the deviation.
///
/// An edge fires in both directions and moves both ends each time, as often as its weight says, and
/// umap-learn divides by that weight: what is left is the same for all. Its rare long moves are
/// clipped, and with the same lambda a quarter of the expected ones leaves a map whose neighbours
/// and densities are both kept better than its are (docs/tutorials/densities.md).
inline double density_strength(double lambda, double weights, float heaviest, std::int64_t n) {
  return 0.5 * lambda * weights / (static_cast<double>(heaviest) * static_cast<double>(n));
}

}  // namespace nearfold
