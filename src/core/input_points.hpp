// The points of a run, where the caller has them.
#pragma once

#include <cstdint>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// Points [n, dim] in the memory of the host or of a GPU, or none.
struct InputPoints {
  HostMatrix<const float> host = {};
  DeviceMatrix<const float> device = {};

  InputPoints() = default;
  InputPoints(HostMatrix<const float> points) : host(points) {}      // NOLINT
  InputPoints(DeviceMatrix<const float> points) : device(points) {}  // NOLINT
  InputPoints(const Matrix& points) : host(points) {}                // NOLINT

  bool on_device() const { return device.rows() > 0; }
  bool any() const { return rows() > 0; }
  std::int64_t rows() const { return on_device() ? device.rows() : host.rows(); }
  std::int64_t cols() const { return on_device() ? device.cols() : host.cols(); }
};

}  // namespace nearfold
