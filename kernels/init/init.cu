// kernels/core/cuda_executor.cuh first: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "kernels/graph/components.hpp"
#include "kernels/init/init.hpp"

namespace nearfold {

InitialLayout initial_layout(const Init& init, HostMatrix<const float> points,
                             DeviceMatrix<const float> there, const DeviceEdgeGraph& graph,
                             int dims, std::uint64_t seed, const Cuda& on) {
  if (there.rows() > 0 || points.rows() == 0 || !std::holds_alternative<PcaInit>(init)) {
    LayoutOn<CudaExecutor> source(CudaExecutor(on), there.data(), there.cols(), graph);
    return initial_layout(init, source, dims, seed, host_of(on));
  }
  const std::int64_t asked = pca_bytes(points.rows(), points.cols()), free = free_bytes(on);
  if (asked > free) {
    InitialLayout start = initial_layout(init, points, {}, dims, seed, host_of(on));
    start.warnings.push_back("the PCA start was made on the processor: it needs " +
                             std::to_string(asked) + " bytes on " + describe(on) + ", which has " +
                             std::to_string(free) + " free");
    return start;
  }
  DeviceArray<float> copy(on, static_cast<std::size_t>(points.size()));
  copy.write(points.data(), copy.size());
  LayoutOn<CudaExecutor> source(CudaExecutor(on), copy.data(), points.cols(), graph);
  return initial_layout(init, source, dims, seed, host_of(on));
}

}  // namespace nearfold
