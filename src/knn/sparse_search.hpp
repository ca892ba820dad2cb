// Exact neighbours among sparse rows: the truth that approximate searches are measured against, and
// what `flat` is.
#pragma once

#include <cstdint>
#include <vector>

#include "knn/sparse_overlap.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

/// A query is left out of its own answer where queries are the points themselves.
struct SparseQueries {
  const SparseRows& rows;
  std::vector<std::int64_t> which;
  bool are_points = true;
};

/// The k nearest points of each query, in the order of `which`, as ExactSearch has them.
/// Deterministic. O(queries stored); 64 queries at a time take 4 bytes a column.
NeighborRows search_sparse(const SparseSpace& space, const SparseQueries& queries, int k,
                           const Cpu& on);

}  // namespace nearfold
