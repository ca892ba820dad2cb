// Graph files: the neighbour graph as an .npz that numpy opens, and that other programs can write.
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <nlohmann/json.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

#include "io/formats.hpp"
#include "io/npy.hpp"
#include "io/zip.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLongestMeta = std::int64_t{1} << 20;

/// The columns of a graph file, the point itself perhaps among them.
struct Columns {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> ids;
  std::vector<float> distances;

  std::int32_t* ids_of(std::int64_t i) { return ids.data() + i * k; }
  float* distances_of(std::int64_t i) { return distances.data() + i * k; }
};

NpyHeader table_header(ByteSource& entry) {
  NpyHeader header = read_npy_header(entry);
  if (header.shape.size() != 2 || header.shape[0] < 1 || header.shape[1] < 1)
    entry.malformed("the array has shape " + shape_text(header.shape) +
                    ": a graph is 2-d, one row a point");
  return header;
}

Columns read_columns(const Archive& archive) {
  Columns columns;
  ByteSource ids = archive.entry("indices");
  const NpyHeader header = table_header(ids);
  columns.n = header.shape[0];
  columns.k = header.shape[1];
  columns.ids = read_npy_ints(ids, header, "neighbour ids");

  ByteSource distances = archive.entry("distances");
  const NpyHeader of_distances = table_header(distances);
  if (of_distances.shape != header.shape)
    distances.malformed("distances have shape " + shape_text(of_distances.shape) +
                        ", indices have " + shape_text(header.shape));
  columns.distances = read_npy_values(distances, of_distances).values;
  return columns;
}

/// The value of a key as T, or `otherwise` when it is missing or null; another type is an error.
template <class T>
T value_of(const Json& json, const char* key, T otherwise, const ByteSource& source) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return otherwise;
  const bool right = std::is_same_v<T, std::string> ? found->is_string()
                     : std::is_same_v<T, bool>      ? found->is_boolean()
                     : std::is_floating_point_v<T>  ? found->is_number()
                                                    : found->is_number_unsigned();
  if (!right) source.malformed("the value of " + quoted(key) + " has the wrong type");
  return found->template get<T>();
}

/// Reads `meta` into the graph and into what belongs to the file.
GraphMeta read_meta(const Archive& archive, KnnGraph& graph) {
  GraphMeta meta;
  if (!archive.has("meta")) return meta;
  ByteSource entry = archive.entry("meta");
  const NpyHeader header = read_npy_header(entry);
  if (header.shape.size() != 1 || header.type.kind != 'u' || header.type.bytes != 1 ||
      header.shape[0] > kLongestMeta)
    entry.malformed("meta is " + header.type.name() + " " + shape_text(header.shape) +
                    ": it must be JSON text as uint8, 1 MiB at most");
  std::string text(static_cast<std::size_t>(header.shape[0]), '\0');
  entry.read(std::as_writable_bytes(std::span(text)));
  entry.finish();
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) entry.malformed("meta is not a JSON object");
  meta.self_included = value_of(json, "self_included", false, entry);
  meta.seed = value_of(json, "seed", std::uint64_t{0}, entry);
  meta.fingerprint = value_of(json, "fingerprint", std::string(), entry);
  meta.version = value_of(json, "version", std::string(), entry);
  graph.metric = value_of(json, "metric", graph.metric, entry);
  graph.index = value_of(json, "index", graph.index, entry);
  const double recall = value_of(json, "recall", -1.0, entry);
  if (recall >= 0) graph.recall = recall;
  const auto rows = value_of(json, "recall_rows", std::uint64_t{0}, entry);
  graph.recall_rows = static_cast<std::int64_t>(rows);
  return meta;
}

/// Takes the point itself out of every row, if at least half of the rows have it: then they come
/// from a search among all points. A row without it has as many duplicates of its point in front,
/// and loses its last neighbour instead.
void strip_self(Columns& table, bool announced, const std::string& name) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(table.n));
  std::int64_t holding = 0;
  for (std::int64_t i = 0; i < table.n; ++i) {
    const std::int32_t* const row = table.ids_of(i);
    const std::int64_t place = std::find(row, row + table.k, i) - row;
    holding += place < table.k ? 1 : 0;
    places[static_cast<std::size_t>(i)] = std::min(place, table.k - 1);
  }
  const bool included = 2 * holding >= table.n;
  if (announced && !included)
    throw InvalidInput("'" + name + "': meta says that rows include the point itself, but " +
                       std::to_string(table.n - holding) + " of " + std::to_string(table.n) +
                       " do not");
  if (!included) return;
  if (table.k == 1) throw InvalidInput("'" + name + "': every point has only itself as neighbour");
  const std::int64_t kept = table.k - 1;
  for (std::int64_t i = 0; i < table.n; ++i) {
    auto to = static_cast<std::size_t>(i * kept);
    for (std::int64_t c = 0; c < table.k; ++c) {
      if (c == places[static_cast<std::size_t>(i)]) continue;
      table.ids[to] = table.ids_of(i)[c];
      table.distances[to++] = table.distances_of(i)[c];
    }
  }
  table.k = kept;
  table.ids.resize(static_cast<std::size_t>(table.n * kept));
  table.distances.resize(table.ids.size());
}

