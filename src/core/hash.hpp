// A hash of bytes, to know them again: not for what an adversary chooses.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>

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

/// The same for rows whose values are equal, that is -0 and 0.
inline std::uint64_t hash_of_values(const float* row, std::int64_t cols) {
  std::array<float, 64> part;
  std::uint64_t hash = 0;
  for (std::int64_t c = 0; c < cols; c += std::ssize(part)) {
    const auto count = static_cast<std::size_t>(std::min(cols - c, std::ssize(part)));
    std::transform(row + c, row + c + count, part.begin(),
                   [](float x) { return x + 0.0f; });  // -0 becomes 0
    hash = hash_bytes(part.data(), count * sizeof(float), hash);
  }
  return hash;
}

}  // namespace nearfold
