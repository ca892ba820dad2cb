// kernels/core/cuda_executor.cuh first: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "core/device.hpp"
#include "kernels/weights/on_host.hpp"

namespace nearfold {

DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const TsneParams& params, const Cuda& on) {
  return edges_on(CudaExecutor(on), std::move(graph), params, host_of(on));
}

DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const UmapParams& params, const Cuda& on) {
  return edges_on(CudaExecutor(on), std::move(graph), params, host_of(on));
}

DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const UmapParams& params, const Steering& by,
                            const Cuda& on) {
  return edges_on(CudaExecutor(on), std::move(graph), params, by, host_of(on));
}

DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const PacmapParams& params,
                            const PairSource& from, const Cuda& on) {
  return edges_on(CudaExecutor(on), std::move(graph), params, from, host_of(on));
}

}  // namespace nearfold
