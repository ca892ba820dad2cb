// What a metric means for a search: points are turned into rows whose plain squared Euclidean
// (or another norm's) order is the metric's order, and what is measured between rows is turned into
// the metric's distance. So every method knows a measure (measure.hpp), and all metrics.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "knn/equal_rows.hpp"
#include "knn/measure.hpp"
#include "knn/metric_table.hpp"
#include "math/distance.hpp"
#include "math/tie_order.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/params.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Rows to search, or to search for. `view` is the caller's memory, of the type that it has, where
/// the metric needs no other, else that of `own`: moved along, never copied.
struct MetricRows {
  MetricRows() = default;
  MetricRows(MetricRows&&) = default;
  MetricRows& operator=(MetricRows&&) = default;

  StoredView view;
  Matrix own;
  std::vector<float> scales;  // inner_product: of each query; otherwise empty

  float scale(std::int64_t i) const {
    return scales.empty() ? 1.0f : scales[static_cast<std::size_t>(i)];
  }
};

/// Points under a metric (metric_table.hpp).
///   given        as they are
///   directions   of length 1, centred first or not. |u - v|^2 / 2 = 1 - cos
///   one_length   points get one coordinate more, which makes all of them as long as the longest,
///                m; queries are scaled to the length m and get a 0 there. The squared distance is
///                then 2 m / |q| times |q| m - <q, x>
///   scaled       columns times w^(1/p), or 1 / sqrt(V)
///   whitened     L' x, where VI = L L'
///   share_roots  sqrt(x / (2 sum x)), and a 0; of a row of zeros they are 0, and sqrt(1/2), so
///   that
///                it is at 1 from all that are none
///   places       of [latitude, longitude] on the sphere of radius 1: the squared distance is that
///   of
///                the chord
///   bits         words of 64 columns each, a bit for what is not 0, in two floats that only hold
///                them; bits_or_given: so where all values are 0 and 1
/// Under ZeroVectors::far rows get one coordinate more: 0, or sqrt(3) for a row without a
/// direction, whose squared distance from every row of length 1 is then 4, and its distance 2.
struct MetricSpace {
  Distance distance;
  Measure norm = Norm::l2;
  MetricRows points;
  MetricRows as_queries;  // the points as queries: the same rows, but for inner_product
  double longest = 0;     // inner_product: m
  std::optional<std::uint64_t> tie_seed = {};  // of graphs; unset: equal distances go by id
  EqualRows equal = {};                        // of points, where it was looked for
  std::int32_t first_id = 0;                   // of the first point, where they are part of all

  std::int64_t n() const { return points.view.rows(); }
  std::int64_t width() const { return points.view.cols(); }
  /// Queries are made of points by another rule than points.
  bool lopsided() const { return queries_differ(row_of(distance.metric).points); }
  /// How the point of an id takes others that are equally far; -1 for a query that is no point, by
  /// id.
  TieOrder tie_order(std::int64_t id) const {
    return tie_seed && id >= 0 ? TieOrder(*tie_seed, id) : TieOrder();
  }
};

/// Throws InvalidInput listing zero vectors where the metric needs a direction, and what
/// check_domain() does. Points were checked. Deterministic. O(n dim), and a copy of the points
/// as float32 where the table above says so. `longest`: of all points, where these are a part of
/// them, of which other parts may hold other values than 0 and 1.
MetricSpace make_space(const StoredView& points, const Distance& distance, const Cpu& on,
                       std::optional<double> longest = {});

/// The length of the longest point, which a metric may go by; 0 where it does not.
double longest_of(const StoredView& points, Metric metric);

/// Queries [rows, dim] as the space measures them.
MetricRows make_queries(const StoredView& queries, const MetricSpace& space, const Cpu& on);

}  // namespace nearfold
