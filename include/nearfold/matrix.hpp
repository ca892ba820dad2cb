// Row-major, contiguous matrices: a view that says in its type where the memory lives, and an owner
// in host memory. The rule for the whole library: value (i, j) is at i * cols + j, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"

namespace nearfold {

/// Throws InvalidInput for the shape of a matrix that cannot be: rows or columns below 0, more
/// values than memory can hold, values and no memory, `given` values that are not rows * cols.
[[noreturn]] NEARFOLD_EXPORT void throw_no_matrix(std::int64_t rows, std::int64_t cols,
                                                  bool is_null);
[[noreturn]] NEARFOLD_EXPORT void throw_no_matrix(std::int64_t rows, std::int64_t cols,
                                                  std::size_t given);

/// Whether rows and columns are >= 0, and rows * cols floats at most what memory can hold.
constexpr bool is_matrix_shape(std::int64_t rows, std::int64_t cols) noexcept {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 8;
  return rows >= 0 && cols >= 0 &&
         (((rows | cols) >> 30) == 0 || cols == 0 || rows <= kMost / cols);
}

/// rows x cols values in the memory of `Where`, which is Cpu or Cuda. Does not own them: the memory
/// must live as long as the view is used. Copied like a pointer.
template <class T, class Where>
class MatrixView {
 public:
  MatrixView() = default;  ///< 0 x 0
  /// rows * cols values from `data` on. Throws InvalidInput for a null pointer to any, for rows or
  /// columns below 0, and for more of them than memory can hold.
  MatrixView(T* data, std::int64_t rows, std::int64_t cols)
      : data_(data), rows_(rows), cols_(cols) {
    if (!is_matrix_shape(rows, cols) || (data == nullptr && rows > 0 && cols > 0))
      throw_no_matrix(rows, cols, data == nullptr);
  }
  /// All of `values`: throws InvalidInput, too, when they are not rows * cols.
  MatrixView(std::span<T> values, std::int64_t rows, std::int64_t cols)
      : data_(values.data()), rows_(rows), cols_(cols) {
    if (!is_matrix_shape(rows, cols) || values.size() != static_cast<std::size_t>(rows * cols))
      throw_no_matrix(rows, cols, values.size());
  }

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  std::int64_t size() const { return rows_ * cols_; }
  T* data() const { return data_; }
  T* row(std::int64_t i) const { return data_ + i * cols_; }  ///< i in [0, rows)
  std::span<T> span() const { return {data_, static_cast<std::size_t>(size())}; }
  operator MatrixView<const T, Where>() const { return {data_, rows_, cols_}; }  // NOLINT

 private:
  T* data_ = nullptr;
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
};

template <class T>
using HostMatrix = MatrixView<T, Cpu>;
template <class T>
using DeviceMatrix = MatrixView<T, Cuda>;

/// Owns rows x cols floats in host memory: always as many as that. One that was moved from is
/// 0 x 0.
class Matrix {
 public:
  Matrix() = default;
  /// Zeros. Throws InvalidInput for rows or columns below 0, or more than memory can hold.
  Matrix(std::int64_t rows, std::int64_t cols)
      : rows_(rows), cols_(cols), values_(checked_size(rows, cols)) {}
  /// Takes the values, which are not copied: Matrix(n, dim, std::move(values)). Throws InvalidInput
  /// when they are not rows * cols.
  Matrix(std::int64_t rows, std::int64_t cols, std::vector<float>&& values)
      : rows_(rows), cols_(cols), values_(std::move(values)) {
    if (!is_matrix_shape(rows, cols) || values_.size() != static_cast<std::size_t>(rows * cols))
      throw_no_matrix(rows, cols, values_.size());
  }
  Matrix(const Matrix&) = default;
  Matrix& operator=(const Matrix&) = default;
  Matrix(Matrix&& from) noexcept
      : rows_(std::exchange(from.rows_, 0)),
        cols_(std::exchange(from.cols_, 0)),
        values_(std::exchange(from.values_, {})) {}
  Matrix& operator=(Matrix&& from) noexcept {
    rows_ = std::exchange(from.rows_, 0);
    cols_ = std::exchange(from.cols_, 0);
    values_ = std::exchange(from.values_, {});
    return *this;
  }
  ~Matrix() = default;

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  std::int64_t size() const { return rows_ * cols_; }
  const std::vector<float>& values() const& { return values_; }
  /// Not copied: std::move(matrix).values() leaves it 0 x 0.
  std::vector<float> values() && {
    rows_ = cols_ = 0;
    return std::exchange(values_, {});
  }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  float* row(std::int64_t i) { return values_.data() + i * cols_; }  ///< i in [0, rows)
  const float* row(std::int64_t i) const { return values_.data() + i * cols_; }
  std::span<float> span() { return values_; }
  std::span<const float> span() const { return values_; }

  HostMatrix<float> view() { return {values_.data(), rows_, cols_}; }
  HostMatrix<const float> view() const { return {values_.data(), rows_, cols_}; }
  operator HostMatrix<const float>() const { return view(); }  // NOLINT

 private:
  static std::size_t checked_size(std::int64_t rows, std::int64_t cols) {
    if (!is_matrix_shape(rows, cols)) throw_no_matrix(rows, cols, false);
    return static_cast<std::size_t>(rows * cols);
  }

  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
  std::vector<float> values_;
};

}  // namespace nearfold
