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

void KnnGraph::validate() const {
  check_graph_size(n, k);
  const auto size = static_cast<std::size_t>(n * k);
  if (neighbors.size() != size || distances.size() != size)
    throw InvalidInput("the graph has " + std::to_string(neighbors.size()) + " neighbours and " +
                       std::to_string(distances.size()) +
                       " distances; n * k = " + std::to_string(size) + " of each are needed");
  const RowFaults faults = find_faults({n, k, neighbors, distances}, RowRule::graph);
  if (faults.count > 0)
    throw InvalidInput("the graph is at fault: " + faults.text +
                       "; rows hold distinct other points, ascending by distance, then by id");
}

KnnGraph empty_graph(std::int64_t n, std::int64_t k) {
  KnnGraph graph;
  graph.n = n;
  graph.k = k;
  graph.neighbors.resize(static_cast<std::size_t>(n * k));
  graph.distances.resize(graph.neighbors.size());
  return graph;
}

void require_neighbors(const KnnGraph& graph, int k) {
  if (k >= 1 && k <= graph.k) return;
  throw InvalidInput("the graph has " + std::to_string(graph.k) + " neighbours per point and " +
                     std::to_string(k) + " are needed; make it with k >= " + std::to_string(k));
}

KnnGraph without_entries(const KnnGraph& graph) {
  return {.n = graph.n,
          .k = graph.k,
          .neighbors = {},
          .distances = {},
          .metric = graph.metric,
          .index = graph.index,
          .recall = graph.recall,
          .build_seconds = graph.build_seconds,
          .search_seconds = graph.search_seconds};
}

KnnGraph empty_like(const KnnGraph& graph, int k) {
  require_neighbors(graph, k);
  KnnGraph out = without_entries(graph), room = empty_graph(graph.n, k);
  out.k = k;
  out.neighbors = std::move(room.neighbors);
  out.distances = std::move(room.distances);
  return out;
}

KnnGraph prune(const KnnGraph& graph, int k) {
  KnnGraph out = empty_like(graph, k);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    std::copy_n(graph.neighbors.begin() + i * graph.k, k, out.neighbors.begin() + i * k);
    std::copy_n(graph.distances.begin() + i * graph.k, k, out.distances.begin() + i * k);
  }
  return out;
}

}  // namespace nearfold
