// Index files: what a search goes through, as an .npz that numpy opens. A search trusts its index,
// so every number that it uses as a place is checked here before; and the answers of queries.
#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>

#include "io/formats.hpp"
#include "io/index_entries.hpp"
#include "io/knn_json.hpp"
#include "io/meta_json.hpp"
#include "io/metric_json.hpp"
#include "io/npz_array.hpp"
#include "knn/index.hpp"
#include "knn/metric.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::uint64_t kIndexFormat = 1;

// ---- meta -----------------------------------------------------------------------------------

/// Those of an index are among those of all searches.
KnnParams wider(const IndexParams& params) {
  return std::visit([](const auto& p) { return KnnParams(p); }, params);
}

Json json_of_index(const KnnIndex::State& index, const StoredView& points) {
  const Json params = json_of(wider(index.params));
  Json json = {{"kind", params["kind"]},
               {"format", kIndexFormat},
               {"params", params["params"]},
               {"metric", name(index.distance.metric)},
               {"zero_vectors", kZeroVectors[static_cast<int>(index.distance.zero_vectors)]},
               {"norm", name(index.rows.norm)},
               {"n", index.n},
               {"seed", index.seed},
               {"fingerprint", fingerprint(points)},
               {"version", version()}};
  add_metric_params(json, index.distance);
  if (const auto* graph = std::get_if<HnswGraph>(&index.search)) json["entry"] = graph->entry;
  return json;
}

IndexParams params_in(const Json& json, const ByteSource& source) {
  const KnnParams params = knn_params_in(json, source);
  if (const auto* ivf = std::get_if<IvfKnn>(&params)) return *ivf;
  if (const auto* hnsw = std::get_if<HnswKnn>(&params)) return *hnsw;
  source.malformed("'kind' is " + in_quotes(json["kind"].get<std::string>()) +
                   ", which has no index");
}

// ---- parts of an index ------------------------------------------------------------------------

KnnRows read_rows(const Archive& archive, const Projection& projection, const Measure& norm,
                  std::int64_t n) {
  KnnRows rows{norm, read_floats_2d(archive, "rows", n, knn_row_width(projection, norm)), {}, {}};
  rows.squares = read_array<float>(archive, "squares", {by_products(norm) ? n : 0});
  rows.ids = read_ids(archive, n);
  return rows;
}

IvfLists read_search(const Archive& archive, const KnnRows& rows, const IvfKnn& params,
                     const Json& /*meta*/) {
  const std::int64_t nlist = rows_in(archive, "centroids", 1, rows.n());
  if (params.nlist.value_or(nlist) != nlist || params.nprobe.value_or(1) > nlist)
    archive.entry("meta").malformed("'nlist' is " + value_text(json_of(params.nlist)) +
                                    " and 'nprobe' is " + value_text(json_of(params.nprobe)) +
                                    " of " + std::to_string(nlist) + " centroids");
  IvfLists cells{{rows.norm, {}, {}, {}}, {}, {}, {}};
  cells.centroids.rows = read_floats_2d(archive, "centroids", nlist, rows.rows.cols());
  cells.centroids.squares = read_array<float>(archive, "centroid_squares", {nlist});
  cells.begin = read_begins<std::int64_t>(archive, "begin", nlist, rows.n());
  make_panels(cells, rows, Cpu{1});
  return cells;
}

/// Links lead to rows, and on upper levels to rows that are on that level themselves.
void check_links(const Archive& archive, const HnswGraph& graph) {
  const auto n = static_cast<std::int32_t>(graph.upper_begin.size() - 1);
  const auto levels = [&](std::int32_t row) {
    return graph.upper_begin[static_cast<std::size_t>(row) + 1] -
           graph.upper_begin[static_cast<std::size_t>(row)];
  };
  const std::string range = "links are -1 or rows in [0, " + std::to_string(n) + ")";
  for (std::size_t i = 0; i < graph.lowest.size(); ++i)
    if (graph.lowest[i] < -1 || graph.lowest[i] >= n)
      bad_value(archive, "lowest", i, graph.lowest[i], range);
  for (std::int32_t r = 0; r < n; ++r) {
    const auto begin = static_cast<std::size_t>(graph.upper_begin[static_cast<std::size_t>(r)]);
    for (std::size_t level = 0; level < static_cast<std::size_t>(levels(r)); ++level)
      for (std::size_t l = 0; l < static_cast<std::size_t>(graph.M); ++l) {
        const std::size_t at = (begin + level) * static_cast<std::size_t>(graph.M) + l;
        const std::int32_t to = graph.upper[at];
        if (to < -1 || to >= n) bad_value(archive, "upper", at, to, range);
        if (to >= 0 && static_cast<std::size_t>(levels(to)) <= level)
          bad_value(archive, "upper", at, to, "that row is not on so high a level");
      }
  }
}

