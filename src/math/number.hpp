// What a formula asks of the number it is written for: a float, or as many of them side by side as
// a register holds (core/simd.hpp). Every lane is plain IEEE arithmetic, so both give the same
// bits.
#pragma once

#include <cmath>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

template <class F>
struct Number;

template <>
struct Number<float> {
  using Word = std::uint32_t;  ///< its bits
  using Int = std::int32_t;
  static constexpr int kLanes = 1;

  NEARFOLD_HD static Int truncated(float x) { return static_cast<Int>(x); }
  NEARFOLD_HD static float real(Int x) { return static_cast<float>(x); }
  NEARFOLD_HD static float smaller(float a, float b) { return a < b ? a : b; }
  NEARFOLD_HD static float larger(float a, float b) { return a > b ? a : b; }
  NEARFOLD_HD static float root(float x) { return std::sqrt(x); }
  NEARFOLD_HD static float lane(float x, int /*l*/) { return x; }
  NEARFOLD_HD static void set_lane(float& x, int /*l*/, float value) { x = value; }
};

/// Products of 32-bit words, their halves apart.
template <class Word>
struct Product;

template <>
struct Product<std::uint32_t> {
  std::uint32_t high, low;

  NEARFOLD_HD Product(std::uint32_t a, std::uint32_t b)
      : high(static_cast<std::uint32_t>((std::uint64_t{a} * b) >> 32)), low(a * b) {}
};

}  // namespace nearfold
