// Errors of the CUDA runtime as this library's; which device a thread is on.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

#include "core/device_memory.hpp"
#include "nearfold/device.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

/// Throws OutOfMemory or DeviceFailure, naming the call, for anything but success.
void check_cuda(cudaError_t status, const char* call);

/// Makes `on` the calling thread's device, and the former one again in the end.
class DeviceGuard {
 public:
  explicit DeviceGuard(const Cuda& on);
  ~DeviceGuard();
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int before_ = 0, now_ = 0;
};

/// work() on a device, for what is destroyed: if the device is gone, so is what it held.
template <class Work>
void release_on(const Cuda& on, const Work& work) noexcept {
  try {
    const DeviceGuard here(on);
    work();
  } catch (const Error&) {
  }
}

}  // namespace nearfold
