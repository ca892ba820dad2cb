// The neighbour graph: its rules, which are one check of all rows (row_check.cpp), and the part of
// it that a smaller k needs.
#include "nearfold/knn.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "graph/graph.hpp"
#include "graph/row_check.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

void require_entries(std::int64_t n, std::int64_t k, std::size_t ids, std::size_t distances) {
  const auto size = static_cast<std::size_t>(n * k);
  if (ids != size || distances != size)
    throw InvalidInput("the graph has " + std::to_string(ids) + " neighbours and " +
                       std::to_string(distances) + " distances; n * k = " + std::to_string(size) +
                       " of each are needed");
}

namespace {

void check_sizes(const KnnGraphView& graph) {
  check_graph_size(graph.n, graph.k);
  require_entries(graph.n, graph.k, graph.neighbors.size(), graph.distances.size());
}

}  // namespace

KnnGraphView::KnnGraphView(const KnnGraph& graph)
    : n(graph.n),
      k(graph.k),
      neighbors(graph.neighbors),
      distances(graph.distances),
      metric(graph.metric),
      index(graph.index),
      recall(graph.recall),
      tied_rows(graph.tied_rows),
      duplicates(graph.duplicates),
      build_seconds(graph.build_seconds),
      search_seconds(graph.search_seconds) {}

KnnGraphView::KnnGraphView(std::span<const std::int32_t> ids, std::span<const float> away,
                           std::int64_t points, std::int64_t columns, std::string_view by)
    : n(points), k(columns), neighbors(ids), distances(away), metric(by) {
  check_sizes(*this);
}

void KnnGraphView::validate() const {
  check_sizes(*this);
  const RowFaults faults = find_faults({n, k, neighbors, distances}, kGraphRows);
  if (faults.count > 0)
    throw InvalidInput("the graph is at fault: " + faults.text +
                       "; rows hold distinct other points, ascending by distance");
}

void KnnGraph::validate() const {
  KnnGraphView(*this).validate();
}

KnnGraph empty_graph(std::int64_t n, std::int64_t k) {
  KnnGraph graph;
  graph.n = n;
  graph.k = k;
  graph.neighbors.resize(static_cast<std::size_t>(n * k));
  graph.distances.resize(graph.neighbors.size());
  return graph;
}

void require_neighbors(const KnnGraphView& graph, int k) {
  if (k >= 1 && k <= graph.k) return;
  throw InvalidInput("the graph has " + std::to_string(graph.k) + " neighbours per point and " +
                     std::to_string(k) + " are needed; make it with k >= " + std::to_string(k));
}

KnnGraph without_entries(const KnnGraphView& graph) {
  return {.n = graph.n,
          .k = graph.k,
          .neighbors = {},
          .distances = {},
          .metric = std::string(graph.metric),
          .index = std::string(graph.index),
          .recall = graph.recall,
          .tied_rows = graph.tied_rows,
          .duplicates = graph.duplicates,
          .build_seconds = graph.build_seconds,
          .search_seconds = graph.search_seconds};
}

std::optional<std::int64_t> tied_rows(const KnnGraphView& graph, std::int64_t k) {
  if (k >= graph.k) return graph.tied_rows;
  std::int64_t tied = 0;
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const float* const row = &graph.distances[static_cast<std::size_t>(i * graph.k)];
    tied += row[k - 1] == row[k] ? 1 : 0;
  }
  return tied;
}

KnnGraph empty_like(const KnnGraphView& graph, int k) {
  require_neighbors(graph, k);
  KnnGraph out = without_entries(graph), room = empty_graph(graph.n, k);
  out.k = k;
  out.tied_rows = tied_rows(graph, k);
  out.neighbors = std::move(room.neighbors);
  out.distances = std::move(room.distances);
  return out;
}

KnnGraph prune(const KnnGraphView& graph, int k) {
  check_sizes(graph);
  KnnGraph out = empty_like(graph, k);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    std::copy_n(graph.neighbors.begin() + i * graph.k, k, out.neighbors.begin() + i * k);
    std::copy_n(graph.distances.begin() + i * graph.k, k, out.distances.begin() + i * k);
  }
  return out;
}

}  // namespace nearfold
