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
#include "io/npz_array.hpp"
#include "io/row_output.hpp"
#include "method.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::uint64_t kModelFormat = 1;
constexpr const char* kModelKind = "model";

// ---- settings ---------------------------------------------------------------------------------

Json json_of_settings(const Settings& settings) {
  const Json params = std::visit([](const auto& p) { return json_of_fields(p); }, settings.method);
  return {{"method", name_of(settings.method)},
          {"params", params},
          {"knn", json_of(settings.knn)},
          {"metric", name(settings.distance.metric)},
          {"zero_vectors", kZeroVectors[static_cast<std::size_t>(settings.distance.zero_vectors)]},
          {"n_components", settings.dims},
          {"seed", settings.seed}};
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

}  // namespace

bool is_model(const std::string& path) {
  return has_ending(path, ".nfm");
}

void write_model(const std::string& path, const Model& model, Overwrite overwrite) {
  Json json = json_of_settings(model.settings);
  json["kind"] = kModelKind;
  json["format"] = kModelFormat;
  json["version"] = version();
  if (model.steered) json["steered"] = true;
  const KnnGraph& graph = model.graph;
  std::vector<ZipEntry> entries = {
      json_entry(json),
      array_entry("map", {model.map.rows(), model.map.cols()}, model.map.values()),
      array_entry("points", {model.points.rows(), model.points.cols()}, model.points.values())};
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
  if (const auto format = required<std::uint64_t>(json, "format", source); format != kModelFormat)
    source.malformed("'format' is " + std::to_string(format) + ", and this version (" + version() +
                     ") reads " + std::to_string(kModelFormat) + "; it was written by version " +
                     printable(value_of(json, "version", std::string("unknown"), source)));
  Model model;
  model.settings = settings_in(json, source);
  model.steered = value_of(json, "steered", false, source);
  const std::int64_t n = rows_in(archive, "map", 4, kMost);
  model.map = read_rows(archive, "map", n);
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
