// Which method makes a graph.
#include "knn/approximate.hpp"
#include "knn/exact.hpp"
#include "knn/graph_of.hpp"
#include "knn/metric.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

KnnGraph graph_by(const FlatKnn&, const MetricSpace& space, int k, const Cpu& on, std::uint64_t) {
  return exact_graph(ExactSearch(space, on), space, k, on);
}
KnnGraph graph_by(const IvfKnn& params, const MetricSpace& space, int k, const Cpu& on,
                  std::uint64_t seed) {
  return index_graph(tune_index(space, k, params, on, seed), space, k, on);
}
KnnGraph graph_by(const HnswKnn& params, const MetricSpace& space, int k, const Cpu& on,
                  std::uint64_t seed) {
  return index_graph(tune_index(space, k, params, on, seed), space, k, on);
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
  Stopwatch watch;
  const MetricSpace space = make_space(points.host, distance, on);
  KnnGraph graph =
      std::visit([&](const auto& method) { return graph_by(method, space, k, on, seed); }, params);
  graph.build_seconds = watch.seconds() - graph.search_seconds;
  return graph;
}

}  // namespace nearfold
