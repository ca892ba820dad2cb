// Neighbours of points whose variance decays like that of images, by each method. Argument: points.
#include <benchmark/benchmark.h>

#include "data/generate.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {
namespace {

/// Sixteen blobs in 256 dimensions; column c is scaled by 1 / (1 + c / 16).
Matrix decaying(std::int64_t n) {
  Matrix points = generate({.kind = Blobs{.n = n / 16 * 16, .centers = 16, .dim = 256}}).points;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (std::int64_t c = 0; c < points.cols(); ++c)
      points.row(i)[c] /= 1.0f + static_cast<float>(c) / 16.0f;
  return points;
}

void find_by(benchmark::State& state, const KnnParams& params) {
  const Matrix points = decaying(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(find_neighbors(points, 15, params, Cpu{}, 0));
  state.counters["points/s"] = benchmark::Counter(static_cast<double>(points.rows()),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

void flat(benchmark::State& state) {
  find_by(state, FlatKnn{});
}
void ivf(benchmark::State& state) {
  find_by(state, IvfKnn{});
}
void hnsw(benchmark::State& state) {
  find_by(state, HnswKnn{});
}
void nndescent(benchmark::State& state) {
  find_by(state, NnDescentKnn{});
}
BENCHMARK(flat)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(ivf)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(hnsw)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(nndescent)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nearfold
