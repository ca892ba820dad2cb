// The one formula for each distance between points. Everything that ends up in a KnnGraph is
// computed here, so equal neighbours have equal bytes whichever index found them.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// fold over dim coordinates in sixteen parts, coordinate c in part c % 16, joined pairwise at the
/// end: a fixed order that a SIMD unit or a half warp follows without reordering.
template <class Fold, class Join>
NEARFOLD_HD inline float fold_pairs(const float* a, const float* b, std::int64_t dim, Fold fold,
                                    Join join) {
  constexpr int kParts = 16;
  float part[kParts] = {};
  std::int64_t c = 0;
  for (; c + kParts <= dim; c += kParts) {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 1  // unrolled, GCC finds no vectors for the largest of two
#endif
    for (int l = 0; l < kParts; ++l) part[l] = fold(part[l], a[c + l] - b[c + l]);
  }
  for (int l = 0; c + l < dim; ++l) part[l] = fold(part[l], a[c + l] - b[c + l]);
  for (int width = kParts / 2; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) part[l] = join(part[l], part[l + width]);
  return part[0];
}

/// Sum of (a - b)^2.
NEARFOLD_HD inline float squared_distance(const float* a, const float* b, std::int64_t dim) {
  return fold_pairs(
      a, b, dim, [](float sum, float d) { return sum + d * d; },
      [](float x, float y) { return x + y; });
}

/// Sum of |a - b|.
NEARFOLD_HD inline float manhattan_distance(const float* a, const float* b, std::int64_t dim) {
  return fold_pairs(
      a, b, dim, [](float sum, float d) { return sum + __builtin_fabsf(d); },
      [](float x, float y) { return x + y; });
}

/// Largest |a - b|.
NEARFOLD_HD inline float chebyshev_distance(const float* a, const float* b, std::int64_t dim) {
  const auto larger = [](float x, float y) { return y > x ? y : x; };
  return fold_pairs(
      a, b, dim, [=](float most, float d) { return larger(most, __builtin_fabsf(d)); }, larger);
}

}  // namespace nearfold
