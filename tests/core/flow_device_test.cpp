// Whole runs of every family of methods through the stages of kernels/, on a device that the host
// plays: the maps of embed() on the CPU, byte for byte.
#include <gtest/gtest.h>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/graph/vertex_order.hpp"
#include "kernels/init/init.hpp"
#include "kernels/pacmap/pacmap.hpp"
#include "kernels/weights/on_host.hpp"
#include "method.hpp"
#include "nearfold/nearfold.hpp"
#include "run/check_run.hpp"
#include "support/data.hpp"
#include "support/on_device.hpp"

namespace nearfold {
namespace {

template <class Params>
EdgeGraphIn<HostExecutor> edges_there(const HostExecutor& executor, const Matrix& x,
                                      const KnnGraph& graph, const Params& params,
                                      const Settings& settings) {
  const auto there = graph_on(executor, graph);
  const OrderOn<HostExecutor> order(executor, there);
  auto point_of = order.order();
  auto local = order.renumbered(point_of);
  EdgeGraphIn<HostExecutor> edges;
  const std::vector<std::int32_t> names = executor.download(point_of);
  if constexpr (kDrawsPairs<Params>) {
    edges = edges_on(executor, std::move(local), params,
                     PairSource{x, settings.distance, names, settings.seed}, Cpu{2});
  } else if constexpr (kTakesTargets<Params>) {
    edges = settings.targets.empty()
                ? edges_on(executor, std::move(local), params, Cpu{2})
                : edges_on(executor, std::move(local), params,
                           Steering{settings.targets, names, settings.seed}, Cpu{2});
  } else {
    edges = edges_on(executor, std::move(local), params, Cpu{2});
  }
  edges.point_of = std::move(point_of);
  return edges;
}

std::unique_ptr<Optimizer> optimizer_there(const HostExecutor& executor,
                                           EdgeGraphIn<HostExecutor> edges, const Matrix& start,
                                           const UmapParams& params, std::uint64_t seed) {
  return make_umap_on(executor, std::move(edges), start, params, seed);
}
std::unique_ptr<Optimizer> optimizer_there(const HostExecutor& executor,
                                           EdgeGraphIn<HostExecutor> edges, const Matrix& start,
                                           const TsneParams& params, std::uint64_t /*seed*/) {
  if (start.cols() == 2)
    return std::make_unique<TsneOn<HostExecutor, 2>>(executor, std::move(edges), start, params);
  return std::make_unique<TsneOn<HostExecutor, 3>>(executor, std::move(edges), start, params);
}

std::unique_ptr<Optimizer> optimizer_there(const HostExecutor& executor,
                                           EdgeGraphIn<HostExecutor> edges, const Matrix& start,
                                           const PacmapParams& params, std::uint64_t seed) {
  return make_pacmap_on(executor, std::move(edges), start, params, {}, seed);
}
std::unique_ptr<Optimizer> optimizer_there(const HostExecutor& executor,
                                           EdgeGraphIn<HostExecutor> edges, const Matrix& start,
                                           const LocalmapParams& params, std::uint64_t seed) {
  return make_pacmap_on(executor, std::move(edges), start, params, params.low_dist_thres, seed);
}

/// All stages but the search.
template <class Params>
std::vector<float> map_there(const Matrix& x, const Params& params, const Settings& settings) {
  const HostExecutor executor;
  const int k = neighbors_needed(params, x.rows());
  auto edges = edges_there(executor, x, find_neighbors(x, k, FlatKnn{}, Cpu{2}, settings.seed),
                           params, settings);
  const Init init = default_init(params, true);
  DeviceSource<HostExecutor> source(executor, x.values().data(), x.cols(), edges);
  InitialLayout start = initial_layout(init, source, map_columns(settings), settings.seed, Cpu{2});
  scale_init(start.layout, init, params, settings.seed, Cpu{2});
  const auto run = optimizer_there(executor, std::move(edges), start.layout, params, settings.seed);
  run->advance(iterations_of(params, x.rows()));
  return layout_of(*run, start.layout);
}

const Matrix& points() {
  static const Matrix rows = data::blobs(400, 6, 51);
  return rows;
}

void expect_the_cpus_map(const Method& method, int dims = 2,
                         const std::vector<Target>& targets = {}) {
  const Matrix& x = points();
  const Settings settings{.knn = FlatKnn{},
                          .method = method,
                          .targets = targets,
                          .dims = dims,
                          .seed = 3,
                          .device = Cpu{2}};
  EXPECT_EQ(why_not_on_gpu(settings), "");
  const std::vector<float> found =
      std::visit([&](const auto& params) { return map_there(x, params, settings); }, method);
  EXPECT_EQ(found, embed(x, settings).layout.values());
}

TEST(FlowOnDevice, OfTargetsIsTheCpus) {
  ClassTarget classes;
  ValueTarget values;
  for (int i = 0; i < 400; ++i) {
    classes.classes.push_back(i % 5 == 4 ? -1 : i % 3);
    values.values.push_back(static_cast<float>(i * 37 % 400));
  }
  const UmapParams params{.n_neighbors = 10, .n_epochs = 60};
  expect_the_cpus_map(params, 2, {classes});
  expect_the_cpus_map(params, 3, {values});
}

TEST(FlowOnDevice, OfADisconnectionDistanceIsTheCpus) {
  const KnnGraph near = find_neighbors(points(), 5, FlatKnn{}, Cpu{1}, 1);
  expect_the_cpus_map(UmapParams{
      .n_neighbors = 10, .n_epochs = 60, .disconnection_distance = double{near.distances[4]}});
}

TEST(FlowOnDevice, OfSurfacesIsTheCpus) {
  for (const OutputMetric metric :
       {OutputMetric::sphere, OutputMetric::torus, OutputMetric::hyperboloid})
    expect_the_cpus_map(UmapParams{.n_neighbors = 10, .n_epochs = 60, .output_metric = metric});
}

TEST(FlowOnDevice, OfDensMapIsTheCpus) {
  for (const int dims : {2, 3})
    expect_the_cpus_map(UmapParams{.n_neighbors = 10, .n_epochs = 60, .densmap = true}, dims);
}

TEST(FlowOnDevice, OfPairsIsTheCpus) {
  const PacmapParams pacmap{.n_neighbors = 8, .num_iters = {20, 20, 35}};
  for (const int dims : {2, 3}) {
    expect_the_cpus_map(pacmap, dims);
    expect_the_cpus_map(LocalmapParams{pacmap, 6}, dims);
  }
}

TEST(FlowOnDevice, OfOtherAffinitiesIsTheCpus) {
  expect_the_cpus_map(TsneParams{.perplexities = {4, 12}, .max_iter = 60});
  for (const auto symmetrize : kSymmetrizations)
    expect_the_cpus_map(TsneParams{.affinities = TsneParams::Affinities::uniform,
                                   .k_neighbors = 15,
                                   .symmetrize = symmetrize,
                                   .max_iter = 60});
}

TEST(FlowOnDevice, OfOtherTailsAndPhasesIsTheCpus) {
  for (const int dims : {2, 3})
    expect_the_cpus_map(TsneParams{.perplexity = 10,
                                   .dof = 0.6,
                                   .early_exaggeration_iter = 30,
                                   .late_exaggeration = 3,
                                   .late_exaggeration_iter = 20,
                                   .max_iter = 90},
                        dims);
}

}  // namespace
}  // namespace nearfold
