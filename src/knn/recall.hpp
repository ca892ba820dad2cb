// Recall: what share of the exact answer a search found.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "knn/exact.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

/// Rows of a sample and their exact neighbours.
struct ExactSample {
  std::vector<std::int64_t> rows;  // of the queries
  NeighborRows neighbors;          // in their order
};

/// Evenly spaced ones of n, at most 1,000 of them and `most`.
std::vector<std::int64_t> sampled_of(std::int64_t n, std::int64_t most = 1000);

/// Exact answers for evenly spaced queries, at most 1,000 of them and `most`.
ExactSample sample_exactly(const ExactSearch& exact, const MetricRows& queries, bool are_points,
                           int k, const Cpu& on, std::int64_t most = 1000);

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
