// What this machine could do at most, measured once: the bytes a second that all cores read from
// memory, and their float multiplications and additions a second. Benches say which part of it
// they reach.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/parallel.hpp"
#include "core/simd.hpp"

namespace nearfold {

/// The least seconds of a few turns of work().
template <class Work>
double least_seconds(const Work& work) {
  double least = 1e9;
  for (int turn = 0; turn < 5; ++turn) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    least = std::min(least, took.count());
  }
  return least;
}

inline double bytes_per_second() {
  static const double measured = [] {
    const std::vector<float> values(1 << 26, 1.0f);
    const auto n = static_cast<std::int64_t>(values.size());
    const double seconds = least_seconds([&] {
      const float total =
          parallel_sum(0, n, 1 << 16, 0.0f, [&](std::int64_t begin, std::int64_t end) {
            Floats sum[4] = {};
            for (std::int64_t i = begin; i < end; i += 4 * kSimd) {
              __builtin_prefetch(&values[static_cast<std::size_t>(i)] + 2048);
              for (int s = 0; s < 4; ++s)
                sum[s] += load(&values[static_cast<std::size_t>(i + s * kSimd)]);
            }
            return (sum[0] + sum[1] + sum[2] + sum[3])[0];
          });
      benchmark::DoNotOptimize(total);
    });
    return 4.0 * static_cast<double>(n) / seconds;
  }();
  return measured;
}

inline double flops_per_second() {
  static const double measured = [] {
    constexpr std::int64_t kTurns = 1 << 22;
    const int threads = thread_count(0);
    const double seconds = least_seconds([&] {
      parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) {
        Floats sum[8] = {}, factor = Floats{} + 1.0f;
        for (std::int64_t turn = 0; turn < kTurns; ++turn) {
          benchmark::DoNotOptimize(factor);
          for (Floats& s : sum) s += factor * factor;
        }
        for (Floats& s : sum) benchmark::DoNotOptimize(s);
      });
    });
    // The product is the same for all eight sums: additions alone are counted, and as many
    // multiplications fit beside them.
    return 2.0 * 8 * kSimd * static_cast<double>(kTurns) * threads / seconds;
  }();
  return measured;
}

/// Counters of a bench that moves `bytes` and does `flops` in an iteration; 0 for what is not its
/// limit.
inline void report_rates(benchmark::State& state, double bytes, double flops) {
  using benchmark::Counter;
  if (bytes > 0) {
    state.counters["bytes/s"] = Counter(bytes, Counter::kIsIterationInvariantRate);
    state.counters["of_bandwidth"] =
        Counter(bytes / bytes_per_second(), Counter::kIsIterationInvariantRate);
  }
  if (flops > 0) {
    state.counters["flop/s"] = Counter(flops, Counter::kIsIterationInvariantRate);
    state.counters["of_peak"] =
        Counter(flops / flops_per_second(), Counter::kIsIterationInvariantRate);
  }
}

}  // namespace nearfold
