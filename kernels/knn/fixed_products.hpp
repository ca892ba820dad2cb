// What PackedRows measures (linalg/packed_rows.hpp), on a device: products of queries with rows,
// added column after column in float32, without a fused multiply-add: the same bits as on the
// processor, whatever is beside them. So a choice by these measures, of cells or of candidates, is
// the processor's choice, and no bound of a rounding has to be kept beside it; a product of cuBLAS,
// whose order of adding is not documented, would need one, and a second measure of all that it
// leaves open. Rows are short (knn/projected_rows.hpp), so this costs little beside what it saves.
//
// A thread has eight queries and two rows: ten values are loaded for 32 flops. Rows lie column
// after column, so that threads side by side read side by side; of the queries they read the same.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/launch_shape.hpp"
#include "math/host_device.hpp"

namespace nearfold {

inline constexpr int kTileQueries = 8, kTileRows = 2;

/// sum[q * kTileRows + r] = <query q, row r>, where row r begins at rows[r] and the next column is
/// `stride` on.
NEARFOLD_HD inline void multiply_tile(const float* const* queries, const float* const* rows,
                                      std::int64_t stride, std::int64_t width, float* sum) {
  for (int p = 0; p < kTileQueries * kTileRows; ++p) sum[p] = 0;
  for (std::int64_t c = 0; c < width; ++c) {
    float x[kTileRows];
    for (int r = 0; r < kTileRows; ++r) x[r] = rows[r][c * stride];
    for (int q = 0; q < kTileQueries; ++q) {
      const float y = queries[q][c];
      for (int r = 0; r < kTileRows; ++r) sum[q * kTileRows + r] += y * x[r];
    }
  }
}

/// The tiles of `queries` by `rows`: groups of queries one after the other, and in each of them a
/// thread for the rows t and t + per_group().
struct TileShape {
  std::int64_t queries, rows;

  NEARFOLD_HD std::int64_t per_group() const { return parts_of(rows, kTileRows); }
  NEARFOLD_HD std::int64_t tiles() const { return parts_of(queries, kTileQueries) * per_group(); }
  NEARFOLD_HD std::int64_t query(std::int64_t tile, int q) const {
    return tile / per_group() * kTileQueries + q;
  }
  NEARFOLD_HD std::int64_t row(std::int64_t tile, int r) const {
    return tile % per_group() + r * per_group();
  }
};

struct MeasureJob {
  const float* queries;        // [count, width]
  const float* query_squares;  // [count]; null: they are left out
  std::int64_t count;
  const float* columns;  // [width, n]
  const float* squares;  // [n]
  std::int64_t n, width;
  float* measures;  // [count, n]: |row|^2 - 2 <query, row>, and |query|^2
};

/// Cost of measure_tiles(): 2 count n width flops in one launch; 4 count n bytes written, and of
/// what is read 4 width n bytes for every eight queries.
struct MeasureTile {
  MeasureJob job;

  NEARFOLD_HD TileShape shape() const { return {job.count, job.n}; }
  NEARFOLD_HD void operator()(std::int64_t tile) const {
    const TileShape of = shape();
    const float *queries[kTileQueries], *rows[kTileRows];
    for (int q = 0; q < kTileQueries; ++q)
      queries[q] = job.queries + least(of.query(tile, q), job.count - 1) * job.width;
    for (int r = 0; r < kTileRows; ++r) rows[r] = job.columns + least(of.row(tile, r), job.n - 1);
    float sum[kTileQueries * kTileRows];
    multiply_tile(queries, rows, job.n, job.width, sum);
    for (int q = 0; q < kTileQueries; ++q)
      for (int r = 0; r < kTileRows; ++r) {
        const std::int64_t query = of.query(tile, q), row = of.row(tile, r);
        if (query >= job.count || row >= job.n) continue;
        const float measure = job.squares[row] - 2.0f * sum[q * kTileRows + r];
        job.measures[query * job.n + row] =
            job.query_squares ? measure + job.query_squares[query] : measure;
      }
  }

 private:
  NEARFOLD_HD static std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
};

template <class Executor>
void measure_tiles(const Executor& executor, const MeasureJob& job) {
  if (job.count > 0) executor.for_each(MeasureTile{job}.shape().tiles(), MeasureTile{job});
}

/// nearest[q]: the row of smallest measure, the first of equal ones. 4 count n bytes read.
struct NearestOfMeasured {
  const float* measures;
  std::int64_t n;
  std::int32_t* nearest;

  struct Part {
    float measure = HUGE_VALF;
    std::int32_t row = INT32_MAX;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      if (other.measure < measure || (other.measure == measure && other.row < row)) *this = other;
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t q, int lane) const {
    Part part;
    for (std::int64_t r = lane; r < n; r += kRowLanes)
      part += Part{measures[q * n + r], static_cast<std::int32_t>(r)};
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t q, const Part& total) const { nearest[q] = total.row; }
};

/// counts[q * wanted + w]: how many rows are nearer to query q than row rows[q * wanted + w].
struct CountNearer {
  const float* measures;  // [count, n]
  std::int64_t n, wanted;
  const std::int32_t* rows;
  std::int64_t* counts;

  struct Part {
    std::int64_t nearer = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      nearer += other.nearer;
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t at, int lane) const {
    const float* const mine = measures + at / wanted * n;
    const float than = mine[rows[at]];
    Part part;
    for (std::int64_t r = lane; r < n; r += kRowLanes) part.nearer += mine[r] < than ? 1 : 0;
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t at, const Part& total) const { counts[at] = total.nearer; }
};

}  // namespace nearfold