HnswGraph read_search(const Archive& archive, const KnnRows& rows, const HnswKnn& params,
                      const Json& meta) {
  const std::int64_t n = rows.n();
  const int links = params.M;
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  HnswGraph graph;
  graph.M = links;
  const ByteSource source = archive.entry("meta");
  const auto entry = required<std::uint64_t>(meta, "entry", source);
  if (entry >= static_cast<std::uint64_t>(n))
    source.malformed("'entry' is " + std::to_string(entry) + ": it must be a row in [0, " +
                     std::to_string(n) + ")");
  graph.entry = static_cast<std::int32_t>(entry);
  graph.lowest = read_array<std::int32_t>(archive, "lowest", {n, std::int64_t{2} * links});
  const std::int64_t upper = rows_in(archive, "upper", 0, kMax);
  graph.upper_begin = read_begins<std::int32_t>(archive, "upper_begin", n, upper);
  graph.upper = read_array<std::int32_t>(archive, "upper", {upper, links});
  check_links(archive, graph);
  return graph;
}

void add_arrays(const IvfLists& cells, const KnnRows& rows, std::vector<ZipEntry>& entries) {
  entries.push_back(
      array_entry("centroids", {cells.nlist(), rows.rows.cols()}, cells.centroids.rows.values()));
  entries.push_back(array_entry("centroid_squares", {cells.nlist()}, cells.centroids.squares));
  entries.push_back(array_entry("begin", {cells.nlist() + 1}, cells.begin));
}
void add_arrays(const HnswGraph& graph, const KnnRows& rows, std::vector<ZipEntry>& entries) {
  entries.push_back(array_entry("lowest", {rows.n(), std::int64_t{2} * graph.M}, graph.lowest));
  entries.push_back(array_entry("upper_begin", {rows.n() + 1}, graph.upper_begin));
  entries.push_back(array_entry("upper", {graph.upper_begin.back(), graph.M}, graph.upper));
}

/// Points that are the same less other offsets would be asked for elsewhere.
void check_offsets(const Archive& archive, std::int64_t columns, std::span<const double> offsets) {
  std::vector<double> stored;
  if (archive.has("offsets")) stored = read_array<double>(archive, "offsets", {columns});
  if (!std::equal(stored.begin(), stored.end(), offsets.begin(), offsets.end()))
    archive.entry("meta").malformed(
        "it is an index of other points than these: other offsets were subtracted from their "
        "columns; give the points it was made of, or build it again");
}

// ---- the way in -------------------------------------------------------------------------------

/// All but the arrays. The points are looked at first: what else could be wrong is another index.
KnnIndex::State read_meta(const Json& json, ByteSource& source, const std::string& file,
                          const StoredView& points) {
  if (!json.contains("kind"))
    source.malformed("it has no 'kind', so it is no index; nearfold knn --save-index writes one");
  if (const auto format = required<std::uint64_t>(json, "format", source); format != kIndexFormat)
    source.malformed("'format' is " + std::to_string(format) + ", and this version reads " +
                     std::to_string(kIndexFormat) + ": build the index again");
  const auto n = required<std::uint64_t>(json, "n", source);
  if (required<std::string>(json, "fingerprint", source) != fingerprint(points) ||
      n != static_cast<std::uint64_t>(points.rows()))
    throw InvalidInput("'" + file + "' is an index of other points than these: it has " +
                       std::to_string(n) + ", these are " + std::to_string(points.rows()) +
                       "; give the points it was made of, or build it again");
  KnnIndex::State index{params_in(json, source),
                        {},
                        points.rows(),
                        required<std::uint64_t>(json, "seed", source),
                        {},
                        {},
                        IvfLists{}};
  index.distance.zero_vectors =
      static_cast<ZeroVectors>(choice_of(json, "zero_vectors", kZeroVectors, source));
  const auto metric = required<std::string>(json, "metric", source);
  try {
    index.distance.metric = metric_named(metric);
    index.distance.params = metric_params_in(json, source);
    validate({.knn = wider(index.params), .distance = index.distance});
  } catch (const Error& error) {
    source.malformed(error.what());
  }
  index.rows.norm = measure_for(index.distance, points.cols());
  if (const auto norm = required<std::string>(json, "norm", source); norm != name(index.rows.norm))
    source.malformed("'norm' is " + in_quotes(norm) + ", by which " + name(index.distance.metric) +
                     " does not search");
  return index;
}

}  // namespace

