// Neighbours by measuring all pairs: of a few points what no other search could prove, and of
// queries that are no points.
//
// Some queries at a time meet a tile of the points. Each distance is measured as everywhere, by 16
// lanes that share several queries and points, so that a row is read once for all of them. Then
// many threads keep the k nearest of a piece of the tile each, and one merges the pieces of a row.
//
// Cost for q queries and n points of d columns: 3 q n d flops; 4 n d bytes read for every four
// queries, 8 q n of distances written and read, 16 q k n / max(1024, 4 k) of pieces; three launches
// for each tile and batch.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/stopping.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/knn/certificate.hpp"
#include "kernels/knn/search_plan.hpp"
#include "kernels/knn/searched_points.hpp"

namespace nearfold {

struct ExactSearchJob {
  TileRows tile;
  const float* queries;  // [rows, dim]
  PointIds which;        // what points they are, where they are some
  std::int64_t rows;
  DistanceForm form;
  float* measured;  // [rows, tile.n]
  std::int64_t pieces;
  BestRows of_pieces;             // [rows * pieces, k]
  BestRows best;                  // by point; of others by query
  const float* scales = nullptr;  // [rows], of DistanceForm::scaled
};

/// How queries that are points are answered: a point is left out of its own row.
struct AsPoints {
  NEARFOLD_HD static std::int64_t self(const ExactSearchJob& job, std::int64_t r) {
    return job.which(r) - job.tile.begin;
  }
  NEARFOLD_HD static std::int64_t row(const ExactSearchJob& job, std::int64_t r) {
    return job.which(r);
  }
  NEARFOLD_HD static TieOrder order(const ExactSearchJob& job, std::int64_t r) {
    return job.best.order_of(job.which(r));
  }
};
/// And those that are none: by all points, equally far ones by id.
struct AsOthers {
  NEARFOLD_HD static std::int64_t self(const ExactSearchJob&, std::int64_t) { return -1; }
  NEARFOLD_HD static std::int64_t row(const ExactSearchJob&, std::int64_t r) { return r; }
  NEARFOLD_HD static TieOrder order(const ExactSearchJob&, std::int64_t) { return {}; }
};

/// `measured`, a block of pairs per row of lanes.
template <Norm norm>
struct MeasureBlock {
  static constexpr int kQueries = 4, kPoints = 4;
  using By = NormFold<norm>;
  ExactSearchJob job;

  struct Part {
    float sum[kQueries * kPoints] = {};
    NEARFOLD_HD Part& operator+=(const Part& other) {
      for (int p = 0; p < kQueries * kPoints; ++p) sum[p] = By::join(sum[p], other.sum[p]);
      return *this;
    }
  };
  NEARFOLD_HD std::int64_t blocks_of_row() const { return parts_of(job.tile.n, kPoints); }
  std::int64_t blocks() const { return parts_of(job.rows, kQueries) * blocks_of_row(); }

