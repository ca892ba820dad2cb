// A row as the point of the unit sphere that it points to: what cosine and correlation compare.
#pragma once

#include <cmath>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

NEARFOLD_HD inline double mean_of(const float* row, std::int64_t cols) {
  double sum = 0;
  for (std::int64_t c = 0; c < cols; ++c) sum += static_cast<double>(row[c]);
  return sum / static_cast<double>(cols);
}

NEARFOLD_HD inline double length_of(const float* row, std::int64_t cols, double centre) {
  double sum = 0;
  for (std::int64_t c = 0; c < cols; ++c) {
    const double x = static_cast<double>(row[c]) - centre;
    sum += x * x;
  }
  return std::sqrt(sum);
}

/// How rows become directions.
struct Directing {
  bool centred = false;  // correlation: less their mean
  bool far = false;      // a column more, see MetricSpace; else zero vectors stay zeros

  NEARFOLD_HD std::int64_t width(std::int64_t cols) const { return cols + (far ? 1 : 0); }
};

/// out [width(cols)] of row [cols]; false when it has no direction.
NEARFOLD_HD inline bool direction_of(const float* row, std::int64_t cols, Directing how,
                                     float* out) {
  const double centre = how.centred ? mean_of(row, cols) : 0;
  const double length = length_of(row, cols, centre);
  const bool any = length > 0;
  for (std::int64_t c = 0; c < cols; ++c)
    out[c] = any ? static_cast<float>((static_cast<double>(row[c]) - centre) / length) : 0.0f;
  if (how.far) out[cols] = any ? 0.0f : 1.73205081f;
  return any;
}

}  // namespace nearfold
