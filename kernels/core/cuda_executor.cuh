// The executor of a GPU; what it has is listed in host_executor.hpp. Everything is ordered on the
// stream of its Cuda, or on one of its own.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/core/cuda.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/core/recording.hpp"
#include "kernels/core/whole_numbers.hpp"

namespace nearfold {

template <class Body>
__global__ void __launch_bounds__(kBlockThreads) run_each(std::int64_t n, Body body) {
  const std::int64_t step = std::int64_t{gridDim.x} * kBlockThreads;
  for (std::int64_t i = std::int64_t{blockIdx.x} * kBlockThreads + threadIdx.x; i < n; i += step)
    body(i);
}

/// Adds what the lane `by` further on has: word by word, whatever a Part is.
template <class Part>
__device__ inline void add_lane(Part& part, int by) {
  static_assert(sizeof(Part) % 4 == 0);
  constexpr int kWords = sizeof(Part) / 4;
  union Words {
    Part part;
    unsigned word[kWords];
    __device__ Words() : word{} {}
  } mine, theirs;
  mine.part = part;
  for (int w = 0; w < kWords; ++w)
    theirs.word[w] = __shfl_down_sync(0xffffffffu, mine.word[w], by, kRowLanes);
  part += theirs.part;
}

/// A warp holds two rows. All lanes go through all rounds, so that none is missing from a sum.
template <class Body>
__global__ void __launch_bounds__(kBlockThreads) run_rows(std::int64_t rows, Body body) {
  const std::int64_t step = std::int64_t{gridDim.x} * (kBlockThreads / kRowLanes);
  const int lane = threadIdx.x % kRowLanes;
  const std::int64_t mine =
      std::int64_t{blockIdx.x} * (kBlockThreads / kRowLanes) + threadIdx.x / kRowLanes;
  const std::int64_t first_of_block = std::int64_t{blockIdx.x} * (kBlockThreads / kRowLanes);
  for (std::int64_t round = 0; first_of_block + round < rows; round += step) {
    const std::int64_t i = mine + round;
    using Part = decltype(body.part(i, lane));
    Part sum{};
    if (i < rows) sum = body.part(i, lane);
    for (int width = kRowLanes / 2; width > 0; width /= 2) add_lane(sum, width);
    if (i < rows && lane == 0) body.finish(i, sum);
  }
}

class CudaExecutor {
 public:
  explicit CudaExecutor(const Cuda& on) : on_(on) {}
  /// With a stream that can be recorded, which is there as long as copies of this executor are.
  static CudaExecutor with_own_stream(const Cuda& on) {
    return CudaExecutor(std::make_shared<const OwnStream>(on));
  }

  using Space = DeviceSpace;
  template <class T>
  using Buffer = DeviceArray<T>;

  template <class T>
  Buffer<T> buffer(std::int64_t size) const {
    return Buffer<T>(on_, static_cast<std::size_t>(size));
  }
  template <class T>
  Buffer<T> upload(const std::vector<T>& values) const {
    Buffer<T> made(on_, values.size());
    write(values, made);
    return made;
  }
  template <class T>
  void write(const std::vector<T>& values, Buffer<T>& to) const {
    to.write(values.data(), values.size());
  }
  template <class T>
  void copy(const Buffer<T>& from, Buffer<T>& to) const {
    if (to.size() != from.size()) to = Buffer<T>(on_, from.size());
    to.write(from);
  }
  template <class T>
  void bring(const T* from_host, std::int64_t count, T* to) const {
    move(to, from_host, count, CopyKind::to_device);
  }
  template <class T>
  void fetch(const T* from, std::int64_t count, T* to_host) const {
    move(to_host, from, count, CopyKind::to_host);
  }
  template <class T>
  std::vector<T> download(const Buffer<T>& from) const {
    std::vector<T> values(from.size());
    from.read(values.data(), values.size());
    return values;
  }

  /// The one value at `index`.
  template <class T>
  T download(const Buffer<T>& from, std::int64_t index) const {
    T value;
    from.read(&value, 1, static_cast<std::size_t>(index));
    return value;
  }

  void sort(Buffer<std::uint64_t>& keys) const { sort_keys(on_, keys); }
  void scan(std::int64_t* values, std::int64_t n) const { scan_numbers(on_, values, n); }

  template <class Body>
  void for_each(std::int64_t n, const Body& body) const {
    launch(run_each<Body>, n, n, body);
  }
  template <class Body>
  void for_each_row(std::int64_t rows, const Body& body) const {
    // In rounds of blocks, so the number of threads may be cut.
    launch(run_rows<Body>, std::min(rows, kMaxBlocks * kBlockThreads) * kRowLanes, rows, body);
  }

  using Recording = nearfold::Recording;
  template <class Work>
  Recording record(const Work& work) const {
    Capture capture(on_);
    work();
    return Recording(on_, capture.end());
  }

  const Cuda& on() const { return on_; }
  std::int64_t free_bytes() const { return nearfold::free_bytes(on_); }
  void wait() const { wait_for(on_); }

 private:
  explicit CudaExecutor(std::shared_ptr<const OwnStream> stream)
      : on_(stream->on()), own_(std::move(stream)) {}

  template <class T>
  void move(T* to, const T* from, std::int64_t count, CopyKind kind) const {
    if (count > 0) copy_bytes(on_, to, from, static_cast<std::size_t>(count) * sizeof(T), kind);
  }
  template <class Kernel, class Body>
  void launch(Kernel* kernel, std::int64_t threads, std::int64_t n, const Body& body) const {
    if (threads <= 0) return;
    const DeviceGuard here(on_);
    kernel<<<static_cast<unsigned>(blocks_for(threads)), kBlockThreads, 0, on_.stream>>>(n, body);
    check_cuda(cudaGetLastError(), "kernel launch");
  }

  Cuda on_;
  std::shared_ptr<const OwnStream> own_;  // on_'s, if it is one's own
};

}  // namespace nearfold
