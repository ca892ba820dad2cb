// The stages of kernels/, run on a device that the host plays (kernels/core/host_executor.hpp),
// against those of the CPU. Sums are in device_sums_test.cpp; neighbours, weights and t-SNE in
// their folders.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/stopping.hpp"
#include "graph/vertex_order.hpp"
#include "kernels/core/check_points.hpp"
#include "kernels/core/host_executor.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/graph/vertex_order.hpp"
#include "kernels/init/init.hpp"
#include "nearfold/knn.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/init_data.hpp"
#include "support/on_device.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

// ---- launch arithmetic ------------------------------------------------------------------------

static_assert(blocks_for(0) == 0 && blocks_for(1) == 1 && blocks_for(256) == 1);
static_assert(blocks_for(257) == 2 && blocks_for(std::int64_t{1} << 31) == kMaxBlocks);
static_assert(blocks_for(std::numeric_limits<std::int64_t>::max()) == kMaxBlocks);
static_assert(kMaxBlocks <= std::numeric_limits<std::int32_t>::max());
static_assert(parts_of(0, 32) == 0 && parts_of(1, 32) == 1 && parts_of(33, 32) == 2);
static_assert(parts_of((std::int64_t{1} << 31) + 1, 1024) == (1 << 21) + 1);
static_assert(kBlockThreads % kRowLanes == 0 && 32 % kRowLanes == 0);

// ---- what is looked for in points ---------------------------------------------------------------

TEST(CheckOnDevice, CountsValuesThatNoDistanceCanBeMadeOf) {
  Matrix x = data::normals(9000, 9, 30);
  const CheckOn<HostExecutor> check(HostExecutor{});
  EXPECT_EQ(check.unusable(x.data(), x.rows(), x.cols()), 0);
  x.row(0)[0] = std::numeric_limits<float>::quiet_NaN();
  x.row(31)[8] = std::numeric_limits<float>::infinity();
  x.row(8999)[8] = -2e16f;
  EXPECT_EQ(check.unusable(x.data(), x.rows(), x.cols()), 3);
}

TEST(CheckOnDevice, CountsConstantColumns) {
  Matrix x = data::normals(5000, 6, 30);
  for (std::int64_t i = 0; i < x.rows(); ++i) x.row(i)[1] = x.row(i)[4] = x.row(i)[5] = 2.0f;
  x.row(4999)[5] = 3.0f;  // in the last of all segments
  EXPECT_EQ(CheckOn<HostExecutor>(HostExecutor{}).constant_columns(x.data(), x.rows(), x.cols()),
            2);
}

// ---- order ------------------------------------------------------------------------------------

TEST(OrderOnDevice, IsTheCpus) {
  for (const std::int64_t n : {5, 300, 5000}) {  // patches of all strides; some points alone
    Matrix x = data::blobs(n, 4, 31);
    for (std::int64_t i = 0; i < n; i += 7) x.row(i)[0] += 1000.0f * static_cast<float>(i % 5);
    const KnnGraph graph = oracle::neighbors(x, 3);
    const std::vector<std::int32_t> wanted = locality_order(graph, 3, Cpu{2});
    const auto on_device = graph_on(HostExecutor{}, graph);
    const OrderOn<HostExecutor> order(HostExecutor{}, on_device);
    const auto point_of = order.order();
    ASSERT_EQ(HostExecutor{}.download(point_of), wanted) << n;
    const KnnGraph found = host_graph(HostExecutor{}, order.renumbered(point_of));
    const KnnGraph local = renumbered(graph, 3, wanted, Cpu{2});
    EXPECT_EQ(found.neighbors, local.neighbors);
    EXPECT_EQ(found.distances, local.distances);
  }
}

// ---- init -------------------------------------------------------------------------------------

void expect_the_cpus_start(EdgeGraph graph, int dims) {
  const auto n = static_cast<std::int32_t>(graph.n);
  for (std::int32_t v = 0; v < n; ++v) graph.point_of.push_back(n - 1 - v);
  const auto on_device = graph_on(HostExecutor{}, graph);
  DeviceSource<HostExecutor> source(HostExecutor{}, nullptr, 0, on_device);
  const InitialLayout found = initial_layout(SpectralInit{}, source, dims, 5, Cpu{2});
  const InitialLayout wanted = initial_layout(SpectralInit{}, {}, graph, dims, 5, Cpu{2});
  EXPECT_EQ(found.layout.values(), wanted.layout.values());
  EXPECT_EQ(found.description, wanted.description);
  EXPECT_EQ(found.warnings, wanted.warnings);
}

TEST(SpectralStartOnDevice, IsTheCpus) {
  for (const int dims : {2, 3})
    for (const std::int64_t n : {30, 500, 2500}) {
      const KnnGraph graph = oracle::neighbors(data::normals(n, 4, 41), 8);
      expect_the_cpus_start(weigh_edges(graph, UmapParams{.n_neighbors = 9}, Cpu{2}), dims);
    }
}

