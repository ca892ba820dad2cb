#include "kernels/core/cuda_executor.cuh"
#include "kernels/graph/transfer.hpp"
#include "kernels/graph/vertex_order.hpp"

namespace nearfold {

Numbered<Cuda> numbered(const DeviceKnnGraph& graph, int /*k*/, const Cuda& on) {
  const OrderOn<OnDevice> order(OnDevice(on), graph);
  DeviceArray<std::int32_t> point_of = order.order();
  return {order.renumbered(point_of), std::move(point_of)};
}

Numbered<Cuda> numbered(const KnnGraph& graph, int k, const Cuda& on) {
  require_neighbors(graph, k);
  if (graph.k != k) return numbered(prune(graph, k), k, on);
  return numbered(graph_on(OnDevice(on), graph), k, on);
}

}  // namespace nearfold
