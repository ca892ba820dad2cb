// Exact search: the truth that approximate searches are measured against, and what `flat` is.
#pragma once

#include <cstdint>
#include <vector>

#include "knn/filter.hpp"
#include "knn/metric.hpp"
#include "knn/top_k.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

/// Who is searched for: rows `which` of `rows`. Where queries are the points themselves, a query is
/// left out of its own answer.
struct Queries {
  const MetricRows& rows;
  std::vector<std::int64_t> which;
  bool are_points = true;
};

/// All points, as queries.
Queries all_points(const MetricSpace& space);

/// When a query has its entry.
struct QueryOrder {
  std::int64_t row = 0;  // of the rows searched, where the query is a point
  std::size_t at = 0;    // in Queries::which
};

/// Points in the order of their rows, so that a block of queries asks for much the same points,
/// which stay cached; other queries as they come. `ids` as in KnnRows.
std::vector<QueryOrder> query_order_of(const Queries& queries,
                                       const std::vector<std::int32_t>& ids);

/// A search structure for exact answers: a filter where rows are compared by products, else
/// nothing. Refers to the space.
class ExactSearch {
 public:
  ExactSearch(const MetricSpace& space, const Cpu& on);
  /// Of rows made with `projection` before, which are then not made again.
  ExactSearch(const MetricSpace& space, const KnnRows& rows, const Projection& projection,
              const Cpu& on);

  /// The k nearest points of each query, in the order of `queries.which`, canonical.
  NeighborRows operator()(const Queries& queries, int k, const Cpu& on) const;

 private:
  const MetricSpace* space_;
  KnnFilter filter_;
};

/// The exact graph.
KnnGraph exact_graph(const ExactSearch& exact, const MetricSpace& space, int k, const Cpu& on);

/// Share of the variance that the filter's projection keeps: fewer axes let too many candidates
/// through, more cost more in the product.
inline constexpr double kFilterCarries = 0.92;

// ---- by norm: filtered_search.cpp, brute_force.cpp ----------------------------------------------

/// Under l2, by the filter.
NeighborRows search_filtered(const MetricSpace& space, const KnnFilter& filter,
                             const Queries& queries, int k, const Cpu& on);
/// Under any norm, by measuring every pair.
NeighborRows search_all_pairs(const MetricSpace& space, const Queries& queries, int k,
                              const Cpu& on);

}  // namespace nearfold
