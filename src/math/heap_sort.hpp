// A sort that needs no memory of its own, for rows that one thread of a device has.
#pragma once

#include "math/host_device.hpp"

namespace nearfold {

/// Ascending by <, in place. O(size log size).
template <class T, class Size>
NEARFOLD_HD inline void heap_sort(T* row, Size size) {
  const auto sink = [&](Size at, Size end) {
    const T moving = row[at];
    for (Size child; (child = 2 * at + 1) < end; at = child) {
      if (child + 1 < end && row[child] < row[child + 1]) ++child;
      if (!(moving < row[child])) break;
      row[at] = row[child];
    }
    row[at] = moving;
  };
  for (Size at = size / 2; at-- > 0;) sink(at, size);
  for (Size end = size - 1; end > 0; --end) {
    const T last = row[end];
    row[end] = row[0];
    row[0] = last;
    sink(0, end);
  }
}

}  // namespace nearfold
