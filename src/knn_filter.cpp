#include "knn_filter.hpp"

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMatrix>;

constexpr std::int64_t kSampleRows = 8192;  // for the axes
constexpr std::int64_t kLeaf = 256;         // points of a leaf, at most
constexpr double kCarried = 0.92;  // of the variance: fewer axes let too many candidates through,
                                   // more cost more in the product

Matrix evenly_spaced_rows(HostMatrix<const float> points, std::int64_t count) {
  count = std::min(count, points.rows);
  Matrix sample(count, points.cols);
  for (std::int64_t r = 0; r < count; ++r)
    std::copy_n(points.row(r * points.rows / count), points.cols, sample.row(r));
  return sample;
}

/// Number of leading axes that carry enough of the sample's variance; 0 when there are none.
int useful_axes(const Matrix& sample, const Matrix& axes, const std::vector<float>& mean) {
  const Eigen::Map<const Eigen::RowVectorXf> centre(mean.data(), sample.cols);
  const RowMatrix centred = ConstMap(sample.row(0), sample.rows, sample.cols).rowwise() - centre;
  const RowMatrix scores = centred * ConstMap(axes.row(0), axes.rows, axes.cols).transpose();
  const double total = centred.cast<double>().squaredNorm();
  double carried = 0;
  for (std::int64_t a = 0; a < axes.rows; ++a) {
    carried += scores.col(a).cast<double>().squaredNorm();
    if (carried >= kCarried * total) return static_cast<int>(a + 1);
  }
  return 0;
}

std::vector<float> mean_of(const Matrix& sample) {
  std::vector<float> mean(static_cast<std::size_t>(sample.cols));
  for (std::int64_t c = 0; c < sample.cols; ++c) {
    double sum = 0;
    for (std::int64_t r = 0; r < sample.rows; ++r) sum += static_cast<double>(sample.row(r)[c]);
    mean[static_cast<std::size_t>(c)] = static_cast<float>(sum / static_cast<double>(sample.rows));
  }
  return mean;
}

/// Rows [begin, end) of the points, centred and projected; the last column is the norm of the rest.
void project(HostMatrix<const float> points, const std::vector<float>& mean, const Matrix& axes,
             int width, std::int64_t begin, std::int64_t end, Matrix& out) {
  const std::int64_t rows = end - begin;
  const Eigen::Map<const Eigen::RowVectorXf> centre(mean.data(), points.cols);
  const RowMatrix centred = ConstMap(points.row(begin), rows, points.cols).rowwise() - centre;
  Eigen::Map<RowMatrix> kept(out.row(begin), rows, out.cols);
  if (width == 0) {
    kept = centred;
    return;
  }
  kept.leftCols(width).noalias() = centred * ConstMap(axes.row(0), width, points.cols).transpose();
  for (std::int64_t r = 0; r < rows; ++r) {
    const double all = centred.row(r).cast<double>().squaredNorm();
    const double short_norm = kept.row(r).head(width).cast<double>().squaredNorm();
    kept(r, width) = static_cast<float>(std::sqrt(std::max(0.0, all - short_norm)));
  }
}

/// Splits order[begin, end) at the median of its widest column until leaves are small.
void split(const Matrix& rows, std::vector<std::int32_t>& order, std::int64_t begin,
           std::int64_t end) {
  if (end - begin <= kLeaf) return;
  const std::int64_t columns = std::min<std::int64_t>(rows.cols, 32);  // the leading axes
  std::int64_t widest = 0;
  float extent = -1;
  for (std::int64_t c = 0; c < columns; ++c) {
    float low = rows.row(order[static_cast<std::size_t>(begin)])[c], high = low;
    for (std::int64_t p = begin; p < end; ++p) {
      const float x = rows.row(order[static_cast<std::size_t>(p)])[c];
      low = std::min(low, x);
      high = std::max(high, x);
    }
    if (high - low > extent) {
      extent = high - low;
      widest = c;
    }
  }
  // Whole leaves on the left, so that blocks of kLeaf queries are leaves.
  const std::int64_t leaves = (end - begin + kLeaf - 1) / kLeaf;
  const std::int64_t middle = begin + (leaves / 2) * kLeaf;
  std::nth_element(order.begin() + begin, order.begin() + middle, order.begin() + end,
                   [&](std::int32_t a, std::int32_t b) {
                     const float x = rows.row(a)[widest], y = rows.row(b)[widest];
                     return x < y || (x == y && a < b);
                   });
  split(rows, order, begin, middle);
  split(rows, order, middle, end);
}

float lowered_norm(const float* row, std::int64_t width) {
  double sum = 0;
  for (std::int64_t c = 0; c < width; ++c)
    sum += static_cast<double>(row[c]) * static_cast<double>(row[c]);
  // The product's error is below width * 2^-24 (|u|^2 + |v|^2); 32 more for the projection's own.
  return static_cast<float>(sum * (1.0 - static_cast<double>(width + 32) * 0x1p-23));
}

}  // namespace

KnnFilter make_knn_filter(HostMatrix<const float> points, const Cpu& on) {
  const Matrix sample = evenly_spaced_rows(points, kSampleRows);
  std::vector<float> mean = mean_of(sample);
  Matrix axes;
  int width = 0;
  if (points.cols >= 128 && points.rows >= 1024) {
    const int most = static_cast<int>(std::min<std::int64_t>(192, points.cols / 2));
    axes = principal_axes(sample, most, 3, mean, 0, on);
    width = useful_axes(sample, axes, mean);
  }
  KnnFilter filter;
  filter.lossless = width == 0;
  Matrix rows(points.rows, filter.lossless ? points.cols : width + 1);
  parallel_for(on.threads, points.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    project(points, mean, axes, width, begin, end, rows);
  });
  filter.ids.resize(static_cast<std::size_t>(points.rows));
  std::iota(filter.ids.begin(), filter.ids.end(), 0);
  split(rows, filter.ids, 0, points.rows);

  filter.rows = Matrix(rows.rows, rows.cols);
  filter.norms.resize(filter.ids.size());
  filter.positions.resize(filter.ids.size());
  parallel_for(on.threads, points.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const std::int32_t id = filter.ids[static_cast<std::size_t>(p)];
      std::copy_n(rows.row(id), rows.cols, filter.rows.row(p));
      filter.norms[static_cast<std::size_t>(p)] = lowered_norm(rows.row(id), rows.cols);
      filter.positions[static_cast<std::size_t>(id)] = static_cast<std::int32_t>(p);
    }
  });
  return filter;
}

}  // namespace nearfold
