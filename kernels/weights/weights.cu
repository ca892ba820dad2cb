// kernels/core/cuda_executor.cuh first: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "kernels/weights/weights.hpp"

namespace nearfold {

DeviceEdgeGraph weigh_edges(const DeviceKnnGraph& graph, const TsneParams& params, const Cuda& on) {
  return WeightsOn<CudaExecutor>(CudaExecutor(on), graph)(params);
}

DeviceEdgeGraph weigh_edges(const DeviceKnnGraph& graph, const UmapParams& params, const Cuda& on) {
  return WeightsOn<CudaExecutor>(CudaExecutor(on), graph)(params);
}

}  // namespace nearfold
