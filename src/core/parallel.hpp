// Loops over all cores whose result does not depend on how many there are: work is cut into ranges
// of fixed size, each range writes only its own output, and sums are added in the order of ranges.
//
// Own threads instead of OpenMP's: those spin between loops, so that a second busy process makes an
// iteration of a millisecond take ten, and thread sanitizers cannot see into them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "core/stopping.hpp"

namespace nearfold {

/// Threads to use for a request as in Cpu::threads: 0 means all that this process may use.
int thread_count(int requested);

/// Rows per range where a loop does not know better: large enough to amortise a dispatch.
inline constexpr std::int64_t kGrain = 1024;

/// Runs job() on `threads` threads at once, the caller's among them, and returns when all have
/// ended. Inside a job it runs once, on the caller's thread. The threads are kept for the next call
/// from the same thread. job must not throw.
void run_on_threads(int threads, const std::function<void()>& job);

/// body(begin, end) for every range [begin, end) of `grain` items of [0, n), on `threads` threads,
/// in no particular order. The exception of the first range that throws is rethrown here, whichever
/// came first in time; later ranges may have been skipped. Asks before each range whether to go on
/// (stopping.hpp).
template <class Body>
void parallel_for(int threads, std::int64_t n, std::int64_t grain, const Body& body) {
  const std::int64_t ranges = (n + grain - 1) / grain;
  std::atomic<std::int64_t> next{0}, failed{ranges};  // failed: the first range that did
  std::mutex mutex;
  std::exception_ptr failure;
  const CountedLoop loop(ranges);
  const auto job = [&] {
    for (std::int64_t r; (r = next.fetch_add(1, std::memory_order_relaxed)) < ranges;) {
      if (r > failed.load(std::memory_order_relaxed)) return;
      try {
        loop.begin_range(r);
        body(r * grain, std::min(n, (r + 1) * grain));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (r < failed) {
          failed = r;
          failure = std::current_exception();
        }
      }
    }
  };
  run_on_threads(static_cast<int>(std::min<std::int64_t>(thread_count(threads), ranges)), job);
  if (failure) std::rethrow_exception(failure);
}

/// Sum of body(begin, end) over the ranges, added in their order.
template <class T, class Body>
T parallel_sum(int threads, std::int64_t n, std::int64_t grain, T zero, const Body& body) {
  std::vector<T> parts(static_cast<std::size_t>((n + grain - 1) / grain), zero);
  parallel_for(threads, n, grain, [&](std::int64_t begin, std::int64_t end) {
    parts[static_cast<std::size_t>(begin / grain)] = body(begin, end);
  });
  for (const T& part : parts) zero = zero + part;
  return zero;
}

/// Values of [begin, end) are added so many at a time, and then their sums: devices have as many
/// threads.
inline constexpr std::int64_t kSumChunk = 32;

/// Sum of value(i) for i in [begin, end).
template <class T, class Value>
T chunked_sum(std::int64_t begin, std::int64_t end, T zero, const Value& value) {
  T sum = zero;
  for (std::int64_t chunk = begin; chunk < end; chunk += kSumChunk) {
    T part = zero;
    for (std::int64_t i = chunk; i < std::min(end, chunk + kSumChunk); ++i) part = part + value(i);
    sum = sum + part;
  }
  return sum;
}

}  // namespace nearfold
