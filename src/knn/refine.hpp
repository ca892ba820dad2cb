// From candidates to neighbours: true distances, and the order of equal ones.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "knn/metric.hpp"
#include "knn/projected_rows.hpp"
#include "knn/ranks.hpp"
#include "knn/recall.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

/// Of equal points all, or 4,096 of more, from a place that the query's id draws: the end of the
/// group and its beginning.
std::array<std::span<const std::int32_t>, 2> some_of(std::span<const std::int32_t> group,
                                                     const TieOrder& order, std::int64_t id);

/// Measures candidates for one query at a time. For one thread.
class Refine {
 public:
  Refine(const MetricSpace& space, const KnnRows& rows)
      : space_(&space), rows_(&rows), room_(space.points.view.room()) {}
  /// The k nearest of the `count` candidates (rows of KnnRows, -1 for none) and of the points equal
  /// to them or to the query, the one whose id that has not among them (-1: it is no point). Fewer
  /// when there are fewer. Of many equal points some are looked at: some_of().
  const std::vector<Candidate>& operator()(const float* query, float scale, std::int64_t id,
                                           const std::int32_t* candidates, int count, int k);

 private:
  const std::vector<Candidate>& nearest_of_kinds(std::int64_t id, int k);

  const MetricSpace* space_;
  const KnnRows* rows_;
  std::vector<std::int32_t> ids_;
  std::vector<float> room_;  // for a row that is not float32
  std::vector<Candidate> measured_;
};

/// How many candidates a search should bring, so that the order of short rows alone costs no more
/// than half of what `target` allows to miss: by the ranks that short rows give to the exact
/// neighbours of some rows of the sample, which is of the points themselves. The query is counted.
int candidates_for(const MetricSpace& space, const KnnRows& rows, const Projection& projection,
                   const ExactSample& sample, double target, const Cpu& on);

}  // namespace nearfold
