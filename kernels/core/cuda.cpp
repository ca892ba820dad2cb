#include "kernels/core/cuda.hpp"

#include "kernels/core/staging.hpp"

namespace nearfold {

void check_cuda(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  const std::string what =
      std::string(call) + ": " + cudaGetErrorString(status) + " (" + cudaGetErrorName(status) + ")";
  if (status == cudaErrorMemoryAllocation)
    throw OutOfMemory(what + "; use fewer points or a device with more memory", 0, 0);
  throw DeviceFailure(what + "; the device can't be used any more by this process");
}

DeviceGuard::DeviceGuard(const Cuda& on) {
  check_cuda(cudaGetDevice(&before_), "cudaGetDevice");
  now_ = on.device;
  if (now_ != before_) check_cuda(cudaSetDevice(now_), "cudaSetDevice");
}

DeviceGuard::~DeviceGuard() {
  if (now_ != before_) cudaSetDevice(before_);
}

std::int64_t free_bytes(const Cuda& on) {
  const DeviceGuard here(on);
  std::size_t free = 0, total = 0;
  check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return static_cast<std::int64_t>(free);
}

DeviceMemory::DeviceMemory(const Cuda& on, std::int64_t bytes) : on_(on) {
  if (bytes == 0) return;
  const DeviceGuard here(on);
  const cudaError_t status = cudaMalloc(&data_, static_cast<std::size_t>(bytes));
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // or the next launch is blamed for it
    data_ = nullptr;
    const std::int64_t free = free_bytes(on);
    throw OutOfMemory(describe(on) + " has " + std::to_string(free) + " bytes free, and " +
                          std::to_string(bytes) +
                          " more are needed; use fewer points or neighbours, or another device",
                      bytes, free);
  }
  check_cuda(status, "cudaMalloc");
}

DeviceMemory::~DeviceMemory() {
  if (data_) release_on(on_, [&] { cudaFree(data_); });
}

void copy_bytes(const Cuda& on, void* to, const void* from, std::size_t bytes, CopyKind kind) {
  constexpr cudaMemcpyKind kKinds[] = {cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost,
                                       cudaMemcpyDeviceToDevice};
  const DeviceGuard here(on);
  if (kind == CopyKind::to_device && is_worth_staging(from, bytes))
    return copy_staged(on, to, from, bytes);
  check_cuda(cudaMemcpyAsync(to, from, bytes, kKinds[static_cast<int>(kind)], on.stream),
             "cudaMemcpyAsync");
  if (kind != CopyKind::within_device) wait_for(on);
}

void wait_for(const Cuda& on) {
  const DeviceGuard here(on);
  check_cuda(cudaStreamSynchronize(on.stream), "cudaStreamSynchronize");
}

}  // namespace nearfold
