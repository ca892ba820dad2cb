// t-SNE's kernel with a tail of any weight, and its short-range part.
#pragma once

#include <cmath>

#include "math/elementary.hpp"
#include "math/host_device.hpp"
#include "math/number.hpp"
#include "math/tsne_force.hpp"

namespace nearfold {

/// q = w^dof, w = 1 / (1 + d^2 / dof): Student's t at dof 1, heavier tails below, a Gaussian in the
/// limit above. Attraction goes along p w, repulsion along q w, since -1/2 of q's slope by y is
/// q w (y - y_j); the divergence has -log q = dof log(1 + d^2 / dof).
/// Source: Kobak and others, "Heavy-tailed kernels reveal a finer cluster structure in t-SNE
/// visualisations", 2019; openTSNE's form.
struct TsneKernel {
  float dof = 1, one_over_dof = 1;

  TsneKernel() = default;
  explicit TsneKernel(double of)
      : dof(static_cast<float>(of)), one_over_dof(static_cast<float>(1 / of)) {}

  NEARFOLD_HD bool is_student_t() const { return dof == 1; }
  template <class F>
  NEARFOLD_HD F pull(F d2) const {
    return student_t(one_over_dof * d2);
  }
  /// q of w; the same number at dof 1.
  template <class F>
  NEARFOLD_HD F similarity(F w) const {
    return pow_f(w, dof);
  }
};

/// Short-range part of q as a function of t = 1 + d^2 / dof: what t^-dof has below t = split beside
/// its Taylor polynomial of second order there, in u = 1 - t / split; 0 beyond. At dof 1 that is
/// q u^3. The rest, that polynomial and then q, is a kernel sqrt(split) times as wide, twice
/// differentiable where they meet: a grid may be so much coarser for it. At a split of 1 there is
/// no short range.
struct ShortRange {
  TsneKernel kernel;
  float one_over_split, at_split, slope_at_split;  // split^-1, split^-dof, split^-(dof + 1)

  ShortRange(const TsneKernel& of, double split)
      : kernel(of),
        one_over_split(static_cast<float>(1 / split)),
        at_split(static_cast<float>(std::pow(split, -static_cast<double>(of.dof)))),
        slope_at_split(at_split * one_over_split) {}

  /// Its potential; slope: what (y - y_j) is multiplied by for -1/2 of the gradient.
  template <bool StudentT, class F>
  F at(F d2, F& slope) const {
    const F t = 1.0f + kernel.one_over_dof * d2;
    const F w = 1.0f / t;
    const F u = Number<F>::larger(1.0f - one_over_split * t, F{});
    if constexpr (StudentT) {
      const F qu2 = w * u * u;
      slope = qu2 * (w * u + 3.0f * one_over_split);
      return qu2 * u;
    } else {
      const float dof = kernel.dof;
      const auto is_in = u > F{};  // beyond, rounding would leave something of both
      const F q = kernel.similarity(w);
      const F of_slope = slope_at_split * (1.0f + (dof + 1.0f) * u);
      const F of_q = at_split * (1.0f + dof * u + (0.5f * dof * (dof + 1.0f)) * u * u);
      slope = is_in ? q * w - of_slope : F{};
      return is_in ? q - of_q : F{};
    }
  }
};

}  // namespace nearfold
