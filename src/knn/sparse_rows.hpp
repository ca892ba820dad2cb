// Sparse points under a metric (metric.hpp is of dense ones): rows whose plain squared Euclidean
// distance, or what another norm measures, is the metric's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "knn/equal_rows.hpp"
#include "knn/measure.hpp"
#include "knn/metric_table.hpp"
#include "math/tie_order.hpp"
#include "nearfold/device.hpp"
#include "nearfold/params.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold {

/// What a row stores, and the value of the columns that it does not: 0 but for correlation, where a
/// row less its mean holds no zeros.
struct SparseRow {
  std::span<const std::int32_t> columns;
  std::span<const float> values;
  float rest = 0;
};

/// Sums of one row, less its rest where that is not 0, by which a pair is measured from the columns
/// that both store (sparse_overlap.hpp).
struct RowSums {
  float own = 0;     // |row|^2, sum |x|, or how many are not 0
  float length = 0;  // products: of what is stored
  float sum = 0;     // products: of what is stored
  float rest = 0;
  float stored = 0;
};

/// Rows in the caller's memory where the metric needs no other, else in `own`: moved along.
struct SparseRows {
  SparseRows() = default;
  SparseRows(SparseRows&&) = default;
  SparseRows& operator=(SparseRows&&) = default;

  std::int64_t width = 0;
  std::span<const std::int64_t> begin = {};  // [n + 1]
  std::span<const std::int32_t> columns = {};
  std::span<const float> values = {};
  SparseMatrix own = {};
  std::vector<float> rests = {};   // [n]; empty: 0
  std::vector<float> scales = {};  // inner_product: of each query; otherwise empty
  std::vector<RowSums> sums = {};  // [n]

  std::int64_t n() const { return std::ssize(begin) - 1; }
  SparseRow row(std::int64_t i) const {
    const auto r = static_cast<std::size_t>(i), from = static_cast<std::size_t>(begin[r]),
               count = static_cast<std::size_t>(begin[r + 1]) - from;
    return {columns.subspan(from, count), values.subspan(from, count), rest(i)};
  }
  float rest(std::int64_t i) const {
    return rests.empty() ? 0.0f : rests[static_cast<std::size_t>(i)];
  }
  float scale(std::int64_t i) const {
    return scales.empty() ? 1.0f : scales[static_cast<std::size_t>(i)];
  }
};

/// Made as MetricSpace is: the same rows, bit for bit, but for correlation.
struct SparseSpace {
  Distance distance;
  Measure norm = Norm::l2;
  SparseRows points;
  SparseRows stretched;  // inner_product: the points as queries
  double longest = 0;    // inner_product
  std::optional<std::uint64_t> tie_seed = {};

  std::int64_t n() const { return points.n(); }
  const SparseRows& as_queries() const { return stretched.begin.empty() ? points : stretched; }
  TieOrder tie_order(std::int64_t id) const {
    return tie_seed && id >= 0 ? TieOrder(*tie_seed, id) : TieOrder();
  }
  float distance_of(const SparseRow& query, std::int64_t point, float scale) const;
};

/// Throws Unsupported for metrics whose rows hold no zeros, and what make_space() does. Points were
/// checked. O(stored).
SparseSpace make_sparse_space(const SparseView& points, const Distance& distance, const Cpu& on);
SparseRows make_sparse_queries(const SparseView& queries, const SparseSpace& space, const Cpu& on);
/// Throws the first of these before any data are looked at.
void require_sparse_metric(Metric metric);

/// What measure_rows() measures of the same rows dense, bit for bit, but where both have a rest:
/// the sixteen parts of a fold take the columns of their number in order, and those where both rows
/// are 0 add nothing.
float measure_rows(const Measure& by, const SparseRow& a, const SparseRow& b, std::int64_t width);

/// Row i of points as they are given.
SparseRow sparse_row(const SparseView& points, std::int64_t i);

/// Of what is not 0, and whether that is the same in both.
std::uint64_t hash_of(const SparseRow& row);
bool are_equal(const SparseRow& a, const SparseRow& b);

/// Rows with the same values; a stored 0 is none.
EqualRows find_equal_rows(const SparseRows& rows, const Cpu& on);

inline float SparseSpace::distance_of(const SparseRow& query, std::int64_t point,
                                      float scale) const {
  return nearfold::distance_of(norm, measure_rows(norm, query, points.row(point), points.width),
                               scale);
}

}  // namespace nearfold
