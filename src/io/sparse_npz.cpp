// The sparse matrices of scipy.sparse.save_npz as points.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "io/graph_table.hpp"
#include "io/sparse_file.hpp"

namespace nearfold::io {
namespace {

struct Parts {
  std::int64_t rows = 0, cols = 0, stored = 0;
  bool by_column = false;
};

/// What the small arrays say, and the length of the large ones.
Parts parts_of(const Archive& archive, std::int64_t bytes) {
  const ByteSource format = archive.entry("format");
  const std::string name = scalar_text(format);
  if (name != "csr" && name != "csc")
    format.malformed("the sparse matrix has format " + in_quotes(name) +
                     ": save it as CSR or CSC, with matrix.tocsr()");
  const ByteSource shape_entry = archive.entry("shape");
  const std::vector<std::int64_t> shape = read_sizes(shape_entry, "shape");
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1)
    shape_entry.malformed("the sparse matrix has shape " + shape_text(shape) +
                          ": points are rows and columns");
  if (!are_likely(shape[0], shape[1], bytes))
    shape_entry.malformed(
        "a matrix of " + std::to_string(shape[0]) + " x " + std::to_string(shape[1]) +
        " has too many rows for its file, or more than 16777216 columns: leave out rows and "
        "columns that hold nothing");
  ByteSource ids = archive.entry("indices"), data = archive.entry("data");
  const std::int64_t count = flat_header(ids).shape[0], values = flat_header(data).shape[0];
  if (count != values)
    data.malformed("data has " + std::to_string(values) + " values, indices have " +
                   std::to_string(count));
  return {shape[0], shape[1], count, name == "csc"};
}

/// Where rows begin, never falling from 0 to the number of entries; and columns within bounds.
void require_rows(const Archive& archive, const SparseMatrix& rows) {
  const ByteSource starts = archive.entry("indptr");
  if (std::ssize(rows.indptr) != rows.rows + 1)
    starts.malformed("indptr has " + std::to_string(rows.indptr.size()) + " values: " +
                     std::to_string(rows.rows) + " rows or columns need one more than that");
  const auto count = std::ssize(rows.indices);
  for (std::size_t i = 0; i < rows.indptr.size(); ++i)
    if (rows.indptr[i] < (i == 0 ? 0 : rows.indptr[i - 1]) || rows.indptr[i] > count ||
        (i == 0 && rows.indptr[0] != 0) || (i + 1 == rows.indptr.size() && rows.indptr[i] != count))
      starts.malformed("indptr, value " + std::to_string(i) + ", is " +
                       std::to_string(rows.indptr[i]) + ": values ascend from 0 to " +
                       std::to_string(count));
  for (std::size_t e = 0; e < rows.indices.size(); ++e)
    if (rows.indices[e] < 0 || rows.indices[e] >= rows.cols)
      archive.entry("indices").malformed("value " + std::to_string(e) + " is " +
                                         std::to_string(rows.indices[e]) + ": it must be in [0, " +
                                         std::to_string(rows.cols) + ")");
}

}  // namespace

std::optional<std::int64_t> put_in_order(SparseMatrix& rows) {
  std::vector<std::pair<std::int32_t, float>> row;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    const std::int64_t from = rows.indptr[static_cast<std::size_t>(i)],
                       end = rows.indptr[static_cast<std::size_t>(i) + 1];
    row.clear();
    for (auto e = static_cast<std::size_t>(from); e < static_cast<std::size_t>(end); ++e)
      row.emplace_back(rows.indices[e], rows.values[e]);
    std::sort(row.begin(), row.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t e = 0; e < row.size(); ++e) {
      const auto at = static_cast<std::size_t>(from) + e;
      std::tie(rows.indices[at], rows.values[at]) = row[e];
      if (e > 0 && row[e].first == row[e - 1].first) return static_cast<std::int64_t>(at);
    }
  }
  return {};
}

bool are_likely(std::int64_t rows, std::int64_t cols, std::int64_t bytes) {
  constexpr std::int64_t kMaxEmpty = 1000, kMaxColumns = std::int64_t{1} << 24;
  return rows <= kMaxEmpty * bytes && cols <= kMaxColumns;
}

SparseShape describe_sparse_npz(const Archive& archive, std::int64_t bytes) {
  const Parts parts = parts_of(archive, bytes);
  return {parts.rows, parts.cols, parts.stored};
}

SparseMatrix read_sparse_npz(const Archive& archive, std::int64_t bytes) {
  const Parts parts = parts_of(archive, bytes);
  SparseMatrix rows{parts.by_column ? parts.cols : parts.rows,
                    parts.by_column ? parts.rows : parts.cols};
  rows.indptr = read_sizes(archive.entry("indptr"), "indptr");
  ByteSource ids = archive.entry("indices"), data = archive.entry("data");
  rows.indices = read_npy_ints(ids, flat_header(ids), "indices");
  const NpyHeader header = flat_header(data);
  rows.values.resize(static_cast<std::size_t>(parts.stored));
  if (const auto unfit = read_floats(data, header.type, rows.values))
    data.malformed("value " + std::to_string(*unfit) +
                   " does not fit float32 (3.4e38): rescale the data");
  data.finish();
  require_rows(archive, rows);
  if (const auto twice = put_in_order(rows))
    archive.entry("indices").malformed(
        (parts.by_column ? "row " : "column ") +
        std::to_string(rows.indices[static_cast<std::size_t>(*twice)]) + " comes twice, value " +
        std::to_string(*twice) + ": sum them with sum_duplicates()");
  return parts.by_column ? transposed(rows) : rows;
}

}  // namespace nearfold::io
