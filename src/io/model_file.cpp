// Model files: arrays and JSON text in an .npz that numpy opens, nothing that is run. Every later
// version reads the first format, and a model that was read places rows as the one that was
// written.
#include <utility>

#include "core/alternatives.hpp"
#include "io/field_json.hpp"
#include "io/formats.hpp"
#include "io/graph_table.hpp"
#include "io/index_entries.hpp"
#include "io/knn_json.hpp"
#include "io/metric_json.hpp"
#include "io/npz_array.hpp"
#include "io/row_output.hpp"
#include "method.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::uint64_t kModelFormat = 1;
constexpr std::uint64_t kSparseFormat = 2;  // the same with sparse points
constexpr const char* kModelKind = "model";

// ---- settings ---------------------------------------------------------------------------------

Json json_of_settings(const Settings& settings) {
  const Json params = std::visit([](const auto& p) { return json_of_fields(p); }, settings.method);
  Json json = {
      {"method", name_of(settings.method)},
      {"params", params},
      {"knn", json_of(settings.knn)},
      {"metric", name(settings.distance.metric)},
      {"zero_vectors", kZeroVectors[static_cast<std::size_t>(settings.distance.zero_vectors)]},
      {"n_components", settings.dims},
      {"seed", settings.seed}};
  add_metric_params(json, settings.distance);
  return json;
}

Method method_in(const Json& json, const ByteSource& source) {
  const auto word = required<std::string>(json, "method", source);
  const Json given = required<Json>(json, "params", source);
  std::optional<Method> found;
  for_each_alternative<Method>([&](auto params) {
    if (word != method_name(params)) return;
    read_fields(given, source, params);
    found = params;
  });
  if (!found) source.malformed("'method' is " + in_quotes(word) + ", which is not known here");
  return *found;
}

Settings settings_in(const Json& json, const ByteSource& source) {
  Settings settings;
  settings.method = method_in(json, source);
  settings.knn = knn_params_in(required<Json>(json, "knn", source), source);
  settings.distance.zero_vectors =
      static_cast<ZeroVectors>(choice_of(json, "zero_vectors", kZeroVectors, source));
  settings.seed = required<std::uint64_t>(json, "seed", source);
  read_field(json, "n_components", source, settings.dims);
  try {
    settings.distance.metric = metric_named(required<std::string>(json, "metric", source));
    settings.distance.params = metric_params_in(json, source);
    validate(settings);
  } catch (const InvalidParameter& error) {
    source.malformed(error.what());
  }
  return settings;
}

// ---- arrays -----------------------------------------------------------------------------------

/// Entries of a part, under its name.
void add(std::vector<ZipEntry>& entries, const std::string& folder, std::vector<ZipEntry> part) {
  for (ZipEntry& entry : part) {
    entry.name = folder + entry.name;
    entries.push_back(std::move(entry));
  }
}

template <class T>
void add_row(std::vector<ZipEntry>& entries, const std::string& name, const std::vector<T>& row) {
  if (!row.empty()) entries.push_back(array_entry(name, {std::ssize(row)}, row));
}

std::vector<ZipEntry> entries_of(const Preparation& how) {
  std::vector<ZipEntry> entries;
  add_row(entries, "offsets", how.offsets);
  add_row(entries, "means", how.means);
  add_row(entries, "centers", how.centers);
  add_row(entries, "spreads", how.spreads);
  add_row(entries, "pca_mean", how.pca.mean);
  if (how.pca.axes.rows() > 0)
    entries.push_back(
        array_entry("pca_axes", {how.pca.axes.rows(), how.pca.axes.cols()}, how.pca.axes.values()));
  return entries;
}

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

/// Columns of a two-dimensional array.
std::int64_t columns_in(const Archive& archive, const std::string& name) {
  ByteSource entry = archive.entry(name);
  const NpyHeader header = read_npy_header(entry);
  if (header.shape.size() != 2 || header.shape[1] < 1)
    entry.malformed("the array is " + shape_text(header.shape) + ": it must have two dimensions");
  return header.shape[1];
}

Matrix read_rows(const Archive& archive, const std::string& name, std::int64_t rows) {
  return read_floats_2d(archive, name, rows, columns_in(archive, name));
}

template <class T>
void read_row(const Archive& archive, const std::string& name, std::vector<T>& row) {
  if (archive.has(name)) row = read_array<T>(archive, name, {rows_in(archive, name, 1, kMost)});
}

Preparation read_preparation(const Archive& archive) {
  Preparation how;
  read_row(archive, "offsets", how.offsets);
  read_row(archive, "means", how.means);
  read_row(archive, "centers", how.centers);
  read_row(archive, "spreads", how.spreads);
  read_row(archive, "pca_mean", how.pca.mean);
  if (archive.has("pca_axes"))
    how.pca.axes = read_rows(archive, "pca_axes", rows_in(archive, "pca_axes", 1, kMost));
  return how;
}

