// What search and build of the navigable small world share: where in a graph a row's links are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "knn/candidates.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

// ---- lists --------------------------------------------------------------------------------------

/// Levels of a row above the lowest.
inline int levels_above(const HnswGraph& graph, std::int32_t row) {
  const auto r = static_cast<std::size_t>(row);
  return graph.upper_begin[r + 1] - graph.upper_begin[r];
}

/// The list of a row on a level, of a graph that is const or not.
template <class Graph>
auto list_of(Graph& graph, std::int32_t row, int level) {
  const auto r = static_cast<std::size_t>(row), width = static_cast<std::size_t>(graph.M);
  if (level == 0) return std::span(graph.lowest).subspan(r * 2 * width, 2 * width);
  const auto above = static_cast<std::size_t>(graph.upper_begin[r] + level - 1);
  return std::span(graph.upper).subspan(above * width, width);
}

/// Links in a list.
template <class List>
std::size_t size_of(const List& list) {
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), -1) - list.begin());
}

}  // namespace nearfold
