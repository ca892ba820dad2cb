// Files in and out: the interface that the tool, the bench and the tests use. Readers accept any
// format of the table in formats.cpp; writers replace a file atomically or leave it as it was.
//
// All functions throw IoError when the system refuses (with its reason) and InvalidInput when the
// content is at fault (with the file's name and the byte offset, or the line and column).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/model.hpp"
#include "nearfold/stored.hpp"

namespace nearfold::io {

// ---- reading --------------------------------------------------------------------------------

/// What text has where a value is missing: nothing, NA, N/A, #N/A, NULL, null, None, ? and others.
enum class Missing {
  refuse,  ///< InvalidInput naming line and column
  nan      ///< NaN
};

/// Whether the first line of a table names its columns.
enum class Header { automatic, yes, no };

/// What a table of text is made of. A column is called by its name, or by its number in the file,
/// from 0, where none has that name; 3-7 are several, and so are names after commas.
struct TableOptions {
  Header header = Header::automatic;
  std::vector<std::string> columns = {};  ///< the features; empty: all that are not named below
  std::vector<std::string> drop = {};     ///< no features
  std::vector<std::string> one_hot = {};  ///< a feature of 0 and 1 for each distinct text
  std::string label_column = {};          ///< no feature: the labels; empty: none
  std::string value_column = {};          ///< no feature; read_values() takes it; empty: none
  bool values_alone = false;              ///< that column is the one feature
  bool leave_text = false;                ///< columns of text are left out, not refused
};

struct ReadOptions {
  std::string array = {};  ///< of an .npz; empty: the only one
  Missing missing = Missing::refuse;
  TableOptions table = {};  ///< of text alone: other formats refuse what is set
};

/// One label per point; negative: none. `names` is empty for integer labels; otherwise ids index
/// it.
struct Labels {
  std::vector<std::int32_t> ids;
  std::vector<std::string> names = {};  ///< distinct texts in byte order
  std::string first_line = {};          ///< of text, where it may be a header after all
  std::int64_t blank_end = 0;           ///< blank lines at the end of text, which may be labels
  std::int64_t missing = 0;             ///< labels that a file has as nothing, NA or nan
};

/// What a column of a file holds.
struct Column {
  enum class Type { integer, real, text };
  std::string name = {};  ///< empty: none
  Type type = Type::real;
  double minimum = 0, maximum = 0;  ///< of the numbers; NaN where there are none
  std::int64_t missing = 0;
  bool constant = false;  ///< one number throughout, or none
  bool is_feature = true;
};

/// Points, and what stands beside them.
struct Table {
  Matrix points;
  std::vector<double> offsets = {};  ///< taken from each column of points, see Shift
  std::vector<Column> columns = {};  ///< of the file; empty: not of text
  Labels labels = {};
  std::vector<std::string> notes = {};  ///< what was recognised, left out or rounded
};

/// What is taken from each column, in double, before values become float32: points that lie far
/// from 0 keep their differences. For distances that see no such shift.
struct Shift {
  bool given = false;                ///< whether these are to be used; else they are chosen
  std::vector<double> offsets = {};  ///< one a column; empty: nothing is subtracted
};

/// The points of a file as float32, [rows >= 1, cols >= 1]. Integers become floats of the same
/// value (pixels stay 0..255; beyond 2^24 they are rounded, reported in `notes`); images of an IDX
/// file become rows. Values of float64, long integers and text are rounded, less `shift`, when it
/// is there: offsets are chosen where values are no float32 and a column is farther from 0 than it
/// is wide, and are in Table::offsets. `notes` counts distinct values that became equal. A finite
/// float64 that float32 cannot hold is InvalidInput naming row and column; NaN and infinity pass.
/// InvalidParameter when an .npz has several arrays and none is named, or a column is named that
/// there is not.
/// Of text, delimiter, decimal comma, header, comments (#) and a column that numbers the rows are
/// recognised; the last is left out. Columns of text are refused by name.
Table read_table(const std::string& path, const ReadOptions& options = {},
                 const Shift* shift = nullptr);

/// The flags of the tool that stand for what is set, as "--drop and --one-hot"; empty: nothing is.
std::string flags_of(const TableOptions& options);

/// InvalidParameter where something is set and the file is no table of text.
void require_table(const std::string& path, const TableOptions& options);

/// Its points alone; the offsets are in `shift` afterwards.
Matrix read_matrix(const std::string& path, const ReadOptions& options = {},
                   std::vector<std::string>* warnings = nullptr, Shift* shift = nullptr);

/// What each column of points holds, without names.
std::vector<Column> columns_of(HostMatrix<const float> points);

/// Of every column the mean of the values that are not NaN. InvalidInput naming a column that has
/// no value at all.
std::vector<float> column_means(HostMatrix<const float> points);

/// How a column is made comparable with others.
enum class Scaling {
  none,
  standard,  ///< mean 0 and standard deviation 1
  robust     ///< median 0 and interquartile range 1
};

/// How columns are scaled: see scale_columns() of model/prepare.hpp.
struct Scales {
  std::vector<double> centers = {}, spreads = {};
};

/// Of every column, as scikit-learn's StandardScaler and RobustScaler have them: a column without
/// spread is centred alone. NaN and infinity do not count. Empty for Scaling::none.
Scales scales_of(HostMatrix<const float> points, Scaling scaling);

/// Labels from integers (whole floats too) or text in an .npy [n] or [n, 1], from an IDX file, or
/// from text: one label a line, a header perhaps above, or one column of a table. Which one has to
/// be said by `column` where there are several; row numbers are none. Missing ones are -1.
Labels read_labels(const std::string& path, const std::string& column = "");

/// Makes labels one a point, or throws InvalidInput naming both counts: a first line that can only
/// be a header is dropped, blank lines at the end are points without a label. Says so in `notes`.
void fit_labels(Labels& labels, std::int64_t n, const std::string& path,
                std::vector<std::string>& notes);

/// One number a point: a 1-d .npy, one row or one column in any format of read_matrix(), a column
/// beside row numbers, or the one that `column` names in a table. NaN and infinity pass.
std::vector<float> read_values(const std::string& path, const std::string& column = "");

/// A column of a table, as text.
struct TextColumn {
  std::string name = {};                ///< empty: none
  std::vector<std::string> texts = {};  ///< distinct ones
  std::vector<std::int32_t> ids = {};   ///< of each row, in texts; -1: missing
};

/// All columns of a table of text with one row a point. InvalidInput for other formats.
std::vector<TextColumn> read_columns(const std::string& path);

/// Whole numbers, row after row.
struct Integers {
  std::int64_t rows = 0, cols = 0;
  std::vector<std::int64_t> values = {};
};

/// A table of whole numbers, exactly: a 2-d .npy of integers in the range of int32, or text up to
/// 2^53; floats and other formats up to 2^24. InvalidInput naming row and column of what is none.
Integers read_integers(const std::string& path);

/// What a file holds.
struct FileInfo {
  std::string format;               ///< a name of the format table: "npy", "csv", ...
  std::string dtype;                ///< as numpy spells it: "float32", "uint8", ...; or "text"
  std::vector<std::int64_t> shape;  ///< as stored: an IDX file of images has three
  std::int64_t bytes = 0;           ///< size of the file
  std::vector<std::string> arrays;  ///< .npz only: all of them; dtype and shape are the first's
};

/// Reads headers only, but for text, which has none and is read through.
FileInfo describe_file(const std::string& path);

/// FileInfo::format alone, without reading more than the first bytes.
std::string format_of_file(const std::string& path);

// ---- writing --------------------------------------------------------------------------------

/// Whether an existing file may be replaced.
enum class Overwrite { no, yes };

/// Throws what writing `path` would throw before its first byte: for a check ahead of long work.
/// IoError: it exists and `overwrite` is no, or its folder is missing or not writable.
/// InvalidInput: it is no regular file.
void check_writable(const std::string& path, Overwrite overwrite);

/// Writes a whole file, or nothing: a temporary file in the same folder is filled, synced and
/// renamed. A symbolic link is refused as an existing file, and followed when it may be replaced.
void write_file(const std::string& path, std::span<const std::byte> bytes, Overwrite overwrite);
void write_file(const std::string& path, std::string_view text, Overwrite overwrite);

/// .npy, float32 [rows, cols].
void write_npy(const std::string& path, HostMatrix<const float> values, Overwrite overwrite);
/// .npy, int32 [n].
void write_npy(const std::string& path, std::span<const std::int32_t> values, Overwrite overwrite);

// ---- graphs ---------------------------------------------------------------------------------

/// How the rows of a graph file are laid out. All are .npz files.
enum class GraphFormat {
  nearfold,  ///< `indices` int32 [n, k] and `distances` float32 [n, k], the neighbours alone
  umap,      ///< the same [n, k+1], each row beginning with the point itself at distance 0
  csr        ///< scipy.sparse's CSR matrix [n, n], k+1 entries a row, as of umap
};

/// What a graph file says beside the graph.
struct GraphMeta {
  GraphFormat format = GraphFormat::nearfold;
  std::uint64_t seed = 0;        ///< that the neighbours were made with
  std::string fingerprint = {};  ///< of the points, see fingerprint(); empty when unknown
  std::string version = {};      ///< of the program that wrote it
};

/// Writes `graph`, which is valid, in meta.format, with `meta`, JSON text as uint8, beside the
/// arrays. numpy.load opens the first two formats, scipy.sparse.load_npz the third. The same graph
/// and meta give the same bytes.
void write_graph(const std::string& path, const KnnGraphView& graph, const GraphMeta& meta,
                 Overwrite overwrite);

/// Reads a graph from any .npz that holds, with integers and floats of any size, in C or Fortran
/// order,
///   `indices` and `distances`, both [n, k], or as other libraries name them: I and D, knn_indices
///   and knn_dists, ids, neighbors, dists;
///   two arrays of that shape by any names (arr_0 and arr_1 of numpy.savez), one of integers, which
///   are the ids, and one of floats;
///   a CSR matrix, square and with equally many entries in every row, each row in its own order,
///   as scipy.sparse.save_npz writes what scikit-learn's KNeighborsTransformer gives.
/// Where at least half of the rows hold the point itself, the column count goes down by one: the
/// point is taken out of each row, or the last neighbour where duplicates at distance 0 pushed the
/// point out. Distances down to -1e-6 are rounding and become 0; equal distances are put in the
/// order of ids. Ids count the points from `ids_from`, 0 or 1. InvalidInput names the first faults
/// of all rows (see KnnGraph), ids that count from 1, and similarities given as distances. `meta`,
/// when given, is overwritten, with defaults where the file says nothing.
KnnGraph read_graph(const std::string& path, GraphMeta* meta = nullptr, int ids_from = 0);

/// XXH3 of the shape and the bytes of the values, 32 hexadecimal digits: tells whether a graph
/// belongs to these points. Values count as float32, of whatever type they are.
std::string fingerprint(const StoredView& points);

// ---- indexes ----------------------------------------------------------------------------------

/// Writes an index of these points as an .npz that numpy opens: `meta`, JSON text as uint8, with
/// its kind, parameters, metric, seed and the fingerprint of the points; `mean`, `axes`, `rows`,
/// `squares`, `ids`; `centroids`, `centroid_squares`, `begin` of an ivf index, or `lowest`,
/// `upper_begin`, `upper` of an hnsw one. The points themselves are not in it. The same index gives
/// the same bytes. `offsets` of the points (Shift) are in it, too, where there are any.
/// InvalidInput when there are more or fewer points than the index has.
void write_index(const std::string& path, const KnnIndex& index, const StoredView& points,
                 Overwrite overwrite, std::span<const double> offsets = {});

/// Reads what write_index() wrote; it answers as the index that was written, bit for bit.
/// InvalidInput when it is of other points or other offsets, or when anything in it could lead a
/// search astray: the type and shape of every array, ids, cells and links out of range, floats that
/// are not finite, parameters out of range. The message names the file, the array and the value.
KnnIndex read_index(const std::string& path, const StoredView& points,
                    std::span<const double> offsets = {});

// ---- checkpoints ------------------------------------------------------------------------------

/// Writes a checkpoint as an .npz that numpy opens: `layout`, of t-SNE also `update` and `gains`,
/// float32 [n, dims], and `meta`, JSON text as uint8.
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint, Overwrite overwrite);

