// From what FAISS found for some points to their rows of a graph: distances measured again by the
// one formula of math/distance.hpp, canonical order, and, for exact search, the proof.
//
// FAISS takes a squared distance from |q|^2 + |x|^2 - 2 <q, x>, which is off by some rounding. A
// row is exact when no point beyond the candidates can be nearer than its k-th neighbour, even if
// the last candidate's estimate is too large by `slack`. Rows without that proof are left unfilled.
#pragma once

#include <cmath>
#include <cstdint>

#include "launch_shape.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// The metric's distance from a squared one: its root, its half, or itself.
enum class DistanceForm { root, half, square };

struct Selection {
  const float* points;  // [n, dim]
  std::int64_t dim;
  const std::int64_t* queries;  // [rows], points
  std::int64_t rows;
  int candidates, k;
  const std::int64_t* found;  // [rows, candidates], -1 for none
  const float* estimates;     // [rows, candidates], ascending
  float* measured;            // [rows, candidates], scratch
  DistanceForm form;
  bool certify;
  float slack;
  std::int32_t* ids;  // [rows, k]; the last of a row is -1 when the row is to be found otherwise
  float* distances;   // [rows, k]
};

/// Entry p of `measured`; infinite for the query itself and for none.
struct MeasureFound {
  Selection job;

  struct Part {
    float sum = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      sum += other.sum;
      return *this;
    }
  };
  NEARFOLD_HD bool counts(std::int64_t p) const {
    return job.found[p] >= 0 && job.found[p] != job.queries[p / job.candidates];
  }
  NEARFOLD_HD Part part(std::int64_t p, int lane) const {
    Part part;
    if (!counts(p)) return part;
    const float* const query = job.points + job.queries[p / job.candidates] * job.dim;
    const float* const point = job.points + job.found[p] * job.dim;
    for (std::int64_t c = lane; c < job.dim; c += kRowLanes) {
      const float d = query[c] - point[c];
      part.sum += d * d;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t p, const Part& total) const {
    job.measured[p] = counts(p) ? total.sum : HUGE_VALF;
  }
};

/// Row r of `ids` and `distances`. FAISS' order is nearly the right one, so little is moved.
struct SelectRow {
  Selection job;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    std::int32_t* const ids = job.ids + r * job.k;
    float* const distances = job.distances + r * job.k;
    int used = 0;
    for (int c = 0; c < job.candidates; ++c) {
      const std::int64_t p = r * job.candidates + c;
      if (job.measured[p] == HUGE_VALF) continue;
      used = insert(distance(job.measured[p]), static_cast<std::int32_t>(job.found[p]), ids,
                    distances, used);
    }
    if (used == job.k && (!job.certify || proven(r, ids[used - 1]))) return;
    ids[job.k - 1] = -1;
    distances[job.k - 1] = HUGE_VALF;
  }

 private:
  NEARFOLD_HD float distance(float measured) const {
    if (job.form == DistanceForm::root) return std::sqrt(measured);
    return job.form == DistanceForm::half ? 0.5f * measured : measured;
  }

  NEARFOLD_HD int insert(float distance, std::int32_t id, std::int32_t* ids, float* distances,
                         int used) const {
    const auto before = [&](int e) {
      return distances[e] < distance || (distances[e] == distance && ids[e] < id);
    };
    if (used == job.k && before(used - 1)) return used;
    int at = used < job.k ? used : used - 1;
    for (; at > 0 && !before(at - 1); --at) {
      ids[at] = ids[at - 1];
      distances[at] = distances[at - 1];
    }
    ids[at] = id;
    distances[at] = distance;
    return used < job.k ? used + 1 : used;
  }

  NEARFOLD_HD bool proven(std::int64_t r, std::int32_t last) const {
    for (int c = 0; c < job.candidates; ++c) {
      const std::int64_t p = r * job.candidates + c;
      if (job.found[p] == last)
        return job.estimates[(r + 1) * job.candidates - 1] - job.slack > job.measured[p];
    }
    return false;
  }
};

template <class Executor>
void select_nearest(const Executor& executor, const Selection& job) {
  executor.for_each_row(job.rows * job.candidates, MeasureFound{job});
  executor.for_each(job.rows, SelectRow{job});
}

}  // namespace nearfold
