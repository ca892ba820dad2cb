// Rows of UMAP's graph that one thread would be too long at: their terms are shared, and the layout
// stays the CPU's.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "support/data.hpp"
#include "support/init_data.hpp"
#include "support/on_device.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

/// Normal points, of which those in `hubs` are in the middle and neighbours of most.
EdgeGraph graph_with_hubs(std::int64_t n, const std::vector<std::int64_t>& hubs) {
  Matrix x = data::normals(n, 100, 22);
  for (const std::int64_t hub : hubs) std::fill_n(x.row(hub), 100, 0.0f);
  return weigh_edges(oracle::neighbors(x, 10), UmapParams{}, Cpu{2});
}

std::int64_t degree(const EdgeGraph& graph, std::size_t i) {
  return graph.offsets[i + 1] - graph.offsets[i];
}

constexpr std::int64_t kPoints = 2500;

const EdgeGraph& one_hub() {
  static const EdgeGraph kGraph = graph_with_hubs(kPoints, {1234});
  return kGraph;
}
const EdgeGraph& hubs() {  // the first and the last vertex among them
  static const EdgeGraph kGraph = graph_with_hubs(kPoints, {0, 17, 18, 2000, kPoints - 1});
  return kGraph;
}

template <int Dims>
void expect_the_cpus_with_hubs(const EdgeGraph& graph, double negative_sample_rate) {
  SCOPED_TRACE(negative_sample_rate);
  const UmapParams params{.negative_sample_rate = negative_sample_rate, .n_epochs = 40};
  const Matrix start = data::layout(kPoints, Dims, 3, 10.0f);
  EXPECT_GT((on_device<Dims>(graph, start, params)->hubs()), 1);  // in every part
  expect_the_cpus<Dims>(graph, start, params);
}

TEST(UmapHubs, OfThousandsOfEdgesLeaveTheLayoutTheCpus) {
  EXPECT_GT(degree(one_hub(), 1234), 2000);
  for (const double rate : {0.0, 0.3, 5.0, 20.0}) {
    expect_the_cpus_with_hubs<2>(one_hub(), rate);
    expect_the_cpus_with_hubs<3>(one_hub(), rate);
  }
}

TEST(UmapHubs, OfWhichThereAreSeveralLeaveTheLayoutTheCpus) {
  for (const std::size_t hub : {0u, 17u, 18u, 2000u, 2499u}) EXPECT_GT(degree(hubs(), hub), 500);
  for (const double rate : {0.0, 0.3, 5.0, 20.0}) {
    expect_the_cpus_with_hubs<2>(hubs(), rate);
    expect_the_cpus_with_hubs<3>(hubs(), rate);
  }
}

/// Two stars: every edge of a vertex may lie in one part, and their lengths are known.
EdgeGraph stars(std::int32_t n, std::int32_t leaves_of_first, float weight) {
  Edges edges = ring(n);
  for (std::int32_t leaf = 10; leaf < 10 + leaves_of_first; ++leaf) edges.emplace_back(0, leaf);
  for (std::int32_t leaf = 1000; leaf < n - 5; leaf += 2) edges.emplace_back(5, leaf);
  return graph_of(n, edges, weight);
}

TEST(UmapHubs, OfAnyLengthLeaveTheLayoutTheCpus) {
  for (const std::int32_t leaves : {100, 127, 128, 129, 200, 257})
    for (const float last : {1.0f, 30.0f}) {  // all edges fire in every epoch, or few
      SCOPED_TRACE(leaves);
      const EdgeGraph graph = stars(3000, leaves, last);
      const UmapParams params{.n_epochs = 40};
      const Matrix start = data::layout(3000, 2, 3, 10.0f);
      EXPECT_GE(on_device<2>(graph, start, params)->hubs(), 2);
      expect_the_cpus<2>(graph, start, params);
    }
}

// With hubs an epoch looks for what fires in two loops, and a step has loops for pulls, pushes and
// sums; without, it has none of them.
TEST(UmapHubs, TakeNoTimeWhereThereAreNone) {
  const EdgeGraph plain = edges(500, 9, UmapParams{});
  const auto loops_of_an_epoch = [](const EdgeGraph& graph, double rate) {
    const HostExecutor executor;
    const auto run =
        on_device<2>(graph, data::layout(graph.n, 2, 3, 10.0f),
                     UmapParams{.negative_sample_rate = rate, .n_epochs = 40}, executor);
    const int before = executor.counts().loops;
    run->advance(3);
    return std::pair{(executor.counts().loops - before) / 3, run->hubs() > 0};
  };
  const int parts = UmapEdges(plain, Cpu{2}).parts();
  EXPECT_EQ(loops_of_an_epoch(plain, 5), std::pair(1 + parts, false));
  const int hub_parts = UmapEdges(one_hub(), Cpu{2}).parts();
  EXPECT_EQ(loops_of_an_epoch(one_hub(), 5), std::pair(3 + 4 * hub_parts, true));
  EXPECT_EQ(loops_of_an_epoch(one_hub(), 0), std::pair(3 + 3 * hub_parts, true));
}

// Where most rows are long there is enough to do for one thread each.
TEST(UmapHubs, AreLongerThanMostRows) {
  const EdgeGraph graph = graph_of(400, clique(400, 0), 100.0f);
  const int parts = UmapEdges(graph, Cpu{2}).parts();
  EXPECT_GT(graph.edges() / (400 * parts), 80);  // a mean row would be a hub in another graph
  EXPECT_EQ(on_device<2>(graph, data::layout(400, 2, 3, 10.0f), UmapParams{})->hubs(), 0);
}

}  // namespace
}  // namespace nearfold
