// Points of narrow types, and the floats that their values are, decoded by another way than the
// library's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "nearfold/stored.hpp"
#include "support/data.hpp"

namespace nearfold::data {

inline constexpr ValueType kNarrowTypes[] = {ValueType::float16, ValueType::bfloat16,
                                             ValueType::int8, ValueType::uint8};

/// The value of bits with so many of exponent and mantissa below the sign.
inline float decoded(std::uint16_t bits, int exponent_bits, int mantissa_bits) {
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const int exponent = bits >> mantissa_bits & ((1 << exponent_bits) - 1);
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const bool special = exponent == (1 << exponent_bits) - 1;
  double size = special && mantissa != 0 ? std::numeric_limits<double>::quiet_NaN()
                : special                ? std::numeric_limits<double>::infinity()
                : exponent == 0
                    ? std::ldexp(mantissa, 1 - bias - mantissa_bits)
                    : std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
  return static_cast<float>((bits & 0x8000) != 0 ? -size : size);
}

inline float decoded(ValueType type, std::uint16_t bits) {
  if (type == ValueType::float16) return decoded(bits, 5, 10);
  if (type == ValueType::bfloat16) return decoded(bits, 8, 7);
  const int value = bits & 0xff;
  return static_cast<float>(type == ValueType::int8 && value > 127 ? value - 256 : value);
}

/// Points and the same as float32.
struct Stored {
  ValueType type = ValueType::uint8;
  std::vector<std::uint8_t> bytes = {};
  Matrix floats = {};

  StoredView view() const { return {bytes.data(), type, floats.rows(), floats.cols()}; }
};

/// Of the values nearest to these, about: for int8 times 16, for uint8 also plus 128.
inline Stored stored_of(const Matrix& x, ValueType type) {
  Stored out{type, {}, Matrix(x.rows(), x.cols())};
  for (std::int64_t at = 0; at < x.size(); ++at) {
    std::uint32_t bits;
    const float value = x.data()[at];
    std::memcpy(&bits, &value, sizeof bits);
    auto stored = static_cast<std::uint16_t>(bits >> 16);  // bfloat16: the upper half
    if (type == ValueType::float16) {  // cut off, within the range of normal halves
      const int exponent = static_cast<int>(bits >> 23 & 0xff) - 127 + 15;
      stored = static_cast<std::uint16_t>(
          (bits >> 16 & 0x8000) |
          (exponent < 1 ? 0 : static_cast<std::uint32_t>(exponent) << 10 | (bits >> 13 & 0x3ff)));
    }
    if (bytes_of(type) == 1) {
      const float middle = type == ValueType::uint8 ? 128.0f : 0.0f;
      const float low = middle - 128, scaled = std::round(16 * value + middle);
      stored =
          static_cast<std::uint16_t>(static_cast<int>(std::clamp(scaled, low, low + 255)) & 0xff);
    }
    for (std::int64_t b = 0; b < bytes_of(type); ++b)
      out.bytes.push_back(static_cast<std::uint8_t>(stored >> (8 * b)));
    out.floats.data()[at] = decoded(type, stored);
  }
  return out;
}

}  // namespace nearfold::data
