#include "knn/grown_graph.hpp"

#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "core/take_rows.hpp"
#include "knn/exact.hpp"
#include "knn/metric.hpp"
#include "knn/sparse_search.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

std::vector<std::int64_t> from_to(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(last - first));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

/// All points, of which the first `old` have a graph, and searches among them: an exact one is made
/// once.
class DensePoints {
 public:
  DensePoints(HostMatrix<const float> points, std::int64_t old, const Distance& distance,
              const Cpu& on, std::uint64_t seed)
      : points_(points), old_(old), on_(on), space_(make_space(points, distance, on, 0.0)) {
    space_.tie_seed = seed;  // some rows of which are searched
    space_.equal = find_equal_rows(space_.points.view, on);
    exact_.emplace(space_, on);
  }

  std::int64_t rows() const { return points_.rows(); }
  TieOrder tie_order(std::int64_t i) const { return space_.tie_order(i); }
  std::int64_t duplicates() const { return space_.equal.duplicates(); }
  /// Of some points their nearest others.
  NeighborRows among_all(std::vector<std::int64_t> which, int k) const {
    return (*exact_)({space_.as_queries, std::move(which), true}, k, on_);
  }
  /// Of old points the nearest new ones, from 0.
  NeighborRows among_new(std::vector<std::int64_t> which, int k) const {
    const MetricSpace others = make_space(
        {points_.row(old_), points_.rows() - old_, points_.cols()}, space_.distance, on_, 0.0);
    return ExactSearch(others, on_)({space_.as_queries, std::move(which), false}, k, on_);
  }

 private:
  HostMatrix<const float> points_;
  std::int64_t old_;
  Cpu on_;
  MetricSpace space_;
  std::optional<ExactSearch> exact_;  // refers to the space
};

class SparsePoints {
 public:
  SparsePoints(const SparseView& points, std::int64_t old, const Distance& distance, const Cpu& on,
               std::uint64_t seed)
      : points_(points), old_(old), on_(on), space_(make_sparse_space(points, distance, on)) {
    space_.tie_seed = seed;
  }

  std::int64_t rows() const { return points_.rows(); }
  TieOrder tie_order(std::int64_t i) const { return space_.tie_order(i); }
  std::int64_t duplicates() const { return find_equal_rows(space_.points, on_).duplicates(); }
  NeighborRows among_all(std::vector<std::int64_t> which, int k) const {
    return search_sparse(space_, {space_.as_queries(), std::move(which), true}, k, on_);
  }
  NeighborRows among_new(std::vector<std::int64_t> which, int k) const {
    const SparseMatrix added = rows_of(points_, old_, points_.rows() - old_);
    const SparseSpace others = make_sparse_space(added, space_.distance, on_);
    return search_sparse(others, {space_.as_queries(), std::move(which), false}, k, on_);
  }

 private:
  SparseView points_;
  std::int64_t old_;
  Cpu on_;
  SparseSpace space_;
};

/// Rows of old points: theirs, and the new ones that are nearer. `found` has the nearest new ones
/// of each, ids from 0.
template <class Points>
class OldRows {
 public:
  OldRows(const KnnGraph& graph, const NeighborRows& found, const Points& points, int k)
      : graph_(graph), found_(found), points_(points), k_(k) {}

  /// Row i. False where new points that were not found may belong into it: of those equally far
  /// they are the first by id, not in the order of the point.
  bool merge(std::int64_t i, NeighborRows& out) const {
    Nearest nearest(k_, points_.tie_order(i));
    for (std::int64_t j = i * graph_.k; j < (i + 1) * graph_.k; ++j)
      nearest.offer(graph_.distances[at(j)], graph_.neighbors[at(j)]);
    for (std::int64_t j = i * found_.k; j < (i + 1) * found_.k; ++j)
      nearest.offer(found_.distances[at(j)],
                    static_cast<std::int32_t>(graph_.n + found_.ids[at(j)]));
    out.set(i, nearest);
    return !found_.tied[at(i)] || found_.distances[at((i + 1) * found_.k - 1)] > nearest.reach();
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  const KnnGraph& graph_;
  const NeighborRows& found_;
  const Points& points_;
  int k_;
};

/// The rows of the points `which`, searched for among all.
template <class Points>
void search_rows(const Points& points, const std::vector<std::int64_t>& which, NeighborRows& rows) {
  if (which.empty()) return;
  const NeighborRows found = points.among_all(which, static_cast<int>(rows.k));
  for (std::size_t q = 0; q < which.size(); ++q)
    rows.copy_row(found, static_cast<std::int64_t>(q), which[q]);
}

/// The rows of all old points; returns those that have to be searched for.
template <class Points>
std::vector<std::int64_t> merge_old_rows(const KnnGraph& graph, const Points& points, const Cpu& on,
                                         NeighborRows& rows) {
  const std::int64_t added = points.rows() - graph.n;
  const NeighborRows found =
      points.among_new(from_to(0, graph.n), static_cast<int>(std::min(rows.k, added)));
  const OldRows old(graph, found, points, static_cast<int>(rows.k));
  std::vector<char> open(static_cast<std::size_t>(graph.n));
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      open[static_cast<std::size_t>(i)] = old.merge(i, rows) ? 0 : 1;
  });
  std::vector<std::int64_t> which;
  for (std::int64_t i = 0; i < graph.n; ++i)
    if (open[static_cast<std::size_t>(i)]) which.push_back(i);
  return which;
}

template <class Points>
KnnGraph grown_by(const KnnGraph& graph, const Points& points, int k, const Cpu& on) {
  NeighborRows rows(points.rows(), k);
  search_rows(points, from_to(graph.n, points.rows()), rows);
  search_rows(points, merge_old_rows(graph, points, on, rows), rows);
  KnnGraph grown = graph;
  grown.n = rows.n;
  grown.k = k;
  grown.neighbors = std::move(rows.ids);
  grown.distances = std::move(rows.distances);
  grown.tied_rows.reset();
  grown.duplicates = points.duplicates();
  return grown;
}

}  // namespace

KnnGraph grown_graph(const KnnGraph& graph, const InputPoints& points, int k,
                     const Distance& distance, const Cpu& on, std::uint64_t seed) {
  if (distance.metric == Metric::inner_product || k > graph.k)
    return find_knn(points, k, FlatKnn{}, distance, on, seed);
  if (points.sparse)
    return grown_by(graph, SparsePoints(*points.sparse, graph.n, distance, on, seed), k, on);
  return grown_by(graph, DensePoints(points.host.floats(), graph.n, distance, on, seed), k, on);
}

}  // namespace nearfold
