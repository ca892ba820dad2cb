#include "knn/sparse_graph.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "core/stopping.hpp"
#include "knn/graph_of.hpp"
#include "knn/recall.hpp"
#include "knn/sparse_descent.hpp"
#include "knn/sparse_postings.hpp"
#include "knn/sparse_search.hpp"
#include "linalg/sparse_covariance.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr int kMore = 8;     // candidates beside those wanted: rounding, and ways to others
constexpr int kStarts = 2;   // rows that a search begins with, for each candidate
constexpr int kLongest = 2;  // times as many candidates, at most, where fewer miss the target
constexpr int kPasses = 4;   // over the points, for axes that only a search goes by
constexpr int kIterations = 12, kMaxIterations = 40;  // usual ones; where the target is far
constexpr double kSettled = 0.001;  // share of the candidates that are new: nothing moves any more
constexpr int kHops = 10;           // of a point, and as many of those that hold it
constexpr std::int64_t kMet = 15'000;  // entries of lists that a row is looked for in

std::vector<std::int64_t> all_rows(std::int64_t n) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
  return rows;
}

KnnGraph exact_graph(const SparseSpace& space, int k, const Cpu& on) {
  return timed_search([&] {
    const Part part(1, 2);
    return flat_graph_of(
        search_sparse(space, {space.as_queries(), all_rows(space.n()), true}, k, on), space);
  });
}

// ---- approximately ------------------------------------------------------------------------------

/// The k nearest of the candidates of some points. What common columns say is never more than what
/// is measured: where that is too far already, nothing is.
NeighborRows measured(const SparseSpace& space, const SparseCandidates& candidates,
                      const std::vector<std::int64_t>& which, int k, const Cpu& on) {
  NeighborRows rows = unfilled_rows(std::ssize(which), k);
  parallel_for(on.threads, rows.n, 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int64_t i = which[static_cast<std::size_t>(r)];
      Nearest nearest(k, space.tie_order(i));
      for (int c = 0; c < candidates.count; ++c) {
        const Visit v = candidates.visits[static_cast<std::size_t>(i * candidates.count + c)];
        if (v == kNoVisit) break;
        if (nearest.full() && measure_of(v) > measured_at(space.norm, nearest.reach(), 1)) break;
        nearest.offer(space.distance_of(space.points.row(i), row_of(v), 1), row_of(v));
      }
      rows.set(r, nearest);
    }
  });
  return rows;
}

/// Scores on the first principal axes, and the neighbours there.
KnnGraph short_graph(const SparseSpace& space, int count, const KnnParams& params, const Cpu& on,
                     std::uint64_t seed) {
  const SparseView rows(space.n(), space.points.width, space.points.begin, space.points.columns,
                        space.points.values);
  const auto axes = static_cast<int>(std::min({kSparseAxes, rows.rows(), rows.cols()}));
  std::vector<float> mean;
  const auto scored = [&] {
    const Part part(0.4, kPasses * 2);
    const Matrix found = principal_axes(rows, axes, kPasses, mean, kPcaSeed, on);
    return axis_scores(rows, mean, found, on);
  };
  const Matrix scores = scored();
  const Part part(1);
  return find_knn(scores, count, params, {}, on, seed);
}

/// How far a search goes.
struct Limits {
  int hops = kHops, iterations = kMaxIterations;
  std::optional<double> target = {};  // of recall; unset: all iterations that were asked for
};

/// max_candidates is of short rows, which are measured many times as fast: a third of them are hops
/// here.
Limits limits_of(const KnnParams& params) {
  Limits limits{.target = sparse_target(params)};
  if (const auto* const descent = std::get_if<NnDescentKnn>(&params)) {
    limits.hops = std::max(1, descent->max_candidates / 6);
    limits.iterations = descent->n_iters.value_or(kMaxIterations);
  }
  return limits;
}

/// Where the look at neighbours of neighbours begins, and what it is called.
struct Start {
  std::vector<std::int32_t> ids;  // [n, any]
  std::string name;
  bool by_columns = false;
};

/// By nndescent and auto from lists of columns; by an index among short rows.
Start start_of(const SparseSpace& space, int count, const KnnParams& params, const Cpu& on,
               std::uint64_t seed) {
  if (std::holds_alternative<NnDescentKnn>(params) || std::holds_alternative<AutoKnn>(params))
    return {rows_sharing_columns(space.points, kStarts * count, kMet, on), "nndescent", true};
  KnnGraph graph = short_graph(space, count, params, on, seed);
  return {std::move(graph.neighbors),
          graph.index + ", " + std::to_string(kSparseAxes) + " axes, their neighbours"};
}

