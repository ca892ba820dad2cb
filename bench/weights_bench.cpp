// From neighbours to weighted edges, by both methods. Argument: points. An entry of the neighbour
// graph is read, weighed, transposed and merged: 8 bytes in, 8 of the transposed, 16 out.
#include <benchmark/benchmark.h>

#include "graphs.hpp"
#include "machine.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

template <class Params>
void weigh(benchmark::State& state, int k) {
  const KnnGraph graph = blobs_graph(state.range(0), k);
  for (auto _ : state) benchmark::DoNotOptimize(weigh_edges(graph, Params{}, Cpu{}));
  state.SetItemsProcessed(state.iterations() * graph.n * graph.k);
  report_rates(state, 32.0 * static_cast<double>(graph.n * graph.k), 0);
}
void umap(benchmark::State& state) {
  weigh<UmapParams>(state, 14);
}
void tsne(benchmark::State& state) {
  weigh<TsneParams>(state, 90);
}
BENCHMARK(umap)->Arg(1 << 14)->Arg(1 << 17)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(tsne)->Arg(1 << 14)->Arg(1 << 17)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nearfold
