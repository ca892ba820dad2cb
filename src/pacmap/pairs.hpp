// The pairs of points that PaCMAP's forces act along: near ones are edges of the graph, mid-near
// and further ones are drawn. Each is a function of (seed, point) and of distances, not of the
// order of vertices or of threads. Above weights and knn, below the optimiser.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/dims.hpp"
#include "math/draws.hpp"
#include "nearfold/device.hpp"
#include "nearfold/knn_graph.hpp"

namespace nearfold {

/// Of the neighbours of each point the `near` at the smallest d^2 / (s_i s_j), nearest first, s
/// being the mean distance of the 4th to 6th neighbour, or of the last where there are fewer: a
/// graph whose distances are all 1.
KnnGraph near_pairs(const KnnGraph& graph, int near, const Cpu& on);

/// Rows of ids by vertex, as ids of points by point, and back.
std::vector<std::int32_t> ids_renamed(const std::vector<std::int32_t>& rows, std::int64_t n,
                                      const std::vector<std::int32_t>& name_of);

/// Pairs of every point with others, `count` of each, and the mirror of every one of them: row i
/// has its own first, in their order, then those that have i, ascending.
class MirroredPairs {
 public:
  MirroredPairs() = default;
  /// others [n, count]
  MirroredPairs(std::int64_t n, const std::vector<std::int32_t>& others);

  std::span<const std::int32_t> row(std::int64_t i) const {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(i) + 1]);
    return std::span(columns_).subspan(begin, end - begin);
  }

 private:
  std::vector<std::int64_t> offsets_;
  std::vector<std::int32_t> columns_;
};

}  // namespace nearfold
