// Rows in an order in which many of them are measured at once: one row in each lane of a register,
// column after column, against a few queries that share what is loaded. Nothing is added across
// lanes, so a measure has the same bits on every processor, whatever is measured beside it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/simd.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

class PackedRows {
 public:
  static constexpr std::int64_t kRows = kSimd;  ///< of a panel
  static constexpr int kQueries = 4;            ///< measured together

  PackedRows() = default;
  /// Of rows [n, width]; what measure() needs besides are their squared norms. The last columns are
  /// left out where they are 0 in all rows, as the padding of KnnRows is.
  PackedRows(HostMatrix<const float> rows, const Cpu& on);
  PackedRows(HostMatrix<const float> rows, const std::vector<float>& squares, const Cpu& on);

  /// Panels that have the rows [begin, end).
  static std::int64_t first(std::int64_t begin) { return begin / kRows; }
  static std::int64_t last(std::int64_t end) { return (end + kRows - 1) / kRows; }

  /// products[q][r] = <query q, row r> for the rows r of panels [first, last). Rows beyond the last
  /// count as zero rows.
  void multiply(const float* const queries[kQueries], std::int64_t first, std::int64_t last,
                float* const products[kQueries]) const;

  /// measures[q][r]: what measure() of knn/projected_rows.hpp estimates, less the query's own
  /// square, of the same rows.
  void measure(const float* const queries[kQueries], std::int64_t first, std::int64_t last,
               float* const measures[kQueries]) const;

  /// nearest[q]: of the `count` queries, one [width] each and `stride` apart, the row of smallest
  /// measure, the first of equal ones.
  void nearest(const float* queries, std::int64_t count, std::int64_t stride,
               std::int32_t* nearest) const;

 private:
  std::int64_t n_ = 0, columns_ = 0;
  std::vector<Floats> values_;  // [panels, columns]
  std::vector<float> squares_;  // [panels, kRows]
};

}  // namespace nearfold
