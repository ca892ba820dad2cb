// Sorting on a device.
#pragma once

#include <cstdint>

#include "core/device_memory.hpp"

namespace nearfold {

/// Ascending. Waits for it: what it works in goes away.
void sort_keys(const Cuda& on, DeviceArray<std::uint64_t>& keys);

}  // namespace nearfold
