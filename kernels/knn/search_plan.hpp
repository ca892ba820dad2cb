// How a search on a device is cut to the memory that is free there: plain arithmetic, checked where
// there is no GPU.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/knn/faiss_adapter.hpp"
#include "kernels/knn/fp16_rows.hpp"
#include "knn/search_memory.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

inline constexpr std::int64_t kMinTile = 16'384;  // points
/// Numbers that FAISS may be given at once: until 1.7.3 it counts them in 32 bits.
inline constexpr std::int64_t kMaxNumbers = (std::int64_t{1} << 31) - 1;

struct SearchShape {
  std::int64_t n = 0, cols = 0, width = 0;  // width: of a row as it is searched by
  int k = 0;
  bool directed = false;   // rows are made of the points
  bool on_device = false;  // the points are

  bool in_place() const { return on_device && !directed; }
  /// The result, and what is known of every row until it is proven.
  std::int64_t bytes_of_rows() const { return n * (8 * std::int64_t{k} + 4 + 4 + 4 + 2 * 8 + 1); }
  std::int64_t bytes_of_points() const { return in_place() ? 0 : 4 * n * width; }
  /// Points whose products are held at once.
  std::int64_t product_block() const { return std::min(kProductBlock, n); }
  /// Its row, and the same less the mean; of candidates FAISS has the ids once more.
  std::int64_t bytes_of_query(bool half) const {
    const int candidates = candidates_for(k);
    return 4 * cols + 8 * width + 20 * candidates +
           (half ? 2 * half_width(width) + largest_bytes(candidates, product_block()) : 0);
  }
  /// Of a tile: its row, unless it is held anyway; norms; candidates of a part of FAISS' blocks.
  std::int64_t bytes_of_point(bool half, bool resident) const {
    return (resident || in_place() ? 0 : 4 * width) + (half ? 2 * half_width(width) : 0) + 8 +
           candidates_for(k) / 32;
  }
};

struct SearchPlan {
  bool half = false;                   // a first search in fp16
  bool resident = false;               // all rows are held
  std::int64_t tile = 0, batch = 0;    // points and queries of one search
  std::int64_t scratch = kMinScratch;  // bytes, of FAISS
  std::int64_t asked = 0;              // bytes, at the least
};

/// Tells in `asked` what it needs at the least, also when that is more than is free.
inline SearchPlan plan_search(const SearchShape& shape, bool half, bool resident,
                              std::int64_t free) {
  const std::int64_t query = shape.bytes_of_query(half);
  const std::int64_t point = shape.bytes_of_point(half, resident);
  const auto scratch = [&](std::int64_t tile) { return pair_scratch(tile, shape.width); };
  const std::int64_t fixed = kReserve + kMinScratch + shape.bytes_of_rows() +
                             4 * centred_rows(shape.n, shape.width) * shape.width +
                             (resident ? shape.bytes_of_points() : 0);
  const std::int64_t longest = std::max(shape.width, half_width(shape.width));
  const std::int64_t most_tile = std::min(shape.n, kMaxNumbers / longest);
  const std::int64_t most_batch = std::min({kMaxBatch, shape.n, kMaxNumbers / longest});
  SearchPlan plan{half, resident, std::min(kMinTile, most_tile), std::min(kMinBatch, most_batch)};
  const std::int64_t least = plan.batch;
  plan.asked = fixed + plan.batch * query + plan.tile * point + scratch(plan.tile);
  if (plan.asked <= free) {
    const std::int64_t left = free - fixed;
    plan.batch = std::clamp(left / 4 / query, plan.batch, most_batch);
    const std::int64_t room = left - plan.batch * query;
    // Scratch grows with the tile until it is as large as it becomes.
    const std::int64_t fit =
        std::max(room / (point + scratch(1)), (room - scratch(shape.n)) / point);
    plan.tile = std::clamp(fit, plan.tile, most_tile);
    plan.batch =
        std::clamp((left - plan.tile * point - scratch(plan.tile)) / query, least, most_batch);
  }
  plan.scratch = kMinScratch + scratch(plan.tile);
  return plan;
}

