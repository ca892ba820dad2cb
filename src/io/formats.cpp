// The format table, and the functions that look a file up in it. Adding a format is one line here
// and its reader.
#include "io/formats.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "io/npy.hpp"
#include "io/rounding.hpp"
#include "io/sparse_file.hpp"
#include "io/stored_file.hpp"
#include "io/table.hpp"
#include "io/values.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

struct Format {
  std::string_view name;
  std::array<std::string_view, 5> endings;  // of the file name, in lower case
  std::string_view magic;                   // that no other format begins with; may be empty
  Matrix (*read)(ByteSource&);
  FileInfo (*describe)(ByteSource&);
  Labels (*read_labels)(ByteSource&);  // null where the format holds no labels
};

Matrix read_only_array(ByteSource& source) {
  return read_npz(source);
}

Matrix read_only_dataset(ByteSource& source) {
  return read_hdf5(source, "");
}

// clang-format off
constexpr Format kFormats[] = {
    {"npy",   {".npy"},                       "\x93NUMPY", read_npy,        describe_npy,   read_npy_labels},
    {"npz",   {".npz"},                       "PK\3\4",    read_only_array, describe_npz,   nullptr},
    {"csv",   {".csv", ".tsv", ".txt", ".dat", ".data"}, "",          read_csv,        describe_csv,   read_text_labels},
    {"idx",   {".idx", "-ubyte", ".ubyte"},   "",          read_idx,        describe_idx,   read_idx_labels},
    {"fvecs", {".fvecs"},                     "",          read_fvecs,      describe_fvecs, nullptr},
    {"bvecs", {".bvecs"},                     "",          read_bvecs,      describe_bvecs, nullptr},
    {"ivecs", {".ivecs"},                     "",          read_ivecs,      describe_ivecs, nullptr},
    {"fbin",  {".fbin"},                      "",          read_fbin,       describe_fbin,  nullptr},
    {"u8bin", {".u8bin"},                     "",          read_u8bin,      describe_u8bin, nullptr},
    {"i8bin", {".i8bin"},                     "",          read_i8bin,      describe_i8bin, nullptr},
    {"hdf5",  {".h5", ".hdf5", ".h5ad"},      "\x89HDF\r\n", read_only_dataset, describe_hdf5, nullptr},
    {"mtx",   {".mtx"},                "%%MatrixMarket",   read_matrix_market, describe_matrix_market, nullptr},
};
// clang-format on

/// A format that is not read, by how its files begin or what their names end with, and what makes
/// one of it that is.
struct Foreign {
  std::string_view what;
  std::string_view magic;
  std::array<std::string_view, 3> endings;
  std::string_view remedy;  // with FILE for the name; Python where it imports
};

// clang-format off
constexpr Foreign kForeign[] = {
    {"HDF5",            "\x89HDF",  {".h5", ".hdf5", ".h5ad"}, "import h5py, numpy; numpy.save('points.npy', h5py.File('FILE')['X'][:])"},
    {"Parquet",         "PAR1",     {".parquet"},              "import pandas; pandas.read_parquet('FILE').to_csv('table.csv', index=False)"},
    {"Arrow",           "ARROW1",   {".arrow", ".feather", ".ipc"}, "import pandas; pandas.read_feather('FILE').to_csv('table.csv', index=False)"},
    {"a MATLAB file",   "MATLAB",   {".mat"},                  "import numpy, scipy.io; numpy.save('points.npy', scipy.io.loadmat('FILE')['X'])"},
    {"an Excel table",  "",         {".xlsx", ".xls"},         "import pandas; pandas.read_excel('FILE').to_csv('table.csv', index=False)"},
    {"a Python pickle", "",         {".pkl", ".pickle"},       "import pandas; pandas.DataFrame(pandas.read_pickle('FILE')).to_csv('table.csv', index=False)"},
    {"JSON",            "",         {".json"},                 "import pandas; pandas.read_json('FILE').to_csv('table.csv', index=False)"},
    {"an R data file",  "",         {".rds", ".rdata", ".rda"}, "convert it in R, with write.csv(x, 'table.csv')"},
    {"packed by bzip2", "BZh9",     {".bz2"},                  "unpack it, with bunzip2, or pack it with gzip"},
    {"packed by xz",    "\xfd" "7zXZ", {".xz"},                "unpack it, with unxz, or pack it with gzip"},
    {"packed by zstd",  "\x28\xb5\x2f\xfd", {".zst"},          "unpack it, with unzstd, or pack it with gzip"},
    {"a ZIP archive of text", "",   {".csv.zip", ".tsv.zip", ".txt.zip"}, "unpack it, with unzip, or pack it with gzip"},
    {"a web page",      "<!DOCTYPE ", {".html", ".htm"},       "download the file that it is about"},
    {"a Git LFS pointer", "version https://", {},              "fetch the file itself, with git lfs pull"},
    {"a PNG image",     "\x89PNG",  {},                        "convert it"},
};
// clang-format on