/// Puts every row in the order of (distance, id). Rows with a NaN stay: validate() refuses them.
void sort_rows(Columns& table) {
  std::vector<std::pair<float, std::int32_t>> row(static_cast<std::size_t>(table.k));
  for (std::int64_t i = 0; i < table.n; ++i) {
    std::int32_t* const ids = table.ids_of(i);
    float* const distances = table.distances_of(i);
    if (std::any_of(distances, distances + table.k, [](float d) { return std::isnan(d); }))
      continue;
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = {distances[c], ids[c]};
    if (std::is_sorted(row.begin(), row.end())) continue;
    std::sort(row.begin(), row.end());
    for (std::size_t c = 0; c < row.size(); ++c) std::tie(distances[c], ids[c]) = row[c];
  }
}

/// The graph's rows with the point itself in front, at distance 0.
Columns with_self(const KnnGraph& graph) {
  Columns table{graph.n, graph.k + 1, {}, {}};
  table.ids.reserve(static_cast<std::size_t>(table.n * table.k));
  table.distances.reserve(table.ids.capacity());
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(i * graph.k);
    const auto end = begin + static_cast<std::ptrdiff_t>(graph.k);
    table.ids.push_back(static_cast<std::int32_t>(i));
    table.distances.push_back(0);
    table.ids.insert(table.ids.end(), graph.neighbors.begin() + begin,
                     graph.neighbors.begin() + end);
    table.distances.insert(table.distances.end(), graph.distances.begin() + begin,
                           graph.distances.begin() + end);
  }
  return table;
}

std::string meta_text(const KnnGraph& graph, const GraphMeta& meta) {
  const Json json = {
      {"metric", graph.metric},
      {"self_included", meta.self_included},
      {"index", graph.index},
      {"recall", graph.recall ? Json(*graph.recall) : Json()},
      {"recall_rows", graph.recall_rows},
      {"seed", meta.seed},
      {"fingerprint", meta.fingerprint},
      {"version", meta.version},
  };
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void write_graph(const std::string& path, const KnnGraph& graph, const GraphMeta& meta,
                 Overwrite overwrite) {
  const Columns widened = meta.self_included ? with_self(graph) : Columns{};
  const auto& ids = meta.self_included ? widened.ids : graph.neighbors;
  const auto& distances = meta.self_included ? widened.distances : graph.distances;
  const std::string text = meta_text(graph, meta);
  const std::int64_t shape[] = {graph.n, meta.self_included ? widened.k : graph.k};
  const std::int64_t text_shape[] = {static_cast<std::int64_t>(text.size())};
  const ZipEntry entries[] = {
      {"indices.npy", npy_header("<i4", shape), std::as_bytes(std::span(ids))},
      {"distances.npy", npy_header("<f4", shape), std::as_bytes(std::span(distances))},
      {"meta.npy", npy_header("|u1", text_shape), std::as_bytes(std::span(text))},
  };
  write_zip(path, entries, overwrite);
}

KnnGraph read_graph(const ByteSource& source, GraphMeta* meta) {
  const Archive archive(source);
  KnnGraph graph;
  const GraphMeta found = read_meta(archive, graph);
  Columns table = read_columns(archive);
  strip_self(table, found.self_included, source.name());
  sort_rows(table);
  graph.n = table.n;
  graph.k = table.k;
  graph.neighbors = std::move(table.ids);
  graph.distances = std::move(table.distances);
  try {
    graph.validate();
  } catch (const InvalidInput& error) {
    throw InvalidInput("'" + source.name() + "': " + error.what());
  }
  if (meta != nullptr) *meta = found;
  return graph;
}

std::string fingerprint(HostMatrix<const float> points) {
  XXH3_state_t* const state = XXH3_createState();
  if (state == nullptr) throw std::bad_alloc();
  const std::int64_t shape[] = {points.rows, points.cols};
  XXH3_128bits_reset(state);
  XXH3_128bits_update(state, shape, sizeof shape);
  XXH3_128bits_update(state, points.data, static_cast<std::size_t>(points.size()) * sizeof(float));
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
  XXH3_freeState(state);
  std::string hex;
  for (const unsigned char byte : canonical.digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return hex;
}

}  // namespace nearfold::io
