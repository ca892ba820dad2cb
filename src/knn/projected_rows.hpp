// The points as approximate methods search them: short rows, near ones near each other in memory,
// and one measure for them. What a method finds here are candidates; their true distances are
// measured afterwards (refine.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "knn/measure.hpp"
#include "knn/short_axes.hpp"
#include "linalg/packed_rows.hpp"
#include "math/distance.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Points as short vectors: scores on the principal axes that carry `carried` of the variance, so
/// that a matrix of 784 columns becomes one of 50 to 100. Points of few dimensions, or without such
/// axes, are only centred (`axes` is empty).
struct Projection : ShortAxes {
  PackedRows axis_panels;  // the axes

  Projection() = default;
  Projection(std::vector<float> mean, Matrix axes, const Cpu& on);
};

Projection make_projection(const StoredView& points, double carried, const Cpu& on);

/// Row r belongs to point ids[r]. Under l2, squares[r] + squares[s] - 2 <row r, row s> estimates
/// the squared distance of the points: exactly, when nothing was projected away; otherwise what was
/// lost counts as orthogonal. Rows are padded with zeros to a multiple of 16 columns.
struct KnnRows {
  Measure norm = Norm::l2;
  Matrix rows;                    // [n, width]
  std::vector<float> squares;     // l2: squared norm of the centred point, all of it
  std::vector<std::int32_t> ids;  // point of a row

  std::int64_t n() const { return rows.rows(); }
  /// The squared norm of a row, as measure() takes it: 0 for other norms than l2.
  float square(std::int64_t row) const {
    return squares.empty() ? 0.0f : squares[static_cast<std::size_t>(row)];
  }
};

/// Fetches a row that is measured soon: rows lie anywhere in memory.
inline void prefetch_row(const float* row, std::int64_t width) {
  for (std::int64_t c = 0; c < std::min<std::int64_t>(width, 1024); c += 16)
    __builtin_prefetch(row + c);
}

/// The same of points of any type, by their bytes.
inline void prefetch_row(const StoredView& points, std::int64_t i) {
  const std::byte* const row = points.row_data(i);
  for (std::int64_t at = 0; at < std::min<std::int64_t>(points.row_bytes(), 4096); at += 64)
    __builtin_prefetch(row + at);
}

/// Columns of KnnRows::rows.
std::int64_t knn_row_width(const Projection& projection, Norm norm);

/// Some points as such rows [points, knn_row_width()]: what queries must be made into. Under l2
/// `squares` [points] are their squared norms; for other norms nothing is written there. The same
/// bits for a point whatever the others of the call.
void make_knn_rows(std::span<const float* const> points, const Projection& projection,
                   const Measure& norm, float* rows, float* squares);

/// All points, in the order of the leaves of a k-d tree over the rows: leaf f is rows
/// [256 f, 256 (f + 1)). Deterministic, on every processor. O(n dim width).
KnnRows make_knn_rows(const StoredView& points, const Projection& projection, const Measure& norm,
                      const Cpu& on);

/// The same rows in another order: row r is from's row order[r].
KnnRows reordered(const KnnRows& from, const std::vector<std::int32_t>& order, const Cpu& on);

/// measures[c] = how far row rows_of[c] is from `query`, for c in [0, count): smaller is nearer.
/// Under l2 an estimate as above; it may be a little below 0. The same bits for a row whatever the
/// others of the call.
void measure(const KnnRows& among, const float* query, float query_square,
             const std::int32_t* rows_of, std::int64_t count, float* measures);
/// The same for the rows [begin, end).
void measure_range(const KnnRows& among, const float* query, float query_square, std::int64_t begin,
                   std::int64_t end, float* measures);

}  // namespace nearfold