[[noreturn]] void refuse_foreign(const ByteSource& source, const Foreign& foreign) {
  std::string remedy(foreign.remedy);
  if (const std::size_t at = remedy.find("FILE"); at != std::string::npos)
    remedy.replace(at, 4, source.name());
  if (remedy.starts_with("import ")) remedy = "convert it, with python3 -c \"" + remedy + "\"";
  throw InvalidInput("'" + source.name() + "' is " + std::string(foreign.what) +
                     ", which is not read: " + remedy);
}

bool ends_with_any(std::string_view name, std::span<const std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return !ending.empty() && name.ends_with(ending);
  });
}

bool is_read(const Format& format) {
  return format.name != "hdf5" || reads_hdf5();
}

bool is_gzip(std::string_view head) {
  return head.starts_with("\x1f\x8b\x08");
}

/// By the ending of the name, before .gz if it is packed. Standard input without magic is text.
const Format& format_by_name(const ByteSource& source, bool packed) {
  std::string name = source.is_standard_input() ? ".csv" : source.name();
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.ends_with(".gz")) {
    packed = true;
    name.resize(name.size() - 3);
  }
  std::string known;
  for (const Format& format : kFormats) {
    const bool may_be_packed = format.name == "idx" || format.name == "csv";
    for (const std::string_view ending : format.endings)
      if (!ending.empty() && name.ends_with(ending) && (!packed || may_be_packed) &&
          is_read(format))
        return format;
    if (is_read(format)) known += " " + std::string(format.endings[0]);
  }
  for (const Foreign& foreign : kForeign)
    if (ends_with_any(name, foreign.endings)) refuse_foreign(source, foreign);
  throw InvalidInput("'" + source.name() +
                     "': the format is not known by its name (known:" + known +
                     " .tsv .txt .csv.gz .idx.gz): convert it, for example with "
                     "numpy.save, or give a table of text the ending .csv");
}

/// The format whose magic the file begins with, else the one its name ends with.
const Format& format_of(const ByteSource& source) {
  std::array<std::byte, 16> start{};
  const std::size_t got = source.peek(0, start);
  const std::string_view head(reinterpret_cast<const char*>(start.data()), got);
  std::string name = source.name();
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const Foreign& foreign : kForeign)  // what begins like others goes by its name
    if (foreign.magic.empty() && ends_with_any(name, foreign.endings))
      refuse_foreign(source, foreign);
  for (const Format& format : kFormats)
    if (!format.magic.empty() && head.starts_with(format.magic) && is_read(format)) return format;
  for (const Foreign& foreign : kForeign)
    if (!foreign.magic.empty() && head.starts_with(foreign.magic)) refuse_foreign(source, foreign);
  return format_by_name(source, is_gzip(head));
}

/// Unpacks what begins like gzip: IDX or text.
ByteSource unpacked(const ByteSource& source) {
  std::array<char, 3> start{};
  const std::size_t got = source.peek(0, std::as_writable_bytes(std::span(start)));
  return is_gzip({start.data(), got}) ? ByteSource::gunzip(source) : source;
}

