// Of many points that are equal to each other an approximate search looks at some alone, so that a
// row costs no more than its size; which ones, the point that asks draws.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"
#include "math/tie_order.hpp"

namespace nearfold {

inline constexpr std::int64_t kMostEquals = 4096;  // that one point looks at

/// How many of a group of `size` equal points one point looks at.
NEARFOLD_HD inline std::int64_t equals_looked_at(std::int64_t size) {
  return size < kMostEquals ? size : kMostEquals;
}
/// The place in the group of the first of these; the others follow it, those beyond the end from
/// the beginning of the group on.
NEARFOLD_HD inline std::int64_t first_equal(const TieOrder& order, std::int64_t id,
                                            std::int64_t size) {
  return size <= kMostEquals ? 0 : order.key(static_cast<std::int32_t>(id)) % size;
}

}  // namespace nearfold
