// The points of a run, where the caller has them.
#pragma once

#include <cstdint>
#include <optional>

#include "nearfold/matrix.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Points [n, dim] in the memory of the host, dense of any type or sparse, or of a GPU, or none.
struct InputPoints {
  StoredView host = {};
  DeviceMatrix<const float> device = {};
  std::optional<SparseView> sparse = {};

  InputPoints() = default;
  InputPoints(HostMatrix<const float> points) : host(points) {}      // NOLINT
  InputPoints(DeviceMatrix<const float> points) : device(points) {}  // NOLINT
  InputPoints(const Matrix& points) : host(points) {}                // NOLINT
  InputPoints(const StoredView& points) : host(points) {}            // NOLINT
  InputPoints(const SparseView& points) : sparse(points) {}          // NOLINT

  /// use(points) of points on the host: sparse ones, or dense ones of float32.
  template <class Use>
  auto use(const Use& use) const {
    return sparse ? use(*sparse) : use(host.floats());
  }

  /// The same of dense points of any type, as they are stored.
  template <class Use>
  auto use_stored(const Use& use) const {
    return sparse ? use(*sparse) : use(host);
  }

  bool on_device() const { return device.rows() > 0; }
  bool any() const { return rows() > 0; }
  std::int64_t rows() const {
    return sparse ? sparse->rows() : on_device() ? device.rows() : host.rows();
  }
  std::int64_t cols() const {
    return sparse ? sparse->cols() : on_device() ? device.cols() : host.cols();
  }
};

}  // namespace nearfold