bool is_text(const Format& format) {
  return format.name == "csv";
}

}  // namespace

std::string flags_of(const TableOptions& options) {
  std::string flags;
  for (const auto& [is_set, flag] : {std::pair{options.header != Header::automatic, "--header"},
                                     {!options.columns.empty(), "--columns"},
                                     {!options.drop.empty(), "--drop"},
                                     {!options.one_hot.empty(), "--one-hot"},
                                     {!options.label_column.empty(), "--label-column"},
                                     {!options.value_column.empty(), "--value-column"}})
    if (is_set) flags += (flags.empty() ? "" : " and ") + std::string(flag);
  return flags;
}

void require_table(const std::string& path, const TableOptions& options) {
  const std::string flags = flags_of(options);
  if (flags.empty()) return;
  const Format& format = format_of(ByteSource::file(path));
  if (!is_text(format))
    throw InvalidParameter(flags + " can be used with tables of text, and '" + path + "' is " +
                           std::string(format.name) + "; leave it out");
}

Table read_table(const std::string& path, const ReadOptions& options, const Shift* shift) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  if (!options.array.empty() && format.name != "npz" && format.name != "hdf5")
    throw InvalidInput("'" + path + "' is " + std::string(format.name) + ", which has no array " +
                       in_quotes(options.array) +
                       ": only .npz files hold named arrays, and HDF5 datasets");
  source.rounding().set(shift);
  Table table;
  if (is_text(format)) {
    table = read_text_table(source, options.table, options.missing);
  } else {
    require_table(path, options.table);
    table.points = format.name == "npz"    ? read_npz(source, options.array)
                   : format.name == "hdf5" ? read_hdf5(source, options.array)
                                           : format.read(source);
    warn_of_rounding(source, table.notes);
  }
  table.offsets = source.rounding().offsets();
  return table;
}

Matrix read_matrix(const std::string& path, const ReadOptions& options,
                   std::vector<std::string>* warnings, Shift* shift) {
  Table table = read_table(path, options, shift);
  if (shift != nullptr) shift->offsets = std::move(table.offsets);
  if (warnings != nullptr)
    warnings->insert(warnings->end(), table.notes.begin(), table.notes.end());
  return std::move(table.points);
}

Labels read_labels(const std::string& path, const std::string& column) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  if (format.read_labels == nullptr)
    throw InvalidInput("'" + path + "' is " + std::string(format.name) +
                       ", which holds no labels: give .npy, IDX, or text with one label a line");
  ByteSource source = unpacked(file);
  if (column.empty()) return format.read_labels(source);
  require_table(path, {.label_column = column});
  return read_column_labels(source, column);
}

std::vector<TextColumn> read_columns(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  if (const Format& format = format_of(file); !is_text(format))
    throw InvalidInput("'" + path + "' is " + std::string(format.name) +
                       ", and not a table of text: give .csv or .tsv, with one row per point");
  ByteSource source = unpacked(file);
  return read_text_columns(source);
}

Integers read_integers(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  if (is_text(format)) return integers_of(read_text_columns(source), path);
  return format.name == "npy" ? read_npy_integers(source) : integers_of(format.read(source), path);
}

namespace {

/// The second of two columns, where the first numbers the rows.
std::vector<float> beside_row_numbers(const Matrix& read) {
  if (read.cols() != 2 || read.rows() < 2 || (read.row(0)[0] != 0 && read.row(0)[0] != 1))
    return {};
  std::vector<float> values;
  for (std::int64_t i = 0; i < read.rows(); ++i) {
    if (read.row(i)[0] != read.row(0)[0] + static_cast<float>(i)) return {};
    values.push_back(read.row(i)[1]);
  }
  return values;
}

}  // namespace

