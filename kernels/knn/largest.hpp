// The rows of largest product with each query, exactly: products of a block of points at a time
// (products.hpp), of which those below a row's limit are dropped at once. What is kept of a row is
// cut to its best k whenever half of its room is used, and the limit becomes the last of these.
//
// The first limit comes from the first block: of the largest products of 4 k groups of it the
// k-th, so that k products at least are not below it, and few more. A row that has no room all the
// same (its nearest come late, or thousands are equal) takes a limit from that block in the same
// way; if that does not help it is lost: nothing is said of it, and another search finds it.
//
// Cost for q queries and n points of w columns: 2 q n w flops, q n products written once and read
// once, of 4 bytes; the rest is small beside these. A dozen launches for a block.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/core/atomics.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/knn/products.hpp"
#include "knn/search_memory.hpp"

namespace nearfold {

/// A product and its row of points: the larger one first, of equal ones the lower row.
struct ProductEntry {
  float product;
  std::int32_t row;

  NEARFOLD_HD bool before(const ProductEntry& other) const {
    return product > other.product || (product == other.product && row < other.row);
  }
};

/// What is held of a batch of queries while points pass.
struct LargestJob {
  std::int64_t queries = 0, points = 0;  // of the batch; of the block at hand
  std::int64_t stride = 0;               // floats from one query's products to the next's
  std::int64_t first = 0;                // row of the block's first point
  int k = 0;
  const float* products = nullptr;  // [queries, stride]
  float* limits = nullptr;          // [queries]: smaller products are dropped
  float* tops = nullptr;            // [queries, kGroups k]: the largest product of each group
  ProductEntry* entries = nullptr;  // [queries, kRoom k], in any order
  ProductEntry* best = nullptr;     // [queries, k], in order
  std::int64_t* counts = nullptr;   // [queries]: entries; more than there is room for: too many
  std::int64_t* before = nullptr;   // [queries]: entries of earlier blocks

  NEARFOLD_HD std::int64_t groups() const { return std::int64_t{kGroups} * k; }
  NEARFOLD_HD std::int64_t room() const { return std::int64_t{kRoom} * k; }
  NEARFOLD_HD bool too_many(std::int64_t q) const { return counts[q] > room(); }
  NEARFOLD_HD bool lost(std::int64_t q) const { return limits[q] == HUGE_VALF; }
};

/// Which rows something is done to.
enum class RowsOf { all, crowded };

struct StartLargest {
  LargestJob job;
  NEARFOLD_HD void operator()(std::int64_t q) const {
    job.limits[q] = -HUGE_VALF;
    job.counts[q] = 0;
  }
};

struct NoteCounts {
  LargestJob job;
  NEARFOLD_HD void operator()(std::int64_t q) const { job.before[q] = job.counts[q]; }
};

/// tops: group g has the points g, g + groups, ..., so that threads side by side read side by side.
struct TopOfGroup {
  LargestJob job;
  RowsOf rows;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t q = at / job.groups();
    if (rows == RowsOf::crowded && !job.too_many(q)) return;
    float top = -HUGE_VALF;
    for (std::int64_t p = at % job.groups(); p < job.points; p += job.groups()) {
      const float product = job.products[q * job.stride + p];
      top = product > top ? product : top;
    }
    job.tops[at] = top;
  }
};

/// The k-th largest of the tops becomes the limit where it is higher. One group of a row has that
/// rank, so one thread writes.
struct LimitByTops {
  LargestJob job;
  RowsOf rows;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t q = at / job.groups(), mine = at % job.groups();
    if (rows == RowsOf::crowded && !job.too_many(q)) return;
    const float* const tops = job.tops + q * job.groups();
    std::int64_t rank = 0;
    for (std::int64_t g = 0; g < job.groups(); ++g)
      rank += tops[g] > tops[mine] || (tops[g] == tops[mine] && g < mine) ? 1 : 0;
    if (rank == job.k - 1 && tops[mine] > job.limits[q]) job.limits[q] = tops[mine];
  }
};

/// Crowded rows forget what they took of this block.
struct ForgetBlock {
  LargestJob job;
  std::uint8_t* again;  // [queries]: they take it once more

  NEARFOLD_HD void operator()(std::int64_t q) const {
    again[q] = job.too_many(q) ? 1 : 0;
    if (again[q]) job.counts[q] = job.before[q];
  }
};

/// Four products a thread: entries that reach the limit.
struct TakeProducts {
  static constexpr std::int64_t kEach = 4;
  LargestJob job;
  const std::uint8_t* only;  // null: all rows

  NEARFOLD_HD std::int64_t per_row() const { return parts_of(job.points, kEach); }
  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t q = at / per_row(), begin = at % per_row() * kEach;
    if (only && !only[q]) return;
    const std::int64_t end = begin + kEach < job.points ? begin + kEach : job.points;
    const float limit = job.limits[q];
    for (std::int64_t p = begin; p < end; ++p) {
      const float product = job.products[q * job.stride + p];
      if (!(product >= limit)) continue;
      const std::int64_t entry = add_atomically(job.counts + q, 1);
      if (entry < job.room())
        job.entries[q * job.room() + entry] = {product, static_cast<std::int32_t>(job.first + p)};
    }
  }
};

