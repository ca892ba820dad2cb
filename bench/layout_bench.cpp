// The starts. Argument: points. PCA: eight passes over the points, each with a product forth and
// back. Spectral: as many passes over the edges as it needs.
#include <benchmark/benchmark.h>

#include "graphs.hpp"
#include "machine.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kDim = 256;

void pca(benchmark::State& state) {
  const Matrix points = generate({.kind = Uniform{.n = state.range(0), .dim = kDim}}).points;
  for (auto _ : state) benchmark::DoNotOptimize(initial_layout(PcaInit{}, points, {}, 2, 1, Cpu{}));
  constexpr double kPasses = 8, kVectors = 16;
  const auto values = static_cast<double>(points.rows() * points.cols());
  report_rates(state, kPasses * 4 * values, kPasses * 4 * kVectors * values);
}

void spectral(benchmark::State& state) {
  const EdgeGraph graph = weigh_edges(blobs_graph(state.range(0), 14), UmapParams{}, Cpu{});
  for (auto _ : state)
    benchmark::DoNotOptimize(initial_layout(SpectralInit{}, {}, graph, 2, 1, Cpu{}));
  state.SetItemsProcessed(state.iterations() * graph.edges());
}
BENCHMARK(pca)->Arg(1 << 14)->Arg(1 << 17)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(spectral)->Arg(1 << 14)->Arg(1 << 17)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nearfold
