// Points most of whose values are 0, which are not stored: texts as counts of words, cells as
// counts of genes, users as what they bought. Memory follows the number of stored values, never
// rows x columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nearfold/export.hpp"

namespace nearfold {

/// Rows of stored values, as scipy.sparse.csr_matrix has them (CSR), in memory of the caller: row
/// i's are values[indptr[i] .. indptr[i + 1]), in the columns of the same places of indices. All
/// else is 0; a stored 0 is a 0 like any other. Owns nothing, copied like a pointer.
class SparseView {
 public:
  /// indptr [rows + 1] from 0, never falling; indices ascending within a row, in [0, cols), none
  /// twice; at most 2^24 columns. Throws InvalidInput where the lengths disagree. O(1).
  NEARFOLD_EXPORT SparseView(std::int64_t rows, std::int64_t cols,
                             std::span<const std::int64_t> indptr,
                             std::span<const std::int32_t> indices, std::span<const float> values);

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  std::int64_t stored() const { return static_cast<std::int64_t>(values_.size()); }
  std::span<const std::int64_t> indptr() const { return indptr_; }
  std::span<const std::int32_t> indices() const { return indices_; }
  std::span<const float> values() const { return values_; }

  /// Throws InvalidInput naming the row (and column) of the first entry that breaks the rules
  /// above. Every function that takes sparse points begins with it. O(stored).
  NEARFOLD_EXPORT void validate() const;

 private:
  std::int64_t rows_, cols_;
  std::span<const std::int64_t> indptr_;
  std::span<const std::int32_t> indices_;
  std::span<const float> values_;
};

/// The same, with its memory.
struct SparseMatrix {
  std::int64_t rows = 0, cols = 0;
  std::vector<std::int64_t> indptr = {0};
  std::vector<std::int32_t> indices = {};
  std::vector<float> values = {};

  SparseView view() const { return {rows, cols, indptr, indices, values}; }
  operator SparseView() const { return view(); }  // NOLINT(google-explicit-constructor)
};

/// The transpose: rows become columns, so that columns of stored values (CSC, scipy's csc_matrix),
/// given as the rows of `columns`, become rows. Once, O(stored).
NEARFOLD_EXPORT SparseMatrix transposed(const SparseView& columns);

}  // namespace nearfold
