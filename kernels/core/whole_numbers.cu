#include "kernels/core/whole_numbers.hpp"

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>
#include <utility>

#include "kernels/core/cuda.hpp"

namespace nearfold {
namespace {

/// run(scratch, bytes) tells the bytes it needs where there is no scratch yet, then works in them.
template <class Run>
void with_scratch(const Cuda& on, const char* call, const Run& run) {
  const DeviceGuard here(on);
  std::size_t bytes = 0;
  check_cuda(run(nullptr, bytes), call);
  const DeviceMemory scratch(on, static_cast<std::int64_t>(bytes));
  check_cuda(run(scratch.data(), bytes), call);
  wait_for(on);
}

}  // namespace

void sort_keys(const Cuda& on, DeviceArray<std::uint64_t>& keys) {
  if (keys.size() == 0) return;
  const auto size = static_cast<std::int64_t>(keys.size());
  DeviceArray<std::uint64_t> sorted(on, keys.size());
  with_scratch(on, "cub::DeviceRadixSort::SortKeys", [&](void* scratch, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(scratch, bytes, keys.data(), sorted.data(), size, 0, 64,
                                          on.stream);
  });
  keys = std::move(sorted);
}

void scan_numbers(const Cuda& on, std::int64_t* values, std::int64_t n) {
  if (n == 0) return;
  with_scratch(on, "cub::DeviceScan::ExclusiveSum", [&](void* scratch, std::size_t& bytes) {
    return cub::DeviceScan::ExclusiveSum(scratch, bytes, values, values, n, on.stream);
  });
}

}  // namespace nearfold
