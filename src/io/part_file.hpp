// Parts of a graph in files (.npz that numpy opens), and the graph of all of them, made some rows
// at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "io/meta_json.hpp"
#include "knn/part_merge.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold::io {

/// What a part is of: all of it is in its file.
struct PartMeta {
  std::int64_t n = 0, columns = 0, k = 0;
  std::string metric, zero_vectors;
  std::uint64_t seed = 0;
  std::string fingerprint = {};  ///< of all points
  std::string version = {};      ///< of the program that made it
  RowRange queries = {}, data = {};
  KnnParams knn = FlatKnn{};
  std::string metric_params = {};  ///< json_of() them; empty: none
  std::string cells = {};          ///< SharedCells::fingerprint(), where it is through some
  std::int64_t candidates = 0;

  bool exact() const { return std::holds_alternative<FlatKnn>(knn); }
  std::int64_t width() const { return std::min(candidates > 0 ? candidates + 1 : k, data.rows()); }
  std::int64_t exact_width() const { return std::min(k, data.rows()); }
};
PartMeta meta_of(const AllPoints& all, std::int64_t k, const Distance& distance, std::uint64_t seed,
                 const RowRange& queries, const RowRange& data, const std::string& fingerprint,
                 const std::string& version);
/// The same through shared cells.
PartMeta meta_of(const SharedCells& cells, const RowRange& queries, const RowRange& data,
                 const std::string& fingerprint, const std::string& version);

/// Whether `meta` of an .npz says that it is a part.
bool is_part(const Json& meta);

/// "its seed is 1, and is to be 42"; empty when both are the same. `ranges`: whether these count.
std::string difference(const PartMeta& from, const PartMeta& to, bool ranges);

/// `indices` int32 and `distances` float32 [queries, width], `tied` and `repeats` uint8 [queries],
/// all as of KnnPart, and `meta`, JSON text as uint8; of approximate parts `exact_queries` int32,
/// `exact_indices` and `exact_distances`, through shared cells `measures` float32 and `places`
/// int32 [queries, width]. The same part gives the same bytes.
void write_part(const std::string& path, const KnnPart& part, const PartMeta& meta,
                Overwrite overwrite);

/// A part that is read from its first query to its last.
class PartFile {
 public:
  /// InvalidInput for what is no part, or is cut off; its arrays are looked at as they are read.
  explicit PartFile(const std::string& path);
  explicit PartFile(const ByteSource& source);
  ~PartFile();
  PartFile(PartFile&&) noexcept;
  PartFile& operator=(PartFile&&) noexcept;

  const PartMeta& meta() const;
  /// The rows of the next queries, valid until the next call.
  RowsOfPart next(std::int64_t queries);
  /// After the last: InvalidInput when checksums do not fit.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a part through. Throws InvalidInput when it is damaged.
void check_part(const std::string& path);

/// What parts became.
struct MergedGraph {
  PartMeta of;         ///< less the ranges
  std::int64_t k = 0;  ///< neighbours that were kept
  std::string index;
  std::int64_t duplicates = 0;
  std::optional<std::int64_t> tied_rows = {};  ///< of exact parts
  std::optional<Recall> recall = {};           ///< of others
};

/// What the graph of parts is to be.
struct MergedForm {
  const SharedCells* cells = nullptr;  ///< those that the parts share
  std::optional<std::int64_t> k =
      {};  ///< neighbours to keep, at most those of the parts; unset: all
  GraphFormat format = GraphFormat::nearfold;
};

/// Writes the graph of all parts as write_graph() does: the bytes are those of the graph that one
/// search of all points makes; of exact parts for every smaller k, too. Holds some rows of one part
/// and the merged ones beside it; the graph waits in the folder of `output` until it is whole.
/// Throws InvalidInput naming the files when they are not of one graph, have a query with a point
/// twice or not at all, or are damaged.
MergedGraph merge_part_files(std::span<const std::string> parts, const std::string& output,
                             const MergedForm& form, Overwrite overwrite, const Cpu& on);

// ---- shared cells: cells_file.cpp ---------------------------------------------------------------

/// Cells as .npz, with the fingerprint of the points that they are of. The same cells give the same
/// bytes.
void write_cells(const std::string& path, const SharedCells& cells, const std::string& fingerprint,
                 const std::string& version, Overwrite overwrite);

struct CellsOfFile {
  SharedCells cells;
  std::string fingerprint, version;  ///< of the points; of the program
};
/// InvalidInput for what are no cells, or are damaged.
CellsOfFile read_cells(const std::string& path);
CellsOfFile read_cells(const ByteSource& source);

}  // namespace nearfold::io
