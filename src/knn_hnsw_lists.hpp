// What search and build of the navigable small world share: the order of visits, and where in a
// graph a row's links are.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "knn_candidates.hpp"

namespace nearfold {

// ---- visits -------------------------------------------------------------------------------------

/// A row that a search met: (measure, row, followed) as one integer that orders the same way.
/// Measures may be below 0: then all bits of the float are turned, otherwise the sign alone.
using Visit = std::uint64_t;
inline constexpr Visit kFollowed = 1;  // the row's links were measured

inline Visit make_visit(float measure, std::int32_t row) {
  const auto bits = std::bit_cast<std::uint32_t>(measure + 0.0f);  // -0 becomes 0
  const std::uint32_t ordered = bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
  return (std::uint64_t{ordered} << 32) | (static_cast<std::uint32_t>(row) << 1);
}
inline float measure_of(Visit c) {
  const auto ordered = static_cast<std::uint32_t>(c >> 32);
  return std::bit_cast<float>(ordered ^ (ordered >> 31 ? 0x80000000u : 0xffffffffu));
}
inline std::int32_t row_of(Visit c) {
  return static_cast<std::int32_t>((c & 0xffffffffu) >> 1);
}

// ---- lists --------------------------------------------------------------------------------------

/// Levels of a row above the lowest.
inline int levels_above(const HnswGraph& graph, std::int32_t row) {
  const auto r = static_cast<std::size_t>(row);
  return graph.upper_begin[r + 1] - graph.upper_begin[r];
}

/// The list of a row on a level, of a graph that is const or not.
template <class Graph>
auto list_of(Graph& graph, std::int32_t row, int level) {
  const auto r = static_cast<std::size_t>(row), width = static_cast<std::size_t>(graph.links);
  if (level == 0) return std::span(graph.lowest).subspan(r * 2 * width, 2 * width);
  const auto above = static_cast<std::size_t>(graph.upper_begin[r] + level - 1);
  return std::span(graph.upper).subspan(above * width, width);
}

/// Links in a list.
template <class List>
std::size_t size_of(const List& list) {
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), -1) - list.begin());
}

/// A row's squared norm, as measure() takes it.
inline float square_of(const KnnRows& rows, std::int32_t row) {
  return rows.norm == Norm::l2 ? rows.squares[static_cast<std::size_t>(row)] : 0.0f;
}

}  // namespace nearfold