/// Reads what write_checkpoint() wrote. InvalidInput for types, shapes and numbers that cannot be;
/// whether it is of a given run is for the Embedder to say.
Checkpoint read_checkpoint(const std::string& path);

// ---- models -------------------------------------------------------------------------------------

/// Writes a model as an .npz that numpy opens: `map`, `points` or, of sparse ones, `points/data`,
/// `points/indices`, `points/indptr` and `points/shape` as scipy.sparse.csr_matrix has them;
/// `graph/indices`, `graph/distances`; `preparation/...`, what was done to rows; `index/...` as of
/// write_index(); and `meta`, JSON text as uint8, with the method, its parameters, metric and seed.
/// The same model gives the same bytes.
/// By the end of the name, .nfm, in letters of any case.
bool is_model(const std::string& path);
void write_model(const std::string& path, const Model& model, Overwrite overwrite);

/// Reads what write_model() of this or an earlier version wrote; it places rows as the model that
/// was written, bit for bit. InvalidInput for a later format, and for whatever could lead a
/// transform astray: types and shapes, ids, parameters out of range, numbers that are not finite.
Model read_model(const std::string& path);

// ---- answers ----------------------------------------------------------------------------------

/// Writes the answer to queries as an .npz: `indices` int32 [rows, k], `distances` float32
/// [rows, k], and `meta` with the recall when it was measured.
void write_neighbors(const std::string& path, const QueryResult& result, Overwrite overwrite);

}  // namespace nearfold::io