/// All rows on the device where there is room for them, else tiles of them; halves where they pay.
/// The one of least memory, when none fits. The answer of a search does not depend on it.
inline SearchPlan plan_flat(const SearchShape& shape, std::int64_t free) {
  const bool pays = shape.width >= kMinHalfWidth && shape.width <= kMaxHalfWidth;
  SearchPlan plan;
  for (const bool half : {true, false})
    for (const bool resident : {true, false}) {
      if (half && !pays) continue;
      if (!resident && shape.in_place()) continue;
      plan = plan_search(shape, half, resident, free);
      if (plan.asked <= free) return plan;
    }
  return plan;
}

/// Through an inverted file of our own (ivf.hpp).
inline SearchPlan plan_ivf(const SearchShape& shape, std::int64_t free) {
  const std::int64_t cells = ivf_bytes(shape.n, shape.width);
  SearchPlan plan = plan_search(shape, false, true, free - cells);
  plan.asked += cells;
  return plan;
}

/// Through that of FAISS, which keeps a copy of all rows.
inline SearchPlan plan_cells(const SearchShape& shape, std::int64_t free) {
  const std::int64_t copy = cell_copy(shape.n, shape.width);
  SearchPlan plan = plan_search(shape, false, true, free - copy);
  plan.asked += copy;
  return plan;
}

// ---- all pairs (brute_force.hpp)
// ------------------------------------------------------------------

inline constexpr std::int64_t kMaxExactBatch = 4096, kMinExactBatch = 4;  // queries

/// Pieces of a row of n distances: each is several times as long as what is kept of it.
constexpr std::int64_t exact_pieces(std::int64_t n, int k) {
  const std::int64_t size = std::max<std::int64_t>(1024, 4 * std::int64_t{k});
  return n / size + (n % size != 0 ? 1 : 0);
}

/// Queries that meet a tile together, of `count`: as many as half the free bytes hold.
constexpr std::int64_t exact_batch(std::int64_t free, std::int64_t tile, std::int64_t width, int k,
                                   std::int64_t count) {
  const std::int64_t query = 4 * width + 4 * tile + 8 * exact_pieces(tile, k) * k;
  return std::clamp(free / 2 / query, std::min(kMinExactBatch, count),
                    std::min(kMaxExactBatch, count));
}

// ---- cells (cell_search.hpp) --------------------------------------------------------------------

/// Queries, of `count`, that meet what needs so many bytes of each: as many as half the free bytes
/// hold.
constexpr std::int64_t batch_of(std::int64_t free, std::int64_t bytes, std::int64_t count) {
  return std::clamp<std::int64_t>(free / 2 / bytes, 1, std::min(kMaxBatch, count));
}

/// A query that looks into `nprobe` of `nlist` cells, and sees at most `reach` rows there.
struct ProbedQuery {
  std::int64_t dim = 0, width = 0;  // of a point, of a short row
  std::int64_t nlist = 1, nprobe = 1, candidates = 1, reach = 0;
  bool grouped = false;  // some points are equal

  /// Its rows; measures of centroids and of what it sees; visits, which are sorted; the selection;
  /// candidates.
  constexpr std::int64_t bytes() const {
    return 4 * (dim + width) + 4 * (nlist + reach) + 36 * nprobe + 64 +
           (grouped ? 24 : 16) * candidates;
  }
};

/// make(batch), or of half as many while the device lacks the memory that it had when this was
/// planned. Throws OutOfMemory when there is none for `least`.
template <class Make>
auto as_many_as_fit(std::int64_t batch, std::int64_t least, const Make& make) {
  for (; batch > least; batch = std::max(least, batch / 2)) {
    try {
      return make(batch);
    } catch (const OutOfMemory&) {  // another process took it
    }
  }
  return make(batch);
}

}  // namespace nearfold