Projection read_projection(const Archive& archive, std::int64_t columns) {
  // Some metrics give points one coordinate more; a search compares with its own metric.
  const std::int64_t dim = rows_in(archive, "mean", columns, columns + 1);
  const Projection centered(read_array<float>(archive, "mean", {dim}), {}, Cpu{1});
  return {centered.mean,
          read_floats_2d(archive, "axes", rows_in(archive, "axes", 0, dim),
                         knn_row_width(centered, Norm::l1)),
          Cpu{1}};
}

std::vector<std::int32_t> read_ids(const Archive& archive, std::int64_t n) {
  std::vector<std::int32_t> ids = read_array<std::int32_t>(archive, "ids", {n});
  std::vector<bool> seen(ids.size());
  for (std::size_t r = 0; r < ids.size(); ++r) {
    const std::int32_t id = ids[r];
    if (id < 0 || id >= n || seen[static_cast<std::size_t>(id)])
      bad_value(archive, "ids", r, id,
                "every id of [0, " + std::to_string(n) + ") is there exactly once");
    seen[static_cast<std::size_t>(id)] = true;
  }
  return ids;
}

std::vector<ZipEntry> projection_entries(const Projection& projection) {
  return {array_entry("mean", {std::ssize(projection.mean)}, projection.mean),
          array_entry("axes", {projection.axes.rows(), knn_row_width(projection, Norm::l1)},
                      projection.axes.values())};
}

std::vector<ZipEntry> index_entries(const KnnIndex& index, const StoredView& points) {
  const KnnIndex::State& state = index.state();
  if (points.rows() != state.n)
    throw InvalidInput("the index has " + std::to_string(state.n) + " points and these are " +
                       std::to_string(points.rows()) + "; give the points it was made of");
  const KnnRows& rows = state.rows;
  std::vector<ZipEntry> entries = {json_entry(json_of_index(state, points))};
  for (ZipEntry& entry : projection_entries(state.projection)) entries.push_back(std::move(entry));
  entries.push_back(array_entry("rows", {rows.n(), rows.rows.cols()}, rows.rows.values()));
  entries.push_back(array_entry("squares", {std::ssize(rows.squares)}, rows.squares));
  entries.push_back(array_entry("ids", {rows.n()}, rows.ids));
  std::visit([&](const auto& search) { add_arrays(search, rows, entries); }, state.search);
  return entries;
}

void write_index(const std::string& path, const KnnIndex& index, const StoredView& points,
                 Overwrite overwrite, std::span<const double> offsets) {
  std::vector<ZipEntry> entries = index_entries(index, points);
  const std::vector<double> subtracted(offsets.begin(), offsets.end());
  if (!offsets.empty())
    entries.push_back(array_entry("offsets", {std::ssize(subtracted)}, subtracted));
  write_zip(path, entries, overwrite);
}

KnnIndex read_index(const std::string& path, const StoredView& points,
                    std::span<const double> offsets) {
  return read_index(ByteSource::file(path), points, offsets);
}

KnnIndex read_index(const ByteSource& file, const StoredView& points,
                    std::span<const double> offsets) {
  const Archive archive(file);
  check_offsets(archive, points.cols(), offsets);
  return read_index(archive, file.name(), points);
}

KnnIndex read_index(const Archive& archive, const std::string& file, const StoredView& points) {
  ByteSource source = archive.entry("meta");
  const Json json = read_json(source);
  auto index = std::make_shared<KnnIndex::State>(read_meta(json, source, file, points));
  index->projection = read_projection(archive, points.cols());
  index->rows = read_rows(archive, index->projection, index->rows.norm, index->n);
  std::visit(
      [&](const auto& params) { index->search = read_search(archive, index->rows, params, json); },
      index->params);
  return KnnIndex(std::move(index));
}

void write_neighbors(const std::string& path, const QueryResult& result, Overwrite overwrite) {
  std::vector<ZipEntry> entries = {
      array_entry("indices", {result.rows, result.k}, result.neighbors),
      array_entry("distances", {result.rows, result.k}, result.distances)};
  if (result.recall) entries.push_back(json_entry({{"recall", json_of(result.recall)}}));
  write_zip(path, entries, overwrite);
}

}  // namespace nearfold::io
