// What the scores of one layout and the agreement of two share.
#pragma once

#include <cstdint>
#include <vector>

namespace nearfold {

/// `count` of n rows (all, when there are no more), drawn without replacement, ascending. A pure
/// function of its arguments; `lane` tells samples of one seed apart.
std::vector<std::int64_t> sample_rows(std::int64_t n, std::int64_t count, std::uint64_t seed,
                                      std::uint32_t lane);

}  // namespace nearfold
