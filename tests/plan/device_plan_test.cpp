// What a run is planned to need on a GPU: counts of the arrays that are made there.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "core/device_memory.hpp"
#include "kernels/knn/search_plan.hpp"
#include "nearfold/plan.hpp"
#include "plan/device_fit.hpp"
#include "plan/needs.hpp"
#include "support/plan_data.hpp"

namespace nearfold {
namespace {

/// Bytes there for one more point.
double device_bytes_per_point(std::size_t stage, std::int64_t dim, const KnnParams& knn,
                              const Init& init, bool has_graph = false) {
  const auto bytes = [&](std::int64_t n) {
    return plan({.n = n, .dim = dim, .has_graph = has_graph},
                {.knn = knn, .init = init, .device = Cuda{}})
        .stages[stage]
        .device_bytes;
  };
  return static_cast<double>(bytes(3'000'000) - bytes(2'000'000)) / 1e6;
}

// In float32, from 64 columns on in fp16 as well; a row of ids and distances; of cells of our own
// two copies of all rows, of those of FAISS one with their ids, in lists of up to twice as much
// room.
TEST(DevicePlan, HoldsThePointsThatAreSearched) {
  const auto searched = [](std::int64_t dim, const KnnParams& knn) {
    return device_bytes_per_point(0, dim, knn, PcaInit{});
  };
  constexpr double kAnswer = 14 * 8, kRest = 60;  // at most
  const auto expect = [&](double found, double least) {
    EXPECT_GE(found, least);
    EXPECT_LE(found, least + kRest);
  };
  expect(searched(63, FlatKnn{}), kAnswer + 63 * 4);
  expect(searched(64, FlatKnn{}), kAnswer + 64 * (4 + 2));
  expect(searched(64, IvfKnn{}), kAnswer + 64 * 4 + 2 * (64 + 15) * 4 + 60);
  expect(searched(64, IvfKnn{.faiss = true}), kAnswer + 64 * 4 + 2 * (64 * 4 + 8));
  expect(device_bytes_per_point(0, 500, FlatKnn{}, PcaInit{}, true), 2 * kAnswer);
}

// What FAISS is trained on comes to the host.
TEST(DevicePlan, CountsWhatFaissTakesOfTheHost) {
  const auto bytes = [](const IvfKnn& ivf) {
    return plan({.n = 1'000'000, .dim = 50}, {.knn = ivf, .device = Cuda{}}).stages[0].host_bytes;
  };
  EXPECT_EQ(bytes({.nlist = 100, .faiss = true}) - bytes({.nlist = 100}),
            6400 * 50 * 4 + (std::int64_t{256} << 20));
  EXPECT_EQ(bytes({.nlist = 20'000, .faiss = true}) - bytes({.nlist = 20'000}),
            1'000'000 * 50 * 4 + (std::int64_t{256} << 20));
}

TEST(DevicePlan, HoldsThePointsForTheirAxes) {
  const auto of_columns = [](const Init& init) {
    return (device_bytes_per_point(2, 900, FlatKnn{}, init) -
            device_bytes_per_point(2, 400, FlatKnn{}, init)) /
           500;
  };
  EXPECT_NEAR(of_columns(PcaInit{}), 4, 1e-3);
  EXPECT_NEAR(of_columns(SpectralInit{}), 0, 1e-3);
  // Three blocks of eight vectors.
  EXPECT_GE(device_bytes_per_point(2, 4, FlatKnn{}, SpectralInit{}) -
                device_bytes_per_point(2, 4, FlatKnn{}, RandomInit{}),
            3 * 8 * 4);
}

TEST(DevicePlan, LeavesRoomForLibraries) {
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  const auto bytes = [](const KnnParams& knn) {
    return plan({.n = 1000, .dim = 4}, {.knn = knn, .device = Cuda{}}).stages[0].device_bytes;
  };
  EXPECT_GE(bytes(FlatKnn{}), (256 + 64) * kMiB);
  EXPECT_LE(bytes(FlatKnn{}), (256 + 64 + 16) * kMiB);
  EXPECT_GE(bytes(IvfKnn{}), (256 + 64) * kMiB);
  EXPECT_LE(bytes(IvfKnn{}), (256 + 64 + 16) * kMiB);
  EXPECT_GE(bytes(IvfKnn{.faiss = true}), (256 + 512) * kMiB);
  EXPECT_LE(bytes(IvfKnn{.faiss = true}), (256 + 512 + 16) * kMiB);
}

TEST(DevicePlan, CountsEdgesAsTheProcessorDoes) {
  constexpr double kEdge = 1.55 * 8;
  for (const bool umap : {false, true}) {
    EXPECT_NEAR(bytes_per_neighbor(1, umap, Cuda{}), 20 + kEdge, 1e-3);
    EXPECT_NEAR(bytes_per_neighbor(2, umap, Cuda{}), kEdge, 1e-3);
    EXPECT_NEAR(bytes_per_neighbor(3, umap, Cuda{}), umap ? 2 * kEdge : kEdge, 1e-3);
  }
  const PlannedPoints points{.n = 100'000, .dim = 50};
  const Plan cpu = plan(points, {.device = Cpu{}}), gpu = plan(points, {.device = Cuda{}});
  for (std::size_t s = 0; s < 4; ++s) EXPECT_EQ(gpu.stages[s].seconds, cpu.stages[s].seconds);
}

// Of edges that the host weighs the graph, and then they themselves, are all that is there.
TEST(DevicePlan, KnowsWhichEdgesTheHostWeighs) {
  const auto weights = [](const Method& method, const std::vector<Target>& targets = {}) {
    const PlannedPoints points{.n = 1'000'000, .dim = 4};
    const Settings settings{.method = method, .targets = targets, .device = Cuda{}};
    return plan(points, settings).stages[1];
  };
  const auto there = [&](const Method& method) { return weights(method).device_bytes; };
  const UmapParams plain{}, dense{.densmap = true}, cut{.disconnection_distance = 1};
  constexpr std::int64_t kEdges = static_cast<std::int64_t>(8 * 1.55 * 14 * 1e6);
  for (const std::int64_t bytes :
       {there(dense), there(cut), weights(plain, {ClassTarget{}}).device_bytes}) {
    EXPECT_GE(bytes, kEdges);
    EXPECT_LE(bytes, kEdges + 20'000'000);
  }
  EXPECT_GT(there(plain), 2 * kEdges);
  EXPECT_LT(there(TsneParams{.perplexities = {30}}), there(TsneParams{.perplexity = 30}));
  // 139 edges a point are brought through page-locked pieces.
  EXPECT_EQ(weights(TsneParams{.perplexities = {30}}).host_bytes -
                weights(TsneParams{.perplexity = 30}).host_bytes,
            static_cast<std::int64_t>(2 * kStageBytes));
  const auto optimised = [](const Method& method) {
    return plan({.n = 1'000'000, .dim = 4}, {.method = method, .device = Cuda{}})
        .stages[3]
        .device_bytes;
  };
  EXPECT_NEAR(static_cast<double>(optimised(dense) - optimised(plain)),
              static_cast<double>(kEdges / 2 + 28'000'000), 2);
}

// The search is cut to what is free (search_plan.hpp); a plan says from where on it can be.
TEST(DevicePlan, NeedsForTilesWhatTheSearchAsksForAtTheLeast) {
  for (const std::int64_t n : {1000, 70'000, 10'000'000})
    for (const std::int64_t dim : {4, 50, 784}) {
      const Plan planned = plan({.n = n, .dim = dim}, {.knn = FlatKnn{}, .device = Cuda{}});
      const SearchShape shape{.n = n, .cols = dim, .width = dim, .k = 14};
      const auto asked = static_cast<double>(plan_search(shape, false, false, 0).asked);
      const auto least = static_cast<double>(planned.stages[0].device_least_bytes);
      const double numbering = 16 * 14 + 60;  // comes after the search
      EXPECT_GE(1.01 * least, asked) << n << " x " << dim;
      EXPECT_LE(least, 1.01 * std::max(asked, asked + static_cast<double>(n) * numbering));
      EXPECT_LE(planned.stages[0].device_least_bytes, planned.stages[0].device_bytes);
    }
  const Plan cells = plan({.n = 70'000, .dim = 50}, {.knn = IvfKnn{}, .device = Cuda{}});
  EXPECT_EQ(cells.stages[0].device_least_bytes, cells.stages[0].device_bytes);
}

// Brought once, points are beside the edges as well; of directions there are both.
TEST(DevicePlan, HoldsPointsThatAreBroughtOnce) {
  const auto held = [](std::int64_t dim, Metric metric) {
    const Settings settings{
        .knn = FlatKnn{}, .distance = {.metric = metric}, .method = TsneParams{}, .device = Cuda{}};
    return std::pair{held_bytes({.n = 1'000'000, .dim = dim}, settings),
                     plan({.n = 1'000'000, .dim = dim}, settings)};
  };
  const auto [few, few_plan] = held(50, Metric::euclidean);  // the weights need most
  EXPECT_EQ(few, few_plan.stages[1].device_bytes + 4 * 50'000'000LL);
  const auto [many, many_plan] = held(3000, Metric::euclidean);  // the search does
  EXPECT_EQ(many, many_plan.stages[0].device_bytes);
  const auto [turned, turned_plan] = held(3000, Metric::cosine);
  EXPECT_EQ(turned, turned_plan.stages[0].device_bytes + 4 * 3000'000'000LL);
}

TEST(DevicePlan, CountsWhatTheHostLocks) {
  const auto locked = [](std::int64_t n, bool has_graph) {
    const PlannedPoints points{.n = n, .dim = 1000, .has_graph = has_graph};
    const auto bytes = [&](const Device& device) {
      return plan(points, {.device = device}).stages[0].host_bytes;
    };
    return bytes(Cuda{}) - bytes(Cpu{});
  };
  EXPECT_EQ(locked(100'000, false), 0);
  EXPECT_EQ(locked(200'000, false), static_cast<std::int64_t>(2 * kStageBytes));
  EXPECT_EQ(locked(200'000, true), 0);
}

// ---- what fits which card
// ------------------------------------------------------------------------

TEST(DeviceFit, IsWholeOrInTilesOrNot) {
  const Plan planned{.stages = {{.name = "knn", .device_bytes = 9, .device_least_bytes = 5},
                                {.name = "init", .device_bytes = 6, .device_least_bytes = 6}}};
  EXPECT_EQ(device_fit(planned, 9), DeviceFit::whole);
  EXPECT_EQ(device_fit(planned, 8), DeviceFit::in_tiles);
  EXPECT_EQ(device_fit(planned, 6), DeviceFit::in_tiles);
  EXPECT_EQ(device_fit(planned, 5), DeviceFit::no);
}

std::string row_of_table(const std::string& of, std::int64_t n, std::int64_t dim,
                         const Method& method) {
  const Plan planned =
      plan({.n = n, .dim = dim}, {.knn = FlatKnn{}, .method = method, .device = Cuda{}});
  std::string row = "| " + of + " | " + (method.index() == 0 ? "t-SNE" : "UMAP") + " | " +
                    bytes_text(planned.device_bytes()) + " | " +
                    bytes_text(device_least_bytes(planned)) + " |";
  for (const std::int64_t card : kCardGigabytes)
    row += std::string(" ") + name(device_fit(planned, card * 1'000'000'000)) + " |";
  return row;
}

TEST(DeviceFit, IsTheTableOfThePage) {
  std::stringstream page;
  page << std::ifstream(NEARFOLD_GPU_PAGE).rdbuf();
  struct {
    const char* of;
    std::int64_t n, dim;
  } const rows[] = {{"MNIST, 70,000 x 784", 70'000, 784},
                    {"1,000,000 x 50", 1'000'000, 50},
                    {"1,000,000 x 784", 1'000'000, 784},
                    {"10,000,000 x 50", 10'000'000, 50}};
  for (const auto& [of, n, dim] : rows)
    for (const Method& method : {Method{TsneParams{}}, Method{UmapParams{}}}) {
      const std::string row = row_of_table(of, n, dim, method);
      EXPECT_NE(page.str().find(row), std::string::npos) << row;
    }
}

}  // namespace
}  // namespace nearfold
