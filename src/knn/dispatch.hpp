// Which method makes a graph.
#pragma once

#include "nearfold/params.hpp"

namespace nearfold {

/// Throws Unsupported, naming the methods that work, when one cannot honour the metric.
void check_metric(const KnnParams& params, Metric metric);

}  // namespace nearfold
