// The rows of a graph that are too long for the threads of a sweep: a thread makes each product of
// theirs, a piece of them at a time, and one adds them up in the order that they have on the
// processor. So the sums are those of one thread, which would wait for every edge.
//
// Cost of a sweep: none where no row is long; else two launches a piece, 44 bytes from other
// vertices' places and 64 of products an edge of them. 100,000 edges of one vertex are 6,250 waits
// for memory, not 100,000.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "graph/graph.hpp"
#include "kernels/graph/long_rows.hpp"
#include "linalg/rayleigh_ritz.hpp"

namespace nearfold {

/// Edges of all long rows, one row after the other.
struct LongEdges {
  const std::int64_t* rows;   // [count], ascending
  const std::int64_t* first;  // [count + 1], of a row's edges among all of these
  std::int64_t count;
};
struct LengthOfRow {
  const std::int64_t *offsets, *rows;
  std::int64_t count;
  std::int64_t* to;  // [count + 1], the last of which is 0
  NEARFOLD_HD void operator()(std::int64_t h) const {
    to[h] = h < count ? offsets[rows[h] + 1] - offsets[rows[h]] : 0;
  }
};

/// Value g % kVectors of edge begin + g / kVectors.
struct WalkProduct {
  LongEdges list;
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float *weights, *z;
  std::int64_t begin;
  float* to;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t edge = begin + g / kVectors;
    const std::int64_t h = last_up_to(edge, list.first, list.count);
    const std::int64_t e = offsets[list.rows[h]] + (edge - list.first[h]);
    to[g] = weights[e] * z[std::int64_t{columns[e]} * kVectors + g % kVectors];
  }
};
/// The products of the edges [begin, end) of row row + g / kVectors come to its sum.
struct AddProducts {
  LongEdges list;
  std::int64_t begin, end, row;
  const float* products;
  float* sums;  // [count, kVectors]
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t h = row + g / kVectors, lane = g % kVectors;
    const std::int64_t from = list.first[h] > begin ? list.first[h] : begin;
    const std::int64_t to = list.first[h + 1] < end ? list.first[h + 1] : end;
    float& sum = sums[h * kVectors + lane];
    sum = add_in_order(from == list.first[h] ? 0.0f : sum,
                       products + (from - begin) * kVectors + lane, to - from, kVectors);
  }
};

/// What the threads of a sweep read of the rows that are longer than `longest`.
struct LongSums {
  std::int64_t longest = std::numeric_limits<std::int64_t>::max();
  const std::int64_t* rows = nullptr;  // [count], ascending
  std::int64_t count = 0;
  const float* sums = nullptr;  // [count, kVectors]

  NEARFOLD_HD float of(std::int64_t i, std::int64_t lane) const {
    return sums[last_up_to(i, rows, count) * kVectors + lane];
  }
};

template <class Executor>
class LongWalk {
 public:
  static constexpr std::int64_t kLongest = 1024;
  /// Where all rows are long there is enough to do for one thread each.
  static constexpr std::int64_t kTimesTheMean = 8;
  static constexpr std::int64_t kPiece = std::int64_t{1} << 18;  // edges: 8 MB of products

  LongWalk(const Executor& executor, const EdgeGraphIn<typename Executor::Space>& graph,
           std::int64_t piece = kPiece)
      : executor_(executor),
        graph_(graph),
        piece_(piece),
        longest_(std::max(kLongest, kTimesTheMean * parts_of(graph.edges(), graph.n))),
        rows_(long_rows(executor, graph.offsets.data(), graph.n, longest_)) {
    if (count() == 0) return;
    first_ = executor.template buffer<std::int64_t>(count() + 1);
    executor.for_each(count() + 1,
                      LengthOfRow{graph.offsets.data(), rows_.data(), count(), first_.data()});
    exclusive_scan(executor, first_.data(), count() + 1);
    first_here_ = executor.download(first_);
    products_ = executor.template buffer<float>(std::min(piece, first_here_.back()) * kVectors);
    sums_ = executor.template buffer<float>(count() * kVectors);
  }

  std::int64_t count() const { return static_cast<std::int64_t>(rows_.size()); }

  /// Of W z, z [n, kVectors].
  LongSums sum(const float* z) {
    if (count() == 0) return {};
    const LongEdges list{rows_.data(), first_.data(), count()};
    for (std::int64_t begin = 0; begin < first_here_.back(); begin += piece_) {
      const std::int64_t end = std::min(begin + piece_, first_here_.back());
      const auto row = std::upper_bound(first_here_.begin(), first_here_.end(), begin) - 1;
      const auto last = std::lower_bound(row, first_here_.end(), end);
      executor_.for_each((end - begin) * kVectors,
                         WalkProduct{list, graph_.offsets.data(), graph_.columns.data(),
                                     graph_.weights.data(), z, begin, products_.data()});
      executor_.for_each(
          (last - row) * kVectors,
          AddProducts{list, begin, end, row - first_here_.begin(), products_.data(), sums_.data()});
    }
    return {longest_, rows_.data(), count(), sums_.data()};
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  Executor executor_;
  const EdgeGraphIn<typename Executor::Space>& graph_;
  std::int64_t piece_, longest_;
  Buffer<std::int64_t> rows_, first_;
  std::vector<std::int64_t> first_here_;
  Buffer<float> products_, sums_;
};

}  // namespace nearfold
