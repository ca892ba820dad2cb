// Graphs that benches run on, made once for each size.
#pragma once

#include "data/generate.hpp"
#include "graph/vertex_order.hpp"
#include "stages.hpp"

namespace nearfold {

/// The k nearest of points in sixteen blobs of 16 dimensions, numbered as the pipeline does.
inline KnnGraph blobs_graph(std::int64_t n, int k) {
  const Matrix points =
      generate({.kind = Blobs{.centers = 16, .points_per = n / 16, .dim = 16}}).points;
  const KnnGraph graph = find_neighbors(points, k, IvfKnn{}, Cpu{}, 0);
  return renumbered(graph, k, locality_order(graph, k, Cpu{}), Cpu{});
}

}  // namespace nearfold
