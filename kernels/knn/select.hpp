// From what FAISS found for some points among a tile of the points to their rows of the graph:
// distances measured again by the one formula of math/distance.hpp, equal ones in the order of
// math/tie_order.hpp. Rows grow tile by tile; what a tile may hide beyond its candidates is kept
// beside them (certificate.hpp).
//
// Cost for q queries of c candidates and k neighbours among points of d columns: 3 q c d flops and
// 4 q c d bytes read, 16 q c of candidates, at most q c k entries moved by one thread a query;
// three launches.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/launch_shape.hpp"
#include "math/distance.hpp"
#include "math/host_device.hpp"
#include "math/tie_order.hpp"

namespace nearfold {

/// Points by number: those listed on the device, or all from `first` on.
struct PointIds {
  const std::int64_t* listed = nullptr;
  std::int64_t first = 0;

  NEARFOLD_HD std::int64_t operator()(std::int64_t r) const {
    return listed ? listed[r] : first + r;
  }
  PointIds from(std::int64_t r) const {
    return listed ? PointIds{listed + r, 0} : PointIds{nullptr, first + r};
  }
};

/// Rows [n, k] of the graph to be, ascending by distance and then in the order of their point, as
/// far as they are known; then ids are -1 and distances infinite.
struct BestRows {
  std::int32_t* ids = nullptr;
  float* distances = nullptr;
  int k = 0;
  std::uint64_t tie_seed = 0;

  /// How a point takes others that are equally far.
  NEARFOLD_HD TieOrder order_of(std::int64_t point) const { return {tie_seed, point}; }
};

/// Row r of them while it is added to. The rows outlive it.
class BestRow {
 public:
  NEARFOLD_HD BestRow(const BestRows& rows, std::int64_t r, const TieOrder& order)
      : rows_(rows), begin_(r * rows.k), order_(order) {
    while (used_ < rows_.k && id_at(used_) >= 0) ++used_;
  }
  BestRow(BestRows&&, std::int64_t, const TieOrder&) = delete;  // it does not live long enough

  /// Whether anything at this distance may come in.
  NEARFOLD_HD bool reaches(float distance) const {
    return used_ < rows_.k || !(distance_at(used_ - 1) < distance);
  }
  /// False when it is not among the k nearest.
  NEARFOLD_HD bool take(float distance, std::int32_t id) {
    const std::uint32_t key = order_.key(id);
    if (used_ == rows_.k && !after(used_ - 1, distance, key)) return false;
    int at = used_ < rows_.k ? used_++ : used_ - 1;
    NEARFOLD_ROLLED
    for (; at > 0 && after(at - 1, distance, key); --at) {
      id_at(at) = id_at(at - 1);
      distance_at(at) = distance_at(at - 1);
    }
    id_at(at) = id;
    distance_at(at) = distance;
    return true;
  }

 private:
  NEARFOLD_HD std::int32_t& id_at(int entry) const { return rows_.ids[begin_ + entry]; }
  NEARFOLD_HD float& distance_at(int entry) const { return rows_.distances[begin_ + entry]; }
  NEARFOLD_HD bool after(int entry, float distance, std::uint32_t key) const {
    const float there = distance_at(entry);
    return there > distance || (there == distance && order_.key(id_at(entry)) > key);
  }

  const BestRows& rows_;
  std::int64_t begin_;
  int used_ = 0;
  TieOrder order_;
};

NEARFOLD_HD inline void clear_row(const BestRows& rows, std::int64_t r) {
  for (std::int64_t e = r * rows.k; e < (r + 1) * rows.k; ++e) {
    rows.ids[e] = -1;
    rows.distances[e] = HUGE_VALF;
  }
}

struct EmptyRow {
  BestRows rows;
  NEARFOLD_HD void operator()(std::int64_t r) const { clear_row(rows, r); }
};

/// Some rows become empty; nothing is hidden from them yet.
struct ClearRows {
  BestRows rows;
  PointIds which;
  float* reach;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    clear_row(rows, which(r));
    reach[which(r)] = HUGE_VALF;
  }
};

/// A tile: the points [begin, begin + n), rows [n, dim].
struct TileRows {
  const float* rows = nullptr;
  std::int64_t begin = 0, n = 0, dim = 0;
};

struct Selection {
  TileRows tile;
  const float* queries;  // [rows, dim]
  PointIds which;        // what points they are
  std::int64_t rows;
  int candidates;
  const std::int64_t* found;  // [rows, candidates], rows of the tile, the nearest first; -1: none
  const float* estimates;     // [rows, candidates]: squared distances, or, with norms, products
  const float* norms;         // null; or of all points: |q - x|^2 is norms[q]^2 - 2 product
  float* measured;            // [rows, candidates], scratch: their distances
  DistanceForm form;
  BestRows best;
  float* reach;  // [all points]: estimates of points not among the candidates are not below it
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
    return job.found[p] >= 0 && job.tile.begin + job.found[p] != job.which(p / job.candidates);
  }
  NEARFOLD_HD Part part(std::int64_t p, int lane) const {
    Part part;
    if (!counts(p)) return part;
    const float* const query = job.queries + p / job.candidates * job.tile.dim;
    const float* const point = job.tile.rows + job.found[p] * job.tile.dim;
    for (std::int64_t c = lane; c < job.tile.dim; c += kRowLanes) {
      const float d = query[c] - point[c];
      part.sum += d * d;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t p, const Part& total) const {
    job.measured[p] = counts(p) ? distance_in(job.form, total.sum) : HUGE_VALF;
  }
};

/// Adds what was measured for query r to its row. FAISS' order is nearly the right one, so little
/// is moved.
struct TakeFound {
  Selection job;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    const std::int64_t point = job.which(r);
    BestRow row(job.best, point, job.best.order_of(point));
    const float* const measured = job.measured + r * job.candidates;
    const std::int64_t* const found = job.found + r * job.candidates;
    for (int c = 0; c < job.candidates; ++c)
      if (measured[c] != HUGE_VALF)
        row.take(measured[c], static_cast<std::int32_t>(job.tile.begin + found[c]));
  }
};

/// What the tile may hide from query r. Where FAISS did not find what there is, that is anything.
struct NoteHidden {
  Selection job;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    const std::int64_t i = job.which(r), last = (r + 1) * job.candidates - 1;
    const float estimate =
        job.norms ? job.norms[i] * job.norms[i] - 2.0f * job.estimates[last] : job.estimates[last];
    const bool lost = job.found[last] < 0 || estimate != estimate;
    if (!lost && job.candidates == job.tile.n) return;  // none is hidden
    if (lost || estimate < job.reach[i]) job.reach[i] = lost ? -HUGE_VALF : estimate;
  }
};

template <class Executor>
void select_nearest(const Executor& executor, const Selection& job) {
  executor.for_each_row(job.rows * job.candidates, MeasureFound{job});
  executor.for_each(job.rows, TakeFound{job});
  executor.for_each(job.rows, NoteHidden{job});
}

}  // namespace nearfold
