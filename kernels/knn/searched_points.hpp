// The points as a search on a device has them: rows as their metric compares them, all at once or,
// where the device has no room for that, tile by tile from the host.
//
// Cost for n points of d columns: 4 n d bytes brought from the host, once where all are held, else
// for every search, and 4 d for each listed point; directions 8 n d bytes and 4 n d flops in one
// launch a batch; a gathered row 8 d bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/knn/select.hpp"
#include "knn/metric_table.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Points [n, cols] in the memory of the host or of the device.
struct SearchedPoints {
  const float* data = nullptr;
  std::int64_t n = 0, cols = 0;
  bool on_device = false;
  Distance distance;
  std::uint64_t tie_seed = 0;  // of math/tie_order.hpp

  bool directed() const { return nearfold::directed(distance.metric); }
  std::int64_t width() const { return directed() ? directing(distance).width(cols) : cols; }
  /// They are rows already, where they are.
  bool in_place() const { return on_device && !directed(); }
};

/// Row r of `to` is point which(r).
template <class T>
struct GatherRows {
  const T* points;
  std::int64_t cols;
  PointIds which;
  T* to;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    to[at] = points[which(at / cols) * cols + at % cols];
  }
};

/// The same as directions; `without` [rows] is 1 for a row that has none.
struct DirectRows {
  const float* points;
  std::int64_t cols;
  PointIds which;
  Directing how;
  float* to;
  std::uint8_t* without;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    without[r] = !direction_of(points + which(r) * cols, cols, how, to + r * how.width(cols));
  }
};

template <class Executor>
class RowsOn {
 public:
  /// Tiles of `tile` points; `resident`: all rows are held from now on. Points that come from the
  /// host, or are turned, do so `batch` at a time. Throws as make_space() does.
  RowsOn(const Executor& executor, const SearchedPoints& points, bool resident, std::int64_t tile,
         std::int64_t batch)
      : executor_(executor), points_(points), tile_(tile), batch_(std::min(batch, points.n)) {
    checked_ = !points.directed() || directing(points.distance).far;
    if (points.directed()) {
      without_ = executor.template buffer<std::uint8_t>(batch_);
      if (!points.on_device) raw_ = executor.template buffer<float>(batch_ * points.cols);
    }
    if (points.in_place()) {
      all_ = points.data;
    } else {
      held_ = executor.template buffer<float>((resident ? points.n : tile) * width());
      if (resident) load({nullptr, 0}, points.n, held_.data());
      if (resident) all_ = held_.data();
    }
    for (std::int64_t t = 0; !all_ && !checked_ && t < tiles(); ++t) this->tile(t);
    if (!lost_.empty()) refuse_zero_vectors(lost_, points.distance.metric);
    checked_ = true;
  }

  std::int64_t n() const { return points_.n; }
  std::int64_t width() const { return points_.width(); }
  std::int64_t tiles() const { return parts_of(points_.n, tile_); }
  std::int64_t tile_size() const { return tile_; }
  /// All rows; null when they are not held.
  const float* all() const { return all_; }

  /// Until the next call.
  TileRows tile(std::int64_t t) {
    const std::int64_t begin = t * tile_, rows = std::min(tile_, points_.n - begin);
    if (all_) return {all_ + begin * width(), begin, rows, width()};
    if (here_ != t) load({nullptr, begin}, rows, held_.data());
    here_ = t;
    return {held_.data(), begin, rows, width()};
  }

  /// Some rows, in `room` [rows, width] or where they are.
  const float* some(PointIds which, std::int64_t rows, float* room) {
    if (!all_)
      load(which, rows, room);
    else if (!which.listed)
      return all_ + which.first * width();
    else
      executor_.for_each(rows * width(), GatherRows<float>{all_, width(), which, room});
    return room;
  }

 private:
  void load(PointIds which, std::int64_t rows, float* to) {
    if (!points_.directed()) return bring(which, rows, to);
    for (std::int64_t r = 0; r < rows; r += batch_) {
      const std::int64_t count = std::min(batch_, rows - r);
      const float* from = points_.data;
      PointIds of = which.from(r);
      if (!points_.on_device) {
        bring(of, count, raw_.data());
        from = raw_.data();
        of = {nullptr, 0};
      }
      executor_.for_each(count, DirectRows{from, points_.cols, of, directing(points_.distance),
                                           to + r * width(), without_.data()});
      if (!checked_) note_lost(which.first + r, count);
    }
  }

  /// From the host.
  void bring(PointIds which, std::int64_t rows, float* to) {
    throw_if_stopped();
    const std::int64_t cols = points_.cols;
    if (!which.listed) return executor_.bring(points_.data + which.first * cols, rows * cols, to);
    std::vector<std::int64_t> ids(static_cast<std::size_t>(rows));
    executor_.fetch(which.listed, rows, ids.data());
    std::vector<float> values(static_cast<std::size_t>(rows * cols));
    for (std::int64_t r = 0; r < rows; ++r)
      std::copy_n(points_.data + ids[static_cast<std::size_t>(r)] * cols, cols,
                  values.begin() + r * cols);
    executor_.bring(values.data(), rows * cols, to);
  }

  void note_lost(std::int64_t first, std::int64_t count) {
    std::vector<std::uint8_t> without(static_cast<std::size_t>(count));
    executor_.fetch(without_.data(), count, without.data());
    for (std::int64_t r = 0; r < count; ++r)
      if (without[static_cast<std::size_t>(r)]) lost_.push_back(first + r);
  }

  Executor executor_;
  SearchedPoints points_;
  std::int64_t tile_, batch_, here_ = -1;
  const float* all_ = nullptr;
  bool checked_ = false;
  std::vector<std::int64_t> lost_;  // zero vectors, until all were looked at
  typename Executor::template Buffer<float> raw_, held_;
  typename Executor::template Buffer<std::uint8_t> without_;
};

}  // namespace nearfold
