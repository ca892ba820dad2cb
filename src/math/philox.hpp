// Counter-based random numbers: Philox4x32-10. Randomness is a pure function of (seed, stream,
// counter), so it has no state and no order, on any device.
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// Independent named streams of one seed.
enum class Stream : std::uint32_t {
  knn = 1,
  init = 2,
  jitter = 3,
  layout = 4,
  sample = 5,
  data = 6
};

struct Random4 {
  std::uint32_t v[4];
};

/// 128 random bits for a 128-bit counter and a 64-bit key. Known answers: tests/math_test.cpp.
NEARFOLD_HD inline Random4 philox(std::uint32_t c0, std::uint32_t c1, std::uint32_t c2,
                                  std::uint32_t c3, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

/// Four words of `stream` at (counter, lane).
NEARFOLD_HD inline Random4 random4(std::uint64_t seed, Stream stream, std::uint64_t counter,
                                   std::uint32_t lane = 0) {
  return philox(static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
                lane, static_cast<std::uint32_t>(stream), seed);
}

/// [0, 1), 24 bits, exact in float.
NEARFOLD_HD inline float to_unit(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24f;
}

/// [0, n) without division; n < 2^32. The bias is below n / 2^32.
NEARFOLD_HD inline std::uint32_t to_range(std::uint32_t bits, std::uint32_t n) {
  return static_cast<std::uint32_t>((std::uint64_t{bits} * n) >> 32);
}

}  // namespace nearfold
