// Rows of a graph that one thread would be too long at, in the initialization on a device that the
// host plays: sums keep their order, and what is made of them is the CPU's.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/init/init.hpp"
#include "kernels/init/long_walk.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/init_data.hpp"

namespace nearfold {
namespace {

/// Two stars, about vertex `first` and another, of so many leaves, on a ring of n vertices.
Edges two_stars(std::int32_t n, std::int32_t leaves, std::int32_t others, std::int32_t first = 0) {
  Edges edges = ring(n, first);
  for (std::int32_t leaf = 10; leaf < 10 + leaves; ++leaf) edges.emplace_back(first, first + leaf);
  for (std::int32_t leaf = n - 5; leaf > n - 5 - others; --leaf)
    edges.emplace_back(first + 3, first + leaf);
  return edges;
}

TEST(LongWalk, HasTheSumsOfOneThread) {
  const HostExecutor executor;
  EdgeGraph here = graph_of(6000, two_stars(6000, 2900, 1500));
  here.weights = data::normals(here.edges(), 1, 61).values();
  const auto graph = graph_on(executor, here);
  const std::vector<float> z = data::normals(6000, kVectors, 62).values();
  // Pieces of one edge, pieces that end within rows and between them, and one piece.
  for (const std::int64_t piece : {1, 100, 2902, 1 << 18}) {
    LongWalk<HostExecutor> walk(executor, graph, piece);
    ASSERT_EQ(walk.count(), 2);
    const LongSums sums = walk.sum(z.data());
    for (const std::int64_t i : {0, 3})
      for (std::int64_t lane = 0; lane < kVectors; ++lane) {
        float wanted = 0;
        for (auto e = here.offsets[static_cast<std::size_t>(i)];
             e < here.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
          const auto at = static_cast<std::size_t>(e);
          wanted +=
              here.weights[at] * z[static_cast<std::size_t>(here.columns[at] * kVectors + lane)];
        }
        EXPECT_EQ(sums.of(i, lane), wanted) << piece << ": " << i << ", " << lane;
      }
  }
}

TEST(LongWalk, TakesNoLoopWhereNoRowIsLong) {
  const HostExecutor executor;
  const EdgeGraph plain = graph_of(3000, ring(3000));
  const auto graph = graph_on(executor, plain);
  LongWalk<HostExecutor> walk(executor, graph);
  const std::vector<float> z(3000 * kVectors);
  const int before = executor.counts().loops;
  const LongSums sums = walk.sum(z.data());
  EXPECT_EQ(executor.counts().loops, before);
  EXPECT_GT(sums.longest, plain.edges());
}

void expect_the_cpus_start(EdgeGraph graph) {
  const auto n = static_cast<std::int32_t>(graph.n);
  for (std::int32_t v = 0; v < n; ++v) graph.point_of.push_back(n - 1 - v);
  const auto on_device = graph_on(HostExecutor{}, graph);
  DeviceSource<HostExecutor> source(HostExecutor{}, nullptr, 0, on_device);
  const InitialLayout found = initial_layout(SpectralInit{}, source, 2, 5, Cpu{2});
  const InitialLayout wanted = initial_layout(SpectralInit{}, {}, graph, 2, 5, Cpu{2});
  EXPECT_EQ(found.layout.values(), wanted.layout.values());
  EXPECT_EQ(found.description, wanted.description);
}

// In one component; and as one of two, which are copied row by row.
TEST(SpectralStartOnDevice, IsTheCpusOfStars) {
  Edges edges = two_stars(4000, 2900, 1100);
  expect_the_cpus_start(graph_of(4000, edges));
  append(edges, two_stars(3000, 1500, 5, 4000));
  expect_the_cpus_start(graph_of(7000, edges));
}

}  // namespace
}  // namespace nearfold
