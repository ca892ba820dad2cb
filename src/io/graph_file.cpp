// Graph files: the neighbour graph as an .npz that numpy or scipy opens, and that other programs
// can write. What is read is a table of rows; here it becomes a graph, or the list of its faults.
#include <algorithm>
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

/// numpy.savez(path, indices, distances) or the other way round.
GraphTable read_unnamed(const Archive& archive) {
  const auto is_integer = [&](const std::string& name) {
    ByteSource entry = archive.entry(name);
    return read_npy_header(entry).type.is_integer();
  };
  const bool first = is_integer("arr_0"), second = is_integer("arr_1");
  if (first == second)
    archive.entry("arr_1").malformed(std::string("arr_0 and arr_1 are both ") +
                                     (first ? "integers" : "floats") +
                                     ": save ids as integers and distances as floats");
  return first ? read_arrays(archive, "arr_0", "arr_1") : read_arrays(archive, "arr_1", "arr_0");
}

GraphTable read_table(const Archive& archive) {
  if (holds_sparse_matrix(archive)) return read_csr(archive);
  if (archive.has("arr_0")) return read_unnamed(archive);
  return read_arrays(archive, "indices", "distances");
}

/// Makes the rows those of a graph, or throws. Equal distances keep the order of the file.
void make_graph_rows(GraphTable& table, GraphMeta& meta, bool sparse) {
  round_up_to_zero(table);
  const SelfPlaces self = find_self(table);
  const bool included = meta.format == GraphFormat::umap || self.in_most_rows();
  if (included && table.k == 1) throw InvalidInput("every point has only itself as neighbour");
  check_graph_size(table.n, table.k - (included ? 1 : 0));
  const RowFaults faults = find_faults(
      table.view(),
      {included ? RowRule::Self::expected : RowRule::Self::allowed, RowRule::Order::ascending});
  const std::string remedy = !faults.unsorted ? ""
                             : sparse ? "; sort with sklearn.neighbors.sort_graph_by_row_values"
                                      : "; sort every row by distance, with numpy.argsort and "
                                        "numpy.take_along_axis";
  if (faults.count > 0) throw InvalidInput(faults.text + remedy);
  if (included) drop(table, self.columns);
  meta.format = sparse ? GraphFormat::csr : included ? GraphFormat::umap : GraphFormat::nearfold;
}

/// The graph's rows with the point itself in front, at distance 0.
GraphTable with_self(const KnnGraphView& graph) {
  GraphTable table{graph.n, graph.k + 1, {}, {}};
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

std::vector<ZipEntry> array_entries(std::int64_t n, std::int64_t k,
                                    std::span<const std::int32_t> ids,
                                    std::span<const float> distances) {
  const std::int64_t shape[] = {n, k};
  return {{"indices.npy", npy_header("<i4", shape), std::as_bytes(ids)},
          {"distances.npy", npy_header("<f4", shape), std::as_bytes(distances)}};
}

}  // namespace

void write_graph(const std::string& path, const KnnGraphView& graph, const GraphMeta& meta,
                 Overwrite overwrite) {
  const bool plain = meta.format == GraphFormat::nearfold;
  const GraphTable table = plain ? GraphTable{} : with_self(graph);
  std::vector<ZipEntry> entries =
      plain ? array_entries(graph.n, graph.k, graph.neighbors, graph.distances)
      : meta.format == GraphFormat::csr
          ? csr_entries(table)
          : array_entries(table.n, table.k, table.ids, table.distances);
  entries.push_back(meta_entry(graph, meta));
  write_zip(path, entries, overwrite);
}

KnnGraph read_graph(const ByteSource& source, GraphMeta* meta) {
  const Archive archive(source);
  KnnGraph graph;
  GraphMeta found = read_meta(archive, graph);
  GraphTable table = read_table(archive);
  try {
    make_graph_rows(table, found, holds_sparse_matrix(archive));
  } catch (const InvalidInput& error) {
    throw InvalidInput("'" + source.name() + "': " + error.what());
  }
  move_rows(std::move(table), graph);
  if (meta != nullptr) *meta = found;
  return graph;
}

}  // namespace nearfold::io
