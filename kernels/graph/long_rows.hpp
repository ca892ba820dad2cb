// The rows of a graph that are too long for one thread, in their order. What is done with one is up
// to who asks: sums of floats keep their order.
//
// Cost: one launch and 16 bytes a row where none is long; else three more, a scan, and 8 bytes a
// row while it lasts.
#pragma once

#include <cstdint>

#include "kernels/core/sums.hpp"

namespace nearfold {

struct IsLongRow {
  const std::int64_t* offsets;
  std::int64_t longest;  // of those that are not
  NEARFOLD_HD std::int64_t operator()(std::int64_t i) const {
    return offsets[i + 1] - offsets[i] > longest ? 1 : 0;
  }
};
struct MarkLongRow {
  IsLongRow is_long;
  std::int64_t* to;
  NEARFOLD_HD void operator()(std::int64_t i) const { to[i] = is_long(i); }
};
struct ListLongRow {
  IsLongRow is_long;
  const std::int64_t* place;
  std::int64_t* to;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    if (is_long(i) != 0) to[place[i]] = i;
  }
};

/// Rows of more than `longest` entries, ascending, of the rows [0, count) that begin at `offsets`.
template <class Executor>
typename Executor::template Buffer<std::int64_t> long_rows(const Executor& executor,
                                                           const std::int64_t* offsets,
                                                           std::int64_t count,
                                                           std::int64_t longest) {
  const IsLongRow is_long{offsets, longest};
  const auto found = sum_of<std::int64_t>(executor, count, is_long);
  auto rows = executor.template buffer<std::int64_t>(found);
  if (found == 0) return rows;
  auto place = executor.template buffer<std::int64_t>(count);
  executor.for_each(count, MarkLongRow{is_long, place.data()});
  exclusive_scan(executor, place.data(), count);
  executor.for_each(count, ListLongRow{is_long, place.data(), rows.data()});
  executor.wait();  // the places go away
  return rows;
}

/// The last of the ascending values first[0 .. count) that is not above `value`.
NEARFOLD_HD inline std::int64_t last_up_to(std::int64_t value, const std::int64_t* first,
                                           std::int64_t count) {
  std::int64_t low = 0, high = count;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (first[middle] <= value ? low : high) = middle;
  }
  return low;
}

}  // namespace nearfold
