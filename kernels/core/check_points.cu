#include "kernels/core/check_points.hpp"
#include "kernels/core/cuda_executor.cuh"
#include "nearfold/error.hpp"

namespace nearfold {

void check_points(DeviceMatrix<const float> points, const Cuda& on) {
  check_shape(points.rows(), points.cols());
  if (CheckOn<CudaExecutor>(CudaExecutor(on))
          .unusable(points.data(), points.rows(), points.cols()) == 0)
    return;
  Matrix here(points.rows(), points.cols());  // the host's check says which, in the same words
  copy_bytes(on, here.data(), points.data(), here.values().size() * sizeof(float),
             CopyKind::to_host);
  check_values(here, Cpu{});
}

std::int64_t constant_columns(DeviceMatrix<const float> points, const Cuda& on) {
  return CheckOn<CudaExecutor>(CudaExecutor(on))
      .constant_columns(points.data(), points.rows(), points.cols());
}

void require_finite(DeviceMatrix<const float> layout, const Cuda& on) {
  if (CheckOn<CudaExecutor>(CudaExecutor(on))
          .unusable(layout.data(), layout.rows(), layout.cols()) > 0)
    throw_not_finite();
}

}  // namespace nearfold
