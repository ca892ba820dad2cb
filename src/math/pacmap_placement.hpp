// The place of a new point on a PaCMAP map: where the attraction of its near pairs comes to rest.
// Their loss t / (10 + t), concave in d^2, is minimised by means weighed by its slope: no step
// leads up, and there is no rate.
#pragma once

#include "math/host_device.hpp"
#include "math/new_row.hpp"
#include "math/pacmap_force.hpp"

namespace nearfold {

inline constexpr int kPacmapPlacingSteps = 60;

/// y [dims]: from where the row begins to its place. O(kPacmapPlacingSteps k dims).
template <class F, class Row, class Dims>
NEARFOLD_HD inline void pacmap_descend(const Row& row, Dims dims, F* y) {
  F d[Dims::kRoom], sum[Dims::kRoom];
  for (int step = 0; step < kPacmapPlacingSteps; ++step) {
    F all{};
    for (int c = 0; c < dims.count(); ++c) sum[c] = F{};
    for (int j = 0; j < row.k(); ++j) {
      const F g = row.weight(j) * pacmap_near(1.0f + difference(y, row.at(j), dims, d));
      all += g;
      for (int c = 0; c < dims.count(); ++c) sum[c] += g * d[c];
    }
    for (int c = 0; c < dims.count(); ++c) y[c] -= sum[c] / Number<F>::larger(all, F{} + 1e-30f);
  }
}

}  // namespace nearfold
