// Ten epochs of UMAP on the graph of sixteen blobs. Argument: points.
//
// An epoch reads every stored edge (9 bytes) and computes a force of about 70 operations for each
// edge that fires and its five negative samples.
#include <benchmark/benchmark.h>

#include "graphs.hpp"
#include "machine.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

void epochs(benchmark::State& state) {
  const UmapParams params;
  const EdgeGraph graph =
      weigh_edges(blobs_graph(state.range(0), params.n_neighbors - 1), params, Cpu{});
  InitialLayout start = initial_layout(SpectralInit{}, {}, graph, 2, 1, Cpu{});
  scale_init(start.layout, SpectralInit{}, params, 1, Cpu{2});
  const UmapParams endless{.n_epochs = 1'000'000};
  const auto optimizer = make_optimizer(graph, start.layout, endless, 1, Cpu{});
  double firings = 0;  // of an epoch, the heaviest edge's being 1
  for (const float w : graph.weights) firings += static_cast<double>(w);
  for (auto _ : state) optimizer->advance(10);
  state.SetItemsProcessed(state.iterations() * 10 * graph.edges());  // entries visited
  report_rates(state, 10 * 9.0 * static_cast<double>(graph.edges()), 10 * 6 * 70 * firings);
}
BENCHMARK(epochs)
    ->Arg(1 << 12)
    ->Arg(1 << 15)
    ->Arg(1 << 18)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace nearfold
