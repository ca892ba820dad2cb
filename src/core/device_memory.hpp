// Memory of a GPU, named without any header of CUDA, so that the pipeline can carry what its stages
// leave there. Defined in kernels/core/cuda.cpp; a build without CUDA has none
// (kernels/core/no_cuda.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// Bytes on a device, freed in the end, when the device has done what was asked of it before.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  /// Throws OutOfMemory with the bytes that are free.
  DeviceMemory(const Cuda& on, std::int64_t bytes);
  DeviceMemory(DeviceMemory&& other) noexcept
      : on_(other.on_), data_(std::exchange(other.data_, nullptr)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(on_, other.on_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~DeviceMemory();  // NOLINT(performance-trivially-destructible): with CUDA it is not
  void* data() const { return data_; }

 private:
  Cuda on_;
  void* data_ = nullptr;
};

enum class CopyKind { to_device, to_host, within_device };

/// What comes from the host in so many bytes or more goes through two page-locked pieces of it.
inline constexpr std::size_t kStagedFrom = std::size_t{512} << 20;
inline constexpr std::size_t kStageBytes = std::size_t{64} << 20;  // of a piece

/// Ordered on the stream of `on`; waited for when one side is the host.
void copy_bytes(const Cuda& on, void* to, const void* from, std::size_t bytes, CopyKind kind);

/// Bytes that are free on a device.
std::int64_t free_bytes(const Cuda& on);

/// Waits until what was asked of the stream of `on` is done.
void wait_for(const Cuda& on);

/// An array on a device. A copy of one is made there.
template <class T>
class DeviceArray {
 public:
  DeviceArray() = default;
  DeviceArray(const Cuda& on, std::size_t size)
      : on_(on), size_(size), memory_(on, static_cast<std::int64_t>(size * sizeof(T))) {}
  DeviceArray(const DeviceArray& other) : DeviceArray(other.on_, other.size_) { write(other); }
  DeviceArray(DeviceArray&& other) noexcept
      : on_(other.on_), size_(std::exchange(other.size_, 0)), memory_(std::move(other.memory_)) {}
  DeviceArray& operator=(DeviceArray other) noexcept {
    on_ = other.on_;
    size_ = std::exchange(other.size_, 0);
    memory_ = std::move(other.memory_);
    return *this;
  }
  ~DeviceArray() = default;

  std::size_t size() const { return size_; }
  T* data() { return static_cast<T*>(memory_.data()); }
  const T* data() const { return static_cast<const T*>(memory_.data()); }

  void write(const T* from, std::size_t count) { copy(data(), from, count, CopyKind::to_device); }
  void read(T* to, std::size_t count, std::size_t first = 0) const {
    copy(to, data() + first, count, CopyKind::to_host);
  }
  void write(const DeviceArray& from) {
    copy(data(), from.data(), from.size(), CopyKind::within_device);
  }

 private:
  void copy(T* to, const T* from, std::size_t count, CopyKind kind) const {
    if (count > 0) copy_bytes(on_, to, from, count * sizeof(T), kind);
  }

  Cuda on_;
  std::size_t size_ = 0;
  DeviceMemory memory_;
};

/// The values in the host's memory.
template <class T>
const std::vector<T>& to_host(const std::vector<T>& values) {
  return values;
}
template <class T>
std::vector<T> to_host(const DeviceArray<T>& values) {
  std::vector<T> here(values.size());
  values.read(here.data(), here.size());
  return here;
}

/// A matrix there in the host's memory; `on` is its Cuda.
inline Matrix to_host(DeviceMatrix<const float> values, const Device& on) {
  Matrix here(values.rows(), values.cols());
  copy_bytes(std::get<Cuda>(on), here.data(), values.data(), here.values().size() * sizeof(float),
             CopyKind::to_host);
  return here;
}

/// Where arrays are a device's; its counterpart for tests is HostExecutor (kernels/).
struct DeviceSpace {
  template <class T>
  using Buffer = DeviceArray<T>;
};

}  // namespace nearfold
