// The two parameters of UMAP's low-dimensional similarity.
#pragma once

#include "nearfold/params.hpp"

namespace nearfold {

struct Curve {
  double a;
  double b;
};

/// a and b as given, or the least-squares fit of 1 / (1 + a x^2b) to umap-learn's target:
/// 1 up to min_dist, then exp(-(x - min_dist) / spread), on 300 points of [0, 3 spread].
/// Rounded to 6 significant digits, so that the last bits of a libm never reach a layout.
/// Source: umap-learn's find_ab_params. Cost: microseconds.
Curve fit_curve(const UmapParams& params);

}  // namespace nearfold
