// One sparse row against others, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "knn/sparse_overlap.hpp"

namespace nearfold {

/// What is measured from one point to others, but for rounding: its row is spread out over the
/// columns. For one thread.
class Spread {
 public:
  explicit Spread(const SparseSpace& space) : space_(space), kind_(overlap_of(space.norm)) {
    if (kind_ != Overlap::none) values_.resize(static_cast<std::size_t>(space.points.width));
  }

  void set(std::int64_t point) {
    if (kind_ != Overlap::none && point_ >= 0) write(point_, false);
    point_ = point;
    if (kind_ != Overlap::none) write(point_, true);
  }

  /// Brings the row of a point that will be measured soon, as far as the processor does not see by
  /// itself what is read next: rows at random places cost more to wait for than to measure.
  void fetch(std::int64_t other) const {
    constexpr std::size_t kLine = 64 / sizeof(float), kMost = 12 * kLine;
    const SparseRow row = space_.points.row(other);
    for (std::size_t e = 0; e < std::min(row.columns.size(), kMost); e += kLine) {
      __builtin_prefetch(row.columns.data() + e);
      __builtin_prefetch(row.values.data() + e);
    }
    __builtin_prefetch(&space_.points.sums[static_cast<std::size_t>(other)]);
  }

  float operator()(std::int64_t other) const {
    switch (kind_) {
      case Overlap::products:
        return meet<Overlap::products>(other);
      case Overlap::sets:
        return meet<Overlap::sets>(other);
      case Overlap::magnitudes:
        return meet<Overlap::magnitudes>(other);
      case Overlap::unequal:
        return meet<Overlap::unequal>(other);
      case Overlap::shares:
        return meet<Overlap::shares>(other);
      case Overlap::none:
        break;
    }
    return measure_rows(space_.norm, space_.points.row(point_), space_.points.row(other),
                        space_.points.width);
  }

 private:
  void write(std::int64_t point, bool there) {
    const SparseRow row = space_.points.row(point);
    for (std::size_t e = 0; e < row.columns.size(); ++e)
      values_[static_cast<std::size_t>(row.columns[e])] = there ? row.values[e] - row.rest : 0;
  }

  template <Overlap kind>
  float meet(std::int64_t other) const {
    const SparseRow row = space_.points.row(other);
    const std::size_t size = row.columns.size();
    const auto term = [&](std::size_t e) {
      return Term<kind>::of(values_[static_cast<std::size_t>(row.columns[e])],
                            row.values[e] - row.rest);
    };
    float sums[4] = {};
    std::size_t e = 0;
    for (; e + 4 <= size; e += 4)
      for (std::size_t s = 0; s < 4; ++s) sums[s] += term(e + s);
    for (; e < size; ++e) sums[0] += term(e);
    return least_measured<kind>(space_.norm, (sums[0] + sums[1]) + (sums[2] + sums[3]),
                                space_.points.sums[static_cast<std::size_t>(point_)],
                                space_.points.sums[static_cast<std::size_t>(other)],
                                static_cast<float>(space_.points.width));
  }

  const SparseSpace& space_;
  Overlap kind_;
  std::vector<float> values_;
  std::int64_t point_ = -1;
};

}  // namespace nearfold
