// kernels/core/cuda_executor.cuh before tsne.hpp: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "kernels/tsne/fft_grid.cuh"
#include "kernels/tsne/tsne.hpp"

namespace nearfold {

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start,
                                          const TsneParams& params, std::uint64_t /*seed*/,
                                          const Cuda& on) {
  const CudaExecutor executor = CudaExecutor::with_own_stream(on);
  if (start.cols() == 2)
    return std::make_unique<TsneOn<CudaExecutor, 2>>(executor, std::move(graph), start, params);
  return std::make_unique<TsneOn<CudaExecutor, 3>>(executor, std::move(graph), start, params);
}

}  // namespace nearfold
