// Sparse points in files: what scipy.sparse.save_npz writes of a CSR or CSC matrix, and Matrix
// Market coordinates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/source.hpp"
#include "io/zip.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold::io {

/// The points of a file that stores them sparse: .npz of scipy's, CSR or CSC, values of any real
/// type; .mtx of general coordinates, real, integer or pattern (1). Nothing for other files, and
/// for Matrix Market arrays and symmetric matrices, which read_table() reads dense. Values are
/// rounded to float32; columns are put in order within their rows. All sizes are held against the
/// file before anything is allocated. Throws InvalidInput naming file and entry, or line.
std::optional<SparseMatrix> read_sparse(const std::string& path);

/// What a header says of them.
struct SparseShape {
  std::int64_t rows = 0, cols = 0, stored = 0;
};
std::optional<SparseShape> describe_sparse(const std::string& path);

/// By which sparse points are known again: no dense ones, though they be the same.
std::string fingerprint(const SparseView& points);

// ---- the readers
// ---------------------------------------------------------------------------------

SparseMatrix read_sparse_npz(const Archive& archive, std::int64_t bytes);
SparseShape describe_sparse_npz(const Archive& archive, std::int64_t bytes);
/// Nothing where it is no matrix of general coordinates.
std::optional<SparseMatrix> read_coordinates(ByteSource& source);
std::optional<SparseShape> describe_coordinates(ByteSource& source);

/// Sorts columns within rows; the place of an entry whose column comes twice in its row, if there
/// is one.
std::optional<std::int64_t> put_in_order(SparseMatrix& rows);

/// Rows and columns that a file of so many bytes may say it has; 2^24 columns at most.
bool are_likely(std::int64_t rows, std::int64_t cols, std::int64_t bytes);

}  // namespace nearfold::io
