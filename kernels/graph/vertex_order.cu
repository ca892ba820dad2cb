#include "kernels/core/cuda_executor.cuh"
#include "kernels/graph/transfer.hpp"
#include "kernels/graph/vertex_order.hpp"
#include "stages.hpp"

namespace nearfold {

Reordered<Cuda> reorder(const DeviceKnnGraph& graph, int /*k*/, const Cuda& on) {
  const OrderOn<CudaExecutor> order(CudaExecutor(on), graph);
  DeviceArray<std::int32_t> point_of = order.order();
  return {order.renumbered(point_of), std::move(point_of)};
}

Reordered<Cuda> reorder(const KnnGraph& graph, int k, const Cuda& on) {
  require_neighbors(graph, k);
  if (graph.k != k) return reorder(prune(graph, k), k, on);
  return reorder(graph_on(CudaExecutor(on), graph), k, on);
}

}  // namespace nearfold
