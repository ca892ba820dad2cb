#include "io/part_file.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "io/knn_json.hpp"
#include "io/npz_array.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr const char* kKind = "part of a graph";
constexpr std::uint64_t kFormat = 1;
constexpr const char* kRemedy = ": the part is damaged, make it again";

Json json_of(const PartMeta& meta) {
  return {{"kind", kKind},
          {"format", kFormat},
          {"n", meta.n},
          {"columns", meta.columns},
          {"k", meta.k},
          {"metric", meta.metric},
          {"zero_vectors", meta.zero_vectors},
          {"seed", meta.seed},
          {"fingerprint", meta.fingerprint},
          {"version", meta.version},
          {"queries", {meta.queries.begin, meta.queries.end}},
          {"data", {meta.data.begin, meta.data.end}}};
}

RowRange range_in(const Json& json, const char* key, std::int64_t n, const ByteSource& source) {
  const auto found = json.find(key);
  const bool two = found != json.end() && found->is_array() && found->size() == 2 &&
                   (*found)[0].is_number_unsigned() && (*found)[1].is_number_unsigned();
  const RowRange range =
      two ? RowRange{(*found)[0].get<std::int64_t>(), (*found)[1].get<std::int64_t>()} : RowRange{};
  if (!RowRange{0, n}.contains(range) || range.rows() < 1)
    source.malformed(io::quoted(key) + " is no range of " + std::to_string(n) + " points");
  return range;
}

std::int64_t size_in(const Json& json, const char* key, std::int64_t least, std::int64_t most,
                     const ByteSource& source) {
  const auto value = required<std::uint64_t>(json, key, source);
  if (std::cmp_less(value, least) || std::cmp_greater(value, most))
    source.malformed(io::quoted(key) + " is " + std::to_string(value) + ", and must be in [" +
                     std::to_string(least) + ", " + std::to_string(most) + "]");
  return static_cast<std::int64_t>(value);
}

PartMeta meta_in(const Archive& archive, const std::string& path) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (!archive.has("meta"))
    throw InvalidInput("'" + path +
                       "' is no part of a graph: give files of nearfold knn --queries");
  ByteSource entry = archive.entry("meta");
  const Json json = read_json(entry);
  if (!is_part(json))
    throw InvalidInput("'" + path +
                       "' is no part of a graph: give files of nearfold knn --queries");
  if (const auto format = required<std::uint64_t>(json, "format", entry); format != kFormat)
    entry.malformed("the format is " + std::to_string(format) + ", and " + std::to_string(kFormat) +
                    " is read: make the part again");
  PartMeta meta;
  meta.n = size_in(json, "n", 2, kMost, entry);
  meta.columns = size_in(json, "columns", 1, std::numeric_limits<std::int64_t>::max(), entry);
  meta.k = size_in(json, "k", 1, meta.n - 1, entry);
  meta.metric = required<std::string>(json, "metric", entry);
  meta.zero_vectors = required<std::string>(json, "zero_vectors", entry);
  meta.seed = required<std::uint64_t>(json, "seed", entry);
  meta.fingerprint = required<std::string>(json, "fingerprint", entry);
  meta.version = required<std::string>(json, "version", entry);
  meta.queries = range_in(json, "queries", meta.n, entry);
  meta.data = range_in(json, "data", meta.n, entry);
  return meta;
}

/// An array of a part, row after row.
template <class T>
class Rows {
 public:
  Rows(const Archive& archive, const std::string& name, const std::string& descr,
       const std::vector<std::int64_t>& shape)
      : source_(archive.entry(name)) {
    const NpyHeader header = read_npy_header(source_);
    if (header.shape != shape || header.type.bytes != static_cast<int>(sizeof(T)) ||
        header.type.big_endian || header.fortran || header.type.name() != type_name(descr))
      source_.malformed("the array is " + header.type.name() + " " + shape_text(header.shape) +
                        ": it must be " + type_name(descr) + " " + shape_text(shape));
  }
  std::span<const T> next(std::int64_t count) {
    values_.resize(static_cast<std::size_t>(count));
    source_.read(std::as_writable_bytes(std::span(values_)));
    return values_;
  }
  void finish() { source_.finish(); }

 private:
  static std::string type_name(const std::string& descr) {
    return DType{descr[1], descr[2] - '0'}.name();
  }

