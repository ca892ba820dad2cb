// What is looked for in values that lie on a device.
//
// Cost: unusable() and constant_columns() 4 bytes a value, in two launches.
#pragma once

#include <cstdint>

#include "core/check_points.hpp"
#include "kernels/core/sums.hpp"

namespace nearfold {

/// Column g % dim of segment g / dim: a stretch of rows whose threads read side by side.
struct Segment {
  const float* x;
  std::int64_t n, dim;
  static constexpr std::int64_t kRows = 4096;

  std::int64_t count() const { return parts_of(n, kRows); }
  NEARFOLD_HD std::int64_t begin(std::int64_t g) const { return g / dim * kRows; }
  NEARFOLD_HD std::int64_t end(std::int64_t g) const {
    return begin(g) + kRows < n ? begin(g) + kRows : n;
  }
  NEARFOLD_HD float at(std::int64_t i, std::int64_t g) const { return x[i * dim + g % dim]; }
};

/// How many values are of no use for distances.
struct UnusableInSegment {
  Segment of;
  std::int64_t* counts;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    std::int64_t count = 0;
    for (std::int64_t i = of.begin(g); i < of.end(g); ++i) count += is_usable(of.at(i, g)) ? 0 : 1;
    counts[g] = count;
  }
};

/// Whether a value differs from the first row's.
struct VariesInSegment {
  Segment of;
  std::int32_t* varies;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    std::int32_t found = 0;
    for (std::int64_t i = of.begin(g); i < of.end(g) && found == 0; ++i)
      if (of.at(i, g) != of.at(0, g)) found = 1;
    varies[g] = found;
  }
};
struct IsConstant {
  const std::int32_t* varies;
  std::int64_t dim, segments;
  NEARFOLD_HD std::int64_t operator()(std::int64_t c) const {
    for (std::int64_t s = 0; s < segments; ++s)
      if (varies[s * dim + c] != 0) return 0;
    return 1;
  }
};

template <class Executor>
class CheckOn {
 public:
  explicit CheckOn(const Executor& executor) : executor_(executor) {}

  /// Values that no distance can be made of.
  std::int64_t unusable(const float* x, std::int64_t n, std::int64_t dim) const {
    const Segment of{x, n, dim};
    auto counts = executor_.template buffer<std::int64_t>(of.count() * dim);
    executor_.for_each(of.count() * dim, UnusableInSegment{of, counts.data()});
    return sum_of<std::int64_t>(executor_, of.count() * dim, ValueAt<std::int64_t>{counts.data()});
  }

  std::int64_t constant_columns(const float* x, std::int64_t n, std::int64_t dim) const {
    const Segment of{x, n, dim};
    auto varies = executor_.template buffer<std::int32_t>(of.count() * dim);
    executor_.for_each(of.count() * dim, VariesInSegment{of, varies.data()});
    return sum_of<std::int64_t>(executor_, dim, IsConstant{varies.data(), dim, of.count()});
  }

 private:
  Executor executor_;
};

}  // namespace nearfold
