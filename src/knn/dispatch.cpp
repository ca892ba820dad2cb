// Graphs: the exact one, and those that approximate methods make: candidates, their true distances,
// rows that stayed short filled exactly, recall measured on a sample.
#include "knn/dispatch.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "knn/candidates.hpp"
#include "knn/refine.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTrials = 12;  // loops of finding an effort, about

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

/// What search() finds, and how long it took.
template <class Search>
KnnGraph timed_search(const Search& search) {
  const Clock::time_point began = Clock::now();
  KnnGraph graph = search();
  graph.search_seconds = seconds_since(began);
  return graph;
}

KnnGraph graph_of(NeighborRows&& rows, const MetricSpace& space, std::string index) {
  KnnGraph graph;
  graph.n = rows.n;
  graph.k = rows.k;
  graph.neighbors = std::move(rows.ids);
  graph.distances = std::move(rows.distances);
  graph.metric = name(space.distance.metric);
  graph.index = std::move(index);
  return graph;
}

Queries all_of(const MetricSpace& space) {
  Queries all{space.as_queries, {}};
  all.which.resize(static_cast<std::size_t>(space.n()));
  std::iota(all.which.begin(), all.which.end(), std::int64_t{0});
  return all;
}

/// Fills what is short, measures the recall.
KnnGraph finish(NeighborRows&& answer, const MetricSpace& space, const ExactSearch& exact,
                const ExactSample& sample, std::string index, const Cpu& on) {
  fill_exactly(answer, exact, all_of(space), on);
  const Recall recall = recall_of(sample.neighbors, rows_of(answer, sample.rows));
  KnnGraph graph = graph_of(std::move(answer), space, std::move(index));
  graph.recall = recall;
  return graph;
}

/// The k nearest of the candidates of some of the points, in the order of `queries`. They are
/// measured in the order of the rows, of which near ones share candidates.
NeighborRows refined(const MetricSpace& space, const KnnRows& rows, const Candidates& candidates,
                     const Queries& queries, int k, const Cpu& on) {
  const std::vector<QueryOrder> order = query_order_of(queries, rows.ids);
  NeighborRows answer = unfilled_rows(static_cast<std::int64_t>(order.size()), k);
  parallel_for(on.threads, answer.n, 256, [&](std::int64_t begin, std::int64_t end) {
    Refine refine(space, rows);
    for (std::int64_t t = begin; t < end; ++t) {
      const QueryOrder& entry = order[static_cast<std::size_t>(t)];
      const std::int32_t id = rows.ids[static_cast<std::size_t>(entry.row)];
      answer.set(static_cast<std::int64_t>(entry.at),
                 refine(space.points.view.row(id), 1, id,
                        &candidates.rows[static_cast<std::size_t>(entry.row * candidates.count)],
                        candidates.count, k));
    }
  });
  return answer;
}

}  // namespace

TunedIndex tune_index(const MetricSpace& space, int k, const IndexParams& params, const Cpu& on,
                      std::uint64_t seed) {
  const auto made = [&] {
    const Part part(0.6);
    return make_index(space, params, seed, on);
  };
  KnnIndex::State index = made();
  ExactSearch exact(space, index.rows, index.projection, on);
  ExactSample sample = sample_exactly(exact, space.as_queries, true, k, on);
  const Part part(1, kTrials);
  const Effort effort = tune(index, space, sample, on);
  return {std::move(index), std::move(exact), std::move(sample), effort};
}

KnnGraph graph_through(const TunedIndex& tuned, const MetricSpace& space, int k, const Cpu& on) {
  return timed_search([&] {
    const Part part(1, 1);
    NeighborRows answer = search_index(tuned.index, space, all_of(space), k, tuned.effort, on);
    return finish(std::move(answer), space, tuned.exact, tuned.sample,
                  describe(tuned.index, tuned.effort), on);
  });
}

