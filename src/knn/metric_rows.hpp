// Points as the rows that a metric compares, one maker for each of the PointsAs that depend on the
// row alone (metric.hpp has the table). Domains were checked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "knn/metric.hpp"

namespace nearfold {

/// What columns are multiplied by under a metric with weights or variances; empty: by 1.
std::vector<double> factors_of(const MetricParams& params);
/// Nothing where all factors are 1.
MetricRows scaled_rows(const StoredView& points, const Distance& distance, const Cpu& on);
/// O(n dim^2).
MetricRows whitened_rows(const StoredView& points, const Distance& distance, const Cpu& on);
MetricRows share_root_rows(const StoredView& points, const Cpu& on);
MetricRows place_rows(const StoredView& points, const Cpu& on);
MetricRows bit_rows(const StoredView& points, const Cpu& on);

/// Floats of a row of bits: two for every 64 columns begun.
constexpr std::int64_t bits_width(std::int64_t cols) {
  return (cols + 63) / 64 * 2;
}

/// L of VI = L L' [dim, dim]; nothing where that is not positive definite.
std::optional<std::vector<double>> cholesky(const std::vector<double>& square, std::int64_t dim);

}  // namespace nearfold
