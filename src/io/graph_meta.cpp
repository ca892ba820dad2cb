// What a graph file says about its graph, as JSON text in the array `meta`.
#include "io/graph_table.hpp"
#include "io/meta_json.hpp"
#include "io/part_file.hpp"

namespace nearfold::io {
namespace {

std::optional<Recall> recall_of(const Json& json, const ByteSource& source) {
  const Json found = value_of(json, "recall", Json(), source);
  if (found.is_null()) return {};
  const auto rows = value_of(found, "rows", std::uint64_t{0}, source);
  return Recall{.mean = value_of(found, "mean", 1.0, source),
                .p1 = value_of(found, "p1", 1.0, source),
                .p5 = value_of(found, "p5", 1.0, source),
                .rows = static_cast<std::int64_t>(rows)};
}

}  // namespace

GraphMeta read_meta(const Archive& archive, KnnGraph& graph) {
  GraphMeta meta;
  if (!archive.has("meta")) return meta;
  ByteSource entry = archive.entry("meta");
  const Json json = read_json(entry);
  if (is_part(json))
    entry.malformed(
        "this is a part of a graph: make the graph of all its parts with nearfold knn-merge");
  if (value_of(json, "self_included", false, entry)) meta.format = GraphFormat::umap;
  meta.seed = value_of(json, "seed", std::uint64_t{0}, entry);
  meta.fingerprint = value_of(json, "fingerprint", std::string(), entry);
  meta.version = value_of(json, "version", std::string(), entry);
  graph.metric = value_of(json, "metric", graph.metric, entry);
  graph.index = value_of(json, "index", graph.index, entry);
  graph.recall = recall_of(json, entry);
  graph.tied_rows = optional_int(json, "tied_rows", entry);
  graph.duplicates = optional_int(json, "duplicates", entry);
  return meta;
}

ZipEntry meta_entry(const KnnGraphView& graph, const GraphMeta& meta) {
  Json json = {
      {"metric", graph.metric},  {"self_included", meta.format != GraphFormat::nearfold},
      {"index", graph.index},    {"recall", json_of(graph.recall)},
      {"seed", meta.seed},       {"fingerprint", meta.fingerprint},
      {"version", meta.version},
  };
  if (graph.tied_rows) json["tied_rows"] = *graph.tied_rows;
  if (graph.duplicates) json["duplicates"] = *graph.duplicates;
  return json_entry(json);
}

}  // namespace nearfold::io
