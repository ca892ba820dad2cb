// Cells that parts share, as an .npz that numpy opens. What is used as a place is checked here.
#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "io/index_entries.hpp"
#include "io/knn_json.hpp"
#include "io/metric_json.hpp"
#include "io/npz_array.hpp"
#include "io/part_file.hpp"
#include "knn/honours.hpp"
#include "knn/kmeans.hpp"
#include "knn/metric.hpp"
#include "knn/metric_domain.hpp"
#include "knn/shared_cells.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr const char* kCellsKind = "shared cells";
constexpr std::uint64_t kCellsFormat = 1;

Json json_of_cells(const SharedCells::State& cells) {
  Json json = {
      {"kind", kCellsKind},
      {"format", kCellsFormat},
      {"n", cells.all.n},
      {"columns", cells.all.dim},
      {"longest", cells.all.longest},
      {"k", cells.k},
      {"metric", name(cells.distance.metric)},
      {"zero_vectors", kZeroVectors[static_cast<std::size_t>(cells.distance.zero_vectors)]},
      {"seed", cells.seed},
      {"index", json_of(KnnParams(cells.params))},
      {"nprobe", cells.effort.probes_or_ef},
      {"candidates", cells.effort.candidates}};
  add_metric_params(json, cells.distance);
  return json;
}

Distance distance_in(const Json& json, const ByteSource& source) {
  try {
    const Distance distance{
        metric_named(required<std::string>(json, "metric", source)),
        static_cast<ZeroVectors>(choice_of(json, "zero_vectors", kZeroVectors, source)),
        metric_params_in(json, source),
        {}};
    check_params(distance);
    check_metric(IvfKnn{}, distance.metric);
    return distance;
  } catch (const Error& error) {
    source.malformed(error.what());
  }
}

SharedCells::State read_meta(const Json& json, const ByteSource& source) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  SharedCells::State cells;
  cells.all = {size_in(json, "n", 2, kMost, source), size_in(json, "columns", 1, kMost, source),
               required<double>(json, "longest", source)};
  cells.k = static_cast<int>(size_in(json, "k", 1, cells.all.n - 1, source));
  cells.distance = distance_in(json, source);
  cells.seed = required<std::uint64_t>(json, "seed", source);
  const KnnParams params = knn_params_in(required<Json>(json, "index", source), source);
  if (!std::holds_alternative<IvfKnn>(params)) source.malformed("'index' has no cells");
  cells.params = std::get<IvfKnn>(params);
  cells.effort.probes_or_ef = static_cast<int>(size_in(json, "nprobe", 1, cells.all.n, source));
  cells.effort.candidates =
      static_cast<int>(size_in(json, "candidates", cells.k + 1, cells.all.n, source));
  return cells;
}

EqualPoints read_equal(const Archive& archive, std::int64_t n) {
  const std::int64_t members = rows_in(archive, "equal", 0, n);
  const std::int64_t groups = rows_in(archive, "equal_begin", 1, n) - 1;
  EqualPoints equal(read_begins<std::int64_t>(archive, "equal_begin", groups, members),
                    read_array<std::int32_t>(archive, "equal", {members}));
  std::vector<bool> seen(static_cast<std::size_t>(n));
  for (std::size_t m = 0; m < equal.members.size(); ++m) {
    const std::int32_t id = equal.members[m];
    if (id < 0 || id >= n || seen[static_cast<std::size_t>(id)])
      bad_value(archive, "equal", m, id, "a point is there once at most");
    seen[static_cast<std::size_t>(id)] = true;
  }
  return equal;
}

void read_arrays(const Archive& archive, SharedCells::State& cells) {
  cells.projection = read_projection(archive, cells.all.dim);
  const Measure norm = measure_for(cells.distance, cells.all.dim);
  const std::int64_t nlist = rows_in(archive, "centroids", cells.effort.probes_or_ef, cells.all.n);
  cells.centroids = {
      norm,
      read_floats_2d(archive, "centroids", nlist, knn_row_width(cells.projection, norm)),
      {},
      {}};
  cells.centroids.squares = squares_of(cells.centroids.rows);
  cells.begin = read_begins<std::int64_t>(archive, "begin", nlist, cells.all.n);
  cells.ids = read_ids(archive, cells.all.n);
  cells.equal = read_equal(archive, cells.all.n);
}

}  // namespace

void write_cells(const std::string& path, const SharedCells& shared, const std::string& fingerprint,
                 const std::string& version, Overwrite overwrite) {
  const SharedCells::State& cells = shared.state();
  const std::int64_t nlist = cells.centroids.n();
  Json json = json_of_cells(cells);
  json["fingerprint"] = fingerprint;
  json["version"] = version;
  std::vector<ZipEntry> entries = {json_entry(json)};
  for (ZipEntry& entry : projection_entries(cells.projection)) entries.push_back(std::move(entry));
  entries.push_back(array_entry("centroids", {nlist, cells.centroids.rows.cols()},
                                cells.centroids.rows.values()));
  entries.push_back(array_entry("begin", {nlist + 1}, cells.begin));
  entries.push_back(array_entry("ids", {cells.all.n}, cells.ids));
  entries.push_back(array_entry("equal_begin", {std::ssize(cells.equal.begin)}, cells.equal.begin));
  entries.push_back(array_entry("equal", {std::ssize(cells.equal.members)}, cells.equal.members));
  write_zip(path, entries, overwrite);
}

CellsOfFile read_cells(const std::string& path) {
  return read_cells(ByteSource::file(path));
}

CellsOfFile read_cells(const ByteSource& source) {
  const Archive archive(source);
  const std::string none = "'" + source.name() +
                           "' has no cells that parts share; nearfold knn --save-cells writes them";
  if (!archive.has("meta")) throw InvalidInput(none);
  ByteSource entry = archive.entry("meta");
  const Json json = read_json(entry);
  if (value_of(json, "kind", std::string(), entry) != kCellsKind) throw InvalidInput(none);
  if (const auto format = required<std::uint64_t>(json, "format", entry); format != kCellsFormat)
    entry.malformed("'format' is " + std::to_string(format) + ", and this version reads " +
                    std::to_string(kCellsFormat) + ": train the cells again");
  SharedCells::State cells = read_meta(json, entry);
  read_arrays(archive, cells);
  return {shared(std::move(cells)), required<std::string>(json, "fingerprint", entry),
          required<std::string>(json, "version", entry)};
}

}  // namespace nearfold::io
