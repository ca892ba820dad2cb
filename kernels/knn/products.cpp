#include "kernels/knn/products.hpp"

#include <cublas_v2.h>

#include <string>

#include "kernels/core/cuda.hpp"
#include "nearfold/embed.hpp"

namespace nearfold {
namespace {

void check(cublasStatus_t status, const char* call, const Cuda& on) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string what = std::string(call) + ": " + cublasGetStatusString(status);
  if (status == CUBLAS_STATUS_ALLOC_FAILED)
    throw OutOfMemory("cuBLAS found too little memory on " + describe(on) + ": " + what +
                          "; use fewer points, or the cpu",
                      0, free_bytes(on));
  throw DeviceFailure(what + "; " + describe(on) + " can't be used any more by this process");
}

class CublasProducts final : public Products {
 public:
  explicit CublasProducts(const Cuda& on) : on_(on) {
    const DeviceGuard here(on_);
    check(cublasCreate(&handle_), "cublasCreate", on_);
    check(cublasSetStream(handle_, on_.stream), "cublasSetStream", on_);
    // Sums stay in float32 where a product is cut in parts.
    check(cublasSetMathMode(handle_, CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION),
          "cublasSetMathMode", on_);
  }
  ~CublasProducts() override {
    release_on(on_, [&] { cublasDestroy(handle_); });
  }
  CublasProducts(const CublasProducts&) = delete;
  CublasProducts& operator=(const CublasProducts&) = delete;

  /// cuBLAS has columns for rows: its matrix [points, queries] is ours [queries, points].
  void operator()(const HalfRows& points, const HalfRows& queries, float* to,
                  std::int64_t stride) override {
    const DeviceGuard here(on_);
    const float one = 1, zero = 0;
    const auto dim = static_cast<int>(points.dim);
    check(cublasGemmEx(handle_, CUBLAS_OP_T, CUBLAS_OP_N, static_cast<int>(points.count),
                       static_cast<int>(queries.count), dim, &one, points.rows, CUDA_R_16F, dim,
                       queries.rows, CUDA_R_16F, dim, &zero, to, CUDA_R_32F,
                       static_cast<int>(stride), CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
          "cublasGemmEx", on_);
  }

 private:
  Cuda on_;
  cublasHandle_t handle_ = nullptr;
};

}  // namespace

std::unique_ptr<Products> cublas_products(const Cuda& on) {
  return std::make_unique<CublasProducts>(on);
}

}  // namespace nearfold
