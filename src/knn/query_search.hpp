// A search of points that is made once and asked for others again and again.
#pragma once

#include <cstdint>
#include <optional>

#include "knn/exact.hpp"
#include "knn/index.hpp"
#include "knn/metric.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold {

/// Throws InvalidInput unless k is in [1, most], for n points.
void require_k(int k, std::int64_t most, std::int64_t n);

/// Throws InvalidInput for queries that are none, not finite, or of other columns than `dim`.
void check_queries(HostMatrix<const float> queries, std::int64_t dim, const Cpu& on);
void check_queries(const SparseView& queries, std::int64_t dim);

/// Refers to the points, and to the index where there is one. Not moved: its parts refer to each
/// other.
class QuerySearch {
 public:
  /// Exact. Throws InvalidInput for points that cannot be searched, and k out of [1, n].
  QuerySearch(const StoredView& points, int k, const Distance& distance, const Cpu& on);
  /// Through an index of these points, which looks as hard as they need themselves for the target
  /// recall.
  QuerySearch(const StoredView& points, int k, const KnnIndex& index, const Cpu& on);
  QuerySearch(const QuerySearch&) = delete;
  QuerySearch& operator=(const QuerySearch&) = delete;

  /// The k nearest points of each query; check_queries() has seen them. The answer of a query
  /// depends on it alone. Of an index the recall is measured.
  QueryResult operator()(HostMatrix<const float> queries, const Cpu& on) const;

 private:
  int k_;
  const KnnIndex::State* index_ = nullptr;
  MetricSpace space_;
  ExactSearch exact_;
  Effort effort_;
};

}  // namespace nearfold