  ByteSource source_;
  std::vector<T> values_;
};

}  // namespace

PartMeta meta_of(const AllPoints& all, std::int64_t k, const Distance& distance, std::uint64_t seed,
                 const RowRange& queries, const RowRange& data, const std::string& fingerprint,
                 const std::string& version) {
  return {all.n,
          all.dim,
          k,
          name(distance.metric),
          kZeroVectors[static_cast<std::size_t>(distance.zero_vectors)],
          seed,
          fingerprint,
          version,
          queries,
          data};
}

bool is_part(const Json& meta) {
  const auto found = meta.find("kind");
  return found != meta.end() && found->is_string() && *found == kKind;
}

std::string difference(const PartMeta& from, const PartMeta& to, bool ranges) {
  const Json is = json_of(from), wanted = json_of(to);
  for (const auto& [key, value] : wanted.items()) {
    if (!ranges && (key == "queries" || key == "data")) continue;
    if (is[key] == value) continue;
    if (key == "fingerprint") return "it is of other points, by their fingerprint";
    return "its " + key + " is " + value_text(is[key]) + ", and is to be " + value_text(value);
  }
  return "";
}

void write_part(const std::string& path, const KnnPart& part, const PartMeta& meta,
                Overwrite overwrite) {
  const std::int64_t rows = part.queries.rows(), flat[] = {rows};
  const ZipEntry entries[] = {
      array_entry("indices", {rows, part.width()}, part.neighbors),
      array_entry("distances", {rows, part.width()}, part.distances),
      {"tied.npy", npy_header("|u1", flat), std::as_bytes(std::span(part.tied))},
      {"repeats.npy", npy_header("|u1", flat), std::as_bytes(std::span(part.repeats))},
      json_entry(json_of(meta))};
  write_zip(path, entries, overwrite);
}

struct PartFile::State {
  PartMeta meta;
  Rows<std::int32_t> ids;
  Rows<float> distances;
  Rows<std::uint8_t> tied, repeats;
  std::int64_t done = 0;

  State(const Archive& archive, const std::string& path) : State(archive, meta_in(archive, path)) {}
  State(const Archive& archive, const PartMeta& of)
      : meta(of),
        ids(archive, "indices", "<i4", {of.queries.rows(), of.width()}),
        distances(archive, "distances", "<f4", {of.queries.rows(), of.width()}),
        tied(archive, "tied", "|u1", {of.queries.rows()}),
        repeats(archive, "repeats", "|u1", {of.queries.rows()}) {}
};

PartFile::PartFile(const std::string& path) : PartFile(ByteSource::file(path)) {}

PartFile::PartFile(const ByteSource& source) {
  const auto archive = [&] {
    try {
      return Archive(source);
    } catch (const InvalidInput& error) {
      throw InvalidInput(error.what() + std::string(kRemedy));
    }
  };
  state_ = std::make_unique<State>(archive(), source.name());
}
PartFile::~PartFile() = default;
PartFile::PartFile(PartFile&&) noexcept = default;
PartFile& PartFile::operator=(PartFile&&) noexcept = default;

const PartMeta& PartFile::meta() const {
  return state_->meta;
}

RowsOfPart PartFile::next(std::int64_t queries) {
  State& s = *state_;
  const std::int64_t width = s.meta.width(), begin = s.meta.queries.begin + s.done;
  s.done += queries;
  return {{begin, begin + queries},
          s.meta.data,
          width,
          s.ids.next(queries * width),
          s.distances.next(queries * width),
          s.tied.next(queries),
          s.repeats.next(queries)};
}

void PartFile::finish() try {
  state_->ids.finish();
  state_->distances.finish();
  state_->tied.finish();
  state_->repeats.finish();
} catch (const InvalidInput& error) {
  throw InvalidInput(error.what() + std::string(kRemedy));
}

void check_part(const std::string& path) {
  PartFile part(path);
  const std::int64_t rows = part.meta().queries.rows();
  const std::int64_t at_once = std::max<std::int64_t>(1, (1 << 20) / part.meta().width());
  for (std::int64_t done = 0; done < rows; done += at_once)
    part.next(std::min(at_once, rows - done));
  part.finish();
}

}  // namespace nearfold::io
