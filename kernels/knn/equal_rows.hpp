// Points whose rows have the same bytes (knn/equal_rows.hpp), looked for on a device: every row is
// hashed there, and rows of one hash are compared there. The groups are the processor's: they
// follow from the bytes alone.
//
// Cost for n rows of w columns: 4 n w bytes read and 8 n brought to the host, sorted there; 2
// launches, and 8 w bytes read for each row that has the hash of another.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/core/launch_shape.hpp"
#include "knn/equal_rows.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Of every value by its bits and its column, added in any order.
struct HashRow {
  const float* rows;
  std::int64_t width;
  std::uint64_t* hashes;

  struct Part {
    std::uint64_t sum = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      sum += other.sum;
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t r, int lane) const {
    Part part;
    for (std::int64_t c = lane; c < width; c += kRowLanes) {
      std::uint64_t x = std::bit_cast<std::uint32_t>(rows[r * width + c]);
      x = (x | static_cast<std::uint64_t>(c + 1) << 32) * 0x9E3779B97F4A7C15u;
      x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
      part.sum += x ^ (x >> 27);
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t r, const Part& total) const { hashes[r] = total.sum; }
};

/// Pair p is of rows pairs[2 p] and pairs[2 p + 1]: different[p] = in how many values.
struct CompareRows {
  const float* rows;
  std::int64_t width;
  const std::int32_t* pairs;
  std::int64_t* different;

  struct Part {
    std::int64_t values = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      values += other.values;
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t p, int lane) const {
    Part part;
    const float* const a = rows + pairs[2 * p] * width;
    const float* const b = rows + pairs[2 * p + 1] * width;
    for (std::int64_t c = lane; c < width; c += kRowLanes)
      part.values += std::bit_cast<std::uint32_t>(a[c]) != std::bit_cast<std::uint32_t>(b[c]);
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t p, const Part& total) const { different[p] = total.values; }
};

/// Rows that share a hash with others, ascending within it: (number of the hash, row).
using OpenRows = std::vector<std::pair<std::int64_t, std::int32_t>>;

inline OpenRows rows_of_one_hash(const std::vector<std::uint64_t>& hashes) {
  std::vector<std::pair<std::uint64_t, std::int32_t>> sorted;
  sorted.reserve(hashes.size());
  for (std::size_t r = 0; r < hashes.size(); ++r)
    sorted.emplace_back(hashes[r], static_cast<std::int32_t>(r));
  std::sort(sorted.begin(), sorted.end());
  OpenRows open;
  for (std::size_t from = 0, to = 0; from < sorted.size(); from = to) {
    while (to < sorted.size() && sorted[to].first == sorted[from].first) ++to;
    for (std::size_t r = from; r < to && to - from > 1; ++r)
      open.emplace_back(static_cast<std::int64_t>(from), sorted[r].second);
  }
  return open;
}

/// Of n rows on the device, of which only the open ones may have equals; nothing where no two are
/// equal.
template <class Executor>
EqualRows equal_among(const Executor& executor, const float* rows, std::int64_t n,
                      std::int64_t width, OpenRows open) {
  std::vector<std::int32_t> first(static_cast<std::size_t>(n));
  std::iota(first.begin(), first.end(), 0);
  bool any = false;
  while (!open.empty()) {  // once more only where hashes collide
    throw_if_stopped();
    std::vector<std::int32_t> pairs;
    for (std::size_t r = 0, kind = 0; r < open.size(); ++r) {
      if (open[r].first != open[kind].first) kind = r;
      pairs.insert(pairs.end(), {open[kind].second, open[r].second});
    }
    const auto there = executor.upload(pairs);
    const auto count = static_cast<std::int64_t>(open.size());
    auto different = executor.template buffer<std::int64_t>(count);
    executor.for_each_row(count, CompareRows{rows, width, there.data(), different.data()});
    const std::vector<std::int64_t> compared = executor.download(different);
    OpenRows others;
    for (std::size_t r = 0; r < open.size(); ++r) {
      const std::int32_t kind = pairs[2 * r], row = pairs[2 * r + 1];
      if (compared[r] > 0)
        others.push_back(open[r]);
      else
        first[static_cast<std::size_t>(row)] = kind;
      any = any || (compared[r] == 0 && row != kind);
    }
    open = std::move(others);
  }
  return any ? groups_by(std::move(first)) : EqualRows{};
}

/// Of n rows on the device; nothing where no two are equal.
template <class Executor>
EqualRows find_equal_rows(const Executor& executor, const float* rows, std::int64_t n,
                          std::int64_t width) {
  auto hashes = executor.template buffer<std::uint64_t>(n);
  executor.for_each_row(n, HashRow{rows, width, hashes.data()});
  return equal_among(executor, rows, n, width, rows_of_one_hash(executor.download(hashes)));
}

}  // namespace nearfold
