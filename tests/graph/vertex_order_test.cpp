// The numbering of vertices: a permutation that keeps the graph and brings neighbours together.
#include "graph/vertex_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

/// Points on a circle, numbered by a stride that scatters neighbours.
KnnGraph scattered_circle(std::int32_t n) {
  KnnGraph graph = empty_graph(n, 2);
  const auto at = [n](std::int64_t place) {
    return static_cast<std::int32_t>((place + n) % n * 7919 % n);
  };
  for (std::int64_t place = 0; place < n; ++place) {
    const std::int64_t row = 2 * std::int64_t{at(place)};
    graph.neighbors[static_cast<std::size_t>(row)] = std::min(at(place - 1), at(place + 1));
    graph.neighbors[static_cast<std::size_t>(row) + 1] = std::max(at(place - 1), at(place + 1));
  }
  return graph;
}

double mean_distance_in_memory(const KnnGraph& graph) {
  double sum = 0;
  for (std::int64_t e = 0; e < graph.n * graph.k; ++e)
    sum += static_cast<double>(
        std::abs(e / graph.k - std::int64_t{graph.neighbors[static_cast<std::size_t>(e)]}));
  return sum / static_cast<double>(graph.n * graph.k);
}

TEST(Order, IsAPermutationOfDisconnectedPointsToo) {
  for (const std::int64_t n : {2, 50, 300}) {
    const KnnGraph graph =
        oracle::neighbors(data::blobs(n, 3, 1), std::min<std::int64_t>(n - 1, 4));
    std::vector<std::int32_t> order = locality_order(graph, 1, Cpu{2});
    std::sort(order.begin(), order.end());
    std::vector<std::int32_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(order, all);
  }
}

TEST(Order, BringsNeighboursTogether) {
  const KnnGraph graph = scattered_circle(20'000);
  const KnnGraph local = renumbered(graph, 2, locality_order(graph, 2, Cpu{2}), Cpu{2});
  EXPECT_GT(mean_distance_in_memory(graph), 2000);
  EXPECT_LT(mean_distance_in_memory(local), 1024);  // a patch
}

TEST(Order, KeepsTheGraph) {
  const KnnGraph graph = oracle::neighbors(data::blobs(200, 3, 2), 9);
  const std::vector<std::int32_t> order = locality_order(graph, 5, Cpu{2});
  const KnnGraph local = renumbered(graph, 5, order, Cpu{2});
  for (std::size_t v = 0; v < 200; ++v)
    for (std::size_t c = 0; c < 5; ++c) {
      const std::size_t from = static_cast<std::size_t>(order[v]) * 9 + c;
      const auto vertex = static_cast<std::size_t>(local.neighbors[v * 5 + c]);
      EXPECT_EQ(order[vertex], graph.neighbors[from]);
      EXPECT_EQ(local.distances[v * 5 + c], graph.distances[from]);
    }
}

TEST(Order, DropsRowsThatAreGivenUp) {
  KnnGraph graph = oracle::neighbors(data::blobs(200, 3, 2), 9);
  const Reordered<Cpu> kept = reorder(graph, 5, Cpu{2});
  const Reordered<Cpu> same = reorder(std::move(graph), 5, Cpu{2});
  EXPECT_EQ(same.point_of, kept.point_of);
  EXPECT_EQ(same.graph.neighbors, kept.graph.neighbors);
  EXPECT_EQ(same.graph.distances, kept.graph.distances);
  EXPECT_EQ(same.graph.k, 5);
  EXPECT_EQ(graph.neighbors.capacity(), 0u);  // NOLINT(bugprone-use-after-move): what is asked
  EXPECT_EQ(graph.distances.capacity(), 0u);
}

// Or a map from a larger graph would not be the map from the points.
TEST(Order, DependsOnTheNeighboursThatAreUsedAlone) {
  const KnnGraph graph = oracle::neighbors(data::blobs(200, 3, 3), 9);
  EXPECT_EQ(locality_order(graph, 4, Cpu{2}), locality_order(prune(graph, 4), 4, Cpu{2}));
}

TEST(Order, RowsComeBack) {
  const Matrix x = data::normals(6, 2, 4);
  const std::vector<std::int32_t> order{3, 1, 5, 0, 2, 4};
  const std::vector<float> rows = by_vertex(x, order);
  EXPECT_EQ(rows[0], x.row(3)[0]);
  Matrix back(6, 2);
  by_point(rows, order, back.view());
  EXPECT_EQ(back.values(), x.values());
  by_point(by_vertex(x, {}), {}, back.view());
  EXPECT_EQ(back.values(), x.values());
}

}  // namespace
}  // namespace nearfold
