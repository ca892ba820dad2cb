// Sums whose order is that of the values, whatever the device: CUB's and Thrust's depend on its
// size.
//
// Cost: one launch; the values once, and 1/32 of them written and read again. What follows each
// other is 32 additions, outer / 32, and n / outer; of a million values 1,000, which one thread
// asks for 16 at a time.
#pragma once

#include <cstdint>

#include "core/parallel.hpp"
#include "kernels/core/atomics.hpp"
#include "kernels/core/fill.hpp"
#include "kernels/core/launch_shape.hpp"
#include "math/host_device.hpp"

namespace nearfold {

template <class T>
struct ValueAt {
  const T* from;
  NEARFOLD_HD T operator()(std::int64_t i) const { return from[i]; }
};

struct DoubleAt {
  const float* from;
  NEARFOLD_HD double operator()(std::int64_t i) const { return static_cast<double>(from[i]); }
};

/// sum + from[begin] + from[begin + stride] + ... of `count` values, one after the other. A thread
/// asks for many at a time: there are few others that it could wait beside.
template <class T>
NEARFOLD_HD inline T add_in_order(T sum, const T* from, std::int64_t count,
                                  std::int64_t stride = 1) {
#if defined(__CUDA_ARCH__)
#pragma unroll 16
#endif
  for (std::int64_t i = 0; i < count; ++i) sum = sum + from[i * stride];
  return sum;
}

/// values[i] = sum of the n values before i, in place, on a device. O(n).
template <class Executor>
void exclusive_scan(const Executor& executor, std::int64_t* values, std::int64_t n) {
  executor.scan(values, n);
}

/// What becomes of a sum: it is kept.
template <class T>
struct KeepSum {
  T* to;
  NEARFOLD_HD void operator()(const T& sum) const { *to = sum; }
};

/// Adds up a chunk of values; the last of a range's chunks to be there those of the range, the last
/// range all of them, and take(sum) follows.
template <class Value, class T, class Take>
struct AddInOrder {
  Value value;
  Take take;
  T zero;
  std::int64_t n, outer;
  T *chunks, *ranges;
  std::int32_t* arrived;  // of each range's chunks, then of the ranges

  NEARFOLD_HD void operator()(std::int64_t chunk) const {
    const std::int64_t begin = chunk * kSumChunk, end = smaller(begin + kSumChunk, n);
    T sum = zero;
    for (std::int64_t i = begin; i < end; ++i) sum = sum + value(i);
    chunks[chunk] = sum;
    const std::int64_t of_range = outer / kSumChunk, all = (n + kSumChunk - 1) / kSumChunk;
    const std::int64_t range = chunk / of_range, range_count = (n + outer - 1) / outer;
    const std::int64_t first = range * of_range, count = smaller(of_range, all - first);
    if (!is_last_of(arrived + range, count)) return;
    ranges[range] = add_in_order(zero, chunks + first, count);
    if (!is_last_of(arrived + range_count, range_count)) return;
    take(add_in_order(zero, ranges, range_count));
  }

 private:
  NEARFOLD_HD static std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
};

/// The sum of nothing.
template <class T, class Take>
struct TakeZero {
  Take take;
  T zero;
  NEARFOLD_HD void operator()(std::int64_t) const { take(zero); }
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
        ranges_(executor.template buffer<T>(parts_of(n, outer))),
        arrived_(filled<std::int32_t>(executor, parts_of(n, outer) + 1, 0)) {}

  /// take(sum), on the device, of value(0) + value(1) + ...; `zero` where there are none.
  template <class Value, class Take>
  void operator()(const Value& value, const T& zero, const Take& take) {
    if (n_ == 0) return executor_.for_each(1, TakeZero<T, Take>{take, zero});
    executor_.for_each(parts_of(n_, kSumChunk),
                       AddInOrder<Value, T, Take>{value, take, zero, n_, outer_, chunks_.data(),
                                                  ranges_.data(), arrived_.data()});
  }
  /// *to, on the device, becomes the sum.
  template <class Value>
  void operator()(const Value& value, const T& zero, T* to) {
    (*this)(value, zero, KeepSum<T>{to});
  }

 private:
  Executor executor_;
  std::int64_t n_, outer_;
  typename Executor::template Buffer<T> chunks_, ranges_;
  typename Executor::template Buffer<std::int32_t> arrived_;
};

/// The sum of n whole numbers, or of what is added as they are, on the host. O(n).
template <class T, class Executor, class Value>
T sum_of(const Executor& executor, std::int64_t n, const Value& value) {
  auto total = executor.template buffer<T>(1);
  OrderedSum<Executor, T>(executor, n, 32 * kSumChunk)(value, T{}, total.data());
  return executor.download(total, 0);
}

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
  return sum_of<Most>(executor, n, MostAt{values}).value;
}

}  // namespace nearfold
