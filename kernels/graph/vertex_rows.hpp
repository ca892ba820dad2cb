// Rows of a layout on a device: by point and by vertex (src/graph/vertex_order.hpp), from the host
// and back.
//
// Cost: one launch, 8 bytes a value, and 4 a vertex.
#pragma once

#include <cstdint>
#include <utility>

#include "graph/graph.hpp"
#include "math/host_device.hpp"

namespace nearfold {

struct Counting {
  std::int32_t* to;
  NEARFOLD_HD void operator()(std::int64_t i) const { to[i] = static_cast<std::int32_t>(i); }
};

/// Value e of the rows by vertex.
struct TakeByVertex {
  const float* by_point;
  const std::int32_t* point_of;
  std::int64_t cols;
  float* by_vertex;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    by_vertex[e] = by_point[point_of[e / cols] * cols + e % cols];
  }
};
struct PutByPoint {
  const float* by_vertex;
  const std::int32_t* point_of;
  std::int64_t cols;
  float* by_point;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    by_point[point_of[e / cols] * cols + e % cols] = by_vertex[e];
  }
};

template <class Executor>
class VertexRows {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// `point_of` is empty when vertices are numbered as points are.
  VertexRows(const Executor& executor, Buffer<std::int32_t> point_of, std::int64_t n,
             std::int64_t cols)
      : executor_(executor), point_of_(std::move(point_of)), n_(n), cols_(cols) {
    if (point_of_.size() > 0) return;
    point_of_ = executor_.template buffer<std::int32_t>(n_);
    executor_.for_each(n_, Counting{point_of_.data()});
  }

  /// Into a buffer of that size, which stays where it is.
  void by_vertex(const Matrix& by_point, Buffer<float>& to) const {
    const auto points = executor_.upload(by_point.values());
    executor_.for_each(n_ * cols_, TakeByVertex{points.data(), point_of_.data(), cols_, to.data()});
    executor_.wait();  // what was uploaded goes away
  }

  /// To rows by point at `out`, in the memory of the device; does not wait for it.
  void by_point(const Buffer<float>& by_vertex, float* out) const {
    executor_.for_each(n_ * cols_, PutByPoint{by_vertex.data(), point_of_.data(), cols_, out});
  }
  Matrix by_point(const Buffer<float>& by_vertex) const {
    auto rows = executor_.template buffer<float>(n_ * cols_);
    by_point(by_vertex, rows.data());
    return Matrix(n_, cols_, executor_.download(rows));
  }

 private:
  Executor executor_;
  Buffer<std::int32_t> point_of_;
  std::int64_t n_, cols_;
};

}  // namespace nearfold
