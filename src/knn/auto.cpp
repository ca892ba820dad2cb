// Picks a method by predicted work. An inverted file is cheap to make beside what it is asked
// afterwards, so where exact search is no matter of a moment it is made and tuned: then its work is
// known, and exact search by all pairs, HNSW and NN-descent are predicted beside it.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "core/stopping.hpp"
#include "knn/cost.hpp"
#include "knn/dispatch.hpp"

namespace nearfold {
namespace {

constexpr double kNoMatter = 0.4;  // predicted core seconds below which exact search is just done

struct Predicted {
  const char* method;
  double seconds;  // of one core
  double recall;   // expected; of ivf measured on a sample
};

/// Adds to a graph's index what was weighed: "...; auto: predicted core seconds flat 40.1, ivf 9.2
/// (recall 0.951), hnsw 31, nndescent 22".
KnnGraph explained(KnnGraph graph, const std::vector<Predicted>& plans) {
  graph.index += "; auto: predicted core seconds";
  for (const Predicted& plan : plans) {
    char part[96];
    std::snprintf(part, sizeof part, " %s %.3g (recall %.3g),", plan.method, plan.seconds,
                  plan.recall);
    graph.index += part;
  }
  graph.index.back() = '.';
  return graph;
}

/// Where no inverted file can be made.
KnnGraph without_index(const MetricSpace& points, int k, const AutoKnn& params,
                       std::vector<Predicted> plans, const cost::Sizes& sizes, const Cpu& on,
                       std::uint64_t seed) {
  plans.push_back({"nndescent", cost::nndescent_seconds(sizes), params.target_recall});
  return explained(
      plans[0].seconds <= plans[1].seconds
          ? find_knn(points, k, FlatKnn{}, on, seed)
          : find_knn(points, k, NnDescentKnn{.target_recall = params.target_recall}, on, seed),
      plans);
}

}  // namespace

KnnGraph find_knn(const MetricSpace& points, int k, const AutoKnn& params, const Cpu& on,
                  std::uint64_t seed) {
  const auto real = [](std::int64_t count) { return static_cast<double>(count); };
  cost::Sizes sizes{real(points.n()), real(points.width()),    real(points.width()),
                    real(k),          points.norm == Norm::l2, true};
  std::vector<Predicted> plans{{"flat", cost::flat_seconds(sizes), 1}};
  if (plans[0].seconds < kNoMatter)
    return explained(find_knn(points, k, FlatKnn{}, on, seed), plans);
  if (!sizes.l2) return without_index(points, k, params, plans, sizes, on, seed);

  const auto made = [&] {
    const Part part(0.5);
    return tune_index(points, k, IvfKnn{.target_recall = params.target_recall}, on, seed);
  };
  const TunedIndex tuned = made();
  const auto& cells = std::get<IvfLists>(tuned.index.search);
  sizes.lossless = tuned.index.projection.lossless();
  sizes.width = real(tuned.index.rows.rows.cols());
  const double target = params.target_recall;
  plans = {{"flat", cost::flat_seconds(sizes), 1},
           {"ivf", cost::ivf_seconds(sizes, cells.nlist(), tuned.effort.probes_or_ef),
            tuned.effort.recall},
           {"hnsw", cost::hnsw_seconds(sizes), target},
           {"nndescent", cost::nndescent_seconds(sizes), target}};
  const auto best = std::min_element(
      plans.begin(), plans.end(),
      [](const Predicted& a, const Predicted& b) { return a.seconds < b.seconds; });
  switch (best - plans.begin()) {
    case 0:
      return explained(exact_graph(tuned.exact, points, k, on), plans);
    case 1:
      return explained(points.lopsided() ? graph_through(tuned, points, k, on)
                                         : graph_beyond(tuned, points, k, on),
                       plans);
    case 2:
      return explained(find_knn(points, k, HnswKnn{.target_recall = target}, on, seed), plans);
    default:
      return explained(find_knn(points, k, NnDescentKnn{.target_recall = target}, on, seed), plans);
  }
}

}  // namespace nearfold
