// Exact search: the truth that approximate searches are measured against, and what `flat` is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "knn/bit_panels.hpp"
#include "knn/filter.hpp"
#include "knn/metric.hpp"
#include "knn/top_k.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

/// Who is searched for: rows `which` of `rows`. Where queries are the points themselves, or points
/// by their ids, a query is left out of its own answer.
struct Queries {
  const MetricRows& rows;
  std::vector<std::int64_t> which;
  bool are_points = true;
  bool with_equals = false;    // a query stands for the points equal to it; answers are by point
  std::int64_t first_id = -1;  // of row 0, where rows are points, perhaps not of those searched
};

/// The id of the query at a place of `which` among all points; -1: it is none of them.
std::int64_t query_id(const MetricSpace& space, const Queries& queries, std::size_t at);
/// The row of the space with this id; -1: it is not there.
std::int32_t row_with(std::int64_t id, const MetricSpace& space);

/// All points, as queries.
Queries all_points(const MetricSpace& space);
/// All of some rows, as queries that are no points, or those of the ids from first_id on.
Queries all_others(const MetricRows& rows, std::int64_t first_id = -1);
/// The first of every kind of point, for all of them.
Queries all_kinds(const MetricSpace& space);

/// One query of an exact search: offered the first of every kind of point, it answers for itself
/// and for the points that it stands for.
class Asked {
 public:
  Asked(const MetricSpace& space, const Queries& queries, std::size_t at, int k);
  /// The point that it is, when no other is equal to it: it need not be measured. Else -1.
  std::int32_t alone() const { return group_.empty() ? self_ : -1; }
  float reach() const { return nearest_.reach(); }
  void offer(float distance, std::int32_t first) {
    if (distance <= reach()) take(distance, first);
  }
  void clear();

  /// Points beside itself that it answers for.
  std::span<const std::int32_t> others() const;
  /// Its row, and that of one of these.
  void write(NeighborRows& answer) const { answer.set(at_, nearest_); }
  void write_other(std::int32_t point, NeighborRows& answer) const;

 private:
  Nearest none_yet(std::int64_t id) const;
  void take(float distance, std::int32_t first);
  void offer(float distance, std::int32_t first, std::int32_t self, Nearest& nearest) const;

  const MetricSpace* space_;
  int k_;
  std::int64_t id_;                      // -1: no point
  std::int32_t self_;                    // its row of those searched; -1: none
  std::int64_t at_;                      // in the answer
  std::span<const std::int32_t> group_;  // points equal to it, itself among them; empty: no other
  bool with_equals_;
  Nearest nearest_;
  std::vector<Candidate> offered_;  // with others: what may come into their rows
};

/// The rows of queries that were asked, each in its place; those of a kind with many points later,
/// by all threads. For the loop over queries and what follows it.
class Answers {
 public:
  Answers(const Queries& queries, const MetricSpace& space, int k);
  void write(std::size_t query, Asked&& asked);
  NeighborRows finish(const Cpu& on);

 private:
  NeighborRows rows_;
  std::vector<std::unique_ptr<Asked>> later_;  // by query
};

/// When a query has its entry.
struct QueryOrder {
  std::int64_t row = 0;  // of the rows searched, where the query is a point
  std::size_t at = 0;    // in Queries::which
};

/// Points in the order of their rows, so that a block of queries asks for much the same points,
/// which stay cached; other queries as they come. `ids` as in KnnRows, or of the first of every
/// kind of points alone.
std::vector<QueryOrder> query_order_of(const Queries& queries, const std::vector<std::int32_t>& ids,
                                       const EqualRows& equal);

/// A search structure for exact answers: a filter where rows are compared by products, panels of
/// bits, else nothing. Refers to the space.
class ExactSearch {
 public:
  ExactSearch(const MetricSpace& space, const Cpu& on);
  /// Of rows made with `projection` before, which are then not made again.
  ExactSearch(const MetricSpace& space, const KnnRows& rows, const Projection& projection,
              const Cpu& on);

  /// The k nearest points of each query, in the order of `queries.which` or with_equals by point,
  /// each row ascending by distance, equal ones in the query's order; -1 and infinity fill up.
  NeighborRows operator()(const Queries& queries, int k, const Cpu& on) const;

 private:
  const MetricSpace* space_;
  KnnFilter filter_;
  BitPanels sets_;
};

/// The exact graph.
KnnGraph exact_graph(const ExactSearch& exact, const MetricSpace& space, int k, const Cpu& on);

// ---- by norm: filtered_search.cpp, brute_force.cpp ----------------------------------------------

/// Under l2, by the filter.
NeighborRows search_filtered(const MetricSpace& space, const KnnFilter& filter,
                             const Queries& queries, int k, const Cpu& on);
/// Under bits, by counting them.
NeighborRows search_bits(const MetricSpace& space, const BitPanels& sets, const Queries& queries,
                         int k, const Cpu& on);
/// Under any norm, by measuring every pair.
NeighborRows search_all_pairs(const MetricSpace& space, const Queries& queries, int k,
                              const Cpu& on);

}  // namespace nearfold
