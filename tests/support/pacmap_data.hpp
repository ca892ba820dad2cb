// Points of blobs, and PaCMAP's pairs of them.
#pragma once

#include <cstdint>
#include <vector>

#include "stages.hpp"
#include "support/data.hpp"

namespace nearfold {

inline constexpr std::int64_t kPoints = 80;

inline const Matrix& points() {
  static const Matrix kX = data::blobs(kPoints, 5, 1);
  return kX;
}

inline const EdgeGraph& pairs() {
  static const EdgeGraph kGraph = [] {
    const std::vector<std::int32_t> as_points;
    return weigh_edges(find_neighbors(points(), 58, FlatKnn{}, Cpu{2}, 1),
                       PacmapParams{.n_neighbors = 8}, PairSource{points(), {}, as_points, 4},
                       Cpu{2});
  }();
  return kGraph;
}

}  // namespace nearfold
