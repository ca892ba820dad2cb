// What a device has to know of a metric to make the rows that it searches by (metric.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "math/direction.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Whether the metric compares directions.
inline bool directed(Metric metric) {
  return metric == Metric::cosine || metric == Metric::correlation;
}

/// Of a metric that does.
inline Directing directing(const Distance& distance) {
  return {distance.metric == Metric::correlation, distance.zero_vectors == ZeroVectors::far};
}

/// Throws InvalidInput that lists the rows, which have no direction.
[[noreturn]] void refuse_zero_vectors(const std::vector<std::int64_t>& rows, Metric metric);

}  // namespace nearfold
