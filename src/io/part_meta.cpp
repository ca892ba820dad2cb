#include "io/part_meta.hpp"

#include <limits>
#include <utility>

#include "io/knn_json.hpp"
#include "io/metric_json.hpp"
#include "knn/kinds.hpp"
#include "knn/shared_cells.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr const char* kPartKind = "part of a graph";

/// That of exact parts, and of the others, which have more in them.
constexpr std::uint64_t kExact = 1, kApproximate = 2;

/// All that parts of one graph have in common, and the ranges.
Json compared(const PartMeta& meta) {
  return {{"n", meta.n},
          {"columns", meta.columns},
          {"k", meta.k},
          {"metric", meta.metric},
          {"zero_vectors", meta.zero_vectors},
          {kMetricParams, meta.metric_params},
          {"seed", meta.seed},
          {"fingerprint", meta.fingerprint},
          {"version", meta.version},
          {"queries", {meta.queries.begin, meta.queries.end}},
          {"data", {meta.data.begin, meta.data.end}},
          {"index", json_of(meta.knn)},
          {"cells", meta.cells},
          {"candidates", meta.candidates}};
}

RowRange range_in(const Json& json, const char* key, std::int64_t n, const ByteSource& source) {
  const auto found = json.find(key);
  const bool two = found != json.end() && found->is_array() && found->size() == 2 &&
                   (*found)[0].is_number_unsigned() && (*found)[1].is_number_unsigned();
  const RowRange range =
      two ? RowRange{(*found)[0].get<std::int64_t>(), (*found)[1].get<std::int64_t>()} : RowRange{};
  if (!RowRange{0, n}.contains(range) || range.rows() < 1)
    source.malformed(in_quotes(key) + " is no range of " + std::to_string(n) + " points");
  return range;
}

}  // namespace

Json json_of(const PartMeta& meta) {
  Json json = compared(meta);
  if (meta.metric_params.empty()) json.erase(kMetricParams);
  json["kind"] = kPartKind;
  json["format"] = meta.exact() ? kExact : kApproximate;
  if (meta.exact())
    for (const char* key : {"index", "cells", "candidates"}) json.erase(key);
  return json;
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
  const auto format = required<std::uint64_t>(json, "format", entry);
  if (format != kExact && format != kApproximate)
    entry.malformed("the format is " + std::to_string(format) + ", and " + std::to_string(kExact) +
                    " or " + std::to_string(kApproximate) + " is read: make the part again");
  PartMeta meta;
  meta.n = size_in(json, "n", 2, kMost, entry);
  meta.columns = size_in(json, "columns", 1, std::numeric_limits<std::int64_t>::max(), entry);
  meta.k = size_in(json, "k", 1, meta.n - 1, entry);
  meta.metric = required<std::string>(json, "metric", entry);
  meta.zero_vectors = required<std::string>(json, "zero_vectors", entry);
  if (json.contains(kMetricParams))
    meta.metric_params = required<std::string>(json, kMetricParams, entry);
  meta.seed = required<std::uint64_t>(json, "seed", entry);
  meta.fingerprint = required<std::string>(json, "fingerprint", entry);
  meta.version = required<std::string>(json, "version", entry);
  meta.queries = range_in(json, "queries", meta.n, entry);
  meta.data = range_in(json, "data", meta.n, entry);
  if (format == kExact) return meta;
  meta.knn = knn_params_in(required<Json>(json, "index", entry), entry);
  if (meta.exact()) entry.malformed("'format' is of approximate parts, and 'index' is flat");
  meta.cells = required<std::string>(json, "cells", entry);
  const bool shared = !meta.cells.empty();
  meta.candidates =
      size_in(json, "candidates", shared ? meta.k + 1 : 0, shared ? meta.n : 0, entry);
  return meta;
}

PartMeta meta_of(const AllPoints& all, std::int64_t k, const Distance& distance, std::uint64_t seed,
                 const RowRange& queries, const RowRange& data, const std::string& fingerprint,
                 const std::string& version) {
  PartMeta meta{all.n,
                all.dim,
                k,
                name(distance.metric),
                kZeroVectors[static_cast<std::size_t>(distance.zero_vectors)],
                seed,
                fingerprint,
                version,
                queries,
                data};
  const Json params = json_of(distance);
  if (!params.empty()) meta.metric_params = params.dump();
  return meta;
}

PartMeta meta_of(const SharedCells& cells, const RowRange& queries, const RowRange& data,
                 const std::string& fingerprint, const std::string& version) {
  const SharedCells::State& of = cells.state();
  PartMeta meta = meta_of(of.all, of.k, of.distance, of.seed, queries, data, fingerprint, version);
  meta.knn = of.params;
  meta.cells = of.fingerprint;
  meta.candidates = of.effort.candidates;
  return meta;
}

bool is_part(const Json& meta) {
  const auto found = meta.find("kind");
  return found != meta.end() && found->is_string() && *found == kPartKind;
}

std::string difference(const PartMeta& from, const PartMeta& to, bool ranges) {
  const Json is = compared(from), wanted = compared(to);
  const auto kind = [](const Json& json) { return json["index"]["kind"].get<std::string>(); };
  if (kind(is) != kind(wanted))
    return "its index is " + kind(is) + ", and is to be " + kind(wanted);
  for (const auto& [key, value] : wanted.items()) {
    if (!ranges && (key == "queries" || key == "data")) continue;
    if (is[key] == value) continue;
    if (key == "fingerprint") return "it is of other points, by their fingerprint";
    if (key == "cells" || key == "candidates") return "it was made through other cells, or without";
    if (key == "index" && is[key]["kind"] == value["kind"]) return "its index has other parameters";
    if (key == "index")
      return "its index is " + is[key]["kind"].get<std::string>() + ", and is to be " +
             value["kind"].get<std::string>();
    return "its " + key + " is " + value_text(is[key]) + ", and is to be " + value_text(value);
  }
  return "";
}

}  // namespace nearfold::io
