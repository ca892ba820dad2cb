// Which of two neighbours comes first when a point is equally far from both. By ids, the points of
// lowest id would be neighbours of all others wherever ties are many (rows of a permutation,
// one-hot and empty rows), and a map would draw those hubs. So every point has an order of its own,
// drawn by the seed: a function of (seed, point, neighbour) alone, the same on every device.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// The order in which one point takes ids of equal distance.
class TieOrder {
 public:
  /// By id.
  TieOrder() = default;
  /// That of a point under a seed.
  NEARFOLD_HD TieOrder(std::uint64_t seed, std::int64_t point) : drawn_(true) {
    // SplitMix64's finalizer (Steele, Lea, Flood, "Fast splittable pseudorandom number
    // generators", OOPSLA 2014): points that follow each other have salts that do not.
    std::uint64_t x = seed + (static_cast<std::uint64_t>(point) + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    salt_ = static_cast<std::uint32_t>(x >> 32);
  }

  /// Ids ascend by key, which no other id has. Mixed as the last step of MurmurHash3 does
  /// (Appleby, in the public domain).
  NEARFOLD_HD std::uint32_t key(std::int32_t id) const {
    auto x = static_cast<std::uint32_t>(id);
    if (!drawn_) return x;
    x ^= salt_;
    x = (x ^ (x >> 16)) * kFirst;
    x = (x ^ (x >> 13)) * kSecond;
    return x ^ (x >> 16);
  }
  /// The id of a key.
  NEARFOLD_HD std::int32_t id(std::uint32_t key) const {
    if (!drawn_) return static_cast<std::int32_t>(key);
    std::uint32_t x = (key ^ (key >> 16)) * kSecondInverse;
    x = (x ^ (x >> 13) ^ (x >> 26)) * kFirstInverse;
    x ^= x >> 16;
    return static_cast<std::int32_t>(x ^ salt_);
  }

 private:
  static constexpr std::uint32_t kFirst = 0x85EBCA6Bu, kSecond = 0xC2B2AE35u;
  static constexpr std::uint32_t kFirstInverse = 0xA5CB9243u, kSecondInverse = 0x7ED1B41Du;
  static_assert(kFirst * kFirstInverse == 1 && kSecond * kSecondInverse == 1);

  std::uint32_t salt_ = 0;
  bool drawn_ = false;
};

}  // namespace nearfold
