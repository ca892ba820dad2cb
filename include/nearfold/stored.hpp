// Points as they are stored: float32, or one of the narrow types that pictures, quantised vectors
// and weights come in, which are floats once they are in a register and never in memory.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// The type of a stored value. All but float32 are narrow; each value of theirs is a float32.
enum class ValueType : std::uint8_t { float32, float16, bfloat16, int8, uint8 };

/// Bytes of a value.
constexpr std::int64_t bytes_of(ValueType type) {
  switch (type) {
    case ValueType::float32:
      return 4;
    case ValueType::float16:
    case ValueType::bfloat16:
      return 2;
    case ValueType::int8:
    case ValueType::uint8:
      return 1;
  }
  return 4;
}
/// "float32", "uint8", ...
NEARFOLD_EXPORT const char* name(ValueType type);
/// Throws InvalidParameter for a name of no such type.
NEARFOLD_EXPORT ValueType value_type_named(const std::string& name);

/// rows x cols values of a type, row-major, in host memory of the caller, which may be a file's
/// that is mapped. Owns nothing, copied like a pointer. Functions that take it give for narrow
/// values, byte for byte, what they give for the same values as float32.
class StoredView {
 public:
  StoredView() = default;  ///< 0 x 0 of float32
  /// All that is a matrix of floats: HostMatrix, Matrix, ...
  template <class Floats>
  requires(!std::is_same_v<Floats, StoredView> &&
           std::is_convertible_v<const Floats&, HostMatrix<const float>>)
      StoredView(const Floats& points)  // NOLINT(google-explicit-constructor)
      : StoredView(HostMatrix<const float>(points), ValueType::float32) {}
  StoredView(const float* data, std::int64_t rows, std::int64_t cols)
      : StoredView(HostMatrix<const float>(data, rows, cols), ValueType::float32) {}
  StoredView(std::span<const float> values, std::int64_t rows, std::int64_t cols)
      : StoredView(HostMatrix<const float>(values, rows, cols), ValueType::float32) {}
  /// rows * cols values from `data` on, at any address but for float32, which lies at a multiple of
  /// 4. Throws InvalidInput for what MatrixView refuses, and for float32 elsewhere.
  NEARFOLD_EXPORT StoredView(const void* data, ValueType type, std::int64_t rows,
                             std::int64_t cols);

  ValueType type() const { return type_; }
  bool is_narrow() const { return type_ != ValueType::float32; }
  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  std::int64_t size() const { return rows_ * cols_; }
  std::int64_t row_bytes() const { return cols_ * bytes_of(type_); }
  std::int64_t bytes() const { return rows_ * row_bytes(); }
  const void* data() const { return data_; }
  /// Row i's bytes, i in [0, rows).
  const std::byte* row_data(std::int64_t i) const {
    return static_cast<const std::byte*>(data_) + i * row_bytes();
  }

  /// Row i as floats: where it lies if it is float32, else in `room` [cols], whose values it
  /// replaces.
  const float* row(std::int64_t i, float* room) const {
    if (!is_narrow()) return static_cast<const float*>(data_) + i * cols_;
    copy_row(i, room);
    return room;
  }
  /// Room for row(): nothing for float32, which needs none.
  std::vector<float> room() const {
    return std::vector<float>(is_narrow() ? static_cast<std::size_t>(cols_) : 0);
  }
  NEARFOLD_EXPORT void copy_row(std::int64_t i, float* to) const;
  NEARFOLD_EXPORT float value(std::int64_t i, std::int64_t c) const;

  /// The same as floats where they are float32; throws Unsupported naming the type else.
  NEARFOLD_EXPORT HostMatrix<const float> floats() const;
  const float* float_row(std::int64_t i) const {
    return is_narrow() ? floats().row(i) : static_cast<const float*>(data_) + i * cols_;
  }

 private:
  StoredView(HostMatrix<const float> points, ValueType type)
      : data_(points.data()), type_(type), rows_(points.rows()), cols_(points.cols()) {}

  const void* data_ = nullptr;
  ValueType type_ = ValueType::float32;
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
};

}  // namespace nearfold
