#include <utility>

#include "nearfold/weights.hpp"
#include "stages.hpp"

namespace nearfold {

EdgeWeights edge_weights(const KnnGraphView& graph, const Method& method, const Cpu& on) {
  validate({.method = method, .device = on});
  graph.validate();
  EdgeGraph edges = std::visit(
      [&](const auto& params) {
        return weigh_edges(prune(graph, neighbors_needed(method, graph.n)), params, on);
      },
      method);
  return {edges.n, std::move(edges.offsets), std::move(edges.columns), std::move(edges.weights)};
}

}  // namespace nearfold
