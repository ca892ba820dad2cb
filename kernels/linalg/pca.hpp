// Principal axes and scores on a device: the products of src/linalg/pca_covariance.cpp, one thread
// a sum, each added up in the order that it has there. The same bits.
//
// Cost, of n dim values and w vectors at a time: the mean 4 bytes and an addition in double a
// value, in two launches; apply() 8 bytes and 6 w flops a value, the bytes w times from caches, in
// three launches, and the host's share, O(dim w^2); scores() 4 bytes and 3 flops a value and axis,
// in one.
#pragma once

#include <cstdint>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/core/launch_shape.hpp"
#include "linalg/pca_axes.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Points [n, dim] on a device, and what is done to each value.
struct CentredPoints {
  const float* x;
  std::int64_t n, dim;
  const float* mean;
  float scale;
  NEARFOLD_HD float at(std::int64_t i, std::int64_t c) const {
    return scale * (x[i * dim + c] - mean[c]);
  }
};

/// Column g % dim of segment g / dim: its sum and its largest magnitude.
struct SegmentMean {
  const float* x;
  std::int64_t n, dim, rows;  // of a segment
  double* sums;
  float* largest;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t begin = g / dim * rows, c = g % dim;
    const std::int64_t end = begin + rows < n ? begin + rows : n;
    double sum = 0;
    float most = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      const float value = x[i * dim + c], size = value < 0 ? -value : value;
      sum += static_cast<double>(value);
      most = size > most ? size : most;
    }
    sums[g] = sum;
    largest[g] = most;
  }
};

/// Vector g % width of row g / width: its product with the row.
struct ProductForth {
  CentredPoints points;
  const float* v;  // [dim, width]
  std::int64_t width;
  float* products;  // [n, width]
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t i = g / width, j = g % width;
    float sum = 0;
    for (std::int64_t c = 0; c < points.dim; ++c) sum += points.at(i, c) * v[c * width + j];
    products[g] = sum;
  }
};

/// Vector g % width, column g / width % dim of a segment: block by block, as on the processor.
struct ProductBack {
  CentredPoints points;
  const float* products;
  std::int64_t width, rows;  // rows of a segment
  float* sums;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t j = g % width, c = g / width % points.dim;
    const std::int64_t begin = g / width / points.dim * rows;
    const std::int64_t end = begin + rows < points.n ? begin + rows : points.n;
    float sum = 0;
    for (std::int64_t first = begin; first < end; first += PcaSegments::kBlock) {
      float block = 0;
      for (std::int64_t i = first; i < end && i < first + PcaSegments::kBlock; ++i)
        block += points.at(i, c) * products[i * width + j];
      sum += block;
    }
    sums[g] = sum;
  }
};

/// Sum g of all segments.
template <class T>
struct SumSegments {
  const T* sums;
  std::int64_t size, segments;
  double* to;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    double sum = 0;
    for (std::int64_t s = 0; s < segments; ++s) sum += static_cast<double>(sums[s * size + g]);
    to[g] = sum;
  }
};

/// Axis g % count of point g / count.
struct AxisScore {
  CentredPoints points;  // their scale is not asked for
  const float* axes;     // [count, dim]
  std::int64_t count;
  float* scores;  // [n, count]
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const float* const row = points.x + g / count * points.dim;
    const float* const axis = axes + g % count * points.dim;
    float sum = 0;
    for (std::int64_t c = 0; c < points.dim; ++c) sum += (row[c] - points.mean[c]) * axis[c];
    scores[g] = sum;
  }
};

template <class Executor>
class PcaOn {
 public:
  /// Points [n, dim] on the device, the caller's.
  PcaOn(const Executor& executor, const float* x, std::int64_t n, std::int64_t dim)
      : executor_(executor), points_{x, n, dim, nullptr, 1.0f} {
    const std::int64_t rows = PcaSegments::rows_for_mean(n), segments = parts_of(n, rows);
    auto sums = executor.template buffer<double>(segments * dim);
    auto largest = executor.template buffer<float>(segments * dim);
    executor.for_each(segments * dim, SegmentMean{x, n, dim, rows, sums.data(), largest.data()});
    auto sum = executor.template buffer<double>(dim);
    executor.for_each(dim, SumSegments<double>{sums.data(), dim, segments, sum.data()});
    for (const double total : executor.download(sum))
      mean_.push_back(static_cast<float>(total / static_cast<double>(n)));
    const std::vector<float> all = executor.download(largest);
    points_.scale = pca_scale(*std::max_element(all.begin(), all.end()));
    mean_there_ = executor.upload(mean_);
    points_.mean = mean_there_.data();
  }

  std::int64_t rows() const { return points_.n; }
  std::int64_t dim() const { return points_.dim; }
  const std::vector<float>& mean() const { return mean_; }

  Basis apply(const Basis& q) const {
    throw_if_stopped();
    const std::int64_t n = rows(), size = dim() * q.width;
    std::vector<float> columns(static_cast<std::size_t>(size));
    for (std::int64_t j = 0; j < q.width; ++j)
      for (std::int64_t c = 0; c < dim(); ++c)
        columns[static_cast<std::size_t>(c * q.width + j)] = static_cast<float>(q.row(j)[c]);
    const auto v = executor_.upload(columns);
    auto products = executor_.template buffer<float>(n * q.width);
    executor_.for_each(n * q.width, ProductForth{points_, v.data(), q.width, products.data()});
    const std::int64_t segment = PcaSegments::rows_for_products(n, q.width, dim());
    const std::int64_t segments = parts_of(n, segment);
    auto sums = executor_.template buffer<float>(segments * size);
    executor_.for_each(segments * size,
                       ProductBack{points_, products.data(), q.width, segment, sums.data()});
    auto total = executor_.template buffer<double>(size);
    executor_.for_each(size, SumSegments<float>{sums.data(), size, segments, total.data()});
    const std::vector<double> found = executor_.download(total);
    Basis out(q.width, dim());
    for (std::int64_t j = 0; j < q.width; ++j)
      for (std::int64_t c = 0; c < dim(); ++c)
        out.row(j)[c] = found[static_cast<std::size_t>(c * q.width + j)];
    return out;
  }

  Matrix axes(int count, int iterations, std::uint64_t seed) const {
    return principal_axes(
        rows(), dim(), [&](const Basis& q) { return apply(q); }, count, iterations, seed);
  }

  /// Of all points on `axes` [count, dim].
  Matrix scores(const Matrix& axes) const {
    const auto there = executor_.upload(axes.values());
    auto found = executor_.template buffer<float>(rows() * axes.rows());
    executor_.for_each(rows() * axes.rows(),
                       AxisScore{points_, there.data(), axes.rows(), found.data()});
    return Matrix(rows(), axes.rows(), executor_.download(found));
  }

 private:
  Executor executor_;
  CentredPoints points_;
  std::vector<float> mean_;
  typename Executor::template Buffer<float> mean_there_;
};

}  // namespace nearfold
