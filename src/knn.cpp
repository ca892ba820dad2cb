// The neighbour graph's own rules, and the way in to every method that makes one.
#include "nearfold/knn.hpp"

#include <algorithm>
#include <cmath>

#include "check.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

[[noreturn]] void broken(std::int64_t row, const std::string& what) {
  throw InvalidInput("graph row " + std::to_string(row) + " " + what +
                     "; rows hold distinct other points, ascending by distance");
}

void validate_row(const KnnGraph& graph, std::int64_t i, std::vector<std::int32_t>& sorted) {
  const auto first = static_cast<std::size_t>(i * graph.k);
  for (std::size_t e = first; e < first + static_cast<std::size_t>(graph.k); ++e) {
    const std::int32_t j = graph.neighbors[e];
    const float d = graph.distances[e];
    if (j < 0 || j >= graph.n)
      broken(i, "names point " + std::to_string(j) + " of " + std::to_string(graph.n));
    if (j == i) broken(i, "names the point itself");
    if (!std::isfinite(d) || d < 0) broken(i, "has distance " + std::to_string(d));
    if (e == first) continue;
    if (d < graph.distances[e - 1]) broken(i, "is not ascending by distance");
    if (d == graph.distances[e - 1] && j < graph.neighbors[e - 1])
      broken(i, "does not order equal distances by id");
  }
  sorted.assign(&graph.neighbors[first], &graph.neighbors[first] + graph.k);
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    broken(i, "names point " + std::to_string(*twice) + " twice");
}

}  // namespace

void KnnGraph::validate() const {
  const auto size = static_cast<std::size_t>(n * k);
  if (n < 2 || k < 1 || k >= n)
    throw InvalidInput("the graph has " + std::to_string(n) + " points and k = " +
                       std::to_string(k) + "; at least 2 points and 1 <= k < n are needed");
  if (neighbors.size() != size || distances.size() != size)
    throw InvalidInput("the graph has " + std::to_string(neighbors.size()) + " neighbours and " +
                       std::to_string(distances.size()) +
                       " distances; n * k = " + std::to_string(size) + " of each are needed");
  std::vector<std::int32_t> sorted;
  for (std::int64_t i = 0; i < n; ++i) validate_row(*this, i, sorted);
}

KnnGraph find_neighbors(HostMatrix<const float> points, int k, const KnnParams& params,
                        const Device& device, std::uint64_t seed) {
  validate(Settings{.knn = params, .device = device});
  const Cpu& on = require_cpu(device);
  check_points(points, on);
  if (k < 1 || k >= points.rows)
    throw InvalidInput("k is " + std::to_string(k) + " for " + std::to_string(points.rows) +
                       " points; use 1 <= k < n");
  return std::visit([&](const auto& method) { return find_knn(points, k, method, on, seed); },
                    params);
}

KnnGraph empty_graph(std::int64_t n, std::int64_t k) {
  KnnGraph graph;
  graph.n = n;
  graph.k = k;
  graph.neighbors.resize(static_cast<std::size_t>(n * k));
  graph.distances.resize(graph.neighbors.size());
  return graph;
}

KnnGraph prune(const KnnGraph& graph, int k) {
  if (k < 1 || k > graph.k)
    throw InvalidInput("the graph has " + std::to_string(graph.k) + " neighbours per point and " +
                       std::to_string(k) + " are needed; make it with k >= " + std::to_string(k));
  KnnGraph out = empty_graph(graph.n, k);
  out.metric = graph.metric;
  out.index = graph.index;
  out.recall = graph.recall;
  out.recall_rows = graph.recall_rows;
  for (std::int64_t i = 0; i < graph.n; ++i) {
    std::copy_n(graph.neighbors.begin() + i * graph.k, k, out.neighbors.begin() + i * k);
    std::copy_n(graph.distances.begin() + i * graph.k, k, out.distances.begin() + i * k);
  }
  return out;
}

}  // namespace nearfold
