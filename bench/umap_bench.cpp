// Ten epochs of UMAP on the graph of sixteen blobs. Argument: points.
#include <benchmark/benchmark.h>

#include "generate.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

void epochs(benchmark::State& state) {
  const Matrix points =
      generate({.kind = Blobs{.centers = 16, .points_per = state.range(0) / 16, .dim = 16}}).points;
  const UmapParams params;
  const EdgeGraph graph = weigh_edges(
      find_neighbors(points, params.n_neighbors - 1, FlatKnn{}, Cpu{}, 0), params, Cpu{});
  Start start = initial_layout(SpectralInit{}, {}, graph, 2, 1, Cpu{});
  scale_start(start.layout, SpectralInit{}, params, 1);
  const UmapParams endless{.n_epochs = 1'000'000};
  const auto optimizer = make_optimizer(graph, start.layout, endless, 1, Cpu{});
  for (auto _ : state) optimizer->advance(10);
  state.SetItemsProcessed(state.iterations() * 10 * graph.edges());  // entries visited
}
BENCHMARK(epochs)->Arg(1 << 12)->Arg(1 << 15)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nearfold
