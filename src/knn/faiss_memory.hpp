// What FAISS holds on a GPU: for the search that is cut to it (kernels/knn/search_plan.hpp) and for
// the plan of a whole run (plan_device.cpp). Plain arithmetic, read from the source of FAISS 1.7.3.
#pragma once

#include <algorithm>
#include <cstdint>

namespace nearfold {

/// Bytes that CUDA and its libraries take beside what is asked for.
inline constexpr std::int64_t kReserve = std::int64_t{256} << 20;
inline constexpr std::int64_t kMinScratch = std::int64_t{64} << 20;  // of all pairs, at any size
inline constexpr std::int64_t kCellScratch = std::int64_t{512} << 20;

inline constexpr std::int64_t kMinHalfWidth = 64;  // columns from which halves pay

/// Of all pairs: two blocks of distances (floats), of 512 queries (1,024 where rows are short) by
/// all points of a tile, but by no more than have 512 MiB at the size of a row's numbers.
constexpr std::int64_t pair_scratch(std::int64_t points, std::int64_t width, bool half) {
  const std::int64_t queries = width <= 32 ? 1024 : 512;
  const std::int64_t most = (std::int64_t{1} << 29) / (half ? 2 : 4);
  return 8 * queries * std::min(points, most / queries);
}

/// A copy of all rows with their ids, in lists that grow to a power of two.
template <class Count>
constexpr Count cell_copy(Count points, Count width) {
  return 2 * points * (4 * width + 8) + kCellScratch;
}

/// Queries that fit half of its scratch: it holds the centre of every cell that a query probes, and
/// k candidates of it.
constexpr std::int64_t cell_batch(int nprobe, std::int64_t width, int k) {
  const std::int64_t query = 4 * (width + 2 * std::int64_t{k}) * nprobe;
  return std::max<std::int64_t>(1, kCellScratch / 2 / query);
}

}  // namespace nearfold
