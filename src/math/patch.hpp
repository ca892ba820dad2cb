// Patches of near vertices, grown from many seeds at once: the step that the processor and a device
// share.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// Vertices between two seeds, from fine patches to coarse ones: layouts of such patches fill a
/// first cache, a second and a third.
inline constexpr std::int64_t kPatchStrides[] = {1 << 10, 1 << 15, 1 << 20};
/// Where patches of a stride end without having reached all, seeds become this much denser.
inline constexpr std::int64_t kDenser = 4;

inline constexpr std::int32_t kNoPatch = -1;

/// The patch that a vertex without one comes to: that of the first of its k `neighbors` which has
/// one. `patch` [n] is that of the step before.
NEARFOLD_HD inline std::int32_t grown_patch(const std::int32_t* neighbors, std::int64_t k,
                                            const std::int32_t* patch) {
  for (std::int64_t c = 0; c < k; ++c)
    if (patch[neighbors[c]] != kNoPatch) return patch[neighbors[c]];
  return kNoPatch;
}

}  // namespace nearfold
