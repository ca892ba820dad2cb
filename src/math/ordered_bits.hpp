// Floats as whole numbers that order the same way: what is selected by its bits.
#pragma once

#include <bit>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// The bits of a float >= 0 ascend with it, those of a negative one are mirrored below. -0 is 0.
NEARFOLD_HD inline std::uint32_t ordered_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);
  return bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
}
NEARFOLD_HD inline float float_of_ordered(std::uint32_t ordered) {
  return std::bit_cast<float>(ordered ^ (ordered >> 31 ? 0x80000000u : 0xffffffffu));
}

}  // namespace nearfold
