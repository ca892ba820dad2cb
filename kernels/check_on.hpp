// What is looked for in values that lie on a device.
#pragma once

#include <cstdint>

#include "check.hpp"
#include "sums.hpp"

namespace nearfold {

struct IsUnusable {
  const float* x;
  NEARFOLD_HD std::int64_t operator()(std::int64_t i) const { return is_usable(x[i]) ? 0 : 1; }
};

/// Column g % dim of segment g / dim: whether a value differs from the first row's.
struct VariesInSegment {
  const float* x;
  std::int64_t n, dim, rows;  // rows of a segment
  std::int32_t* varies;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t begin = g / dim * rows, c = g % dim;
    const std::int64_t end = begin + rows < n ? begin + rows : n;
    std::int32_t found = 0;
    for (std::int64_t i = begin; i < end && found == 0; ++i)
      if (x[i * dim + c] != x[c]) found = 1;
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
  std::int64_t unusable(const float* x, std::int64_t size) const {
    return sum(size, IsUnusable{x});
  }

  std::int64_t constant_columns(const float* x, std::int64_t n, std::int64_t dim) const {
    constexpr std::int64_t kRows = 4096;
    const std::int64_t segments = parts_of(n, kRows);
    auto varies = executor_.template buffer<std::int32_t>(segments * dim);
    executor_.for_each(segments * dim, VariesInSegment{x, n, dim, kRows, varies.data()});
    return sum(dim, IsConstant{varies.data(), dim, segments});
  }

 private:
  template <class Value>
  std::int64_t sum(std::int64_t size, const Value& value) const {
    auto total = executor_.template buffer<std::int64_t>(1);
    OrderedSum<Executor, std::int64_t>(executor_, size, 32 * kSumChunk)(value, std::int64_t{0},
                                                                        total.data());
    return executor_.download(total, 0);
  }

  Executor executor_;
};

}  // namespace nearfold
