// kernels/core/cuda_executor.cuh first: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "kernels/weights/weights.hpp"

namespace nearfold {

DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const TsneParams& params, const Cuda& on) {
  return WeightsOn<CudaExecutor>(CudaExecutor(on), std::move(graph))(params);
}

DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const UmapParams& params, const Cuda& on) {
  return WeightsOn<CudaExecutor>(CudaExecutor(on), std::move(graph))(params);
}

}  // namespace nearfold
