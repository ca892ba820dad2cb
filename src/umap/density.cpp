// With phi = 1 / (1 + a d^2b) of an edge, Phi the sum of it over a vertex's edges and re the
// logarithm of the vertex's mean of d^2 weighed by phi, the gradient of corr(re, R) by y_j is the
// sum over its edges of (A_j B_j + A_k B_k) (y_j - y_k) / sd, times a constant:
//   A = R - cov(re, R) (re - mean) / sd^2
//   B = phi / Phi ((1 - b (1 - phi)) / exp(re) + a b d^(2b-2) phi)
// Two loops over all edges: the first for re and Phi, the second for the sum. 16 n bytes a loop
// beside the map and the columns.
#include "umap/density.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/parallel.hpp"
#include "core/sixteen_sums.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kRows = 256;  // of a range

/// a d^2b, cut where it no longer changes a quotient.
Floats curve_of(Floats d2, const UmapCurve& curve) {
  return Number<Floats>::smaller(curve.a * pow_f(d2, curve.b), Floats{} + 1e30f);
}

}  // namespace

DensityTerm::DensityTerm(EdgeGraph& graph, const UmapParams& params, const UmapCurve& curve,
                         const Cpu& on)
    : offsets_(graph.offsets),
      columns_(graph.columns),
      radii_(std::exchange(graph.radii, {})),
      in_map_(radii_.size()),
      near_(radii_.size()),
      far_(radii_.size()),
      curve_(curve),
      shift_(params.dens_var_shift),
      share_(params.dens_frac),
      on_(on) {
  double total = 0;
  float heaviest = 0;
  for (const float w : graph.weights) {
    total += static_cast<double>(w);
    heaviest = std::max(heaviest, w);
  }
  // An edge fires in both directions and moves both ends each time, as often as its weight says,
  // and umap-learn divides by that weight: what is left is the same for all. Its rare long moves
  // are clipped, and with the same lambda a quarter of the expected ones leaves a map whose
  // neighbours and densities are both kept better than its are (docs/tutorials/densities.md).
  strength_ =
      0.5 * params.dens_lambda * total / (static_cast<double>(heaviest) * static_cast<double>(n()));
}

bool DensityTerm::acts(std::int32_t epoch, std::int32_t epochs) const {
  return static_cast<double>(epoch) > (1 - share_) * epochs;
}

template <int Fixed, class Term>
void DensityTerm::for_each_edge(const std::vector<float>& y, int dims, std::int64_t i,
                                const Term& term) const {
  const DimCount<Fixed> count(dims);
  const std::int64_t end = offsets_[static_cast<std::size_t>(i) + 1];
  for (std::int64_t e = offsets_[static_cast<std::size_t>(i)]; e < end; e += kRowSums) {
    // Behind the last one the vertex itself, whose lanes are left out.
    std::int32_t columns[kRowSums];
    const auto many = static_cast<int>(std::min<std::int64_t>(kRowSums, end - e));
    for (int l = 0; l < kRowSums; ++l)
      columns[l] = l < many ? columns_[static_cast<std::size_t>(e) + static_cast<std::size_t>(l)]
                            : static_cast<std::int32_t>(i);
    for (std::int64_t part = 0; part < kRowParts; ++part) {
      Floats d[DimCount<Fixed>::kRoom], d2{}, present;
      gather(y.data(), columns + part * kSimd, count, d);
      for (int c = 0; c < count.count(); ++c) {
        d[c] = y[static_cast<std::size_t>(i * count.count() + c)] - d[c];
        d2 += d[c] * d[c];
      }
      for (int l = 0; l < kSimd; ++l) present[l] = part * kSimd + l < many ? 1.0f : 0.0f;
      term(columns + part * kSimd, d, d2, present, part);
    }
  }
}

