// A hash of bytes, to know them again: not for what an adversary chooses.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nearfold {

/// Four sums side by side, which do not wait for each other.
inline std::uint64_t hash_bytes(const void* data, std::size_t bytes, std::uint64_t seed = 0) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
  constexpr std::size_t kParts = 4, kStep = kParts * sizeof(std::uint64_t);
  std::uint64_t part[kParts] = {1, 2, 3, 4};
  const auto* const from = static_cast<const std::byte*>(data);
  const auto mixed = [](std::uint64_t x) { return std::rotl(x * kOdd, 29); };
  for (std::size_t b = 0; b < bytes; b += kStep) {
    std::uint64_t words[kParts] = {};
    std::memcpy(words, from + b, std::min(kStep, bytes - b));
    for (std::size_t p = 0; p < kParts; ++p) part[p] = mixed(part[p] ^ words[p]);
  }
  std::uint64_t hash = mixed(seed ^ bytes);
  for (const std::uint64_t p : part) hash = mixed(hash ^ p);
  return hash;
}

}  // namespace nearfold
