// What short rows are made by (projected_rows.hpp), without the vectors of a processor's registers,
// which nvcc does not take: for kernels/ as well.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// Share of the variance that axes of a filter keep: fewer let too many candidates through, more
/// cost more in the product.
inline constexpr double kFilterCarries = 0.92;

/// Axes that carry enough of the variance of some points; none where points are only centred.
struct ShortAxes {
  std::vector<float> mean;  // [dim]
  Matrix axes;              // [count, dim], padded with zeros to a multiple of 16 columns

  bool lossless() const { return axes.rows() == 0; }
};

/// The rows of n points that axes are found by, evenly spaced; and the axes of n points by these
/// alone. The same bits for any number of threads.
std::vector<std::int64_t> axes_sample(std::int64_t n);
ShortAxes short_axes(const Matrix& sample, std::int64_t n, double carried, const Cpu& on);

/// Short rows are padded with zeros to a multiple of so many columns.
inline constexpr std::int64_t kShortPad = 16;
constexpr std::int64_t padded_width(std::int64_t columns) {
  return (columns + kShortPad - 1) / kShortPad * kShortPad;
}
/// Columns of a short row, under l2.
inline std::int64_t short_width(const ShortAxes& by) {
  return padded_width(by.lossless() ? static_cast<std::int64_t>(by.mean.size()) : by.axes.rows());
}

/// The order of short rows [n, any] in memory, that of the leaves of a k-d tree over these columns,
/// or all where there are fewer. O(n log n).
inline constexpr std::int64_t kLeafColumns = 32;  // the leading axes
std::vector<std::int32_t> leaf_order(const Matrix& rows, const Cpu& on);

/// The row of every of n points, where rows are of the points `ids`. -1 for points that have none.
std::vector<std::int32_t> row_of_point(const std::vector<std::int32_t>& ids, std::int64_t n);

}  // namespace nearfold
