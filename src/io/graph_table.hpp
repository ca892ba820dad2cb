// What the parts of reading and writing graph files share: graph_file.cpp (the way in, and plain
// arrays), graph_csr.cpp (scipy's sparse matrix), graph_meta.cpp (the text beside the arrays).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graph/rows.hpp"
#include "io/npy.hpp"
#include "io/zip.hpp"

namespace nearfold::io {

/// Whether the archive says that it is a sparse matrix of scipy's.
bool holds_sparse_matrix(const Archive& archive);

/// Of its arrays: the text of one without dimensions, bytes or UTF-32 in numpy (b'csr' in the newer
/// files); the header of one of one dimension; integers that may count more entries than int32 can.
std::string scalar_text(ByteSource source);
NpyHeader flat_header(ByteSource& entry);
std::vector<std::int64_t> read_sizes(ByteSource entry, const std::string& what);

/// Its rows as they are. InvalidInput for any format but CSR, for arrays that do not fit together,
/// and for rows of different lengths; all sizes are checked before anything is allocated for them.
GraphTable read_csr(const Archive& archive);

/// Rows as the entries `indices` and `distances`, [n, k] each. They point into the caller's.
std::vector<ZipEntry> row_entries(std::int64_t n, std::int64_t k, std::span<const std::int32_t> ids,
                                  std::span<const float> distances);

/// Rows as the entries of a CSR matrix, `indices` and `data` among them. They point into the
/// caller's.
std::vector<ZipEntry> csr_entries(std::int64_t n, std::int64_t k, std::span<const std::int32_t> ids,
                                  std::span<const float> distances);

/// `indptr` of n rows of k entries as an .npy: int32 when that holds n * k, else int64.
std::string csr_row_starts(std::int64_t n, std::int64_t k);

/// Columns of a graph of k neighbours in a format.
inline std::int64_t columns_in(GraphFormat format, std::int64_t k) {
  return format == GraphFormat::nearfold ? k : k + 1;
}

/// The entries of such rows, [n, columns_in(format, k)]. They point into the caller's.
std::vector<ZipEntry> entries_in(GraphFormat format, std::int64_t n, std::int64_t k,
                                 std::span<const std::int32_t> ids,
                                 std::span<const float> distances);

/// Rows with the point itself in front, at distance 0; the first is of point `first`.
GraphTable with_self(const KnnGraphView& graph, std::int64_t first = 0);

/// Reads `meta` where the archive has it: into the graph, and what belongs to the file. `format` is
/// umap when it says that the rows include the point itself.
GraphMeta read_meta(const Archive& archive, KnnGraph& graph);

/// `meta` of a graph file, JSON.
ZipEntry meta_entry(const KnnGraphView& graph, const GraphMeta& meta);

}  // namespace nearfold::io
