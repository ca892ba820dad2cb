// The one formula for a distance between points. Everything that ends up in a KnnGraph is computed
// here, so equal neighbours have equal bytes whichever index found them.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// Sum of (a - b)^2 over dim coordinates. Sixteen partial sums, coordinate c into sum c % 16, added
/// pairwise at the end: a fixed order that a SIMD unit or a half warp follows without reordering.
NEARFOLD_HD inline float squared_distance(const float* a, const float* b, std::int64_t dim) {
  constexpr int kLanes = 16;
  float sum[kLanes] = {};
  std::int64_t c = 0;
  for (; c + kLanes <= dim; c += kLanes)
    for (int l = 0; l < kLanes; ++l) {
      const float d = a[c + l] - b[c + l];
      sum[l] += d * d;
    }
  for (int l = 0; c + l < dim; ++l) {
    const float d = a[c + l] - b[c + l];
    sum[l] += d * d;
  }
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) sum[l] += sum[l + width];
  return sum[0];
}

}  // namespace nearfold
