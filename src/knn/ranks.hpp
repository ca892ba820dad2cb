// How many candidates a search should bring (refine.hpp), from the ranks of exact neighbours among
// short rows, whoever finds them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace nearfold {

/// Where short rows have the order of the points but for rounding.
int candidates_in_order(std::int64_t n, std::int64_t k);
/// By the ranks, from 1, of the k exact neighbours of ranked_rows() rows of a sample: so many that
/// the order of short rows alone costs no more than half of what `target` allows to miss.
int candidates_by_ranks(std::vector<std::int32_t> ranks, std::int64_t n, std::int64_t k,
                        double target);

/// Of `sampled` rows so many are looked at, evenly spaced;
constexpr std::int64_t ranked_rows(std::int64_t sampled) {
  return std::min<std::int64_t>(250, sampled);
}
/// this is the s-th of them.
constexpr std::int64_t ranked_row(std::int64_t s, std::int64_t sampled) {
  return s * sampled / ranked_rows(sampled);
}

}  // namespace nearfold
