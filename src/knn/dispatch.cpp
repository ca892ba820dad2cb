// Which method makes a graph.
#include "core/stopping.hpp"
#include "knn/approximate.hpp"
#include "knn/exact.hpp"
#include "knn/graph_of.hpp"
#include "knn/metric.hpp"
#include "knn/sparse_graph.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

/// tune_index(), as the first `share` of a search.
TunedIndex tuned_as(double share, const MetricSpace& space, int k, const IndexParams& params,
                    const Cpu& on, std::uint64_t seed) {
  const Part part(share);
  return tune_index(space, k, params, on, seed);
}

KnnGraph graph_by(const FlatKnn&, const MetricSpace& space, int k, const Cpu& on, std::uint64_t) {
  const auto made = [&] {
    const Part part(0.1, 6);
    return ExactSearch(space, on);
  };
  return exact_graph(made(), space, k, on);
}
KnnGraph graph_by(const IvfKnn& params, const MetricSpace& space, int k, const Cpu& on,
                  std::uint64_t seed) {
  return index_graph(tuned_as(0.5, space, k, params, on, seed), space, k, on);
}
KnnGraph graph_by(const HnswKnn& params, const MetricSpace& space, int k, const Cpu& on,
                  std::uint64_t seed) {
  return index_graph(tuned_as(0.8, space, k, params, on, seed), space, k, on);
}
KnnGraph graph_by(const NnDescentKnn& params, const MetricSpace& space, int k, const Cpu& on,
                  std::uint64_t seed) {
  return nndescent_graph(space, k, params, on, seed);
}
KnnGraph graph_by(const AutoKnn& params, const MetricSpace& space, int k, const Cpu& on,
                  std::uint64_t seed) {
  return auto_graph(space, k, params, on, seed);
}

}  // namespace

KnnGraph find_knn(const InputPoints& points, int k, const KnnParams& params,
                  const Distance& distance, const Cpu& on, std::uint64_t seed) {
  if (points.sparse) return sparse_graph(*points.sparse, k, params, distance, on, seed);
  Stopwatch watch;
  const auto made = [&] {
    const Part part(0.02, 3);
    MetricSpace space = make_space(points.host, distance, on);
    space.tie_seed = seed;
    space.equal = find_equal_rows(space.points.view, on);
    return space;
  };
  const MetricSpace space = made();
  const Part part(1);
  KnnGraph graph =
      std::visit([&](const auto& method) { return graph_by(method, space, k, on, seed); }, params);
  graph.duplicates = space.equal.duplicates();
  graph.build_seconds = watch.seconds() - graph.search_seconds;
  return graph;
}

}  // namespace nearfold
