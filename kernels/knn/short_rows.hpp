// The rows by which cells are made and searched (knn/projected_rows.hpp), on a device: every sum in
// the order that it has on the processor, so that they are the same bits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/core/launch_shape.hpp"
#include "knn/short_axes.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Column g % width of row g / width: the point less the mean, padded with zeros.
struct CentredValue {
  const float* points;
  std::int64_t dim;
  const float* mean;
  std::int64_t width;
  float* to;

  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t c = g % width;
    to[g] = c < dim ? points[g / width * dim + c] - mean[c] : 0.0f;
  }
};

/// The same of points on axes: threads side by side have axes side by side.
struct ShortValue {
  const float* points;
  std::int64_t dim;
  const float* mean;
  const float* axes;  // [dim, count]
  std::int64_t count, width;
  float* to;

  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t a = g % width;
    const float* const row = points + g / width * dim;
    float sum = 0;
    for (std::int64_t c = 0; a < count && c < dim; ++c)
      sum += (row[c] - mean[c]) * axes[c * count + a];
    to[g] = sum;
  }
};

/// |point - mean|^2.
struct CentredSquare {
  const float* points;
  std::int64_t dim;
  const float* mean;
  float* squares;

  NEARFOLD_HD void operator()(std::int64_t i) const {
    double square = 0;
    for (std::int64_t c = 0; c < dim; ++c) {
      const auto centred = static_cast<double>(points[i * dim + c] - mean[c]);
      square += centred * centred;
    }
    squares[i] = static_cast<float>(square);
  }
};

/// Column g % count of row g / count.
struct LeadingValue {
  const float* rows;
  std::int64_t width, count;
  float* to;
  NEARFOLD_HD void operator()(std::int64_t g) const { to[g] = rows[g / count * width + g % count]; }
};

/// Rows by point.
template <class Executor>
struct ShortRows {
  std::int64_t n = 0, width = 0;
  typename Executor::template Buffer<float> values;   // [n, width]
  typename Executor::template Buffer<float> squares;  // [n]: of the whole centred points
};

/// Of n points [n, dim] on the device. Cost: 3 n dim axes flops, where there are axes, and the
/// points read once for each 32 of them; 4 n (dim + width) bytes where there are none. Two
/// launches.
template <class Executor>
ShortRows<Executor> make_short_rows(const Executor& executor, const float* points, std::int64_t n,
                                    const ShortAxes& by) {
  const auto dim = static_cast<std::int64_t>(by.mean.size());
  const std::int64_t width = short_width(by), count = by.axes.rows();
  const auto mean = executor.upload(by.mean);
  ShortRows<Executor> rows{n, width, executor.template buffer<float>(n * width),
                           executor.template buffer<float>(n)};
  std::vector<float> columns(static_cast<std::size_t>(dim * count));
  for (std::int64_t a = 0; a < count; ++a)
    for (std::int64_t c = 0; c < dim; ++c)
      columns[static_cast<std::size_t>(c * count + a)] = by.axes.row(a)[c];
  const auto axes = executor.upload(columns);
  if (by.lossless())
    executor.for_each(n * width, CentredValue{points, dim, mean.data(), width, rows.values.data()});
  else
    executor.for_each(n * width, ShortValue{points, dim, mean.data(), axes.data(), count, width,
                                            rows.values.data()});
  executor.for_each(n, CentredSquare{points, dim, mean.data(), rows.squares.data()});
  executor.wait();  // the axes go away
  return rows;
}

/// The points in the order of the leaves of the k-d tree (knn/projected_rows.hpp), which the
/// processor makes of the leading columns: 128 n bytes are brought, and it takes
/// 32 n log2(n / 256) comparisons, by all cores: a second for a million rows on one.
template <class Executor>
std::vector<std::int32_t> leaf_order(const Executor& executor, const ShortRows<Executor>& rows) {
  const std::int64_t count = std::min(rows.width, kLeafColumns);
  auto leading = executor.template buffer<float>(rows.n * count);
  executor.for_each(rows.n * count,
                    LeadingValue{rows.values.data(), rows.width, count, leading.data()});
  return leaf_order(Matrix(rows.n, count, executor.download(leading)), Cpu{});
}

}  // namespace nearfold
