// What rows of neighbours must be, checked for all rows in one pass: for graphs (KnnGraph), and for
// the tables of graph files (io/graph_file.cpp), which may still hold the points themselves.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace nearfold {

/// k neighbours of each of n points, as they were given.
struct NeighborTable {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::span<const std::int32_t> ids;  ///< [n, k]
  std::span<const float> distances;   ///< [n, k]
};

/// Ids are in [0, n) and distinct within their row, distances finite, >= 0 and ascending; and:
enum class RowRule {
  graph,           ///< the point itself is never there, equal distances are in the order of ids
  file,            ///< equal distances are in any order
  file_with_self,  ///< the same, and a row has the point itself, unless all its distances are 0
};

/// What is wrong with a table.
struct RowFaults {
  std::int64_t count = 0;
  bool unsorted = false;  ///< some of them are distances that descend
  std::string text;       ///< the first five with row, column and value; how many more
};

/// n in [2, 2^31), k in [1, n), or InvalidInput.
void check_graph_size(std::int64_t n, std::int64_t k);

/// Goes over all rows, in order. `table` has a size as above. O(n k) time, O(k) memory.
RowFaults find_faults(const NeighborTable& table, RowRule rule);

}  // namespace nearfold
