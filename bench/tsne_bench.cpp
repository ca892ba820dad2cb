// One evaluation of t-SNE's repulsion, by all pairs and by FFT, on a disc of the density that maps
// have: where the two cross decides which one `automatic` takes. And of its attraction, which reads
// 8 bytes an edge. Argument: points.
#include <benchmark/benchmark.h>

#include <cmath>

#include "graphs.hpp"
#include "machine.hpp"
#include "math/philox.hpp"
#include "tsne/attraction.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

std::vector<float> disc(std::int64_t n) {
  const float radius = 7.0f * std::cbrt(static_cast<float>(n)) / 2;  // MNIST: 160 units at 10,000
  std::vector<float> y(static_cast<std::size_t>(2 * n));
  for (std::int64_t i = 0; i < n; ++i) {
    const Random4 r = random4(1, Stream::data, static_cast<std::uint64_t>(i));
    const float angle = 6.2831853f * to_unit(r.v[0]), length = radius * std::sqrt(to_unit(r.v[1]));
    y[static_cast<std::size_t>(2 * i)] = length * std::cos(angle);
    y[static_cast<std::size_t>(2 * i + 1)] = length * std::sin(angle);
  }
  return y;
}

void repulsion(benchmark::State& state, Repulsion& method) {
  const std::vector<float> y = disc(state.range(0));
  std::vector<float> force(y.size());
  for (auto _ : state) benchmark::DoNotOptimize(method.compute(y, force));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void exact(benchmark::State& state) {
  repulsion(state, *make_exact_repulsion(state.range(0), 2, Cpu{}));
  const auto n = static_cast<double>(state.range(0));
  report_rates(state, 0, 12 * n * n);  // operations of a pair, a division among them
}
void fft(benchmark::State& state) {
  repulsion(state, *make_fft_repulsion(state.range(0), Cpu{}));
}

void attraction(benchmark::State& state) {
  const std::int64_t n = state.range(0);
  EdgeGraph graph = weigh_edges(blobs_graph(n, 90), TsneParams{}, Cpu{});
  const std::int64_t edges = graph.edges();
  const Attraction<2> attraction(std::move(graph), Cpu{});
  const std::vector<float> y = disc(n);
  std::vector<float> force(y.size());
  for (auto _ : state)
    parallel_for(0, n, 256, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        attraction.pull(y, i, &force[static_cast<std::size_t>(2 * i)]);
    });
  state.SetItemsProcessed(state.iterations() * edges);
  report_rates(state, 8.0 * static_cast<double>(edges), 0);
}

BENCHMARK(attraction)->Arg(1 << 14)->Arg(1 << 17)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(exact)
    ->RangeMultiplier(2)
    ->Range(2048, 16384)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(fft)
    ->RangeMultiplier(2)
    ->Range(2048, 131072)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace nearfold
