// Columns on one scale, and what they hold.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "io/io.hpp"

namespace nearfold::io {
namespace {

struct Scale {
  double center = 0, spread = 1;
};

/// Mean and standard deviation, of n rather than n - 1.
Scale standard_scale(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double x : values) sum += x;
  const double mean = sum / static_cast<double>(values.size());
  for (const double x : values) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / static_cast<double>(values.size()))};
}

/// Between the two nearest, as numpy.percentile.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Scale robust_scale(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.75) - quantile(values, 0.25)};
}

std::vector<double> finite_values(HostMatrix<const float> points, std::int64_t column) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(points.rows()));
  for (std::int64_t i = 0; i < points.rows(); ++i)
    if (const float x = points.row(i)[column]; std::isfinite(x)) values.push_back(double{x});
  return values;
}

Scale scale_of(std::vector<double>& values, Scaling scaling) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return {*low, 1};  // rounding of the mean is no spread
  Scale scale;
  switch (scaling) {
    case Scaling::none:
      return scale;
    case Scaling::standard:
      scale = standard_scale(values);
      break;
    case Scaling::robust:
      scale = robust_scale(values);
      break;
  }
  if (scale.spread == 0) scale.spread = 1;
  return scale;
}

}  // namespace

Scales scales_of(HostMatrix<const float> points, Scaling scaling) {
  Scales scales;
  if (scaling == Scaling::none) return scales;
  for (std::int64_t c = 0; c < points.cols(); ++c) {
    std::vector<double> values = finite_values(points, c);
    const Scale scale = values.empty() ? Scale{} : scale_of(values, scaling);
    scales.centers.push_back(scale.center);
    scales.spreads.push_back(scale.spread);
  }
  return scales;
}

std::vector<Column> columns_of(HostMatrix<const float> points) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Column none{.type = Column::Type::integer, .minimum = kInfinity, .maximum = -kInfinity};
  std::vector<Column> columns(static_cast<std::size_t>(points.cols()), none);
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (std::int64_t c = 0; c < points.cols(); ++c) {
      const double x = double{points.row(i)[c]};
      Column& column = columns[static_cast<std::size_t>(c)];
      if (std::isnan(x)) {
        ++column.missing;
        continue;
      }
      column.minimum = std::min(column.minimum, x);
      column.maximum = std::max(column.maximum, x);
      if (x != std::floor(x)) column.type = Column::Type::real;
    }
  for (Column& column : columns) {
    column.constant = !(column.minimum < column.maximum);
    if (column.missing < points.rows()) continue;
    column.type = Column::Type::real;
    column.minimum = column.maximum = std::nan("");
  }
  return columns;
}

}  // namespace nearfold::io
