// What a search on a GPU holds beside the points: for the search that is cut to it
// (kernels/knn/search_plan.hpp) and for the plan of a whole run (plan_device.cpp). Plain
// arithmetic; of FAISS read from the source of 1.7.3.
#pragma once

#include <algorithm>
#include <cstdint>

namespace nearfold {

/// Bytes that CUDA and its libraries take beside what is asked for.
inline constexpr std::int64_t kReserve = std::int64_t{256} << 20;
inline constexpr std::int64_t kMinScratch = std::int64_t{64} << 20;  // of all pairs, at any size
inline constexpr std::int64_t kCellScratch = std::int64_t{512} << 20;
/// Rows that FAISS trains a cell on, at the most; they are copied to the host, beside a pinned
/// buffer that they go through.
inline constexpr std::int64_t kFaissRowsOfCell = 64;
inline constexpr std::int64_t kFaissPinned = std::int64_t{256} << 20;  // bytes of the host

inline constexpr std::int64_t kMinHalfWidth = 64;                   // columns from which halves pay
inline constexpr std::int64_t kMaxBatch = 16'384, kMinBatch = 256;  // queries

/// Candidates beyond k: the query itself is among them, and rounding may have changed their order.
inline constexpr int kSlack = 24;

/// A power of two, up to which FAISS finds them at the same cost.
constexpr int candidates_for(int k) {
  int candidates = 32;
  while (candidates < k + kSlack) candidates *= 2;
  return candidates;
}

// ---- frames (kernels/knn/float_centre.hpp, fp16_scaling.hpp)
// ----------------------------------------

inline constexpr std::int64_t kFrameSample = 1024;  // rows that a frame is chosen by

/// Points of a tile that are held less their mean at once: a quarter of a GiB.
constexpr std::int64_t centred_tile(std::int64_t tile, std::int64_t width) {
  return std::min(tile,
                  std::max(kMinBatch, (std::int64_t{1} << 26) / std::max<std::int64_t>(1, width)));
}
/// These, and the sample.
constexpr std::int64_t centred_rows(std::int64_t n, std::int64_t width) {
  return std::min(n, kFrameSample) + centred_tile(n, width);
}

// ---- FAISS
// ----------------------------------------------------------------------------------------

/// Of all pairs: two blocks of distances, of 512 queries (1,024 where rows are short) by all points
/// of a tile, but by no more than have 512 MiB.
constexpr std::int64_t pair_scratch(std::int64_t points, std::int64_t width) {
  const std::int64_t queries = width <= 32 ? 1024 : 512;
  const std::int64_t most = (std::int64_t{1} << 29) / 4;
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

// ---- cells of our own (kernels/knn/cell_search.hpp)
// ------------------------------------------------

inline constexpr std::int64_t kCellRoom = std::int64_t{64}
                                          << 20;  // for a batch of queries, at least

/// Short rows, by point and in the order of cells, of no more columns than points have; squares,
/// ids and cells of both; keys while they are sorted.
template <class Count>
constexpr Count ivf_bytes(Count points, Count width) {
  return points * (8 * (width + 15) + 60) + kCellRoom;
}

// ---- products of halves (kernels/knn/largest.hpp)
// ---------------------------------------------------

inline constexpr std::int64_t kProductBlock = 16'384;  // points whose products are held at once
inline constexpr int kGroups = 4;                      // that a block has for each of the k kept
inline constexpr int kRoom = 4;                        // entries of a row for each of the k kept

/// Of a query: its products, the largest of each group, entries and the best of them, five counts.
constexpr std::int64_t largest_bytes(int k, std::int64_t block) {
  return 4 * block + (4 * kGroups + 8 * kRoom + 8) * std::int64_t{k} + 24;
}

}  // namespace nearfold
