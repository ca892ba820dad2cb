// One value everywhere in memory of a device: made there, where a vector of it would have to be
// brought.
//
// Cost: one launch; the bytes of what is filled, written once.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

template <class T>
struct FillWith {
  T value;
  T* to;
  NEARFOLD_HD void operator()(std::int64_t i) const { to[i] = value; }
};

/// Memory of a device with `value` in it. Does not wait for it.
template <class T, class Executor>
typename Executor::template Buffer<T> filled(const Executor& executor, std::int64_t size,
                                             const T& value) {
  auto made = executor.template buffer<T>(size);
  executor.for_each(size, FillWith<T>{value, made.data()});
  return made;
}

}  // namespace nearfold
