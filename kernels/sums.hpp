// Sums whose order is that of the values, whatever the device: thrust's depend on its size.
#pragma once

#include <cstdint>

#include "launch_shape.hpp"
#include "math/host_device.hpp"
#include "parallel.hpp"

namespace nearfold {

/// Adds the values [part * size, (part + 1) * size) of [0, n) into to[part].
template <class Value, class T>
struct AddChunk {
  Value value;
  std::int64_t n, size;
  T zero;
  T* to;

  NEARFOLD_HD void operator()(std::int64_t part) const {
    T sum = zero;
    const std::int64_t end = (part + 1) * size < n ? (part + 1) * size : n;
    for (std::int64_t i = part * size; i < end; ++i) sum = sum + value(i);
    to[part] = sum;
  }
};

template <class T>
struct ValueAt {
  const T* from;
  NEARFOLD_HD T operator()(std::int64_t i) const { return from[i]; }
};

struct DoubleAt {
  const float* from;
  NEARFOLD_HD double operator()(std::int64_t i) const { return static_cast<double>(from[i]); }
};

/// Sums of n values on a device; keeps its memory between calls. `outer` is a multiple of
/// kSumChunk; the result is that of parallel_sum(threads, n, outer, ...) over chunked_sum().
template <class Executor, class T>
class OrderedSum {
 public:
  OrderedSum(const Executor& executor, std::int64_t n, std::int64_t outer)
      : executor_(executor),
        n_(n),
        outer_(outer),
        chunks_(executor.template buffer<T>(parts_of(n, kSumChunk))),
        ranges_(executor.template buffer<T>(parts_of(n, outer))) {}

  /// *to, on the device, becomes the sum of value(i). O(n) work in O(outer + n / outer) steps.
  template <class Value>
  void operator()(const Value& value, const T& zero, T* to) {
    const std::int64_t chunks = parts_of(n_, kSumChunk), ranges = parts_of(n_, outer_);
    executor_.for_each(chunks, AddChunk<Value, T>{value, n_, kSumChunk, zero, chunks_.data()});
    executor_.for_each(ranges,
                       AddChunk<ValueAt<T>, T>{
                           {chunks_.data()}, chunks, outer_ / kSumChunk, zero, ranges_.data()});
    executor_.for_each(1, AddChunk<ValueAt<T>, T>{{ranges_.data()}, ranges, ranges, zero, to});
  }

 private:
  Executor executor_;
  std::int64_t n_, outer_;
  typename Executor::template Buffer<T> chunks_, ranges_;
};

}  // namespace nearfold
