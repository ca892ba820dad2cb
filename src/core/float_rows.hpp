// Rows of points as floats, for loops that want several of them at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "nearfold/stored.hpp"

namespace nearfold {

/// Rows of float32 where they lie, others converted into memory of this. For one thread.
class FloatRows {
 public:
  FloatRows(const StoredView& points, std::int64_t most)
      : points_(points),
        room_(static_cast<std::size_t>(points.is_narrow() ? most * points.cols() : 0)) {
    rows_.reserve(static_cast<std::size_t>(most));
  }

  void clear() { rows_.clear(); }
  /// One of as many as were announced.
  void add(std::int64_t i) {
    const std::int64_t at = points_.is_narrow() ? std::ssize(rows_) * points_.cols() : 0;
    rows_.push_back(points_.row(i, room_.data() + at));
  }
  std::span<const float* const> all() const { return rows_; }

 private:
  StoredView points_;
  std::vector<float> room_;
  std::vector<const float*> rows_;
};

/// use(first, rows) for the rows [begin, end): all at once where they are float32, else so few at a
/// time that they stay in the cache.
template <class Use>
void for_float_rows(const StoredView& points, std::int64_t begin, std::int64_t end,
                    const Use& use) {
  constexpr std::int64_t kConverted = 32;
  const std::int64_t at_once = points.is_narrow() ? kConverted : end - begin;
  FloatRows rows(points, std::min(at_once, end - begin));
  for (std::int64_t first = begin; first < end; first += at_once) {
    rows.clear();
    for (std::int64_t i = first; i < std::min(end, first + at_once); ++i) rows.add(i);
    use(first, rows.all());
  }
}

}  // namespace nearfold
