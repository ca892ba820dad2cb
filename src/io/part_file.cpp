#include "io/part_file.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "io/npz_array.hpp"
#include "io/part_meta.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr const char* kRemedy = ": the part is damaged, make it again";

}  // namespace

/// What a part is read into.
namespace part_arrays {

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

}  // namespace part_arrays

void write_part(const std::string& path, const KnnPart& part, const PartMeta& meta,
                Overwrite overwrite) {
  const std::int64_t rows = part.queries.rows(), flat[] = {rows};
  std::vector<ZipEntry> entries = {
      array_entry("indices", {rows, part.width()}, part.neighbors),
      array_entry("distances", {rows, part.width()}, part.distances),
      {"tied.npy", npy_header("|u1", flat), std::as_bytes(std::span(part.tied))},
      {"repeats.npy", npy_header("|u1", flat), std::as_bytes(std::span(part.repeats))},
      json_entry(json_of(meta))};
  if (!meta.exact()) {
    const std::int64_t exact = std::ssize(part.exact.queries), width = part.exact_width();
    entries.push_back(array_entry("exact_queries", {exact}, part.exact.queries));
    entries.push_back(array_entry("exact_indices", {exact, width}, part.exact.neighbors));
    entries.push_back(array_entry("exact_distances", {exact, width}, part.exact.distances));
  }
  if (meta.candidates > 0) {
    entries.push_back(array_entry("measures", {rows, part.width()}, part.measures));
    entries.push_back(array_entry("places", {rows, part.width()}, part.rows));
  }
  write_zip(path, entries, overwrite);
}

namespace part_arrays {

/// Exact rows of some queries.
struct SomeExact {
  std::vector<std::int32_t> queries;
  Rows<std::int32_t> ids;
  Rows<float> distances;
  std::size_t done = 0;

  SomeExact(const Archive& archive, const PartMeta& meta)
      : queries(read_array<std::int32_t>(
            archive, "exact_queries", {rows_in(archive, "exact_queries", 0, meta.queries.rows())})),
        ids(archive, "exact_indices", "<i4", {std::ssize(queries), meta.exact_width()}),
        distances(archive, "exact_distances", "<f4", {std::ssize(queries), meta.exact_width()}) {}

  /// Those of queries before `end`.
  void next(std::int64_t end, std::int64_t width, RowsOfPart& rows) {
    const std::size_t first = done;
    while (done < queries.size() && queries[done] < end) ++done;
    const auto count = static_cast<std::int64_t>(done - first);
    rows.exact_width = width;
    rows.exact_queries = std::span(queries).subspan(first, done - first);
    rows.exact_neighbors = ids.next(count * width);
    rows.exact_distances = distances.next(count * width);
  }
  void finish() {
    if (done != queries.size()) throw InvalidInput("the exact rows do not ascend by their queries");
    ids.finish();
    distances.finish();
  }
};

/// What candidates of shared cells are ordered by.
struct Places {
  Rows<float> measures;
  Rows<std::int32_t> places;

  Places(const Archive& archive, const PartMeta& meta)
      : measures(archive, "measures", "<f4", {meta.queries.rows(), meta.width()}),
        places(archive, "places", "<i4", {meta.queries.rows(), meta.width()}) {}
};

}  // namespace part_arrays

struct PartFile::State {
  PartMeta meta;
  part_arrays::Rows<std::int32_t> ids;
  part_arrays::Rows<float> distances;
  part_arrays::Rows<std::uint8_t> tied, repeats;
  std::optional<part_arrays::SomeExact> exact = {};
  std::optional<part_arrays::Places> places = {};
  std::int64_t done = 0;

  State(const Archive& archive, const std::string& path) : State(archive, meta_in(archive, path)) {}
  State(const Archive& archive, const PartMeta& of)
      : meta(of),
        ids(archive, "indices", "<i4", {of.queries.rows(), of.width()}),
        distances(archive, "distances", "<f4", {of.queries.rows(), of.width()}),
        tied(archive, "tied", "|u1", {of.queries.rows()}),
        repeats(archive, "repeats", "|u1", {of.queries.rows()}) {
    if (!of.exact()) exact.emplace(archive, of);
    if (of.candidates > 0) places.emplace(archive, of);
  }
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
  RowsOfPart rows{{begin, begin + queries},
                  s.meta.data,
                  width,
                  s.ids.next(queries * width),
                  s.distances.next(queries * width),
                  s.tied.next(queries),
                  s.repeats.next(queries)};
  if (s.exact) s.exact->next(rows.queries.end, s.meta.exact_width(), rows);
  if (s.places) {
    rows.measures = s.places->measures.next(queries * width);
    rows.places = s.places->places.next(queries * width);
  }
  return rows;
}

void PartFile::finish() try {
  state_->ids.finish();
  state_->distances.finish();
  state_->tied.finish();
  state_->repeats.finish();
  if (state_->exact) state_->exact->finish();
  if (state_->places) {
    state_->places->measures.finish();
    state_->places->places.finish();
  }
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
