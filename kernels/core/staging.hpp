// Many bytes from the host to a device. Of memory that is not page-locked the driver copies a
// piece, on one thread, waits until the device has it, and copies the next. Here all threads fill
// one page-locked piece while the device takes the other.
//
// Cost: no launch; 2 kStageBytes of the host, locked and released again, so that it is for copies
// of several times as many; every byte is written and read once more on the host.
#pragma once

#include <cstddef>

#include "core/device_memory.hpp"

namespace nearfold {

/// Whether copying from there is worth staging: pageable, and much.
bool is_worth_staging(const void* from, std::size_t bytes);

/// Waited for. Throws OutOfMemory where the host has no memory to lock, and Stopped as
/// throw_if_stopped() does.
void copy_staged(const Cuda& on, void* to, const void* from, std::size_t bytes);

}  // namespace nearfold
