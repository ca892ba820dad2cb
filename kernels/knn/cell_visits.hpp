// The members of cells against the queries that look into them: of a batch of queries the cells
// that each looks into, all visits to a cell together, each cell's members measured with its
// visitors in one product.
#pragma once

#include <cstdint>

#include "kernels/core/sums.hpp"
#include "kernels/knn/fixed_products.hpp"
#include "kernels/knn/kmeans.hpp"
#include "kernels/knn/smallest.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Rows in the order of cells, and the queries of a batch. A query's values are those of all rows
/// of its cells, cell after cell.
struct VisitJob {
  const float* columns;       // [width, n]
  const float* squares;       // [n]
  const std::int64_t* begin;  // [nlist + 1]: rows of cells
  std::int64_t n, width, nlist;

  const float* queries;        // [count, width]
  const float* query_squares;  // [count]
  std::int64_t count, nprobe;
  std::int32_t* cells;      // [count, nprobe]: ascending in each row
  std::int64_t* places;     // [count, nprobe]: among its values, where those of the cell begin
  std::int64_t* values_of;  // [count + 1]: where its values begin; at first how many
  std::uint64_t* visits;    // [count * nprobe]: ascending by cell, then by query
  std::int64_t* visits_of;  // [nlist + 1]: where those to a cell begin
  std::int64_t* tiles_of;   // [nlist + 1]: where its tiles begin; at first how many
  float* values;

  /// A visit, and its cell before it.
  static constexpr int kVisitBits = 33;
  NEARFOLD_HD static std::int64_t visit(std::uint64_t key) {
    return static_cast<std::int64_t>(key & ((std::uint64_t{1} << kVisitBits) - 1));
  }
  NEARFOLD_HD TileShape tiles(std::int64_t cell) const {
    return {visits_of[cell + 1] - visits_of[cell], begin[cell + 1] - begin[cell]};
  }
};

/// The cells of query q, of those that were selected, ascending.
struct ListCells {
  VisitJob job;
  SmallestView nearest;

  NEARFOLD_HD void operator()(std::int64_t q) const {
    if (q == job.count) return void(job.values_of[q] = 0);
    std::int64_t at = q * job.nprobe, place = 0;
    NEARFOLD_ROLLED
    for (std::int64_t c = 0; c < job.nlist; ++c) {
      if (!nearest.takes(q, c)) continue;
      job.cells[at] = static_cast<std::int32_t>(c);
      job.places[at++] = place;
      place += job.begin[c + 1] - job.begin[c];
    }
    job.values_of[q] = place;
  }
};

struct KeyOfVisit {
  VisitJob job;
  NEARFOLD_HD void operator()(std::int64_t v) const {
    job.visits[v] = static_cast<std::uint64_t>(job.cells[v]) << VisitJob::kVisitBits |
                    static_cast<std::uint64_t>(v);
  }
};

struct CountTiles {
  VisitJob job;
  NEARFOLD_HD void operator()(std::int64_t c) const {
    job.tiles_of[c] = c == job.nlist ? 0 : job.tiles(c).tiles();
  }
};

/// Eight visits to a cell and two of its members: |row|^2 - 2 <query, row> + |query|^2.
struct MeasureVisits {
  VisitJob job;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t cell = last_not_above(job.tiles_of, job.nlist + 1, at);
    const std::int64_t tile = at - job.tiles_of[cell], from = job.begin[cell];
    const TileShape of = job.tiles(cell);
    const std::uint64_t* const visits = job.visits + job.visits_of[cell];
    const float *queries[kTileQueries], *rows[kTileRows];
    for (int q = 0; q < kTileQueries; ++q)
      queries[q] = job.queries + query(visits, of, tile, q) * job.width;
    for (int r = 0; r < kTileRows; ++r)
      rows[r] = job.columns + from + least(of.row(tile, r), of.rows - 1);
    float sum[kTileQueries * kTileRows];
    multiply_tile(queries, rows, job.n, job.width, sum);
    for (int q = 0; q < kTileQueries; ++q) {
      if (of.query(tile, q) >= of.queries) return;
      const std::int64_t visit = VisitJob::visit(visits[of.query(tile, q)]);
      const std::int64_t mine = visit / job.nprobe;
      float* const to = job.values + job.values_of[mine] + job.places[visit];
      for (int r = 0; r < kTileRows; ++r) {
        const std::int64_t row = of.row(tile, r);
        if (row < of.rows)
          to[row] =
              (job.squares[from + row] - 2.0f * sum[q * kTileRows + r]) + job.query_squares[mine];
      }
    }
  }

 private:
  NEARFOLD_HD static std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
  /// At the edge the last visit stands in for those that there are not.
  NEARFOLD_HD std::int64_t query(const std::uint64_t* visits, const TileShape& of,
                                 std::int64_t tile, int q) const {
    return VisitJob::visit(visits[least(of.query(tile, q), of.queries - 1)]) / job.nprobe;
  }
};

/// The row of a value of query q by its place among them.
NEARFOLD_HD inline std::int64_t row_of_place(const VisitJob& job, std::int64_t q,
                                             std::int64_t place) {
  const std::int64_t first = q * job.nprobe;
  const std::int64_t v = first + last_not_above(job.places + first, job.nprobe, place);
  return job.begin[job.cells[v]] + place - job.places[v];
}

/// Fills cells, places, values_of, visits and visits_of. Cost for q queries: their measures against
/// the centroids read nine times and once more by one thread a query, a sort of q nprobe keys;
/// about 16 launches.
template <class Executor>
void list_visits(const Executor& executor, VisitJob& job, const SmallestView& nearest,
                 typename Executor::template Buffer<std::uint64_t>& keys) {
  job.visits = keys.data();
  executor.for_each(job.count + 1, ListCells{job, nearest});
  exclusive_scan(executor, job.values_of, job.count + 1);
  executor.for_each(job.count * job.nprobe, KeyOfVisit{job});
  executor.sort(keys);
  job.visits = keys.data();  // they are elsewhere now
  executor.for_each(job.nlist + 1, BeginOfCell{keys.data(), job.count * job.nprobe,
                                               VisitJob::kVisitBits, job.visits_of});
}

/// Cost: 2 v w flops for v values of rows of w columns, 4 v bytes written; 7 launches.
template <class Executor>
void measure_visits(const Executor& executor, const VisitJob& job) {
  executor.for_each(job.nlist + 1, CountTiles{job});
  exclusive_scan(executor, job.tiles_of, job.nlist + 1);
  std::int64_t tiles = 0;
  executor.fetch(job.tiles_of + job.nlist, 1, &tiles);
  executor.for_each(tiles, MeasureVisits{job});
}

}  // namespace nearfold