  /// At the edges the last row stands in for those that there are not.
  NEARFOLD_HD Part part(std::int64_t block, int lane) const {
    const std::int64_t dim = job.tile.dim;
    const float *query[kQueries], *point[kPoints];
    for (int q = 0; q < kQueries; ++q)
      query[q] = job.queries + least(first_query(block) + q, job.rows - 1) * dim;
    for (int p = 0; p < kPoints; ++p)
      point[p] = job.tile.rows + least(first_point(block) + p, job.tile.n - 1) * dim;
    Part part;
    for (std::int64_t c = lane; c < dim; c += kRowLanes) {
      float x[kPoints];
      for (int p = 0; p < kPoints; ++p) x[p] = point[p][c];
      for (int q = 0; q < kQueries; ++q) {
        const float y = query[q][c];
        for (int p = 0; p < kPoints; ++p) {
          float& sum = part.sum[q * kPoints + p];
          sum = By::fold(sum, y - x[p]);
        }
      }
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t block, const Part& total) const {
    for (int q = 0; q < kQueries; ++q)
      for (int p = 0; p < kPoints; ++p) {
        const std::int64_t r = first_query(block) + q, j = first_point(block) + p;
        if (r < job.rows && j < job.tile.n)
          job.measured[r * job.tile.n + j] =
              distance_in(job.form, total.sum[q * kPoints + p], job.scales ? job.scales[r] : 1.0f);
      }
  }

 private:
  NEARFOLD_HD static std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
  NEARFOLD_HD std::int64_t first_query(std::int64_t block) const {
    return block / blocks_of_row() * kQueries;
  }
  NEARFOLD_HD std::int64_t first_point(std::int64_t block) const {
    return block % blocks_of_row() * kPoints;
  }
};

/// Piece p of a row: points p, p + pieces, ..., so that threads side by side read side by side.
template <class Asked>
struct SelectPiece {
  ExactSearchJob job;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t r = at / job.pieces, self = Asked::self(job, r);
    clear_row(job.of_pieces, at);
    BestRow row(job.of_pieces, at, Asked::order(job, r));
    for (std::int64_t j = at % job.pieces; j < job.tile.n; j += job.pieces)
      if (j != self)
        row.take(job.measured[r * job.tile.n + j], static_cast<std::int32_t>(job.tile.begin + j));
  }
};

template <class Asked>
struct MergePieces {
  ExactSearchJob job;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    BestRow row(job.best, Asked::row(job, r), Asked::order(job, r));
    const int k = job.best.k;
    std::int64_t at = r * job.pieces * k;
    for (auto left = static_cast<int>(job.pieces); left > 0; --left, at += k) {
      NEARFOLD_ROLLED
      for (int e = 0; e < k; ++e) {
        const std::int32_t id = job.of_pieces.ids[at + e];
        if (id < 0 || !row.take(job.of_pieces.distances[at + e], id)) break;
      }
    }
  }
};

/// Cost: 3 rows n dim flops; a row of points or queries is read once for four of the others.
/// Three launches.
template <Norm norm, class Asked, class Executor>
void measure_all(const Executor& executor, const ExactSearchJob& job) {
  const MeasureBlock<norm> measure{job};
  executor.for_each_row(measure.blocks(), measure);
  executor.for_each(job.rows * job.pieces, SelectPiece<Asked>{job});
  executor.for_each(job.rows, MergePieces<Asked>{job});
}

/// Room for `batch` queries to meet a tile.
template <class Executor>
struct ExactRoom {
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  ExactRoom(const Executor& executor, std::int64_t queries, std::int64_t tile, std::int64_t width,
            int k)
      : batch(queries),
        rows(executor.template buffer<float>(batch * width)),
        measured(executor.template buffer<float>(batch * tile)),
        ids(executor.template buffer<std::int32_t>(batch * exact_pieces(tile, k) * k)),
        distances(executor.template buffer<float>(batch * exact_pieces(tile, k) * k)) {}

  std::int64_t batch;
  Buffer<float> rows, measured;
  Buffer<std::int32_t> ids;
  Buffer<float> distances;
};

/// Rows of `best` that are open become exact. Throws OutOfMemory when next to nothing is free.
template <class Executor>
void find_exactly(const Executor& executor, RowsOn<Executor>& rows,
                  const UncertifiedRows<Executor>& open, const BestRows& best, float* reach,
                  DistanceForm form) {
  if (open.count == 0) return;
  executor.for_each(open.count, ClearRows{best, open.ids(), reach});
  const std::int64_t tile = std::min(rows.tile_size(), rows.n());
  auto room =
      as_many_as_fit(exact_batch(executor.free_bytes(), tile, rows.width(), best.k, open.count),
                     kMinExactBatch, [&](std::int64_t batch) {
                       return ExactRoom<Executor>(executor, batch, tile, rows.width(), best.k);
                     });
  for (std::int64_t t = 0; t < rows.tiles(); ++t)
    for (std::int64_t first = 0; first < open.count; first += room.batch) {
      const std::int64_t count = std::min(room.batch, open.count - first);
      const TileRows points = rows.tile(t);
      const PointIds which = open.ids().from(first);
      const float* const queries = rows.some(which, count, room.rows.data());
      measure_all<Norm::l2, AsPoints>(
          executor, {points,
                     queries,
                     which,
                     count,
                     form,
                     room.measured.data(),
                     exact_pieces(points.n, best.k),
                     {room.ids.data(), room.distances.data(), best.k, best.tie_seed},
                     best});
      executor.wait();
      throw_if_stopped();
    }
}

}  // namespace nearfold
