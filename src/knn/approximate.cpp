// Graphs of approximate methods: candidates, their true distances, rows that stayed short filled
// exactly, recall measured on a sample.
#include "knn/approximate.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "core/stopping.hpp"
#include "knn/candidates.hpp"
#include "knn/graph_of.hpp"
#include "knn/refine.hpp"

namespace nearfold {
namespace {

constexpr int kTrials = 12;  // loops of finding an effort, about

/// Fills what is short, measures the recall.
KnnGraph finish(NeighborRows&& answer, const MetricSpace& space, const ExactSearch& exact,
                const ExactSample& sample, std::string index, const Cpu& on) {
  fill_exactly(answer, exact, all_points(space), on);
  const Recall recall = recall_of(sample.neighbors, rows_of(answer, sample.rows));
  KnnGraph graph = graph_of(std::move(answer), space, std::move(index));
  graph.recall = recall;
  return graph;
}

/// The k nearest of the candidates of some of the points, in the order of `queries`. They are
/// measured in the order of the rows, of which near ones share candidates.
NeighborRows refined(const MetricSpace& space, const KnnRows& rows, const Candidates& candidates,
                     const Queries& queries, int k, const Cpu& on) {
  const std::vector<QueryOrder> order = query_order_of(queries, rows.ids, space.equal);
  NeighborRows answer = unfilled_rows(static_cast<std::int64_t>(order.size()), k);
  parallel_for(on.threads, answer.n, 256, [&](std::int64_t begin, std::int64_t end) {
    Refine refine(space, rows);
    std::vector<float> room = space.points.view.room();
    for (std::int64_t t = begin; t < end; ++t) {
      const QueryOrder& entry = order[static_cast<std::size_t>(t)];
      const std::int32_t id = rows.ids[static_cast<std::size_t>(entry.row)];
      answer.set(static_cast<std::int64_t>(entry.at),
                 refine(space.points.view.row(id, room.data()), 1, id,
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

KnnGraph index_graph(const TunedIndex& tuned, const MetricSpace& space, int k, const Cpu& on) {
  return timed_search([&] {
    const Part part(1, 1);
    NeighborRows answer = search_index(tuned.index, space, all_points(space), k, tuned.effort, on);
    return finish(std::move(answer), space, tuned.exact, tuned.sample,
                  describe(tuned.index, tuned.effort), on);
  });
}

KnnGraph refined_index_graph(const TunedIndex& tuned, const MetricSpace& space, int k,
                             const Cpu& on) {
  return timed_search([&] {
    const KnnRows& rows = tuned.index.rows;
    const Part part(1, 6);  // loops, of which the last measures what was found
    const Candidates candidates =
        neighbors_of_neighbors(candidates_of_rows(tuned.index, tuned.effort, on), rows,
                               {.max_candidates = kHopsBeyond}, on);
    return finish(refined(space, rows, candidates, all_points(space), k, on), space, tuned.exact,
                  tuned.sample, describe(tuned.index, tuned.effort) + ", their neighbours", on);
  });
}

KnnGraph nndescent_graph(const MetricSpace& points, int k, const NnDescentKnn& params,
                         const Cpu& on, std::uint64_t seed) {
  const Projection projection =  // bits have no mean, and no axes
      points.norm == Norm::bits
          ? Projection(std::vector<float>(static_cast<std::size_t>(points.width())), {}, on)
          : make_projection(points.points.view, kFilterCarries, on);
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
    return finish(refined(points, rows, candidates, all_points(points), k, on), points, exact,
                  sample, "nndescent", on);
  });
}

}  // namespace nearfold
