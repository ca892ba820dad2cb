// Numbers of 16 bits (IEEE binary16) as their bits: no header of CUDA is needed to make them, and
// both sides make the same.
#pragma once

#include <bit>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// The nearest half, to even when there are two. Infinite from 65520 on; below 2^-14 in steps of
/// 2^-24.
NEARFOLD_HD inline std::uint16_t half_of(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
  std::uint32_t half = 0, rest = 0, middle = 0x1000u;
  if (size > 0x7f800000u) {
    half = 0x7e00u;  // not a number
  } else if (size >= 0x477ff000u) {
    half = 0x7c00u;
  } else if (size >= 0x38800000u) {
    half = (size - 0x38000000u) >> 13;
    rest = size & 0x1fffu;
  } else if (size >= 0x33000000u) {  // from 2^-25 on: less becomes 0
    const std::uint32_t mantissa = (size & 0x7fffffu) | 0x800000u, shift = 126 - (size >> 23);
    half = mantissa >> shift;
    rest = mantissa & ((1u << shift) - 1);
    middle = 1u << (shift - 1);
  }
  if (rest > middle || (rest == middle && half % 2 == 1)) ++half;
  return static_cast<std::uint16_t>(sign | half);
}

NEARFOLD_HD inline float float_of(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16, size = half & 0x7fffu;
  if (size >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (size & 0x3ffu) << 13);
  if (size >= 0x400u) return std::bit_cast<float>(sign | ((size << 13) + 0x38000000u));
  const float value = static_cast<float>(size) * 0x1p-24f;
  return sign ? -value : value;
}

/// The upper half of a float32.
NEARFOLD_HD inline float float_of_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

}  // namespace nearfold
