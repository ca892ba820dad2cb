// Points of a map in the order of the cells that they lie in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nearfold {

struct CellOrder {
  std::vector<std::int64_t> begin;   ///< of each cell's points, [cells + 1]
  std::vector<std::int32_t> points;  ///< by cell, then by number, [n]

  /// cell_of [n], in [0, cells).
  void sort(const std::vector<std::int32_t>& cell_of, std::int64_t cells) {
    begin.assign(static_cast<std::size_t>(cells) + 1, 0);
    for (const std::int32_t cell : cell_of) ++begin[static_cast<std::size_t>(cell) + 1];
    for (std::size_t c = 1; c < begin.size(); ++c) begin[c] += begin[c - 1];
    std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
    points.resize(cell_of.size());
    for (std::size_t i = 0; i < cell_of.size(); ++i)
      points[static_cast<std::size_t>(next[static_cast<std::size_t>(cell_of[i])]++)] =
          static_cast<std::int32_t>(i);
  }
};

}  // namespace nearfold
