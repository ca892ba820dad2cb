// The format table, and the functions that look a file up in it. Adding a format is one line here
// and its reader.
#include "io/formats.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

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
};
// clang-format on

/// Formats that are not read, by how their files begin, whatever these are called.
constexpr std::pair<std::string_view, std::string_view> kForeign[] = {
    {"\x89HDF", "HDF5"},
    {"%%MatrixMarket", "a Matrix Market file"},
    {"PAR1", "Parquet"},
    {"ARROW1", "Arrow"},
    {"\x89PNG", "a PNG image"}};

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
      if (!ending.empty() && name.ends_with(ending) && (!packed || may_be_packed)) return format;
    known += " " + std::string(format.endings[0]);
  }
  throw InvalidInput("'" + source.name() +
                     "': the format is not known by its name (known:" + known +
                     " .tsv .txt .csv.gz .idx.gz): convert it, for example with "
                     "numpy.save");
}

/// The format whose magic the file begins with, else the one its name ends with.
const Format& format_of(const ByteSource& source) {
  std::array<std::byte, 16> start{};
  const std::size_t got = source.peek(0, start);
  const std::string_view head(reinterpret_cast<const char*>(start.data()), got);
  for (const Format& format : kFormats)
    if (!format.magic.empty() && head.starts_with(format.magic)) return format;
  for (const auto& [magic, what] : kForeign)
    if (head.starts_with(magic))
      throw InvalidInput("'" + source.name() + "' is " + std::string(what) +
                         ", which is not read: convert it, for example with numpy.save");

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
                                     {!options.label_column.empty(), "--label-column"}})
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

Table read_table(const std::string& path, const ReadOptions& options) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  if (!options.array.empty() && format.name != "npz")
    throw InvalidInput("'" + path + "' is " + std::string(format.name) + ", which has no array " +
                       quoted(options.array) + ": only .npz files hold named arrays");
  if (is_text(format)) return read_text_table(source, options.table, options.missing);
  require_table(path, options.table);
  Table table{format.name == "npz" ? read_npz(source, options.array) : format.read(source)};
  warn_of_rounding(source, table.notes);
  return table;
}

Matrix read_matrix(const std::string& path, const ReadOptions& options,
                   std::vector<std::string>* warnings) {
  Table table = read_table(path, options);
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

std::vector<float> read_values(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file);
  Matrix read = format.name == "npy" ? read_npy_column(source)
                : is_text(format)    ? read_text_table(source, {}, Missing::nan).points
                                     : format.read(source);
  if (read.rows() != 1 && read.cols() != 1)
    throw InvalidInput("'" + path + "' has " + std::to_string(read.rows()) + " rows and " +
                       std::to_string(read.cols()) +
                       " columns: values are one row or one column, one a point");
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

KnnGraph read_graph(const std::string& path, GraphMeta* meta) {
  return read_graph(ByteSource::file(path), meta);
}

}  // namespace nearfold::io
