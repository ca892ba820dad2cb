// What every entry of the library checks of points before it works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "math/host_device.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Throws InvalidInput naming row and column of the first five values that are not finite or beyond
/// 1e16 and how many there are, the shape that is not supported, or the largest difference from the
/// first row where it is below 1e-16 and not 0. O(n dim).
void check_points(const StoredView& points, const Cpu& on);

/// "row 3, column 7 is -0.5".
std::string place_in_words(std::int64_t row, std::int64_t column, float value);

/// Values that no distance can be made of: how many, and where the first are.
struct BadValues {
  static constexpr std::size_t kNamed = 5;
  struct Place {
    std::int64_t row, col;
    float value;
  };
  std::int64_t count = 0;
  bool finite = false;  // any of them
  std::vector<Place> first = {};

  void add(std::int64_t row, std::int64_t col, float value);
  BadValues operator+(const BadValues& next) const;
  std::string message() const;
};

/// check_points() of points that come in blocks of rows, but for their shape.
class PointsCheck {
 public:
  /// The next rows.
  void add(const StoredView& rows, const Cpu& on);
  void finish() const;

 private:
  std::int64_t rows_ = 0;
  std::vector<float> first_;  // row
  BadValues bad_;
  float spread_ = 0;  // largest difference from it
};

/// The shape of points alone.
void check_shape(std::int64_t rows, std::int64_t cols);

/// Whether distances can be made of a value.
NEARFOLD_HD inline bool is_usable(float value) {
  constexpr float kLargest = 1e16f;  // its square times any sensible dim is still a float
  return value <= kLargest && value >= -kLargest;
}

/// The values of points or queries alone, in any number of rows.
void check_values(const StoredView& points, const Cpu& on);

/// Columns that have the first row's value in every row.
std::int64_t constant_columns(const StoredView& points);

/// Both for points in the memory of a GPU. O(n dim).
void check_points(DeviceMatrix<const float> points, const Cuda& on);
std::int64_t constant_columns(DeviceMatrix<const float> points, const Cuda& on);

[[noreturn]] void throw_not_finite();
/// Throws it when a layout in the memory of a GPU is not finite.
void require_finite(DeviceMatrix<const float> layout, const Cuda& on);

}  // namespace nearfold
