// Sums whose order is that of the values, whatever the device: thrust's depend on its size.
#pragma once

#include <cstdint>

#include "core/parallel.hpp"
#include "kernels/core/launch_shape.hpp"
#include "math/host_device.hpp"

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

/// values[i] of part p become the sum of those before them in the part, plus starts[p].
struct ScanPart {
  std::int64_t* values;
  std::int64_t n, size;
  const std::int64_t* starts;  // null: 0

  NEARFOLD_HD void operator()(std::int64_t part) const {
    std::int64_t sum = starts ? starts[part] : 0;
    const std::int64_t end = (part + 1) * size < n ? (part + 1) * size : n;
    for (std::int64_t i = part * size; i < end; ++i) {
      const std::int64_t value = values[i];
      values[i] = sum;
      sum += value;
    }
  }
};

/// values[i] = sum of the values before i, in place, on a device. O(n).
template <class Executor>
void exclusive_scan(const Executor& executor, std::int64_t* values, std::int64_t n) {
  const std::int64_t chunks = parts_of(n, kSumChunk), ranges = parts_of(chunks, kSumChunk);
  auto chunk = executor.template buffer<std::int64_t>(chunks);
  auto range = executor.template buffer<std::int64_t>(ranges);
  using Add = AddChunk<ValueAt<std::int64_t>, std::int64_t>;
  executor.for_each(chunks, Add{{values}, n, kSumChunk, 0, chunk.data()});
  executor.for_each(ranges, Add{{chunk.data()}, chunks, kSumChunk, 0, range.data()});
  executor.for_each(1, ScanPart{range.data(), ranges, ranges, nullptr});
  executor.for_each(ranges, ScanPart{chunk.data(), chunks, kSumChunk, range.data()});
  executor.for_each(chunks, ScanPart{values, n, kSumChunk, chunk.data()});
  executor.wait();  // the sums go away
}

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

struct Most {
  float value = 0;
  NEARFOLD_HD Most operator+(const Most& other) const {
    return {other.value > value ? other.value : value};
  }
};
struct MostAt {
  const float* from;
  NEARFOLD_HD Most operator()(std::int64_t i) const { return {from[i]}; }
};

/// The largest of n values >= 0 on a device.
template <class Executor>
float most_of(const Executor& executor, const float* values, std::int64_t n) {
  auto most = executor.template buffer<Most>(1);
  OrderedSum<Executor, Most>(executor, n, 32 * kSumChunk)(MostAt{values}, Most{}, most.data());
  return executor.download(most, 0).value;
}

}  // namespace nearfold
