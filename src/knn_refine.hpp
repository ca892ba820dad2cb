// From candidates to neighbours: true distances, the canonical order.
#pragma once

#include <cstdint>
#include <vector>

#include "knn_nearest.hpp"
#include "metric.hpp"

namespace nearfold {

/// Measures candidates for one query at a time. For one thread.
class Refine {
 public:
  Refine(const MetricSpace& space, const KnnRows& rows) : space_(&space), rows_(&rows) {}
  /// The k nearest of the `count` candidates (rows of KnnRows, -1 for none), the point `self` not
  /// among them (-1: nobody). Fewer when there are fewer.
  const std::vector<Candidate>& operator()(const float* query, float scale, std::int64_t self,
                                           const std::int32_t* candidates, int count, int k);

 private:
  const MetricSpace* space_;
  const KnnRows* rows_;
  std::vector<std::int32_t> ids_;
  std::vector<Candidate> measured_;
};

/// How many candidates a search should bring for k neighbours: those that short rows put in the
/// wrong order, and the query itself. `effort` 0, 1, ... asks for more.
int candidates_for(int k, bool lossless, int effort, std::int64_t n);

}  // namespace nearfold
