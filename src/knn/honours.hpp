// Which search takes which metric, and where: one overload for every method of KnnParams, so that a
// new one says so before anything compiles. What they say follows from the metric's row.
#pragma once

#include <string>

#include "core/alternatives.hpp"
#include "knn/metric_table.hpp"

namespace nearfold {

// ---- the words ----------------------------------------------------------------------------------

constexpr const char* index_name(const FlatKnn&) {
  return "flat";
}
constexpr const char* index_name(const IvfKnn&) {
  return "ivf";
}
constexpr const char* index_name(const HnswKnn&) {
  return "hnsw";
}
constexpr const char* index_name(const NnDescentKnn&) {
  return "nndescent";
}
constexpr const char* index_name(const AutoKnn&) {
  return "auto";
}

// ---- on the processor ---------------------------------------------------------------------------

constexpr bool honours(const FlatKnn&, const MetricRow&) {
  return true;
}
/// k-means and the panels of a cell are products.
constexpr bool honours(const IvfKnn&, const MetricRow& metric) {
  return by_products(metric.norm);
}
/// Its file holds numbers, and no function.
constexpr bool honours(const HnswKnn&, const MetricRow& metric) {
  return metric.norm != Norm::custom && metric.points != PointsAs::bits &&
         metric.points != PointsAs::bits_or_given;
}
/// Points look for each other: a point has to be the same row as a query.
constexpr bool honours(const NnDescentKnn&, const MetricRow& metric) {
  return !queries_differ(metric.points);
}
/// It picks one that does.
constexpr bool honours(const AutoKnn&, const MetricRow&) {
  return true;
}

// ---- on a GPU -----------------------------------------------------------------------------------

constexpr bool honours_on_gpu(const MetricRow& metric) {
  return by_products(metric.norm) && !queries_differ(metric.points) &&
         metric.points != PointsAs::places;
}
constexpr bool is_on_gpu(const FlatKnn&) {
  return true;
}
constexpr bool is_on_gpu(const IvfKnn&) {
  return true;
}
constexpr bool is_on_gpu(const HnswKnn&) {
  return false;
}
constexpr bool is_on_gpu(const NnDescentKnn&) {
  return false;
}
constexpr bool is_on_gpu(const AutoKnn&) {
  return true;
}

// ---- lists --------------------------------------------------------------------------------------

/// "a, b or c" for last = "or".
std::string listed(const std::vector<std::string>& words, const std::string& last);

/// The names of the metrics that fit, in the order of the table.
template <class Fits>
std::vector<std::string> metrics_that(const Fits& fits) {
  std::vector<std::string> names;
  for (const MetricRow& row : kMetrics)
    if (fits(row)) names.emplace_back(row.names[0]);
  return names;
}

/// "flat, ivf and auto, and by euclidean, ...": what searched_on_gpu() is true of.
std::string searches_on_gpu();

/// Throws Unsupported, naming the methods that work, when one cannot honour the metric.
void check_metric(const KnnParams& params, Metric metric);

}  // namespace nearfold
