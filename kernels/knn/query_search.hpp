// The k nearest points of rows that are no points, on a device: every pair is measured there, by
// any metric, in tiles of the points and batches of the queries, so that the answers are those of
// the CPU's flat search, bit for bit. What a metric compares is made of points and queries on the
// processor (knn/metric.hpp).
//
// Cost: the points are brought once, 4 n width bytes; a call brings 4 m width bytes, and makes
// 3 m n width flops by 3 launches for each batch of at most 4,096 queries and tile of 16,384
// points.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "kernels/knn/brute_force.hpp"
#include "knn/metric.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

template <class Executor>
class QuerySearchOn {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// Points were checked, and k is in [1, n]. Throws as make_space() does, and OutOfMemory when the
  /// device has no room for the points.
  QuerySearchOn(const Executor& executor, HostMatrix<const float> points, int k,
                const Distance& distance, const Cpu& host, std::int64_t tile = kMinTile)
      : executor_(executor),
        k_(k),
        space_(make_space(points, distance, host)),
        n_(space_.n()),
        width_(space_.width()),
        tile_(std::min(tile, n_)),
        points_(executor.template buffer<float>(n_ * width_)) {
    executor_.bring(space_.points.view.floats().data(), n_ * width_, points_.data());
    space_.points = {};  // what queries are made by is left
    space_.as_queries = {};
  }

  int k() const { return k_; }

  /// Queries [m, dim], as the points are compared with them.
  MetricRows queries(HostMatrix<const float> rows, const Cpu& host) const {
    return make_queries(rows, space_, host);
  }

  /// best [count, k], on the device, become the nearest points of the queries [first, first +
  /// count).
  void operator()(const MetricRows& queries, std::int64_t first, std::int64_t count,
                  const BestRows& best) const {
    executor_.for_each(count, EmptyRow{best});
    auto room = as_many_as_fit(exact_batch(executor_.free_bytes(), tile_, width_, k_, count),
                               kMinExactBatch, [&](std::int64_t batch) {
                                 return ExactRoom<Executor>(executor_, batch, tile_, width_, k_);
                               });
    auto scales = executor_.template buffer<float>(queries.scales.empty() ? 0 : room.batch);
    for (std::int64_t q = 0; q < count; q += room.batch) {
      const std::int64_t some = std::min(room.batch, count - q);
      executor_.bring(queries.view.float_row(first + q), some * width_, room.rows.data());
      if (!queries.scales.empty())
        executor_.bring(queries.scales.data() + first + q, some, scales.data());
      ask(room, some, scales.size() > 0 ? scales.data() : nullptr,
          {best.ids + q * k_, best.distances + q * k_, k_});
    }
  }

 private:
  /// The queries in `room` meet all points.
  void ask(ExactRoom<Executor>& room, std::int64_t count, const float* scales,
           const BestRows& best) const {
    for (std::int64_t begin = 0; begin < n_; begin += tile_) {
      const TileRows tile{points_.data() + begin * width_, begin, std::min(tile_, n_ - begin),
                          width_};
      measure(ExactSearchJob{.tile = tile,
                             .queries = room.rows.data(),
                             .which = {},
                             .rows = count,
                             .form = row_of(space_.distance.metric).distance,
                             .measured = room.measured.data(),
                             .pieces = exact_pieces(tile.n, k_),
                             .of_pieces = {room.ids.data(), room.distances.data(), k_},
                             .best = best,
                             .scales = scales});
      executor_.wait();
      throw_if_stopped();
    }
  }

  void measure(const ExactSearchJob& job) const {
    switch (space_.norm.norm) {
      case Norm::l2:
        return measure_all<Norm::l2, AsOthers>(executor_, job);
      case Norm::l1:
        return measure_all<Norm::l1, AsOthers>(executor_, job);
      case Norm::linf:
        return measure_all<Norm::linf, AsOthers>(executor_, job);
      case Norm::lp:
      case Norm::canberra:
      case Norm::braycurtis:
      case Norm::unequal:
      case Norm::bits:
      case Norm::custom:
        throw Unsupported(std::string("a GPU does not search by ") + name(space_.distance.metric) +
                          "; use the cpu");
    }
  }

  Executor executor_;
  int k_;
  MetricSpace space_;  // without its points
  std::int64_t n_, width_, tile_;
  Buffer<float> points_;
};

}  // namespace nearfold
