// Rows of parts become rows of the graph: a block of queries, offered what every part has found for
// them, in any order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "knn/top_k.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// Some rows of a part, as KnnPart has them.
struct RowsOfPart {
  RowRange queries;
  RowRange data;
  std::int64_t width = 0;
  std::span<const std::int32_t> neighbors;
  std::span<const float> distances;
  std::span<const std::uint8_t> tied, repeats;
};

class PartMerge {
 public:
  PartMerge(const RowRange& queries, int k, std::uint64_t seed);

  /// What a part has for some of these queries. Throws InvalidInput naming the row, and what is
  /// wrong in it.
  void add(const RowsOfPart& rows, const Cpu& on);

  /// When every query has been offered every point once.
  NeighborRows rows(const Cpu& on) const;
  std::int64_t tied_rows() const;
  std::int64_t duplicates() const;

 private:
  void add_row(const RowsOfPart& rows, std::int64_t row);

  RowRange queries_;
  std::int64_t k_;
  std::uint64_t seed_;
  std::vector<Nearest> nearest_;
  std::vector<char> repeats_;
};

}  // namespace nearfold
