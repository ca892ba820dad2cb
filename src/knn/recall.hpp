// Recall: what share of the exact answer a search found.
#pragma once

#include <cstdint>
#include <vector>

#include "knn/exact.hpp"
#include "knn/sampled_recall.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

/// Rows of a sample and their exact neighbours.
struct ExactSample {
  std::vector<std::int64_t> rows;  // of the queries
  NeighborRows neighbors;          // in their order
};

/// Exact answers for evenly spaced queries, at most 1,000 of them and `most`.
ExactSample sample_exactly(const ExactSearch& exact, const MetricRows& queries, bool are_points,
                           int k, const Cpu& on, std::int64_t most = 1000);

}  // namespace nearfold