template <int Fixed>
double DensityTerm::measure(const std::vector<float>& y, int dims) {
  struct Sums {
    double re = 0, re_re = 0, re_r = 0, count = 0;
    Sums operator+(const Sums& b) const {
      return {re + b.re, re_re + b.re_re, re_r + b.re_r, count + b.count};
    }
  };
  parallel_for(on_.threads, n(), kRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Floats phis[kRowParts] = {}, squares[kRowParts] = {};
      for_each_edge<Fixed>(
          y, dims, i,
          [&](const std::int32_t*, const Floats*, Floats d2, Floats present, std::int64_t part) {
            const Floats phi = present / (1.0f + curve_of(d2, curve_));
            phis[part] += phi;
            squares[part] += phi * d2;
          });
      const auto at = static_cast<std::size_t>(i);
      far_[at] = added(phis);  // Phi, so far
      in_map_[at] = far_[at] > 0 ? log_f(1e-8f + added(squares) / far_[at]) : 0.0f;
    }
  });
  const auto moments = [&](double mean) {
    return parallel_sum(
        on_.threads, n(), kGrain, Sums{}, [&](std::int64_t begin, std::int64_t end) {
          Sums sums;
          for (std::int64_t i = begin; i < end; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (!(far_[at] > 0)) continue;
            const double re = static_cast<double>(in_map_[at]) - mean;
            sums = sums + Sums{re, re * re, re * static_cast<double>(radii_[at]), 1};
          }
          return sums;
        });
  };
  const Sums first = moments(0);
  const double mean = first.re / std::max(first.count, 1.0);
  const Sums about = moments(mean);
  const double square = about.re_re / std::max(about.count, 1.0) + shift_;
  const double covariance = about.re_r / std::max(about.count - 1, 1.0);
  parallel_for(on_.threads, n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double phi = static_cast<double>(far_[at]);
      const double re = static_cast<double>(in_map_[at]);
      const double a =
          phi > 0 ? (static_cast<double>(radii_[at]) - covariance * (re - mean) / square) / phi : 0;
      far_[at] = static_cast<float>(a);
      near_[at] = static_cast<float>(a) * exp_f(-in_map_[at]);
    }
  });
  return std::sqrt(square);
}

template <int Fixed>
void DensityTerm::move_in(const std::vector<float>& y, int dims, float rate,
                          const std::vector<std::uint8_t>& held, std::vector<float>& next) {
  const auto factor = static_cast<float>(strength_ / measure<Fixed>(y, dims));
  const DimCount<Fixed> count(dims);
  parallel_for(on_.threads, n(), kRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Floats sums[DimCount<Fixed>::kRoom][kRowParts] = {};
      const bool is_held = !held.empty() && held[static_cast<std::size_t>(i)] != 0;
      const float near = near_[static_cast<std::size_t>(i)],
                  far = far_[static_cast<std::size_t>(i)];
      if (!is_held)
        for_each_edge<Fixed>(
            y, dims, i,
            [&](const std::int32_t* others, const Floats* d, Floats d2, Floats present,
                std::int64_t part) {
              Floats both_near, both_far;
              for (int l = 0; l < kSimd; ++l) {
                both_near[l] = near + near_[static_cast<std::size_t>(others[l])];
                both_far[l] = far + far_[static_cast<std::size_t>(others[l])];
              }
              const Floats p = curve_of(d2, curve_), phi = 1.0f / (1.0f + p);
              const Floats rise =
                  curve_.b * p / Number<Floats>::larger(d2, Floats{} + 1e-12f) * phi;
              const Floats g = factor * present * phi *
                               ((1.0f - curve_.b * (1.0f - phi)) * both_near + rise * both_far);
              for (int c = 0; c < count.count(); ++c) sums[c][part] += clip4(g * d[c]);
            });
      for (int c = 0; c < count.count(); ++c) {
        const auto at = static_cast<std::size_t>(i * count.count() + c);
        next[at] = is_held ? y[at] : y[at] + rate * added(sums[c]);
      }
    }
  });
}

void DensityTerm::move(const std::vector<float>& y, int dims, float rate,
                       const std::vector<std::uint8_t>& held, std::vector<float>& next) {
  if (dims == 2) return move_in<2>(y, dims, rate, held, next);
  if (dims == 3) return move_in<3>(y, dims, rate, held, next);
  move_in<kAnyDims>(y, dims, rate, held, next);
}

}  // namespace nearfold
