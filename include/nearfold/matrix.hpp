// Row-major, contiguous matrices: a view that says in its type where the memory lives, and an owner
// in host memory. The rule for the whole library: x[i * cols + j], no padding.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/device.hpp"

namespace nearfold {

/// `rows` x `cols` values at `data`, in the memory of `Where`. Does not own them.
template <class T, class Where>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;

  T* row(std::int64_t i) const { return data + i * cols; }
  std::int64_t size() const { return rows * cols; }
  operator MatrixView<const T, Where>() const { return {data, rows, cols}; }  // NOLINT
};

template <class T>
using HostMatrix = MatrixView<T, Cpu>;
template <class T>
using DeviceMatrix = MatrixView<T, Cuda>;

/// Owns `rows` x `cols` float values in host memory.
struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::vector<float> values;

  Matrix() = default;
  Matrix(std::int64_t n, std::int64_t dim)
      : rows(n), cols(dim), values(static_cast<std::size_t>(n * dim)) {}

  float* row(std::int64_t i) { return values.data() + i * cols; }
  const float* row(std::int64_t i) const { return values.data() + i * cols; }
  HostMatrix<float> view() { return {values.data(), rows, cols}; }
  HostMatrix<const float> view() const { return {values.data(), rows, cols}; }
  operator HostMatrix<const float>() const { return view(); }  // NOLINT
};

}  // namespace nearfold
