// The format table, and the functions that look a file up in it. Adding a format is one line here
// and its reader.
#include "io/formats.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "io/values.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

struct Format {
  std::string_view name;
  std::array<std::string_view, 3> endings;  // of the file name, in lower case
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
    {"csv",   {".csv", ".tsv", ".txt"},       "",          read_csv,        describe_csv,   read_text_labels},
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

  std::string name = source.name();
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const bool packed = name.ends_with(".gz");
  if (packed) name.resize(name.size() - 3);
  std::string known;
  for (const Format& format : kFormats) {
    for (const std::string_view ending : format.endings)
      if (!ending.empty() && name.ends_with(ending) && (!packed || format.name == "idx"))
        return format;
    known += " " + std::string(format.endings[0]);
  }
  throw InvalidInput("'" + source.name() + "': the format is not known by its name (known:" +
                     known + " .tsv .txt .idx.gz): convert it, for example with numpy.save");
}

/// Unpacks what begins like gzip; only IDX files get here with that.
ByteSource unpacked(const ByteSource& source, const Format& format) {
  std::array<std::uint8_t, 2> start{};
  if (format.name == "idx" && source.peek(0, std::as_writable_bytes(std::span(start))) == 2 &&
      start[0] == 0x1f && start[1] == 0x8b)
    return ByteSource::gunzip(source);
  return source;
}

}  // namespace

Matrix read_matrix(const std::string& path, const ReadOptions& options,
                   std::vector<std::string>* warnings) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file, format);
  if (!options.array.empty() && format.name != "npz")
    throw InvalidInput("'" + path + "' is " + std::string(format.name) + ", which has no array " +
                       quoted(options.array) + ": only .npz files hold named arrays");
  const bool may_miss = format.name == "csv" && options.missing == Missing::nan;
  Matrix points = format.name == "npz" ? read_npz(source, options.array)
                  : may_miss           ? read_csv_or_nan(source)
                                       : format.read(source);
  if (warnings != nullptr) warn_of_rounding(source, *warnings);
  return points;
}

Labels read_labels(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  if (format.read_labels == nullptr)
    throw InvalidInput("'" + path + "' is " + std::string(format.name) +
                       ", which holds no labels: give .npy, IDX, or text with one label a line");
  ByteSource source = unpacked(file, format);
  return format.read_labels(source);
}

std::vector<float> read_values(const std::string& path) {
  const ByteSource file = ByteSource::file(path);
  const Format& format = format_of(file);
  ByteSource source = unpacked(file, format);
  Matrix read = format.name == "npy" ? read_npy_column(source) : format.read(source);
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
  ByteSource source = unpacked(file, format);
  FileInfo info = format.describe(source);
  info.format = format.name;
  info.bytes = file.size();
  return info;
}

KnnGraph read_graph(const std::string& path, GraphMeta* meta) {
  return read_graph(ByteSource::file(path), meta);
}

}  // namespace nearfold::io
