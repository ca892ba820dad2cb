// Exact neighbours of points whose variance decays like that of images: what the projected filter
// is for. Argument: points.
#include <benchmark/benchmark.h>

#include "generate.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

/// Sixteen blobs in 256 dimensions; column c is scaled by 1 / (1 + c / 16).
Matrix decaying(std::int64_t n) {
  Matrix points = generate({.kind = Blobs{.centers = 16, .points_per = n / 16, .dim = 256}}).points;
  for (std::int64_t i = 0; i < points.rows; ++i)
    for (std::int64_t c = 0; c < points.cols; ++c)
      points.row(i)[c] /= 1.0f + static_cast<float>(c) / 16.0f;
  return points;
}

void find_knn_flat(benchmark::State& state) {
  const Matrix points = decaying(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(find_knn(points, 15, FlatKnn{}, Cpu{}, 0));
  state.counters["pairs/s"] =
      benchmark::Counter(static_cast<double>(points.rows) * static_cast<double>(points.rows),
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(find_knn_flat)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nearfold
