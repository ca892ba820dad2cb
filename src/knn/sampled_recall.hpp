// Recall by rows that both searches have: which rows are sampled, and what share of the exact
// answer was found of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "knn/top_k.hpp"

namespace nearfold {

/// Evenly spaced ones of n, at most 1,000 of them and `most`.
std::vector<std::int64_t> sampled_of(std::int64_t n, std::int64_t most = 1000);

/// Of `found`, whose row r answers the query that row r of `exact` answers. A neighbour counts when
/// it is as near as the k-th; an infinite distance stands for one that was not found.
Recall recall_of(const NeighborRows& exact, const NeighborRows& found);

/// That of one row whose k-th exact neighbour is so far, by the distances found.
double share_found(float reach, std::span<const float> found);
/// Of all rows by those of each, in their order.
Recall recall_of_shares(std::vector<double> shares);

/// Rows `rows` of `all`.
NeighborRows rows_of(const NeighborRows& all, const std::vector<std::int64_t>& rows);

}  // namespace nearfold
