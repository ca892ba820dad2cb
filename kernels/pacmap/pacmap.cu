// kernels/core/cuda_executor.cuh before pacmap.hpp: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "kernels/pacmap/pacmap.hpp"

namespace nearfold {

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start,
                                          const PacmapParams& params, std::uint64_t seed,
                                          const Cuda& on) {
  return make_pacmap_on(CudaExecutor::with_own_stream(on), std::move(graph), start, params, {},
                        seed);
}

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start,
                                          const LocalmapParams& params, std::uint64_t seed,
                                          const Cuda& on) {
  return make_pacmap_on(CudaExecutor::with_own_stream(on), std::move(graph), start, params,
                        params.low_dist_thres, seed);
}

}  // namespace nearfold
