#include "kernels/umap/umap.hpp"

#include "kernels/core/cuda_executor.cuh"

namespace nearfold {

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start,
                                          const UmapParams& params, std::uint64_t seed,
                                          const Cuda& on) {
  return make_umap_on(CudaExecutor::with_own_stream(on), std::move(graph), start, params, seed);
}

}  // namespace nearfold
