#include "knn/grown_graph.hpp"

#include <numeric>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "core/stopping.hpp"
#include "knn/exact.hpp"
#include "knn/metric.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

std::vector<std::int64_t> from_to(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(last - first));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

/// Rows of old points: theirs, and the new ones that are nearer. `found` has the nearest new ones
/// of each, ids from 0.
class OldRows {
 public:
  OldRows(const KnnGraph& graph, const NeighborRows& found, const MetricSpace& space, int k)
      : graph_(graph), found_(found), space_(space), k_(k) {}

  /// Row i. False where new points that were not found may belong into it: of those equally far
  /// they are the first by id, not in the order of the point.
  bool merge(std::int64_t i, NeighborRows& out) const {
    Nearest nearest(k_, space_.tie_order(i));
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
  const MetricSpace& space_;
  int k_;
};

/// The rows of the points `which`, searched for among all.
void search_rows(const ExactSearch& exact, const MetricSpace& space,
                 std::vector<std::int64_t> which, const Cpu& on, NeighborRows& rows) {
  if (which.empty()) return;
  const NeighborRows found = exact({space.as_queries, which, true}, static_cast<int>(rows.k), on);
  for (std::size_t q = 0; q < which.size(); ++q)
    rows.copy_row(found, static_cast<std::int64_t>(q), which[q]);
}

/// The rows of all old points; returns those that have to be searched for.
std::vector<std::int64_t> merge_old_rows(const KnnGraph& graph, HostMatrix<const float> points,
                                         const MetricSpace& space, const Cpu& on,
                                         NeighborRows& rows) {
  const std::int64_t added = points.rows() - graph.n;
  const MetricSpace others =
      make_space({points.row(graph.n), added, points.cols()}, space.distance, on);
  const NeighborRows found = ExactSearch(others, on)({space.as_queries, from_to(0, graph.n), false},
                                                     static_cast<int>(std::min(rows.k, added)), on);
  const OldRows old(graph, found, space, static_cast<int>(rows.k));
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

}  // namespace

KnnGraph grown_graph(const KnnGraph& graph, HostMatrix<const float> points, int k,
                     const Distance& distance, const Cpu& on, std::uint64_t seed) {
  if (distance.metric == Metric::inner_product)
    return find_knn(points, k, FlatKnn{}, distance, on, seed);
  MetricSpace space = make_space(points, distance, on);
  space.tie_seed = seed;
  space.equal = find_equal_rows(space.points.view, on);
  const ExactSearch exact(space, on);
  NeighborRows rows(points.rows(), k);
  search_rows(exact, space, from_to(graph.n, points.rows()), on, rows);
  search_rows(exact, space, merge_old_rows(graph, points, space, on, rows), on, rows);
  KnnGraph grown = graph;
  grown.n = rows.n;
  grown.k = k;
  grown.neighbors = std::move(rows.ids);
  grown.distances = std::move(rows.distances);
  grown.tied_rows.reset();
  grown.duplicates = space.equal.duplicates();
  return grown;
}

}  // namespace nearfold