KnnGraph graph_beyond(const TunedIndex& tuned, const MetricSpace& space, int k, const Cpu& on) {
  return timed_search([&] {
    const KnnRows& rows = tuned.index.rows;
    const Part part(1, 6);  // loops, of which the last measures what was found
    const Candidates candidates =
        neighbors_of_neighbors(candidates_of_rows(tuned.index, tuned.effort, on), rows,
                               {.max_candidates = kHopsBeyond}, on);
    return finish(refined(space, rows, candidates, all_of(space), k, on), space, tuned.exact,
                  tuned.sample, describe(tuned.index, tuned.effort) + ", their neighbours", on);
  });
}

KnnGraph exact_graph(const ExactSearch& exact, const MetricSpace& space, int k, const Cpu& on) {
  return timed_search([&] {
    const Part part(1, 1);
    return graph_of(exact(all_of(space), k, on), space, "flat");
  });
}

namespace {

/// tune_index(), as the first `share` of a search.
TunedIndex tuned_as(double share, const MetricSpace& space, int k, const IndexParams& params,
                    const Cpu& on, std::uint64_t seed) {
  const Part part(share);
  return tune_index(space, k, params, on, seed);
}

}  // namespace

KnnGraph find_knn(const MetricSpace& points, int k, const FlatKnn&, const Cpu& on,
                  std::uint64_t /*seed*/) {
  const auto made = [&] {
    const Part part(0.1, 6);
    return ExactSearch(points, on);
  };
  return exact_graph(made(), points, k, on);
}

KnnGraph find_knn(const MetricSpace& points, int k, const IvfKnn& params, const Cpu& on,
                  std::uint64_t seed) {
  return graph_through(tuned_as(0.5, points, k, params, on, seed), points, k, on);
}

KnnGraph find_knn(const MetricSpace& points, int k, const HnswKnn& params, const Cpu& on,
                  std::uint64_t seed) {
  return graph_through(tuned_as(0.8, points, k, params, on, seed), points, k, on);
}

KnnGraph find_knn(const MetricSpace& points, int k, const NnDescentKnn& params, const Cpu& on,
                  std::uint64_t seed) {
  const Projection projection = make_projection(points.points.view, kFilterCarries, on);
  const KnnRows rows = make_knn_rows(points.points.view, projection, points.norm, on);
  const ExactSearch exact(points, rows, projection, on);
  const ExactSample sample = sample_exactly(exact, points.as_queries, true, k, on);
  const Queries sampled{points.as_queries, sample.rows};
  const auto enough = [&](const Candidates& so_far) {
    const NeighborRows found = refined(points, rows, so_far, sampled, k, on);
    return !params.n_iters && recall_of(sample.neighbors, found).mean >= params.target_recall;
  };
  const int count = candidates_for(points, rows, projection, sample, params.target_recall, on) - 1;
  const auto descended = [&] {
    const Part part(0.9);
    return nn_descent(rows, count, params, seed, on, enough);
  };
  const Candidates candidates = descended();
  return timed_search([&] {
    const Part part(1, 1);
    return finish(refined(points, rows, candidates, all_of(points), k, on), points, exact, sample,
                  "nndescent", on);
  });
}

void check_metric(const KnnParams& params, Metric metric) {
  const auto refuse = [&](const char* method, const char* working) {
    throw Unsupported(std::string(method) + " cannot search by " + name(metric) + "; use " +
                      working);
  };
  const bool l2 = norm_of(metric) == Norm::l2;
  if (std::holds_alternative<IvfKnn>(params) && !l2)
    refuse("ivf", "flat (exact), hnsw or nndescent for it");
  if (std::holds_alternative<NnDescentKnn>(params) && metric == Metric::inner_product)
    refuse("nndescent", "flat (exact), ivf or hnsw for it");
}

KnnGraph find_knn(HostMatrix<const float> points, int k, const KnnParams& params,
                  const Distance& distance, const Cpu& on, std::uint64_t seed) {
  const Clock::time_point began = Clock::now();
  const auto made = [&] {
    const Part part(0.02, 2);
    return make_space(points, distance, on);
  };
  const MetricSpace space = made();
  const Part part(1);
  KnnGraph graph =
      std::visit([&](const auto& method) { return find_knn(space, k, method, on, seed); }, params);
  graph.build_seconds = seconds_since(began) - graph.search_seconds;
  return graph;
}

}  // namespace nearfold
