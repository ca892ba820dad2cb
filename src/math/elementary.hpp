// exp, log and pow in float from IEEE operations alone, so that every device and every libm gives
// the same bits, and compilers vectorise the loops that call them. Relative error of exp and log
// below 2e-7, of pow below 3e-7 (1 + |b ln x|). exp and log: Taylor series on ranges so small that
// the first term left out is below half an ulp. exp2, log2 and so pow: Chebyshev interpolation, in
// an order of operations with short chains (Estrin's), and without a division.
#pragma once

#include <bit>
#include <cstdint>

#include "math/host_device.hpp"
#include "math/number.hpp"

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

/// 2^x; of a larger or smaller x that of 127 or -126.
template <class F>
NEARFOLD_HD inline F exp2_f(F x) {
  using Word = typename Number<F>::Word;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: the last bits of a sum are its integer
  const F inside = Number<F>::smaller(Number<F>::larger(x, F{} - 126.0f), F{} + 127.0f);
  const F shifted = inside + kRound;
  const F r = inside - (shifted - kRound);
  const F r2 = r * r;
  const F low = 1.00000008f + 0.69314719f * r, middle = 0.24022107f + 0.05550357f * r,
          high = 0.00967603f + 0.00133909f * r;
  const F p = (low + middle * r2) + high * (r2 * r2);
  return std::bit_cast<F>(std::bit_cast<Word>(p) + (std::bit_cast<Word>(shifted) << 23));
}

/// log2 x for normal x > 0; smaller values count as the smallest normal one.
template <class F>
NEARFOLD_HD inline F log2_f(F x) {
  using Word = typename Number<F>::Word;
  constexpr std::uint32_t kHalf = 0x3f3504f3u;                      // sqrt(1/2)
  constexpr std::uint32_t kZero = 0x4b400000u, kBias = 128u << 23;  // 1.5 * 2^23; keeps bits >= 0
  const F safe = Number<F>::larger(x, F{} + 1.17549435e-38f);
  // The exponent of the mantissa that lies in [sqrt(1/2), sqrt(2)), plus 128.
  const Word bits = std::bit_cast<Word>(safe);
  const Word exponent = (bits - kHalf + kBias) >> 23;
  const F t = std::bit_cast<F>(bits - (exponent << 23) + kBias) - 1.0f;
  const F whole = std::bit_cast<F>(exponent + (kZero - 128u)) - 12582912.0f;
  const F t2 = t * t;
  const F a = 1.44269499f - 0.72135293f * t, b = 0.48091671f - 0.36022518f * t,
          c = 0.28728888f - 0.24927182f * t, d = 0.23265258f - 0.14275973f * t;
  return whole + t * ((a + b * t2) + (c + d * t2) * (t2 * t2));
}

/// x^b for x > 0.
template <class F>
NEARFOLD_HD inline F pow_f(F x, float b) {
  return exp2_f(b * log2_f(x));
}

}  // namespace nearfold
