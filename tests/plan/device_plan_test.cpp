// What a run is planned to need on a GPU: counts of the arrays that are made there.
#include <gtest/gtest.h>

#include "nearfold/plan.hpp"
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
    EXPECT_NEAR(bytes_per_neighbor(1, umap, Cuda{}), 28 + kEdge, 1e-3);
    EXPECT_NEAR(bytes_per_neighbor(2, umap, Cuda{}), kEdge, 1e-3);
    EXPECT_NEAR(bytes_per_neighbor(3, umap, Cuda{}), umap ? 2 * kEdge : kEdge, 1e-3);
  }
  const PlannedPoints points{.n = 100'000, .dim = 50};
  const Plan cpu = plan(points, {.device = Cpu{}}), gpu = plan(points, {.device = Cuda{}});
  for (std::size_t s = 0; s < 4; ++s) EXPECT_EQ(gpu.stages[s].seconds, cpu.stages[s].seconds);
}

}  // namespace
}  // namespace nearfold
