// How many threads a loop is given: plain arithmetic, checked where there is no GPU.
#pragma once

#include <algorithm>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

inline constexpr int kBlockThreads = 256;
/// Blocks of a launch: enough to fill any GPU several times. What is left is done in further
/// rounds, so that a loop may have any 64-bit length.
inline constexpr std::int64_t kMaxBlocks = 65'535;

/// Lanes that share a row, see HostExecutor::for_each_row(). Their sums are added in halves.
inline constexpr int kRowLanes = 16;

/// Blocks for `threads` threads; 0 for none.
constexpr std::int64_t blocks_for(std::int64_t threads) {
  return std::min(kMaxBlocks, threads / kBlockThreads + (threads % kBlockThreads != 0 ? 1 : 0));
}

/// Parts of `size` that n values make; the last may be shorter.
constexpr std::int64_t parts_of(std::int64_t n, std::int64_t size) {
  return n / size + (n % size != 0 ? 1 : 0);
}

}  // namespace nearfold
