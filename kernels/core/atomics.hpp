// What threads may do to one place in any order: with whole numbers.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

#if defined(__CUDACC__)
#include <cuda/atomic>
#endif

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

/// Whether the caller is the last of `count` threads that come here. It sees what the others wrote
/// before they came; nobody waits. *arrived is 0 before the first and after the last.
NEARFOLD_HD inline bool is_last_of(std::int32_t* arrived, std::int64_t count) {
#if defined(__CUDA_ARCH__)
  const cuda::atomic_ref<std::int32_t, cuda::thread_scope_device> all(*arrived);
  if (all.fetch_add(1, cuda::memory_order_acq_rel) + 1 < count) return false;
  all.store(0, cuda::memory_order_relaxed);
  return true;
#else
  if (++*arrived < count) return false;
  *arrived = 0;
  return true;
#endif
}

}  // namespace nearfold