std::vector<float> read_values(const std::string& path, const std::string& column) {
  const TableOptions options{.value_column = column, .values_alone = !column.empty()};
  require_table(path, options);
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  Matrix read = format.name == "npy" ? read_npy_column(source)
                : is_text(format)    ? read_text_table(source, options, Missing::nan).points
                                     : format.read(source);
  if (auto values = beside_row_numbers(read); !values.empty()) return values;
  if (read.rows() != 1 && read.cols() != 1)
    throw InvalidInput("'" + path + "' has " + std::to_string(read.rows()) + " rows and " +
                       std::to_string(read.cols()) + " columns: values are one a point" +
                       (is_text(format) ? "; say with --value-column which column holds them"
                                        : ", in one column"));
  return std::move(read).values();
}

std::string format_of_file(const std::string& path) {
  return std::string(format_of(ByteSource::file(path)).name);
}

FileInfo describe_file(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  FileInfo info = format.describe(source);
  info.format = format.name;
  info.bytes = file.size();
  return info;
}

KnnGraph read_graph(const std::string& path, GraphMeta* meta, int ids_from) {
  const ByteSource file = ByteSource::file(path);
  std::array<char, 6> start{};
  file.peek(0, std::as_writable_bytes(std::span(start)));
  if (std::string_view(start.data(), start.size()) == "\x93NUMPY")
    throw InvalidInput("'" + path +
                       "' is one array (.npy): a graph is an .npz of ids and distances; distances "
                       "between all points are given instead of points, with --metric precomputed");
  return read_graph(file, meta, ids_from);
}

// ---- points as they are stored ------------------------------------------------------------------

namespace {

/// Types of more than a byte are in the order of this machine.
std::optional<ValueType> value_type_of(const DType& type) {
  if (type.big_endian && type.bytes > 1) return {};
  for (const ValueType known :
       {ValueType::float32, ValueType::float16, ValueType::int8, ValueType::uint8})
    if (type.name() == name(known)) return known;
  return {};
}

/// The type, where rows lie one after the other; `shape` is of the file, and the source then at its
/// first value.
std::optional<ValueType> rows_of(const Format& format, ByteSource& source,
                                 std::vector<std::int64_t>& shape) {
  if (format.name == "npy") {
    NpyHeader header = read_npy_header(source);
    shape = std::move(header.shape);
    return header.fortran || shape.size() != 2 ? std::nullopt : value_type_of(header.type);
  }
  const bool idx = format.name == "idx";
  if (!idx && format.name != "fbin" && format.name != "u8bin" && format.name != "i8bin") return {};
  FileInfo info = format.describe(source);
  shape = std::move(info.shape);
  for (const DType type : {DType{'f', 4}, DType{'i', 1}, DType{'u', 1}})
    if (info.dtype == type.name() && !(idx && type.bytes > 1)) return value_type_of(type);
  return {};
}

}  // namespace

std::optional<StoredFile> open_stored(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  std::vector<std::int64_t> shape;
  const auto type = rows_of(format, source, shape);
  if (!type || shape.size() < 2) return {};
  const auto cols = checked_product(std::span(shape).subspan(1));
  if (shape[0] < 1 || !cols || *cols < 1) return {};
  return StoredFile{source, *type, shape[0], *cols, !source.has_size()};
}

// ---- sparse points ------------------------------------------------------------------------------

namespace {

/// of_npz(archive, bytes) or of_mtx(source), where the file is one of these.
template <class Found, class OfNpz, class OfMtx>
std::optional<Found> sparse_of(const std::string& path, const OfNpz& of_npz, const OfMtx& of_mtx) {
  if (path == "-") return {};
  ByteSource source = ByteSource::file(path);
  const std::string_view format = format_of(source).name;
  if (format == "mtx") return of_mtx(source);
  if (format != "npz") return {};
  const Archive archive(source);
  if (!archive.has("format") || !archive.has("shape") || !archive.has("data")) return {};
  return of_npz(archive, source.size());
}

}  // namespace

std::optional<SparseMatrix> read_sparse(const std::string& path) {
  return sparse_of<SparseMatrix>(path, read_sparse_npz, read_coordinates);
}

std::optional<SparseShape> describe_sparse(const std::string& path) {
  return sparse_of<SparseShape>(path, describe_sparse_npz, describe_coordinates);
}

}  // namespace nearfold::io
