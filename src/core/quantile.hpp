// What a share of some values stay below.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace nearfold {

/// The value with this share of the others, in [0, 1], at or below it, rounded down to a rank.
/// There is at least one.
inline float quantile(std::vector<float> values, double share) {
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

}  // namespace nearfold