/// Candidates from a start until enough() says so, next to nothing changes, or iterations end. With
/// a target, what has settled below it is begun again: with the rows that share columns, where the
/// start did not have them, then with more hops, then with longer lists.
template <class Enough>
void descend(SparseDescent& descent, const SparseSpace& space, Start& start, const Limits& limits,
             const Cpu& on, const Enough& enough) {
  const int most = kLongest * descent.lists().count;
  const auto look_further = [&] {
    if (start.by_columns) return descent.widen(most);
    descent.offer(rows_sharing_columns(space.points, descent.lists().count, kMet, on));
    start.name += " and rows that share columns";
    start.by_columns = true;
    return true;
  };
  descent.offer(start.ids);
  start.ids = {};
  for (int i = 0; i < limits.iterations; ++i) {
    if (limits.target && enough()) return;
    if (descent.improve() < kSettled && !(limits.target && look_further())) return;
  }
}

KnnGraph descended_graph(const SparseSpace& space, int k, const KnnParams& params, const Cpu& on,
                         std::uint64_t seed) {
  if (!space.stretched.begin.empty())
    throw Unsupported(std::string("sparse points are searched by ") + name(space.distance.metric) +
                      " exactly; use index flat");
  const auto count = static_cast<int>(std::min<std::int64_t>(k + kMore, space.n() - 1));
  const auto begun = [&] {
    const Part part(0.4, 1);
    return start_of(space, count, params, on, seed);
  };
  Start start = begun();
  const Part part(1, kIterations);
  const Limits limits = limits_of(params);
  const std::vector<std::int64_t> sampled = sampled_of(space.n());
  const NeighborRows truth = search_sparse(space, {space.points, sampled, true}, k, on);
  SparseDescent descent(space, count, limits.hops, on);
  descend(descent, space, start, limits, on, [&] {
    return recall_of(truth, measured(space, descent.lists(), sampled, k, on)).mean >=
           *limits.target;
  });
  return timed_search([&] {
    NeighborRows rows = measured(space, descent.lists(), all_rows(space.n()), k, on);
    const Recall recall = recall_of(truth, rows_of(rows, sampled));
    KnnGraph graph = graph_of(std::move(rows), space, start.name);
    graph.recall = recall;
    return graph;
  });
}

/// Steps of exact search that are as soon done as an approximate one begins: 8 seconds on two
/// cores.
bool is_soon_done(const SparseSpace& space) {
  constexpr double kSteps = 2.5e11;
  const double merged = overlap_of(space.norm) == Overlap::none ? 100 : 1;
  return static_cast<double>(space.n()) * static_cast<double>(space.points.values.size()) * merged <
         kSteps;
}

}  // namespace

KnnGraph sparse_graph(const SparseView& points, int k, const KnnParams& params,
                      const Distance& distance, const Cpu& on, std::uint64_t seed) {
  const Stopwatch watch;
  SparseSpace space = make_sparse_space(points, distance, on);
  space.tie_seed = seed;
  const bool exact = std::holds_alternative<FlatKnn>(params) ||
                     (std::holds_alternative<AutoKnn>(params) &&
                      (is_soon_done(space) || !space.stretched.begin.empty()));
  KnnGraph graph = exact ? exact_graph(space, k, on) : descended_graph(space, k, params, on, seed);
  graph.duplicates = find_equal_rows(space.points, on).duplicates();
  graph.build_seconds = watch.seconds() - graph.search_seconds;
  return graph;
}

std::optional<double> sparse_target(const KnnParams& params) {
  return std::visit(
      []<class P>(const P& p) -> std::optional<double> {
        if constexpr (requires { p.n_iters; })
          if (p.n_iters) return {};
        if constexpr (requires { p.target_recall; })
          return p.target_recall;
        else
          return {};
      },
      params);
}

// ---- answers ------------------------------------------------------------------------------------

SparseQuerySearch::SparseQuerySearch(const SparseView& points, int k, const Distance& distance,
                                     const Cpu& on)
    : k_(k), space_(make_sparse_space(points, distance, on)) {}

QueryResult SparseQuerySearch::operator()(const SparseView& queries, const Cpu& on) const {
  const SparseRows rows = make_sparse_queries(queries, space_, on);
  NeighborRows found = search_sparse(space_, {rows, all_rows(rows.n()), false}, k_, on);
  return {found.n, found.k, std::move(found.ids), std::move(found.distances), {}};
}

}  // namespace nearfold
