// kernels/core/cuda_executor.cuh first: atomicAdd has to be known.
#include "kernels/core/cuda_executor.cuh"
//
#include "core/device.hpp"
#include "kernels/model/transform.hpp"

namespace nearfold {

std::unique_ptr<Placer> make_placer(const Model& model, const Cuda& on) {
  return std::make_unique<PlacerOn<CudaExecutor>>(CudaExecutor(on), model, host_of(on));
}

}  // namespace nearfold
