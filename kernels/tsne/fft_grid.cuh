// The grid of repulsion_fft.hpp on a GPU, by cuFFT: charges on nodes in, potentials on nodes out.
// The kernel and its spectrum are those of src/tsne/fft_grid.cpp.
//
// Cost of convolve(), with S = 2 N: a transform forth and one back, each some 2.5 S^2 log2 S^2
// flops and, in two passes, 16 S^2 bytes; a product of 10 S^2 bytes. cuFFT's launches, some two a
// transform, and one. A new grid: two plans, a transform, and two launches of some 100 operations
// in double a node.
#pragma once

#include <cufft.h>

#include <cmath>
#include <string>

#include "kernels/core/cuda.hpp"
#include "kernels/core/cuda_executor.cuh"
#include "kernels/tsne/repulsion_fft.hpp"
#include "math/host_device.hpp"
#include "tsne/grid_constants.hpp"

namespace nearfold {

inline void check_cufft(cufftResult status, const char* call) {
  if (status == CUFFT_SUCCESS) return;
  const std::string what = std::string(call) + " failed with code " + std::to_string(status);
  if (status == CUFFT_ALLOC_FAILED)
    throw OutOfMemory(what + "; use a device with more memory", 0, 0);
  throw DeviceFailure(what);
}

/// (1 + d^2 / dof)^-dof at a node of the cyclic grid of `side` nodes.
struct KernelNode {
  float* values;  // [side, side]
  std::int64_t side;
  double spacing, dof;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t r = g / side, c = g % side;
    const double d = spacing * static_cast<double>(r < side - r ? r : side - r);
    const double e = spacing * static_cast<double>(c < side - c ? c : side - c);
    values[g] = static_cast<float>(dof == 1 ? 1.0 / (1.0 + d * d + e * e)
                                            : std::pow(1.0 + (d * d + e * e) / dof, -dof));
  }
};

/// The spectrum, real as the kernel is even, over the squared symbol of the spline; scaled for the
/// inverse.
struct KernelFactor {
  const cufftComplex* spectrum;  // [side, side / 2 + 1]
  float* factor;
  std::int64_t side;
  NEARFOLD_HD double symbol(std::int64_t k) const {
    const double angle =
        2.0 * 3.14159265358979323846 * static_cast<double>(k) / static_cast<double>(side);
    return (66.0 + 52.0 * cos(angle) + 2.0 * cos(2.0 * angle)) / 120.0;
  }
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t half = side / 2 + 1, row = g / half;
    const double s = symbol(row) * symbol(g % half);
    const auto scale = static_cast<double>(side) * static_cast<double>(side);
    factor[g] = static_cast<float>(static_cast<double>(spectrum[g].x) / (s * s * scale));
  }
};

struct MultiplySpectrum {
  cufftComplex* spectrum;
  const float* factor;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    spectrum[g].x *= factor[g];
    spectrum[g].y *= factor[g];
  }
};

/// A cuFFT plan, destroyed in the end.
class FftPlan {
 public:
  FftPlan(const Cuda& on, std::int64_t side, cufftType type) : on_(on) {
    const DeviceGuard here(on);
    const int length = static_cast<int>(side);
    check_cufft(cufftPlan2d(&plan_, length, length, type), "cufftPlan2d");
    check_cufft(cufftSetStream(plan_, on.stream), "cufftSetStream");
    // Its tables may come by the default stream, which on.stream need not wait for.
    check_cuda(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
  }
  ~FftPlan() {
    release_on(on_, [&] { cufftDestroy(plan_); });
  }
  FftPlan(const FftPlan&) = delete;
  FftPlan& operator=(const FftPlan&) = delete;
  cufftHandle handle() const { return plan_; }

 private:
  Cuda on_;
  cufftHandle plan_ = 0;
};

template <>
class Convolution<CudaExecutor> {
 public:
  static constexpr std::int64_t kMinNodes = 256;  // smaller ones are no faster, and each has a plan

  Convolution(const CudaExecutor& executor, std::int64_t nodes, double dof)
      : executor_(executor),
        nodes_(grid_nodes_for(nodes)),
        side_(2 * nodes_),
        forth_(executor.on(), side_, CUFFT_R2C),
        back_(executor.on(), side_, CUFFT_C2R),
        values_(executor.buffer<float>(side_ * side_)),
        factor_(executor.buffer<float>(spectrum_size())),
        spectrum_(executor.buffer<cufftComplex>(spectrum_size())) {
    executor_.for_each(side_ * side_, KernelNode{values(), side_, grid_spacing(dof), dof});
    transform();
    executor_.for_each(spectrum_size(), KernelFactor{spectrum_.data(), factor_.data(), side_});
  }

  std::int64_t nodes() const { return nodes_; }
  std::int64_t rows() const { return side_; }
  std::int64_t stride() const { return side_; }
  float* values() { return values_.data(); }

  void convolve() {
    transform();
    executor_.for_each(spectrum_size(), MultiplySpectrum{spectrum_.data(), factor_.data()});
    const DeviceGuard here(executor_.on());
    check_cufft(cufftExecC2R(back_.handle(), spectrum_.data(), values()), "cufftExecC2R");
  }

 private:
  std::int64_t spectrum_size() const { return side_ * (side_ / 2 + 1); }
  void transform() {
    const DeviceGuard here(executor_.on());
    check_cufft(cufftExecR2C(forth_.handle(), values(), spectrum_.data()), "cufftExecR2C");
  }

  CudaExecutor executor_;
  std::int64_t nodes_, side_;
  FftPlan forth_, back_;
  CudaExecutor::Buffer<float> values_, factor_;
  CudaExecutor::Buffer<cufftComplex> spectrum_;
};

}  // namespace nearfold
