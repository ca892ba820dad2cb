// Which neighbours of a graph a picture joins by lines.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "nearfold/knn_graph.hpp"

namespace nearfold {

/// Pairs of neighbours, each once.
struct Lines {
  std::int64_t n = 0;                              ///< points of the graph
  std::vector<std::array<std::int32_t, 2>> pairs;  ///< ids, the lower one first
  bool sampled = false;                            ///< these are not all
};

/// Lines of a picture: more would hide each other.
inline constexpr std::int64_t kMaxLines = 100'000;

/// What joins the points to their nearest `k` neighbours (at most graph.k): all, or of more than
/// kMaxLines rows times k so many drawn at random, always the same ones. Ids must be in [0, n).
/// O(kMaxLines log kMaxLines).
Lines lines_of(const KnnGraphView& graph, std::int64_t k);

}  // namespace nearfold
