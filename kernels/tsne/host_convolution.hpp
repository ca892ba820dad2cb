// The grid of repulsion_fft.hpp where the host plays the device: that of src/tsne/fft_grid.cpp.
#pragma once

#include <cstdint>

#include "kernels/core/host_executor.hpp"
#include "kernels/tsne/repulsion_fft.hpp"
#include "tsne/fft_grid.hpp"

namespace nearfold {

template <>
class Convolution<HostExecutor> {
 public:
  static constexpr std::int64_t kMinNodes = 16;

  Convolution(const HostExecutor& executor, std::int64_t nodes, double dof = 1)
      : executor_(executor), grid_(nodes, Cpu{1}, dof, grid_spacing(dof)) {
    executor_.refuse_in_recordings("memory");
  }
  std::int64_t nodes() const { return grid_.nodes(); }
  std::int64_t rows() const { return grid_.nodes(); }
  std::int64_t stride() const { return grid_.at(1, 0) - grid_.at(0, 0); }
  float* values() { return grid_.at(0, 0); }
  void convolve() {
    executor_.run([this] { grid_.convolve(); });
  }

 private:
  HostExecutor executor_;
  TsneGrid grid_;
};

}  // namespace nearfold
