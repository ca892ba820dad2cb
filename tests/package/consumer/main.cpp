// Uses the installed library by both of its ways in, points and graph, and checks that they agree.
#include <cstdint>
#include <cstdio>

#include "nearfold/nearfold.hpp"

int main() {
  nearfold::Matrix points(300, 8);
  std::uint32_t bits = 1;
  for (float& value : points.span()) {
    bits = bits * 1664525u + 1013904223u;
    value = static_cast<float>(bits >> 8) / 16777216.0f;
  }

  nearfold::Settings settings;
  settings.method = nearfold::UmapParams{.n_neighbors = 10, .n_epochs = 20};
  const nearfold::Result direct = nearfold::embed(points, settings);

  const int k = nearfold::neighbors_needed(settings.method, points.rows());
  const nearfold::KnnGraph graph =
      nearfold::find_neighbors(points, k, settings.knn, settings.device, settings.seed);
  const nearfold::Result from_graph = nearfold::embed(graph, points, settings);
  if (direct.layout.values() != from_graph.layout.values()) {
    std::puts("the graph gave another map than the points");
    return 1;
  }

  std::printf("nearfold %s: a map of %lld x %lld\n", nearfold::version(),
              static_cast<long long>(direct.layout.rows()),
              static_cast<long long>(direct.layout.cols()));
  return 0;
}
