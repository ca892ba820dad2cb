#include "kernels/core/staging.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/parallel.hpp"
#include "kernels/core/cuda.hpp"

namespace nearfold {
namespace {

/// Page-locked memory of the host; what is being copied from it ends before it goes.
class PinnedPiece {
 public:
  explicit PinnedPiece(const Cuda& on) : on_(on) {
    const cudaError_t status = cudaHostAlloc(&data_, kStageBytes, cudaHostAllocDefault);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // or the next launch is blamed for it
      throw OutOfMemory("the host has no " + std::to_string(kStageBytes) +
                            " bytes that can be page-locked; free some, or use fewer points",
                        static_cast<std::int64_t>(kStageBytes), 0);
    }
    check_cuda(status, "cudaHostAlloc");
  }
  ~PinnedPiece() {
    release_on(on_, [&] {
      cudaStreamSynchronize(on_.stream);
      cudaFreeHost(data_);
    });
  }
  PinnedPiece(const PinnedPiece&) = delete;
  PinnedPiece& operator=(const PinnedPiece&) = delete;

  void fill(const std::byte* from, std::size_t bytes) {
    constexpr std::int64_t kRange = 1 << 20;
    auto* const to = static_cast<std::byte*>(data_);
    parallel_for(0, static_cast<std::int64_t>(bytes), kRange,
                 [&](std::int64_t begin, std::int64_t end) {
                   std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin));
                 });
  }
  const void* data() const { return data_; }

 private:
  Cuda on_;
  void* data_ = nullptr;
};

}  // namespace

bool is_worth_staging(const void* from, std::size_t bytes) {
  if (bytes < kStagedFrom) return false;
  cudaPointerAttributes known{};
  check_cuda(cudaPointerGetAttributes(&known, from), "cudaPointerGetAttributes");
  return known.type == cudaMemoryTypeUnregistered;
}

void copy_staged(const Cuda& on, void* to, const void* from, std::size_t bytes) {
  const DeviceGuard here(on);
  PinnedPiece pieces[2] = {PinnedPiece(on), PinnedPiece(on)};
  bool second = false;
  for (std::size_t first = 0; first < bytes; first += kStageBytes, second = !second) {
    PinnedPiece& piece = pieces[second ? 1 : 0];
    const std::size_t count = std::min(kStageBytes, bytes - first);
    piece.fill(static_cast<const std::byte*>(from) + first, count);
    wait_for(on);  // for the other piece, which is filled next
    check_cuda(cudaMemcpyAsync(static_cast<std::byte*>(to) + first, piece.data(), count,
                               cudaMemcpyHostToDevice, on.stream),
               "cudaMemcpyAsync");
  }
  wait_for(on);
}

}  // namespace nearfold
