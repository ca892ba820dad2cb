// kernels/core/cuda_executor.cuh first: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "core/device.hpp"
#include "kernels/init/init.hpp"

namespace nearfold {
namespace {

/// Scores of points that do not fit on the device, on the processor.
InitialLayout projected_on_host(const InputPoints& points, int dims, std::uint64_t seed,
                                std::int64_t asked, std::int64_t free, const Cuda& on) {
  InitialLayout start = initial_layout(PcaInit{}, points, EdgeGraph{}, dims, seed, host_of(on));
  start.warnings.push_back("the PCA initialization was made on the processor: it needs " +
                           std::to_string(asked) + " bytes on " + describe(on) + ", which has " +
                           std::to_string(free) + " free");
  return start;
}

}  // namespace

InitialLayout initial_layout(const Init& init, const InputPoints& points,
                             const DeviceEdgeGraph& graph, int dims, std::uint64_t seed,
                             const Cuda& on) {
  const float* there = points.device.data();
  DeviceArray<float> copy;
  if (std::holds_alternative<PcaInit>(init) && !points.on_device()) {
    const HostMatrix<const float> here = points.host.floats();
    const std::int64_t asked = pca_bytes(here.rows(), here.cols()), free = free_bytes(on);
    if (asked > free) return projected_on_host(points, dims, seed, asked, free, on);
    copy = DeviceArray<float>(on, static_cast<std::size_t>(here.size()));
    copy.write(here.data(), copy.size());
    there = copy.data();
  }
  DeviceSource<CudaExecutor> source(CudaExecutor(on), there, points.cols(), graph);
  return initial_layout(init, source, dims, seed, host_of(on));
}

}  // namespace nearfold
