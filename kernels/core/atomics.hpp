// What threads may do to one place in any order: with whole numbers.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// Adds to *to; returns what was there.
NEARFOLD_HD inline std::int64_t add_atomically(std::int64_t* to, std::int64_t value) {
#if defined(__CUDA_ARCH__)
  return static_cast<std::int64_t>(
      atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value)));
#else
  const std::int64_t before = *to;
  *to += value;
  return before;
#endif
}

/// *to becomes the smaller of both.
NEARFOLD_HD inline void take_smaller(std::int32_t* to, std::int32_t value) {
#if defined(__CUDA_ARCH__)
  atomicMin(to, value);
#else
  if (value < *to) *to = value;
#endif
}

}  // namespace nearfold
