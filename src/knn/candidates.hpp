// The approximate methods that walk a graph of short rows. Each answers with candidates, as rows of
// KnnRows; their true distances are measured afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "knn/projected_rows.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// `count` candidates of each of n rows, ascending by (measure, row), unique, never the row itself;
/// -1 fills up where fewer were found.
struct Candidates {
  std::int64_t n = 0;
  int count = 0;
  std::vector<std::int32_t> rows;  // [n, count]
};

// ---- nndescent.cpp ------------------------------------------------------------------------

/// NN-descent from the leaves of the k-d tree and of random trees. After every iteration
/// enough(candidates so far) is asked whether to stop; it also ends after params.n_iters, or
/// when an iteration changes next to nothing. Deterministic: the same bytes for any number of
/// threads. Throws nothing of its own. Source: Dong, Moses, Li, "Efficient k-nearest neighbor graph
/// construction", WWW 2011.
Candidates nn_descent(const KnnRows& rows, int count, const NnDescentKnn& params,
                      std::uint64_t seed, const Cpu& on,
                      const std::function<bool(const Candidates&)>& enough);

/// What one iteration of NN-descent with params.max_candidates makes of candidates that another
/// search found, in any order: neighbours of neighbours, which that search may have missed for a
/// reason that these do not share. As deterministic as nn_descent().
Candidates neighbors_of_neighbors(const Candidates& found, const KnnRows& rows,
                                  const NnDescentKnn& params, const Cpu& on);

// ---- hnsw.cpp -----------------------------------------------------------------------------

/// A hierarchical navigable small world over rows. Links are -1 where there are fewer.
struct HnswGraph {
  int M = 0;                              // links per row on the upper levels
  std::int32_t entry = 0;                 // where searches start, on the highest level
  std::vector<std::int32_t> lowest;       // [n, 2 * M]
  std::vector<std::int32_t> upper_begin;  // [n + 1]: row r owns upper levels
                                          // [upper_begin[r], upper_begin[r + 1])
  std::vector<std::int32_t> upper;        // [upper_begin[n], M]
};

/// Inserts rows in batches that double: each batch is searched for in the graph so far by all
/// threads, then linked, every row's links gathered by the row itself. The same bytes for any
/// number of threads. Source: Malkov, Yashunin, TPAMI 2018; batches as in Dobson and others,
/// "ParlayANN", PPoPP 2024.
HnswGraph build_hnsw(const KnnRows& rows, const HnswKnn& params, std::uint64_t seed, const Cpu& on);

/// A searcher for one thread: holds what a search marks as seen.
class HnswSearch {
 public:
  HnswSearch(const KnnRows& rows, const HnswGraph& graph);
  /// The nearest rows found with `ef` candidates kept, ascending by (measure, row), at most `count`
  /// (<= ef), into `out`; returns how many. `query` as make_knn_rows() makes it.
  int operator()(const float* query, float query_square, int ef, int count, std::int32_t* out);

 private:
  friend class HnswBuilder;

  /// Adds a row to best_, unless it is there.
  void enter(const float* query, float square, std::int32_t row);
  /// best_ = where a walk from the entry through the levels above `level` ends.
  void start(const float* query, float square, int level);
  /// best_ = the `ef` nearest that lists of `level` lead to from what it holds.
  void widen(const float* query, float square, int level, std::size_t ef);
  /// Takes a visit into best_ while that has fewer than `ef`, or in place of the last when nearer.
  /// Returns its place, or the size.
  std::size_t offer(std::uint64_t visit, std::size_t ef);
  bool first_visit(std::int32_t row);

  const KnnRows* rows_;
  const HnswGraph* graph_;
  std::vector<std::uint64_t> best_;    // ascending; Visit in hnsw_lists.hpp
  std::vector<std::uint32_t> seen_;    // a bit per row
  std::vector<std::int32_t> visited_;  // rows whose bit is set
  std::vector<float> measures_;
};

}  // namespace nearfold
