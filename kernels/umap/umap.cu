#include "kernels/umap/umap.hpp"

#include "kernels/core/cuda_executor.cuh"

namespace nearfold {

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start,
                                          const UmapParams& params, std::uint64_t seed,
                                          const Cuda& on) {
  const CudaExecutor executor = CudaExecutor::with_own_stream(on);
  if (start.cols() == 2)
    return std::make_unique<UmapOn<CudaExecutor, 2>>(executor, std::move(graph), start, params,
                                                     seed);
  return std::make_unique<UmapOn<CudaExecutor, 3>>(executor, std::move(graph), start, params, seed);
}

}  // namespace nearfold
