// Which GPUs there are, and whether this build's kernels run on them.
#include "nearfold/device.hpp"

#include "core/device.hpp"
#include "core/parallel.hpp"
#include "kernels/core/cuda.hpp"
#include "nearfold/embed.hpp"

namespace nearfold {
namespace {

constexpr int kOldestMajor = 7, kOldestMinor = 5;

/// Usable ones; the last error is kept for whoever asks why there are none.
int device_count(cudaError_t& status) {
  int count = 0;
  status = cudaGetDeviceCount(&count);
  cudaGetLastError();
  return status == cudaSuccess ? count : 0;
}

cudaDeviceProp properties(int device) {
  cudaDeviceProp found{};
  check_cuda(cudaGetDeviceProperties(&found, device), "cudaGetDeviceProperties");
  return found;
}

bool new_enough(const cudaDeviceProp& p) {
  return p.major > kOldestMajor || (p.major == kOldestMajor && p.minor >= kOldestMinor);
}

}  // namespace

void require_device(const Cuda& on) {
  cudaError_t status = cudaSuccess;
  const int count = device_count(status);
  if (count == 0)
    throw NoDevice(std::string("no usable GPU: ") +
                   (status == cudaSuccess ? "none is installed" : cudaGetErrorString(status)) +
                   "; install or repair its driver, or use the cpu");
  if (on.device < 0 || on.device >= count)
    throw NoDevice("device is cuda:" + std::to_string(on.device) + ", and there are " +
                   std::to_string(count) + "; use cuda:0 to cuda:" + std::to_string(count - 1));
  const cudaDeviceProp p = properties(on.device);
  if (!new_enough(p))
    throw NoDevice(std::string(p.name) + " has compute capability " + std::to_string(p.major) +
                   "." + std::to_string(p.minor) +
                   ", and at least 7.5 is needed; use another GPU or the cpu");
}

void start_device(const Cuda& on) {
  const DeviceGuard here(on);
  check_cuda(cudaFree(nullptr), "cudaFree");
}

const char* cuda_version() noexcept {
  return NEARFOLD_CUDA_VERSION;
}

/// Nothing is asked that would make a context: each takes memory, and a part of a second.
Device best_device() noexcept {
  cudaError_t status = cudaSuccess;
  const int count = device_count(status);
  for (int i = 0; i < count; ++i) try {
      if (new_enough(properties(i))) return Cuda{i};
    } catch (const Error&) {  // a broken one is not the best
    }
  return Cpu{};
}

std::string describe(const Cuda& on) {
  cudaError_t status = cudaSuccess;
  const std::string id = "cuda:" + std::to_string(on.device);
  if (on.device < 0 || on.device >= device_count(status)) return id;
  return id + " (" + properties(on.device).name + ")";
}

}  // namespace nearfold
