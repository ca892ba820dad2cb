// From candidates to rows of the graph where some points are equal, as in Refine
// (knn/refine.hpp): a candidate stands for all points equal to it, the query for those equal to
// itself. Of very many equal ones some are looked at (math/some_equals.hpp).
//
// Cost for q queries of c candidates: q c^2 / 2 comparisons in one launch, to drop those that stand
// for the same points; then one thread a row goes through the groups that reach into it.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/knn/select.hpp"
#include "math/host_device.hpp"
#include "math/some_equals.hpp"

namespace nearfold {

/// EqualRows (knn/equal_rows.hpp) on a device; null: no two points are equal.
struct EqualView {
  const std::int32_t* first = nullptr;
  const std::int32_t* begin = nullptr;
  const std::int32_t* members = nullptr;

  NEARFOLD_HD std::int64_t first_of(std::int64_t point) const {
    return first ? first[point] : point;
  }
};

/// kept: the candidates of a row without those that an earlier one stands for, or the query itself.
struct KeepKinds {
  const std::int64_t* found;  // [rows, candidates]: the first points of kinds; -1: none
  std::int64_t candidates;
  PointIds which;
  EqualView equal;
  std::int64_t* kept;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t row = at / candidates, kind = found[at];
    bool twice = kind == equal.first_of(which(row));
    NEARFOLD_ROLLED
    for (std::int64_t e = row * candidates; e < at && !twice; ++e) twice = found[e] == kind;
    kept[at] = twice ? -1 : kind;
  }
};

/// Rows from the kinds that were measured.
struct TakeKinds {
  Selection job;
  EqualView equal;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    const std::int64_t point = job.which(r);
    const TieOrder order = job.best.order_of(point);
    BestRow row(job.best, point, order);
    take(row, order, point, equal.first_of(point), 0.0f);  // its own, at no distance
    for (std::int64_t c = r * job.candidates; c < (r + 1) * job.candidates; ++c)
      if (job.measured[c] != HUGE_VALF) take(row, order, point, job.found[c], job.measured[c]);
  }

 private:
  NEARFOLD_HD void take(BestRow& row, const TieOrder& order, std::int64_t point, std::int64_t kind,
                        float distance) const {
    if (!row.reaches(distance)) return;
    const std::int64_t begin = equal.begin[kind], size = equal.begin[kind + 1] - begin;
    const std::int64_t from = first_equal(order, point, size);
    NEARFOLD_ROLLED
    for (std::int64_t m = 0; m < equals_looked_at(size); ++m) {
      const std::int32_t id = equal.members[begin + (from + m) % size];
      if (id != point) row.take(distance, id);
    }
  }
};

}  // namespace nearfold
