// Errors of the CUDA runtime as this library's, and the memory of a device.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>
#include <utility>

#include "nearfold/device.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

/// Throws OutOfMemory or DeviceFailure, naming the call, for anything but success.
void check_cuda(cudaError_t status, const char* call);

/// Makes `on` the calling thread's device, and the former one again in the end.
class OnThisDevice {
 public:
  explicit OnThisDevice(const Cuda& on);
  ~OnThisDevice();
  OnThisDevice(const OnThisDevice&) = delete;
  OnThisDevice& operator=(const OnThisDevice&) = delete;

 private:
  int before_ = 0;
};

/// Free bytes of a device.
std::int64_t free_bytes(const Cuda& on);

/// Bytes on a device, freed in the end, when the device has done what was asked of it before.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  DeviceMemory(const Cuda& on, std::int64_t bytes);
  DeviceMemory(DeviceMemory&& other) noexcept
      : on_(other.on_), data_(std::exchange(other.data_, nullptr)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(on_, other.on_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~DeviceMemory();
  void* data() const { return data_; }

 private:
  Cuda on_;
  void* data_ = nullptr;
};

/// An array on a device. Copies are ordered on its stream; those to and from the host wait for it.
template <class T>
class DeviceArray {
 public:
  DeviceArray() = default;
  DeviceArray(const Cuda& on, std::size_t size)
      : on_(on), size_(size), memory_(on, static_cast<std::int64_t>(size * sizeof(T))) {}
  std::size_t size() const { return size_; }
  T* data() { return static_cast<T*>(memory_.data()); }
  const T* data() const { return static_cast<const T*>(memory_.data()); }

  void write(const T* from, std::size_t count) {
    copy(data(), from, count, cudaMemcpyHostToDevice, true);
  }
  void read(T* to, std::size_t count) const {
    copy(to, data(), count, cudaMemcpyDeviceToHost, true);
  }
  void write(const DeviceArray& from) {
    copy(data(), from.data(), from.size(), cudaMemcpyDeviceToDevice, false);
  }

 private:
  void copy(T* to, const T* from, std::size_t count, cudaMemcpyKind kind, bool wait) const {
    if (count == 0) return;
    const OnThisDevice here(on_);
    check_cuda(cudaMemcpyAsync(to, from, count * sizeof(T), kind, on_.stream), "cudaMemcpyAsync");
    if (wait) check_cuda(cudaStreamSynchronize(on_.stream), "cudaStreamSynchronize");
  }

  Cuda on_;
  std::size_t size_ = 0;
  DeviceMemory memory_;
};

}  // namespace nearfold
