// What a metric asks of its parameters and of the points, and what it says of those that are wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "knn/metric_table.hpp"
#include "nearfold/device.hpp"
#include "nearfold/params.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Throws InvalidParameter for parameters that no points could make right: missing, out of range,
/// or of another metric.
void check_params(const Distance& distance);

/// Throws InvalidInput, naming row (counted from `first`) and column, for points that the metric
/// has no distance for, and for parameters of another number of columns.
void check_domain(const StoredView& points, const Distance& distance, const Cpu& on,
                  std::int64_t first = 0, const std::string& what = "points");

/// Of parameters that have a value for each column.
void check_lengths(const MetricParams& params, std::int64_t cols);
/// Whether values below 0 are refused, and how: "points: row 0, column 3 is -1".
constexpr bool needs_no_negative(const MetricRow& row) {
  return row.points == PointsAs::share_roots || row.norm == Norm::braycurtis;
}
[[noreturn]] void refuse_negative(const std::string& what, Metric metric);

/// Where a value is neither 0 nor 1, row by row: r cols + c.
std::optional<std::int64_t> no_bit(const StoredView& points, const Cpu& on);
[[noreturn]] void refuse_no_bit(const StoredView& queries, std::int64_t at);

}  // namespace nearfold
