// Edge weights of kernels/, made on a device that the host plays, against those of the CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/weights/on_host.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"
#include "tsne/method.hpp"

namespace nearfold {
namespace {

template <class Params>
void expect_the_cpus(const KnnGraph& graph, const Params& params) {
  const HostExecutor executor;
  const EdgeGraph found =
      host_graph(executor, WeightsOn<HostExecutor>(executor, graph_on(executor, graph))(params));
  const EdgeGraph wanted = weigh_edges(graph, params, Cpu{2});
  EXPECT_EQ(found.n, wanted.n);
  EXPECT_EQ(found.offsets, wanted.offsets);
  EXPECT_EQ(found.columns, wanted.columns);
  EXPECT_EQ(found.weights, wanted.weights);
}

TEST(WeightsOnDevice, AreTheCpus) {
  for (const std::int64_t n : {20, 500, 3000})
    for (const int k : {3, 15}) {
      const KnnGraph graph = oracle::neighbors(data::blobs(n, 4, 21), k);
      expect_the_cpus(graph, TsneParams{.perplexity = k / 3.0 + 0.5});
      for (const double mix : {0.0, 0.4, 1.0})
        expect_the_cpus(graph, UmapParams{.set_op_mix_ratio = mix});
      expect_the_cpus(graph, UmapParams{.local_connectivity = 2.5, .n_epochs = 15});
    }
}

// What the processor alone knows how to weigh comes back from it, with all that belongs to it; what
// is usual is weighed there.
template <class... Params>
void expect_weighed_on_the_host(const KnnGraph& graph, const Params&... params) {
  const HostExecutor executor;
  const EdgeGraph found =
      host_graph(executor, edges_on(executor, graph_on(executor, graph), params..., Cpu{2}));
  EXPECT_EQ(executor.counts().loops, 0);
  const EdgeGraph wanted = weigh_edges(graph, params..., Cpu{1});
  EXPECT_EQ(found.n, wanted.n);
  EXPECT_EQ(found.offsets, wanted.offsets);
  EXPECT_EQ(found.columns, wanted.columns);
  EXPECT_EQ(found.weights, wanted.weights);
  EXPECT_EQ(found.radii, wanted.radii);
}

TEST(WeightsOnDevice, OfTheUnusualAreWeighedOnTheHost) {
  const KnnGraph graph = oracle::neighbors(data::blobs(400, 4, 25), 12);
  for (const auto symmetrize : kSymmetrizations)
    expect_weighed_on_the_host(graph, TsneParams{.affinities = TsneParams::Affinities::uniform,
                                                 .k_neighbors = 12,
                                                 .symmetrize = symmetrize});
  expect_weighed_on_the_host(graph, TsneParams{.perplexities = {2, 4}});
  expect_weighed_on_the_host(graph, UmapParams{.n_neighbors = 13, .disconnection_distance = 0.7});
  const UmapParams dense{.n_neighbors = 13, .densmap = true};
  expect_weighed_on_the_host(graph, dense);
  EXPECT_EQ(weigh_edges(graph, dense, Cpu{1}).radii.size(), 400u);
}

TEST(WeightsOnDevice, AreSteeredByTargetsOnTheHost) {
  const KnnGraph graph = oracle::neighbors(data::blobs(300, 4, 26), 12);
  ClassTarget classes;
  ValueTarget values;
  std::vector<std::int32_t> point_of;
  for (std::int32_t i = 0; i < 300; ++i) {
    classes.classes.push_back(i % 4 == 3 ? -1 : i % 3);
    values.values.push_back(static_cast<float>(i * 17 % 300));
    point_of.push_back((i * 7 + 3) % 300);
  }
  const UmapParams params{.n_neighbors = 13};
  const std::vector<Target> targets{classes, values};
  expect_weighed_on_the_host(graph, params, Steering{targets, point_of, 4});
  EXPECT_NE(weigh_edges(graph, params, Steering{targets, point_of, 4}, Cpu{1}).weights,
            weigh_edges(graph, params, Cpu{1}).weights);
}

TEST(WeightsOnDevice, OfTheUsualAreWeighedThere) {
  const KnnGraph graph = oracle::neighbors(data::blobs(200, 4, 27), 12);
  const auto loops = [&](const auto& params) {
    const HostExecutor executor;
    edges_on(executor, graph_on(executor, graph), params, Cpu{1});
    return executor.counts().loops;
  };
  EXPECT_GT(loops(TsneParams{.perplexity = 4, .dof = 0.5}), 5);
  EXPECT_GT(loops(UmapParams{.n_neighbors = 13, .output_metric = OutputMetric::sphere}), 5);
}

// One point that most others have among their neighbours: its list is sorted, too.
TEST(WeightsOnDevice, AreTheCpusOfAHub) {
  Matrix x = data::normals(2000, 30, 22);
  std::fill_n(x.row(1234), 30, 0.0f);
  const KnnGraph graph = oracle::neighbors(x, 10);
  EXPECT_GT(std::count(graph.neighbors.begin(), graph.neighbors.end(), 1234), 1000);
  expect_the_cpus(graph, UmapParams{});
  expect_the_cpus(graph, TsneParams{.perplexity = 3});
}

// All have the same neighbours, but for themselves: as of equal points that a search takes in order
// of their ids.
TEST(WeightsOnDevice, AreTheCpusWhereAllPointAtAFew) {
  constexpr std::int32_t kPoints = 4000, kNear = 6;
  KnnGraph graph = oracle::neighbors(data::normals(kPoints, 2, 24), kNear);
  for (std::int32_t i = 0; i < kPoints; ++i)
    for (std::int32_t j = 0; j < kNear; ++j)
      graph.neighbors[static_cast<std::size_t>(i * kNear + j)] = j < i || i >= kNear ? j : j + 1;
  expect_the_cpus(graph, UmapParams{});
  expect_the_cpus(graph, UmapParams{.set_op_mix_ratio = 0});
  expect_the_cpus(graph, TsneParams{.perplexity = 2});
}

TEST(WeightsOnDevice, RefuseAGraphThatHasNoEdge) {
  // A ring in which everyone's only neighbour is the next.
  KnnGraph ring = oracle::neighbors(data::normals(30, 2, 23), 1);
  for (std::int32_t i = 0; i < 30; ++i) ring.neighbors[static_cast<std::size_t>(i)] = (i + 1) % 30;
  const HostExecutor executor;
  EXPECT_THROW(WeightsOn<HostExecutor>(executor,
                                       graph_on(executor, ring))(UmapParams{.set_op_mix_ratio = 0}),
               InvalidInput);
}

// ---- the stretches of a merged row ------------------------------------------------------------

/// Keeps both weights: their sum tells who gave one.
struct Both {
  float operator()(float a, float b) const { return a + b; }
};
using Entries = std::vector<std::pair<std::int32_t, float>>;

/// A row of `own` ids, of which each weighs 1, and `back` ids, of which each weighs 2.
struct TwoLists {
  TwoLists(const std::vector<std::int32_t>& own_ids, const std::vector<std::int32_t>& back_ids) {
    for (const std::int32_t id : own_ids) own.push_back({id, 1});
    for (const std::int32_t id : back_ids) back.push_back(back_key(0, id));
    weights.assign(back.size(), 2);
    begins = {0, std::ssize(back)};
  }
  MergedRows<Both> rows() const {
    return {own.data(), back.data(), weights.data(), begins.data(), std::ssize(own), {}};
  }
  std::vector<WeightedId> own;
  std::vector<std::uint64_t> back;
  std::vector<float> weights;
  std::vector<std::int64_t> begins;
};

/// Every `step`-th id from `first` on.
std::vector<std::int32_t> ids(std::int32_t count, std::int32_t first, std::int32_t step) {
  std::vector<std::int32_t> made;
  for (std::int32_t i = 0; i < count; ++i) made.push_back(first + i * step);
  return made;
}

TEST(MergedRows, AreWholeAndSharedEvenly) {
  const std::vector<std::vector<std::int32_t>> lists{{},
                                                     ids(1, 5, 1),
                                                     ids(15, 0, 1),
                                                     ids(16, 0, 2),
                                                     ids(33, 7, 3),
                                                     ids(500, 0, 1),
                                                     ids(999, 1, 2)};
  for (const auto& own : lists)
    for (const auto& back : lists) {
      if (own.empty()) continue;  // k >= 1
      SCOPED_TRACE(std::to_string(own.size()) + " and " + std::to_string(back.size()));
      const TwoLists both(own, back);
      Entries found;
      const std::size_t even = (own.size() + back.size()) / kRowLanes + 2;
      for (std::int64_t lane = 0; lane < kRowLanes; ++lane) {
        const std::size_t before = found.size();
        both.rows().visit(lane, [&](std::int32_t id, float w) { found.emplace_back(id, w); });
        EXPECT_LE(found.size() - before, even);
      }
      Entries wanted;
      for (std::int32_t id = 0; id < 2000; ++id) {
        const float w = (std::binary_search(own.begin(), own.end(), id) ? 1.0f : 0.0f) +
                        (std::binary_search(back.begin(), back.end(), id) ? 2.0f : 0.0f);
        if (w > 0) wanted.emplace_back(id, w);
      }
      EXPECT_EQ(found, wanted);
    }
}

}  // namespace
}  // namespace nearfold
