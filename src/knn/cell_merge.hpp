// Candidates that parts have found through shared cells, and the row that one search makes of them.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "knn/shared_cells.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

/// Of one query.
class CellCandidates {
 public:
  struct Entry {
    Candidate at;  // (measure, row)
    std::int32_t id;
    float distance;
  };

  /// Those of a part, ascending. Kept are the best that one search would have found.
  void add(std::vector<Entry>&& entries, const SharedCells::State& cells);
  /// How far the query is from points that are equal to it.
  void set_own(float distance) { own_ = distance; }

  /// The k nearest of them and of the points equal to them or to the query; fewer when there are
  /// fewer.
  Nearest nearest(std::int32_t query, const SharedCells::State& cells) const;

 private:
  std::vector<Entry> best_;
  float own_ = 0;
};

}  // namespace nearfold
