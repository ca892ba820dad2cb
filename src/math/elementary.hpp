// exp, log and pow in float from IEEE operations alone, so that every device and every libm gives
// the same bits, and compilers vectorise the loops that call them. Relative error of exp and log
// below 2e-7, of pow below 2e-7 (1 + |b ln x|). Taylor series on ranges so small that the first
// term left out is below half an ulp.
#pragma once

#include <bit>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// e^x; 0 below -87, e^88 above 88.
NEARFOLD_HD inline float exp_f(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to the nearest integer
  const float clamped = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
  const float n = (clamped * 1.44269504f + kRound) - kRound;
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts
  float p = 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const auto bits = static_cast<std::uint32_t>((static_cast<std::int32_t>(n) + 127) << 23);
  return x < -87.0f ? 0.0f : p * std::bit_cast<float>(bits);
}

/// ln x for normal x > 0; smaller values count as the smallest normal one.
NEARFOLD_HD inline float log_f(float x) {
  const float safe = x < 1.17549435e-38f ? 1.17549435e-38f : x;
  const auto bits = std::bit_cast<std::int32_t>(safe);
  // Exponent of the mantissa brought to [sqrt(1/2), sqrt(2)).
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const float m = std::bit_cast<float>(bits - exponent * (1 << 23));
  const float s = (m - 1.0f) / (m + 1.0f);
  const float z = s * s;
  float p = 1.0f / 9.0f;
  p = p * z + 1.0f / 7.0f;
  p = p * z + 1.0f / 5.0f;
  p = p * z + 1.0f / 3.0f;
  const auto e = static_cast<float>(exponent);
  return e * 0.693359375f + (2.0f * s + (2.0f * s * z * p - e * 2.12194440e-4f));
}

/// x^b for x > 0.
NEARFOLD_HD inline float pow_f(float x, float b) {
  return exp_f(b * log_f(x));
}

}  // namespace nearfold
