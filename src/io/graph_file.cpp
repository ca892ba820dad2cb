// Graph files: the neighbour graph as an .npz that numpy or scipy opens, and that other programs
// can write. What is read is a table of rows; here it becomes a graph, or the list of its faults.
#include <algorithm>
#include <functional>
#include <utility>

#include "graph/row_check.hpp"
#include "io/formats.hpp"
#include "io/graph_table.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

NpyHeader table_header(ByteSource& entry) {
  NpyHeader header = read_npy_header(entry);
  if (header.shape.size() != 2 || header.shape[0] < 1 || header.shape[1] < 1)
    entry.malformed("the array has shape " + shape_text(header.shape) +
                    ": a graph is 2-d, one row a point");
  return header;
}

GraphTable read_arrays(const Archive& archive, const std::string& of_ids,
                       const std::string& of_distances) {
  GraphTable table;
  ByteSource ids = archive.entry(of_ids);
  const NpyHeader header = table_header(ids);
  table.n = header.shape[0];
  table.k = header.shape[1];
  table.ids = read_npy_ints(ids, header, "neighbour ids");

  ByteSource distances = archive.entry(of_distances);
  const NpyHeader second = table_header(distances);
  if (second.shape != header.shape)
    distances.malformed("distances have shape " + shape_text(second.shape) + ", indices have " +
                        shape_text(header.shape));
  table.distances = read_npy_values(distances, second).values();
  return table;
}

/// An array that may be one of the two.
struct Candidate {
  std::string name;
  bool integers = false;
  std::vector<std::int64_t> shape;
};

std::vector<Candidate> candidates(const Archive& archive) {
  std::vector<Candidate> found;
  for (const std::string& name : archive.names()) {
    try {
      ByteSource entry = archive.entry(name);
      NpyHeader header = read_npy_header(entry);
      if (header.shape.size() == 2)
        found.push_back({name, header.type.is_integer(), std::move(header.shape)});
    } catch (const InvalidInput&) {
      continue;  // its fault is reported when it is asked for
    }
  }
  return found;
}

constexpr std::string_view kIdNames[] = {"indices", "I", "knn_indices", "ids", "neighbors", "idx"};
constexpr std::string_view kDistanceNames[] = {"distances", "D",        "knn_dists",
                                               "dists",     "distance", "knn_distances"};

template <std::size_t count>
const Candidate* named(const std::vector<Candidate>& all, const std::string_view (&names)[count]) {
  for (const std::string_view name : names)
    for (const Candidate& candidate : all)
      if (candidate.name == name) return &candidate;
  return nullptr;
}

/// By their names; two arrays of one shape by what they hold, whatever they are called.
GraphTable read_by_kind(const Archive& archive) {
  const std::vector<Candidate> all = candidates(archive);
  const Candidate* ids = named(all, kIdNames);
  const Candidate* distances = named(all, kDistanceNames);
  const bool both_named = ids != nullptr && distances != nullptr;
  if (!both_named) {
    const bool unnamed = archive.has("arr_0");
    if (all.size() != 2 || all[0].shape != all[1].shape)
      return read_arrays(archive,
                         ids != nullptr ? ids->name
                         : unnamed      ? "arr_0"
                                        : "indices",
                         distances != nullptr ? distances->name
                         : unnamed            ? "arr_1"
                                              : "distances");
    ids = &all[0];
    distances = &all[1];
  }
  if (!ids->integers && distances->integers) std::swap(ids, distances);
  if (!both_named && ids->integers == distances->integers)
    archive.entry(distances->name)
        .malformed(ids->name + " and " + distances->name + " are both " +
                   (ids->integers ? "integers" : "floats") +
                   ": save ids as integers and distances as floats");
  return read_arrays(archive, ids->name, distances->name);
}

GraphTable read_table(const Archive& archive) {
  return holds_sparse_matrix(archive) ? read_csr(archive) : read_by_kind(archive);
}

/// Ids that count from 1 do so from 0 afterwards; what is missing stays so.
void count_from_zero(GraphTable& table) {
  for (std::int32_t& id : table.ids) id = id > 0 ? id - 1 : -1;
}

/// No row has the first point, and some have one beyond the last.
void refuse_ids_from_one(const GraphTable& table) {
  if (table.ids.empty()) return;
  const auto [least, most] = std::minmax_element(table.ids.begin(), table.ids.end());
  if (*least == 1 && *most == table.n)
    throw InvalidInput("ids are in [1, " + std::to_string(table.n) + "] for " +
                       std::to_string(table.n) +
                       " points, so they count them from 1: give --ids-from 1");
}

/// scikit-learn's mode='connectivity', which has 1 for every neighbour, the point itself too.
void refuse_connectivity(const GraphTable& table) {
  const auto is_one = [](float distance) { return distance == 1; };
  if (!table.distances.empty() &&
      std::all_of(table.distances.begin(), table.distances.end(), is_one))
    throw InvalidInput(
        "all distances are 1, as in a matrix of connectivity: save distances, as "
        "kneighbors_graph(mode='distance') gives them");
}

