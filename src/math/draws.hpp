// Words of a stream at one counter, one after the other.
#pragma once

#include <cstdint>

#include "math/philox.hpp"

namespace nearfold {

class Draws {
 public:
  NEARFOLD_HD Draws(std::uint64_t seed, Stream stream, std::uint64_t counter)
      : seed_(seed), stream_(stream), counter_(counter) {}

  /// In [0, n).
  NEARFOLD_HD std::int32_t below(std::uint32_t n) {
    if (at_ == 4) {
      words_ = random4(seed_, stream_, counter_, lane_++);
      at_ = 0;
    }
    return static_cast<std::int32_t>(to_range(words_.v[at_++], n));
  }

 private:
  std::uint64_t seed_;
  Stream stream_;
  std::uint64_t counter_;
  std::uint32_t lane_ = 0;
  int at_ = 4;
  Random4 words_ = {};
};

}  // namespace nearfold