/// Nothing reaches the limit of a row that is crowded even so.
struct LoseCrowded {
  LargestJob job;
  NEARFOLD_HD void operator()(std::int64_t q) const {
    if (!job.too_many(q)) return;
    job.limits[q] = HUGE_VALF;
    job.counts[q] = 0;
  }
};

/// Each entry of a row goes to its rank among them, if that is one of the first k. Rows with up to
/// `few` entries are left as they are.
struct RankEntries {
  LargestJob job;
  std::int64_t few;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t q = at / job.room(), mine = at % job.room(), count = job.counts[q];
    if (count <= few || mine >= count) return;
    const ProductEntry* const entries = job.entries + q * job.room();
    const ProductEntry entry = entries[mine];
    int rank = 0;
    NEARFOLD_ROLLED
    for (std::int64_t e = 0; e < count; ++e) rank += entries[e].before(entry) ? 1 : 0;
    if (rank < job.k) job.best[q * job.k + rank] = entry;
  }
};

/// The best k are what a row keeps.
struct KeepBest {
  LargestJob job;
  std::int64_t few;

  NEARFOLD_HD void operator()(std::int64_t q) const {
    if (job.counts[q] <= few) return;
    for (int e = 0; e < job.k; ++e) job.entries[q * job.room() + e] = job.best[q * job.k + e];
    job.counts[q] = job.k;
    job.limits[q] = job.best[(q + 1) * job.k - 1].product;
  }
};

/// What Finder::largest() tells.
struct TellLargest {
  LargestJob job;
  float* products;    // [queries, k]
  std::int64_t* ids;  // [queries, k]

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t q = at / job.k;
    const bool there = !job.lost(q) && at % job.k < job.counts[q];
    products[at] = there ? job.best[at].product : -HUGE_VALF;
    ids[at] = there ? job.best[at].row : -1;
  }
};

template <class Executor>
class LargestProducts {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// For `queries` queries at a time and up to k rows of each, by products with `block` points at a
  /// time. Holds largest_bytes() of each query.
  LargestProducts(const Executor& executor, std::int64_t queries, int k, std::int64_t block)
      : executor_(executor),
        queries_(queries),
        block_(block),
        products_(executor.template buffer<float>(queries * block)),
        limits_(executor.template buffer<float>(queries)),
        tops_(executor.template buffer<float>(queries * kGroups * k)),
        entries_(executor.template buffer<ProductEntry>(queries * kRoom * k)),
        best_(executor.template buffer<ProductEntry>(queries * k)),
        counts_(executor.template buffer<std::int64_t>(queries)),
        before_(executor.template buffer<std::int64_t>(queries)),
        again_(executor.template buffer<std::uint8_t>(queries)) {}

  /// As Finder::largest(); rows that are lost have no ids.
  void operator()(Products& multiply, const HalfRows& points, const HalfRows& queries, int k,
                  float* products, std::int64_t* ids) {
    for (std::int64_t q = 0; q < queries.count; q += queries_)
      answer(multiply, points,
             {queries.rows + q * queries.dim, std::min(queries_, queries.count - q), queries.dim},
             k, products + q * k, ids + q * k);
  }

 private:
  void answer(Products& multiply, const HalfRows& points, const HalfRows& queries, int k,
              float* products, std::int64_t* ids) {
    LargestJob job = job_of(queries.count, k);
    executor_.for_each(job.queries, StartLargest{job});
    for (job.first = 0; job.first < points.count; job.first += block_) {
      job.points = std::min(block_, points.count - job.first);
      multiply({points.rows + job.first * points.dim, job.points, points.dim}, queries,
               products_.data(), block_);
      take_block(job);
      cut(job, job.room() / 2);
    }
    executor_.for_each(job.queries * job.room(), RankEntries{job, 0});
    executor_.for_each(job.queries * job.k, TellLargest{job, products, ids});
  }
  LargestJob job_of(std::int64_t queries, int k) {
    return {.queries = queries,
            .stride = block_,
            .k = k,
            .products = products_.data(),
            .limits = limits_.data(),
            .tops = tops_.data(),
            .entries = entries_.data(),
            .best = best_.data(),
            .counts = counts_.data(),
            .before = before_.data()};
  }
  void raise_limits(const LargestJob& job, RowsOf rows) {
    executor_.for_each(job.queries * job.groups(), TopOfGroup{job, rows});
    executor_.for_each(job.queries * job.groups(), LimitByTops{job, rows});
  }
  void take_block(const LargestJob& job) {
    if (job.first == 0) raise_limits(job, RowsOf::all);
    executor_.for_each(job.queries, NoteCounts{job});
    const TakeProducts take{job, nullptr};
    executor_.for_each(job.queries * take.per_row(), take);
    raise_limits(job, RowsOf::crowded);
    executor_.for_each(job.queries, ForgetBlock{job, again_.data()});
    executor_.for_each(job.queries * take.per_row(), TakeProducts{job, again_.data()});
    executor_.for_each(job.queries, LoseCrowded{job});
  }
  void cut(const LargestJob& job, std::int64_t few) {
    executor_.for_each(job.queries * job.room(), RankEntries{job, few});
    executor_.for_each(job.queries, KeepBest{job, few});
  }

  Executor executor_;
  std::int64_t queries_, block_;
  Buffer<float> products_, limits_, tops_;
  Buffer<ProductEntry> entries_, best_;
  Buffer<std::int64_t> counts_, before_;
  Buffer<std::uint8_t> again_;
};

}  // namespace nearfold
