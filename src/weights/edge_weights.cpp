#include <type_traits>
#include <utility>

#include "core/device.hpp"
#include "nearfold/weights.hpp"
#include "stages.hpp"

namespace nearfold {

EdgeWeights edge_weights(const KnnGraphView& graph, const Method& method, const Cpu& on) {
  return edge_weights(graph, Settings{.method = method, .device = on});
}

EdgeWeights edge_weights(const KnnGraphView& graph, const Settings& settings) {
  validate(settings);
  const Cpu& on = require_cpu(settings.device, "the weights of a graph");
  graph.validate();
  const std::vector<std::int32_t> as_points;
  EdgeGraph edges = std::visit(
      [&]<class Params>(const Params& params) {
        KnnGraph pruned = prune(graph, neighbors_needed(params, graph.n));
        if constexpr (kTakesTargets<Params>) {
          check_targets(settings.targets, graph.n, params.n_neighbors);
          return weigh_edges(std::move(pruned), params,
                             Steering{settings.targets, as_points, settings.seed}, on);
        } else {
          return weigh_edges(std::move(pruned), params, on);
        }
      },
      settings.method);
  return {edges.n, std::move(edges.offsets), std::move(edges.columns), std::move(edges.weights)};
}

}  // namespace nearfold
