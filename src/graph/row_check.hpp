// What rows of neighbours must be, checked for all rows in one pass: for graphs (KnnGraph), and for
// rows of other programs and libraries (rows.hpp), which may still hold the points themselves.
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

/// Ids are in [0, n) and distinct within their row, distances finite and >= 0; and:
struct RowRule {
  enum class Self {
    forbidden,
    allowed,
    expected  ///< a row has the point itself, unless all its distances are 0
  };
  enum class Order {
    ascending,  ///< by distance, equal distances in any order
    any
  };
  Self self;
  Order order;
};
inline constexpr RowRule kGraphRows{RowRule::Self::forbidden, RowRule::Order::ascending};

/// What is wrong with a table.
struct RowFaults {
  std::int64_t count = 0;
  bool unsorted = false;  ///< some of them are distances that descend
  bool has_self = false;  ///< some of them are the point itself
  std::string text;       ///< the first five with row, column and value; how many more
};

/// n in [2, 2^31), k in [1, n), or InvalidInput.
void check_graph_size(std::int64_t n, std::int64_t k);

/// Goes over all rows, in order. `table` has a size as above. O(n k) time, O(k) memory.
RowFaults find_faults(const NeighborTable& table, const RowRule& rule);

}  // namespace nearfold