/// Rows that descend from their first distance to their last.
std::int64_t count_descending(const GraphTable& table) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < table.n; ++i) {
    const float* const row = table.distances.data() + i * table.k;
    count += row[table.k - 1] < row[0] && std::is_sorted(row, row + table.k, std::greater<>());
  }
  return count;
}

/// What to do about rows that are not in order.
std::string order_remedy(const GraphTable& table, bool sparse) {
  const std::int64_t descending = count_descending(table);
  if (2 * descending > table.n)
    return "; " + std::to_string(descending) + " of " + std::to_string(table.n) +
           " rows descend, as similarities do: save distances instead, 1 - s for cosines s; "
           "distances with the nearest last are to be reversed";
  return sparse ? "; sort with sklearn.neighbors.sort_graph_by_row_values"
                : "; sort every row by distance, with numpy.argsort and numpy.take_along_axis";
}

/// Makes the rows those of a graph, or throws. Equal distances keep the order of the file.
void make_graph_rows(GraphTable& table, GraphMeta& meta, bool sparse, int ids_from) {
  if (ids_from == 1)
    count_from_zero(table);
  else
    refuse_ids_from_one(table);
  round_up_to_zero(table);
  const SelfPlaces self = find_self(table);
  const bool included = meta.format == GraphFormat::umap || self.in_most_rows();
  if (included && table.k == 1) throw InvalidInput("every point has only itself as neighbour");
  if (table.k > table.n)
    throw InvalidInput("the graph has " + std::to_string(table.n) + " rows of " +
                       std::to_string(table.k) +
                       " ids, and points are fewer than their neighbours: rows are points; "
                       "transpose the arrays");
  check_graph_size(table.n, table.k - (included ? 1 : 0));
  const RowFaults faults = find_faults(
      table.view(),
      {included ? RowRule::Self::expected : RowRule::Self::allowed, RowRule::Order::ascending});
  const std::string remedy = faults.unsorted ? order_remedy(table, sparse) : "";
  if (faults.count > 0) throw InvalidInput(faults.text + remedy);
  if (included) drop(table, self.columns);
  meta.format = sparse ? GraphFormat::csr : included ? GraphFormat::umap : GraphFormat::nearfold;
}

}  // namespace

GraphTable with_self(const KnnGraphView& graph, std::int64_t first) {
  GraphTable table{graph.n, graph.k + 1, {}, {}};
  table.ids.reserve(static_cast<std::size_t>(table.n * table.k));
  table.distances.reserve(table.ids.capacity());
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(i * graph.k);
    const auto end = begin + static_cast<std::ptrdiff_t>(graph.k);
    table.ids.push_back(static_cast<std::int32_t>(first + i));
    table.distances.push_back(0);
    table.ids.insert(table.ids.end(), graph.neighbors.begin() + begin,
                     graph.neighbors.begin() + end);
    table.distances.insert(table.distances.end(), graph.distances.begin() + begin,
                           graph.distances.begin() + end);
  }
  return table;
}

std::vector<ZipEntry> row_entries(std::int64_t n, std::int64_t k, std::span<const std::int32_t> ids,
                                  std::span<const float> distances) {
  const std::int64_t shape[] = {n, k};
  return {{"indices.npy", npy_header("<i4", shape), std::as_bytes(ids)},
          {"distances.npy", npy_header("<f4", shape), std::as_bytes(distances)}};
}

std::vector<ZipEntry> entries_in(GraphFormat format, std::int64_t n, std::int64_t k,
                                 std::span<const std::int32_t> ids,
                                 std::span<const float> distances) {
  const std::int64_t columns = columns_in(format, k);
  return format == GraphFormat::csr ? csr_entries(n, columns, ids, distances)
                                    : row_entries(n, columns, ids, distances);
}

void write_graph(const std::string& path, const KnnGraphView& graph, const GraphMeta& meta,
                 Overwrite overwrite) {
  const bool plain = meta.format == GraphFormat::nearfold;
  const GraphTable table = plain ? GraphTable{} : with_self(graph);
  std::vector<ZipEntry> entries =
      plain ? entries_in(meta.format, graph.n, graph.k, graph.neighbors, graph.distances)
            : entries_in(meta.format, graph.n, graph.k, table.ids, table.distances);
  entries.push_back(meta_entry(graph, meta));
  write_zip(path, entries, overwrite);
}

KnnGraph read_graph(const ByteSource& source, GraphMeta* meta, int ids_from) {
  const Archive file(source);
  const Archive archive = file.has("graph/meta") ? file.folder("graph/") : file;  // of a model
  KnnGraph graph;
  GraphMeta found = read_meta(archive, graph);
  GraphTable table = read_table(archive);
  try {
    if (holds_sparse_matrix(archive) && found.version.empty()) refuse_connectivity(table);
    make_graph_rows(table, found, holds_sparse_matrix(archive), ids_from);
  } catch (const InvalidInput& error) {
    throw InvalidInput("'" + source.name() + "': " + error.what());
  }
  move_rows(std::move(table), graph);
  if (meta != nullptr) *meta = found;
  return graph;
}

}  // namespace nearfold::io
