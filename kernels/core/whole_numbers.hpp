// Whole numbers on a device, where the order in which they are added does not matter: by CUB.
//
// Cost: a sort reads and writes its keys nine times, and has room for them twice; a scan reads and
// writes its values once.
#pragma once

#include <cstdint>

#include "core/device_memory.hpp"

namespace nearfold {

/// Ascending. Waits for it: what it works in goes away.
void sort_keys(const Cuda& on, DeviceArray<std::uint64_t>& keys);

/// values[i] = sum of the values before i, in place, of n. Waits for it.
void scan_numbers(const Cuda& on, std::int64_t* values, std::int64_t n);

}  // namespace nearfold
