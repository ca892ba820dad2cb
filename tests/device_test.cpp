// The optimisers of kernels/, run on a device that the host plays (emulated.hpp), against those of
// the CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "data.hpp"
#include "knn_select.hpp"
#include "launch_shape.hpp"
#include "layout_data.hpp"
#include "math/distance.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "on_device.hpp"
#include "oracle.hpp"
#include "stages.hpp"
#include "tsne.hpp"
#include "weights_on.hpp"

namespace nearfold {
namespace {

template <class Params>
EdgeGraph edges(std::int64_t n, int k, const Params& params, std::uint64_t seed = 1) {
  return weigh_edges(oracle::neighbors(data::blobs(n, 4, seed), k), params, Cpu{2});
}

// ---- launch arithmetic ------------------------------------------------------------------------

static_assert(blocks_for(0) == 0 && blocks_for(1) == 1 && blocks_for(256) == 1);
static_assert(blocks_for(257) == 2 && blocks_for(std::int64_t{1} << 31) == kMostBlocks);
static_assert(blocks_for(std::numeric_limits<std::int64_t>::max()) == kMostBlocks);
static_assert(kMostBlocks <= std::numeric_limits<std::int32_t>::max());
static_assert(parts_of(0, 32) == 0 && parts_of(1, 32) == 1 && parts_of(33, 32) == 2);
static_assert(parts_of((std::int64_t{1} << 31) + 1, 1024) == (1 << 21) + 1);
static_assert(kBlockThreads % kRowLanes == 0 && 32 % kRowLanes == 0);

TEST(OrderedSum, IsTheCpusSum) {
  for (const std::int64_t n : {1, 31, 32, 33, 1024, 1025, 5000}) {
    const std::vector<float> values = data::normals(n, 1, 3).values;
    const auto value = [&](std::int64_t i) {
      return static_cast<double>(values[static_cast<std::size_t>(i)]);
    };
    for (const std::int64_t outer : {2 * kSumChunk, 32 * kSumChunk}) {
      const double wanted =
          parallel_sum(2, n, outer, 0.0, [&](std::int64_t begin, std::int64_t end) {
            return chunked_sum(begin, end, 0.0, value);
          });
      Emulated::Buffer<double> sum(1);
      OrderedSum<Emulated, double>(Emulated{}, n, outer)(DoubleAt{values.data()}, 0.0, sum.data());
      EXPECT_EQ(*sum.data(), wanted) << n;
    }
  }
}

// ---- neighbours -------------------------------------------------------------------------------

/// What FAISS would find for some points: estimates that are a little off, in their order.
struct Offered {
  std::vector<std::int64_t> queries, found;
  std::vector<float> estimates;
};

Offered offered(const Matrix& x, const std::vector<std::int64_t>& queries, int candidates,
                float off) {
  Offered all{queries, {}, {}};
  for (const std::int64_t q : queries) {
    std::vector<std::pair<float, std::int64_t>> row;
    for (std::int64_t j = 0; j < x.rows; ++j)
      row.emplace_back(squared_distance(x.row(q), x.row(j), x.cols) + (j % 2 == 0 ? off : -off), j);
    std::sort(row.begin(), row.end());
    for (int c = 0; c < candidates; ++c) {
      const auto [estimate, id] = row[static_cast<std::size_t>(c)];
      all.found.push_back(id);
      all.estimates.push_back(estimate);
    }
  }
  return all;
}

struct Selected {
  std::vector<std::int32_t> ids;
  std::vector<float> distances;
};

Selected selected(const Matrix& x, const Offered& from, int k, bool certify, float slack) {
  const auto rows = static_cast<std::int64_t>(from.queries.size());
  const int candidates = static_cast<int>(static_cast<std::int64_t>(from.found.size()) / rows);
  std::vector<float> measured(from.found.size());
  Selected out{std::vector<std::int32_t>(static_cast<std::size_t>(rows * k)),
               std::vector<float>(static_cast<std::size_t>(rows * k))};
  select_nearest(Emulated{},
                 {x.values.data(), x.cols, from.queries.data(), rows, candidates, k,
                  from.found.data(), from.estimates.data(), measured.data(), DistanceForm::root,
                  certify, slack, out.ids.data(), out.distances.data()});
  return out;
}

TEST(SelectNearest, IsTheExactGraph) {
  for (const std::int64_t dim : {3, 16, 37}) {
    Matrix x = data::normals(400, dim, 12);
    for (const std::int64_t twin : {7, 8, 9})  // equal points, in the order of their ids
      std::copy_n(x.row(6), dim, x.row(twin));
    const KnnGraph exact = find_neighbors(x, 10, FlatKnn{}, Cpu{2}, 1);
    const std::vector<std::int64_t> queries{399, 6, 8, 0, 123};
    const Selected found = selected(x, offered(x, queries, 30, 1e-3f), 10, true, 2e-3f);
    for (std::size_t q = 0; q < queries.size(); ++q)
      for (std::size_t e = 0; e < 10; ++e) {
        const auto at = static_cast<std::size_t>(queries[q]) * 10 + e;
        EXPECT_EQ(found.ids[q * 10 + e], exact.neighbors[at]) << queries[q];
        EXPECT_EQ(found.distances[q * 10 + e], exact.distances[at]) << queries[q];
      }
  }
}

TEST(SelectNearest, LeavesOpenWhatIsNotProven) {
  const Matrix x = data::normals(400, 5, 13);
  const Offered few = offered(x, {1, 2, 3}, 12, 0.0f);
  for (const std::size_t last : {9u, 19u, 29u}) {
    EXPECT_GE(selected(x, few, 10, true, 0.0f).ids[last], 0);
    EXPECT_EQ(selected(x, few, 10, true, 100.0f).ids[last], -1);
    EXPECT_GE(selected(x, few, 10, false, 100.0f).ids[last], 0);  // an approximate search
  }
}

TEST(SelectNearest, LeavesOpenWhatIsTooShort) {
  const Matrix x = data::normals(400, 5, 14);
  Offered some = offered(x, {1, 2}, 12, 0.0f);
  some.found[5] = some.found[6] = -1;
  const Selected found = selected(x, some, 10, false, 0.0f);
  EXPECT_EQ(found.ids[9], -1);
  EXPECT_GE(found.ids[8], 0);
  EXPECT_GE(found.ids[19], 0);
}

// ---- weights ----------------------------------------------------------------------------------

template <class Params>
void expect_the_cpus(const KnnGraph& graph, const Params& params) {
  const EdgeGraph found = WeightsOn<Emulated>(Emulated{}, graph)(params);
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

// One point that most others have among their neighbours: its list is sorted, too.
TEST(WeightsOnDevice, AreTheCpusOfAHub) {
  Matrix x = data::normals(2000, 30, 22);
  std::fill_n(x.row(1234), 30, 0.0f);
  const KnnGraph graph = oracle::neighbors(x, 10);
  EXPECT_GT(std::count(graph.neighbors.begin(), graph.neighbors.end(), 1234), 1000);
  expect_the_cpus(graph, UmapParams{});
  expect_the_cpus(graph, TsneParams{.perplexity = 3});
}

TEST(WeightsOnDevice, RefuseAGraphThatHasNoEdge) {
  // A ring in which everyone's only neighbour is the next.
  KnnGraph ring = oracle::neighbors(data::normals(30, 2, 23), 1);
  for (std::int32_t i = 0; i < 30; ++i) ring.neighbors[static_cast<std::size_t>(i)] = (i + 1) % 30;
  EXPECT_THROW(WeightsOn<Emulated>(Emulated{}, ring)(UmapParams{.set_op_mix_ratio = 0}),
               InvalidInput);
}

TEST(ExclusiveScan, IsTheSumOfThoseBefore) {
  for (const std::int64_t n : {1, 31, 32, 33, 1024, 1025, 40'000}) {
    std::vector<std::int64_t> values, wanted;
    for (std::int64_t i = 0, sum = 0; i < n; sum += values.back(), ++i) {
      values.push_back(i * 7919 % 101);
      wanted.push_back(sum);
    }
    exclusive_scan(Emulated{}, values.data(), n);
    EXPECT_EQ(values, wanted) << n;
  }
}

// ---- UMAP -------------------------------------------------------------------------------------

TEST(UmapOnDevice, IsTheCpusLayout) {
  const EdgeGraph graph = edges(700, 9, UmapParams{});
  const UmapParams params{.n_epochs = 200};
  expect_the_cpus<2>(graph, data::layout(700, 2, 1, 10.0f), params);
  expect_the_cpus<3>(graph, data::layout(700, 3, 1, 10.0f), params);
}

TEST(UmapOnDevice, IsTheCpusLayoutWithOtherParameters) {
  const EdgeGraph graph = edges(300, 30, UmapParams{});  // many parts
  const Matrix start = data::layout(300, 2, 2, 10.0f);
  for (const double rate : {0.0, 0.3, 2.5, 20.0})
    expect_the_cpus<2>(graph, start, UmapParams{.negative_sample_rate = rate, .n_epochs = 60});
  expect_the_cpus<2>(graph, start, UmapParams{.repulsion_strength = 3, .n_epochs = 60});
  expect_the_cpus<2>(graph, start, UmapParams{.min_dist = 0.9, .n_epochs = 60});
}

TEST(UmapOnDevice, IsTheCpusLayoutInOrderOfVertices) {
  EdgeGraph graph = edges(64, 5, UmapParams{});
  for (std::int32_t v = 0; v < 64; ++v) graph.point_of.push_back((v * 37 + 5) % 64);
  expect_the_cpus<2>(graph, data::layout(64, 2, 3, 10.0f), UmapParams{.n_epochs = 100});
}

TEST(UmapOnDevice, EndsWithTheLastEpoch) {
  const EdgeGraph graph = edges(50, 5, UmapParams{});
  const auto device = on_device<2>(graph, data::layout(50, 2, 4, 10.0f), UmapParams{.n_epochs = 7});
  EXPECT_EQ(device->advance(5), 5);
  EXPECT_EQ(device->advance(5), 2);
  EXPECT_EQ(device->advance(5), 0);
}

// ---- t-SNE ------------------------------------------------------------------------------------

TEST(ExactTsneOnDevice, IsTheCpusLayout) {
  const TsneParams params{.perplexity = 10, .early_exaggeration_iter = 20, .max_iter = 35};
  for (const std::int64_t n : {100, 1111}) {
    const EdgeGraph graph = edges(n, 30, params);
    expect_the_cpus<2>(graph, data::layout(n, 2, 5, 1e-3f), params);
    expect_the_cpus<3>(graph, data::layout(n, 3, 5, 1e-3f), params);
  }
}

TEST(ExactTsneOnDevice, StopsWhereTheCpuStops) {
  const TsneParams params{.perplexity = 10, .early_stop = true};
  const EdgeGraph graph = edges(300, 30, params);
  const Matrix start = data::layout(300, 2, 6, 1e-3f);
  const auto device = on_device<2>(graph, start, params);
  const auto cpu = make_optimizer(graph, start, params, 5, Cpu{2});
  const int done = cpu->advance(750);
  EXPECT_LT(done, 750);
  EXPECT_EQ(device->advance(750), done);
  EXPECT_EQ(device->early_iterations(), cpu->early_iterations());
  EXPECT_EQ(layout_of(*device, start), layout_of(*cpu, start));
}

const TsneParams by_fft{.perplexity = 10,
                        .early_exaggeration_iter = 100,
                        .max_iter = 300,
                        .repulsion = TsneParams::Repulsion::fft};

// Two grids: forces differ by their errors, and maps by what comes of that.
TEST(FftTsneOnDevice, FindsTheForcesOfTheCpu) {
  const Matrix y = data::layout(2500, 2, 7, 60.0f);
  const auto cpu = make_fft_repulsion(2500, Cpu{2});
  std::vector<float> wanted(y.values.size());
  const double z = cpu->compute(y.values, wanted);
  FftOn<Emulated> device(Emulated{}, 2500);
  Emulated::Buffer<float> found(y.values.size());
  Emulated::Buffer<double> found_z(1);
  device.look(y.values.data(), false);
  device.compute(y.values.data(), found.data(), found_z.data());
  EXPECT_FALSE(device.lost());
  EXPECT_NEAR(*found_z.data() / z, 1.0, 1e-5);
  const double largest = std::abs(static_cast<double>(*std::max_element(
      wanted.begin(), wanted.end(), [](float a, float b) { return std::abs(a) < std::abs(b); })));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    ASSERT_NEAR(static_cast<double>(found.data()[i]), static_cast<double>(wanted[i]),
                1e-4 * largest);
}

// On its way from nothing to a map points leave the grid between two looks, and iterations are done
// again.
TEST(FftTsneOnDevice, FindsAMapAsGoodAsTheCpus) {
  const EdgeGraph graph = edges(600, 30, by_fft);
  const Matrix start = data::layout(600, 2, 8, 1e-3f);
  const auto device = on_device<2>(graph, start, by_fft);
  const auto cpu = make_optimizer(graph, start, by_fft, 5, Cpu{2});
  device->advance(300);
  cpu->advance(300);
  EXPECT_NEAR(*device->loss(), *cpu->loss(), 0.02 * *cpu->loss());
  EXPECT_LT(device->force_error()->relative, 0.02);
}

TEST(FftTsneOnDevice, IterationsCanBeCountedOffInAnyWay) {
  const EdgeGraph graph = edges(200, 30, by_fft);
  const Matrix start = data::layout(200, 2, 9, 1e-3f);
  const auto whole = on_device<2>(graph, start, by_fft);
  whole->advance(120);
  const auto parts = on_device<2>(graph, start, by_fft);
  for (const int steps : {1, 9, 13, 0, 47, 50}) {
    parts->advance(steps);
    parts->loss();
  }
  EXPECT_EQ(layout_of(*parts, start), layout_of(*whole, start));
}

TEST(FftTsneOnDevice, NoticesAPointThatLeavesTheGrid) {
  Matrix y = data::layout(100, 2, 10, 10.0f);
  FftOn<Emulated> device(Emulated{}, 100);
  Emulated::Buffer<float> force(y.values.size());
  Emulated::Buffer<double> z(1);
  device.look(y.values.data(), false);
  for (const float away : {30.0f, -1e30f, std::numeric_limits<float>::quiet_NaN()}) {
    Matrix moved = y;
    moved.row(17)[1] = away;
    device.compute(moved.values.data(), force.data(), z.data());
    EXPECT_TRUE(device.lost()) << away;
    device.look(y.values.data(), false);
    EXPECT_FALSE(device.lost());
  }
  device.look(y.values.data(), true);  // four times the room
  y.row(17)[1] = 15.0f;
  device.compute(y.values.data(), force.data(), z.data());
  EXPECT_FALSE(device.lost());
}

}  // namespace
}  // namespace nearfold