TEST(PcaOnDevice, IsTheCpus) {
  for (const auto& [n, dim] : {std::pair{40, 3}, {1000, 20}, {700, 130}, {5000, 7}, {3, 50}}) {
    Matrix x = data::blobs(n, dim, 43);
    for (float& value : x.span()) value = 1e5f + 100 * value;
    const PcaOn<HostExecutor> found(HostExecutor{}, x.data(), n, dim);
    std::vector<float> mean;
    const int count = std::min({n, dim, 3});
    const Matrix wanted = principal_axes(x, count, 8, mean, 0, Cpu{2});
    EXPECT_EQ(found.mean(), mean);
    const Matrix axes = found.axes(count, 8, 0);
    EXPECT_EQ(axes.values(), wanted.values()) << n << " x " << dim;
  }
}

TEST(PcaOnDevice, MakesTheCpusStart) {
  for (const int dim : {1, 2, 30}) {
    const Matrix x = data::blobs(900, dim, 44, std::min(dim, 3));
    EdgeGraph none;
    none.n = x.rows();
    const auto graph = graph_on(HostExecutor{}, none);
    DeviceSource<HostExecutor> source(HostExecutor{}, x.values().data(), dim, graph);
    const InitialLayout found = initial_layout(PcaInit{}, source, 3, 1, Cpu{2});
    const InitialLayout wanted = initial_layout(PcaInit{}, x, none, 3, 1, Cpu{2});
    EXPECT_EQ(found.layout.values(), wanted.layout.values()) << dim;
    EXPECT_EQ(found.warnings, wanted.warnings);
  }
}

/// Components of so many points, numbered so that they interleave.
KnnGraph scattered_components(const std::vector<std::int64_t>& sizes) {
  std::int64_t n = 0;
  for (const std::int64_t size : sizes) n += size;
  Matrix x = data::normals(n, 4, 42);
  std::vector<std::int64_t> left = sizes;
  for (std::int64_t i = 0, c = 0; i < n; ++i) {
    do c = (c + 1) % std::ssize(sizes);
    while (left[static_cast<std::size_t>(c)] == 0);
    --left[static_cast<std::size_t>(c)];
    x.row(i)[0] += 1e4f * static_cast<float>(c);
  }
  return oracle::neighbors(x, 5);
}

TEST(SpectralStartOnDevice, IsTheCpusOfSeveralComponents) {
  for (const auto& sizes : std::vector<std::vector<std::int64_t>>{
           {2600, 2100, 40}, {300, 200}, {2600, 300, 10, 9, 8, 7, 50}, {3000, 2500, 2200}})
    expect_the_cpus_start(weigh_edges(scattered_components(sizes), UmapParams{}, Cpu{2}), 2);
}

// Nothing but a look between loops ends what takes long.
TEST(StartOnDevice, EndsWhenNoLongerWanted) {
  const Matrix x = data::blobs(900, 5, 45);
  const KnnGraph knn = oracle::neighbors(x, 8);
  const auto graph =
      graph_on(HostExecutor{}, weigh_edges(knn, UmapParams{.n_neighbors = 9}, Cpu{2}));
  const auto neighbors = graph_on(HostExecutor{}, knn);
  DeviceSource<HostExecutor> source(HostExecutor{}, x.values().data(), x.cols(), graph);
  const auto stopped = [](const auto& work) {
    const StopScope scope([](double) { return false; });
    EXPECT_THROW(work(), Stopped);
  };
  stopped([&] { source.scores(2); });
  stopped([&] { source.eigenvectors(2); });
  stopped([&] { OrderOn<HostExecutor>(HostExecutor{}, neighbors).order(); });
}

// Names travel far: a path whose vertices are numbered anyhow.
TEST(SpectralStartOnDevice, FindsComponentsOfLongPaths) {
  constexpr std::int32_t kSize = 3000;
  Edges edges;
  const auto at = [](std::int32_t place) { return place * 1009 % kSize; };
  for (std::int32_t place = 1; place < kSize; ++place)
    if (place != 700 && place != 1500) edges.emplace_back(at(place - 1), at(place));
  const EdgeGraph graph = graph_of(kSize, edges);
  const auto on_device = graph_on(HostExecutor{}, graph);
  GraphComponents<HostExecutor> components(HostExecutor{}, on_device);
  const std::vector<std::int32_t> found = components.components();
  std::vector<std::int32_t> wanted(kSize);
  for (const auto& [begin, end] : {std::pair{0, 700}, {700, 1500}, {1500, kSize}}) {
    std::int32_t least = kSize;
    for (std::int32_t place = begin; place < end; ++place) least = std::min(least, at(place));
    for (std::int32_t place = begin; place < end; ++place)
      wanted[static_cast<std::size_t>(at(place))] = least;
  }
  EXPECT_EQ(found, wanted);
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

}  // namespace
}  // namespace nearfold
