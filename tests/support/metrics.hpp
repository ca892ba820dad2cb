// Metrics by what points they take.
#pragma once

#include <vector>

#include "knn/metric_table.hpp"

namespace nearfold {

/// Those without arguments that take any numbers: norms of differences, directions, products.
inline std::vector<Metric> metrics_of_any_points() {
  std::vector<Metric> metrics;
  for (const Metric metric : all_metrics()) {
    const MetricRow& row = row_of(metric);
    if (of_differences(row.norm) && row.argument == MetricArgument::none &&
        (row.points == PointsAs::given || row.points == PointsAs::one_length || directed(metric)))
      metrics.push_back(metric);
  }
  return metrics;
}

/// Those of sparse points: rows of the others hold no zeros.
inline std::vector<Metric> metrics_of_sparse() {
  std::vector<Metric> metrics;
  for (const Metric metric : all_metrics())
    if (metric != Metric::mahalanobis && metric != Metric::haversine && metric != Metric::custom)
      metrics.push_back(metric);
  return metrics;
}

}  // namespace nearfold
