// Sums in sixteen partial ones, entry e of a row into sum e % 16, joined pairwise: a fixed order
// that registers of every width follow.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/simd.hpp"

namespace nearfold {

inline constexpr int kRowSums = 16;
inline constexpr std::int64_t kRowParts = kRowSums / kSimd;  ///< registers that hold them

/// Of parts[kRowParts].
inline float added(const Floats* parts) {
  float lane[kRowSums];
  std::memcpy(lane, parts, sizeof lane);
  for (int width = kRowSums / 2; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) lane[l] += lane[l + width];
  return lane[0];
}

}  // namespace nearfold