KnnGraph read_rows_of_graph(const Archive& archive, std::int64_t n) {
  KnnGraph graph;
  read_meta(archive, graph);
  graph.n = n;
  graph.k = columns_in(archive, "indices");
  graph.neighbors = read_array<std::int32_t>(archive, "indices", {n, graph.k});
  graph.distances = read_array<float>(archive, "distances", {n, graph.k});
  return graph;
}

/// As scipy.sparse has them.
void add_points(std::vector<ZipEntry>& entries, const Model& model,
                const std::vector<std::int64_t>& shape) {
  if (!model.sparse) {
    entries.push_back(
        array_entry("points", {model.points.rows(), model.points.cols()}, model.points.values()));
    return;
  }
  const SparseMatrix& points = *model.sparse;
  add(entries, "points/",
      {array_entry("shape", {std::ssize(shape)}, shape),
       array_entry("indptr", {std::ssize(points.indptr)}, points.indptr),
       array_entry("indices", {std::ssize(points.indices)}, points.indices),
       array_entry("data", {std::ssize(points.values)}, points.values)});
}

SparseMatrix read_sparse_points(const Archive& archive, std::int64_t n) {
  const auto shape = read_array<std::int64_t>(archive, "shape", {2});
  constexpr std::int64_t kMostColumns = std::int64_t{1} << 24;
  if (shape[0] != n)
    bad_value(archive, "shape", 0, shape[0], "the map has " + std::to_string(n) + " rows");
  if (shape[1] < 1 || shape[1] > kMostColumns)
    bad_value(archive, "shape", 1, shape[1], "columns are 1 to 16777216");
  const std::int64_t stored =
      rows_in(archive, "indices", 0, std::numeric_limits<std::int64_t>::max());
  SparseMatrix points{n, shape[1]};
  points.indptr = read_begins<std::int64_t>(archive, "indptr", n, stored);
  points.indices = read_array<std::int32_t>(archive, "indices", {stored});
  points.values = read_array<float>(archive, "data", {stored});
  return points;
}

}  // namespace

bool is_model(const std::string& path) {
  return has_ending(path, ".nfm");
}

void write_model(const std::string& path, const Model& model, Overwrite overwrite) {
  Json json = json_of_settings(model.settings);
  json["kind"] = kModelKind;
  json["format"] = model.sparse ? kSparseFormat : kModelFormat;
  json["version"] = version();
  if (model.steered) json["steered"] = true;
  const KnnGraph& graph = model.graph;
  const std::vector<std::int64_t> shape = {model.n(), model.dim()};
  std::vector<ZipEntry> entries = {
      json_entry(json),
      array_entry("map", {model.map.rows(), model.map.cols()}, model.map.values())};
  add_points(entries, model, shape);
  add(entries, "graph/",
      {meta_entry(graph, {.seed = model.settings.seed, .version = version()}),
       array_entry("indices", {graph.n, graph.k}, graph.neighbors),
       array_entry("distances", {graph.n, graph.k}, graph.distances)});
  add(entries, "preparation/", entries_of(model.preparation));
  if (model.index) add(entries, "index/", index_entries(*model.index, model.points));
  write_zip(path, entries, overwrite);
}

Model read_model(const ByteSource& file) {
  const Archive archive(file);
  ByteSource source = archive.entry("meta");
  const Json json = read_json(source);
  if (value_of(json, "kind", std::string(), source) != kModelKind)
    source.malformed("it is no model; nearfold embed --save-model writes one");
  const auto format = required<std::uint64_t>(json, "format", source);
  if (format != kModelFormat && format != kSparseFormat)
    source.malformed("'format' is " + std::to_string(format) + ", and this version (" + version() +
                     ") reads 1 and 2; it was written by version " +
                     printable(value_of(json, "version", std::string("unknown"), source)));
  Model model;
  model.settings = settings_in(json, source);
  model.steered = value_of(json, "steered", false, source);
  const std::int64_t n = rows_in(archive, "map", 4, kMost);
  model.map = read_rows(archive, "map", n);
  if (format == kSparseFormat)
    model.sparse = read_sparse_points(archive.folder("points/"), n);
  else
    model.points = read_rows(archive, "points", n);
  model.graph = read_rows_of_graph(archive.folder("graph/"), n);
  model.preparation = read_preparation(archive.folder("preparation/"));
  if (const Archive index = archive.folder("index/"); index.has("meta"))
    model.index = read_index(index, file.name(), model.points);
  try {
    check_model(model, Cpu{});
  } catch (const Error& error) {
    throw InvalidInput("'" + file.name() + "': " + error.what());
  }
  return model;
}

Model read_model(const std::string& path) {
  return read_model(ByteSource::file(path));
}

}  // namespace nearfold::io
