// The device of a run, as stages see it.
#pragma once

#include "nearfold/device.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Throws NoDevice when the GPU can't be used; what is wrong with it, and what else there is.
void require_device(const Cuda&);
/// The same for either device.
void require_usable(const Device& device);

/// Makes the GPU ready: its context takes a part of a second, the first time in a process. Code of
/// the kernels is loaded when it is asked for.
void start_device(const Cuda&);

/// The Cpu in `device`, for `what` has no implementation on a GPU: a usable one throws Unsupported,
/// another one NoDevice.
const Cpu& require_cpu(const Device& device, const char* what = "this");

/// Throws Unsupported for narrow points and a GPU, where points are float32.
void require_taken(const StoredView& points, const Device& device);

/// The processor that does what has no implementation on a device.
inline const Cpu& host_of(const Cpu& on) {
  return on;
}
inline Cpu host_of(const Cuda&) {
  return {};
}

}  // namespace nearfold
