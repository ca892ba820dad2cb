// UMAP's surfaces and densMAP of kernels/, run on a device that the host plays, against those of
// the CPU. The plane and space are in core/device_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "method.hpp"
#include "support/data.hpp"
#include "support/on_device.hpp"
#include "support/oracle.hpp"
#include "umap/density.hpp"

namespace nearfold {
namespace {

std::unique_ptr<Optimizer> any_on_device(const EdgeGraph& graph, const Matrix& start,
                                         const UmapParams& params,
                                         const HostExecutor& executor = {}) {
  return make_umap_on(executor, graph_on(executor, graph), start, params, 5);
}

// ---- surfaces -----------------------------------------------------------------------------------

constexpr OutputMetric kSurfaces[] = {OutputMetric::sphere, OutputMetric::torus,
                                      OutputMetric::hyperboloid};

/// Places on the surface, some of them one place.
Matrix start_on(const UmapParams& params, std::int64_t n) {
  Matrix start = data::normals(n, columns_of(params, 2), 31);
  scale_init(start, Init(RandomInit{}), params, 7, Cpu{1});
  std::copy_n(start.row(3), start.cols(), start.row(4));
  return start;
}

TEST(UmapOnDevice, IsTheCpusOnEverySurface) {
  const EdgeGraph graph = edges(500, 9, UmapParams{});
  for (const OutputMetric metric : kSurfaces)
    for (const double rate : {0.0, 5.0, 20.0}) {
      SCOPED_TRACE(name(metric));
      const UmapParams params{
          .negative_sample_rate = rate, .n_epochs = 60, .output_metric = metric};
      const Matrix start = start_on(params, 500);
      const auto device = any_on_device(graph, start, params);
      expect_the_cpus(device.get(), graph, start, params);
    }
}

// Terms of a hub are tangents at its place, shared by lanes.
TEST(UmapOnDevice, IsTheCpusOnEverySurfaceWithHubs) {
  Matrix x = data::normals(1500, 60, 32);
  for (const std::int64_t hub : {0, 700, 1499}) std::fill_n(x.row(hub), 60, 0.0f);
  const EdgeGraph graph = weigh_edges(oracle::neighbors(x, 10), UmapParams{}, Cpu{2});
  EXPECT_GT(graph.offsets[701] - graph.offsets[700], 500);
  for (const OutputMetric metric : kSurfaces) {
    SCOPED_TRACE(name(metric));
    const UmapParams params{.n_epochs = 40, .output_metric = metric};
    const Matrix start = start_on(params, 1500);
    const auto device = any_on_device(graph, start, params);
    expect_the_cpus(device.get(), graph, start, params);
  }
}

// ---- densMAP ------------------------------------------------------------------------------------

UmapParams dense_params() {
  return {.n_neighbors = 10, .n_epochs = 40, .densmap = true, .dens_frac = 0.6};
}

/// Clouds of four widths.
EdgeGraph dense_edges(std::int64_t n, const UmapParams& params = dense_params()) {
  Matrix x = data::normals(n, 5, 33);
  for (std::int64_t i = 0; i < n; ++i)
    for (int c = 0; c < 5; ++c)
      x.row(i)[c] = x.row(i)[c] * static_cast<float>(1 + i % 4) +
                    (c == 0 ? 40 * static_cast<float>(i % 4) : 0);
  return weigh_edges(oracle::neighbors(x, 9), params, Cpu{2});
}

// 1100 points: two ranges of the sums over vertices. Odd and even numbers of steps in an epoch.
TEST(DensMapOnDevice, IsTheCpusLayout) {
  for (const std::int64_t n : {90, 1100}) {
    EdgeGraph graph = dense_edges(n);
    ASSERT_FALSE(graph.radii.empty());
    expect_the_cpus<2>(graph, data::layout(n, 2, 1, 10.0f), dense_params());
    expect_the_cpus<3>(graph, data::layout(n, 3, 1, 10.0f), dense_params());
    for (std::int32_t v = 0; v < n; ++v)
      graph.point_of.push_back(static_cast<std::int32_t>((v * 37 + 5) % n));
    expect_the_cpus<2>(graph, data::layout(n, 2, 1, 10.0f), dense_params());
  }
}

TEST(DensMapOnDevice, IsTheTermOfTheCpuOnAnyMap) {
  constexpr UmapCurve kCurve{1.577f, 0.895f, 1.0f};
  for (const float width : {1e-3f, 1.0f, 1e4f}) {
    EdgeGraph graph = dense_edges(300);
    const Matrix y = data::layout(300, 2, 6, width);
    const HostExecutor executor;
    auto there = graph_on(executor, graph);
    DensityOn<HostExecutor, 2> device(executor, there, dense_params(), kCurve);
    const auto clock = executor.upload(std::vector<UmapClock>{{1, 0.5f}});
    auto found = executor.buffer<float>(600);
    device.move(y.data(), clock.data(), found.data());
    std::vector<float> wanted(600);
    DensityTerm(graph, dense_params(), kCurve, Cpu{2}).move(y.values(), 2, 0.5f, {}, wanted);
    EXPECT_EQ(executor.download(found), wanted) << width;
    EXPECT_NE(wanted, y.values());
  }
}

TEST(DensMapOnDevice, OfAVertexWithoutEdgesIsTheCpus) {
  UmapParams params = dense_params();
  params.disconnection_distance = 1.5;
  const EdgeGraph graph = dense_edges(300, params);
  std::int64_t alone = 0;
  for (std::size_t i = 0; i < 300; ++i) alone += graph.offsets[i + 1] == graph.offsets[i] ? 1 : 0;
  ASSERT_GT(alone, 150);  // most: scales are those of the others
  ASSERT_FALSE(graph.radii.empty());
  expect_the_cpus<2>(graph, data::layout(300, 2, 1, 10.0f), params);
}

TEST(DensMapOnDevice, CanBeCountedOffAndResumed) {
  const EdgeGraph graph = dense_edges(200);
  const Matrix start = data::layout(200, 2, 2, 10.0f);
  const auto whole = on_device<2>(graph, start, dense_params());
  whole->advance(40);
  for (const int at : {3, 16, 17, 30}) {  // the term acts from epoch 17 on
    const auto first = on_device<2>(graph, start, dense_params());
    const auto second = on_device<2>(graph, Matrix(200, 2), dense_params());
    first->advance(at);
    second->restore(first->save());
    second->advance(1);
    second->advance(39 - at);
    EXPECT_EQ(layout_of(*second, start), layout_of(*whole, start)) << at;
  }
}

TEST(DensMapOnDevice, TakesSixMoreLaunchesAnEpoch) {
  const EdgeGraph graph = dense_edges(200);
  const HostExecutor executor;
  const auto run = on_device<2>(graph, data::layout(200, 2, 2, 10.0f), dense_params(), executor);
  const auto loops_of_five = [&] {
    const int before = executor.counts().loops;
    run->advance(5);
    return executor.counts().loops - before;
  };
  const int plain = loops_of_five();
  run->advance(20);
  EXPECT_EQ(loops_of_five(), plain + 5 * 6);
}

}  // namespace
}  // namespace nearfold
