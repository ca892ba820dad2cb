// Loops over all cores whose result does not depend on how many there are: work is cut into ranges
// of fixed size, each range writes only its own output, and sums are added in the order of ranges.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <vector>

namespace nearfold {

/// Threads to use for a request as in Cpu::threads: 0 means all.
int thread_count(int requested);

/// Rows per range where a loop does not know better: large enough to amortise a dispatch.
inline constexpr std::int64_t kGrain = 1024;

/// body(begin, end) for every range [begin, end) of `grain` items of [0, n), on `threads` threads,
/// in no particular order. The first exception thrown is rethrown here once all ranges have ended.
template <class Body>
void parallel_for(int threads, std::int64_t n, std::int64_t grain, const Body& body) {
  const std::int64_t ranges = (n + grain - 1) / grain;
  std::exception_ptr failure;
  std::atomic<bool> failed{false};
#pragma omp parallel for schedule(dynamic, 1) num_threads(thread_count(threads)) if (ranges > 1)
  for (std::int64_t r = 0; r < ranges; ++r) {
    if (failed.load(std::memory_order_relaxed)) continue;
    try {
      body(r * grain, std::min(n, (r + 1) * grain));
    } catch (...) {
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  }
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

}  // namespace nearfold
