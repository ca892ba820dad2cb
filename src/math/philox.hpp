// Counter-based random numbers: Philox4x32-10. Randomness is a pure function of (seed, stream,
// counter), so it has no state and no order, on any device.
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"
#include "math/number.hpp"

namespace nearfold {

/// Independent named streams of one seed.
enum class Stream : std::uint32_t {
  knn = 1,
  init = 2,
  jitter = 3,
  layout = 4,
  sample = 5,
  data = 6,
  transform = 7,
  mid_near = 8,
  further = 9
};

template <class Word>
struct FourWords {
  Word v[4];
};
using Random4 = FourWords<std::uint32_t>;

/// 128 random bits for a 128-bit counter and a 64-bit key. Known answers: tests/math/math_test.cpp.
template <class Word>
NEARFOLD_HD inline FourWords<Word> philox(Word c0, Word c1, Word c2, Word c3, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const Product<Word> p0(c0, 0xD2511F53u), p1(c2, 0xCD9E8D57u);
    c0 = p1.high ^ c1 ^ k0;
    c1 = p1.low;
    c2 = p0.high ^ c3 ^ k1;
    c3 = p0.low;
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

/// The value of point i and column c in a stream of uniform numbers in [0, 1).
NEARFOLD_HD inline float uniform(std::uint64_t seed, Stream stream, std::int64_t i, int c) {
  const auto lane = static_cast<std::uint32_t>(c) / 4;
  return to_unit(random4(seed, stream, static_cast<std::uint64_t>(i), lane).v[c % 4]);
}

/// [0, n) without division; n < 2^32. The bias is below n / 2^32.
template <class Word>
NEARFOLD_HD inline Word to_range(Word bits, std::uint32_t n) {
  return Product<Word>(bits, n).high;
}

}  // namespace nearfold
