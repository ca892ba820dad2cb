#include "kernels/core/sort.hpp"

#include <cub/device/device_radix_sort.cuh>
#include <utility>

#include "kernels/core/cuda.hpp"

namespace nearfold {

void sort_keys(const Cuda& on, DeviceArray<std::uint64_t>& keys) {
  if (keys.size() == 0) return;
  const DeviceGuard here(on);
  const auto size = static_cast<std::int64_t>(keys.size());
  DeviceArray<std::uint64_t> sorted(on, keys.size());
  std::size_t bytes = 0;
  const auto run = [&](void* scratch) {
    check_cuda(cub::DeviceRadixSort::SortKeys(scratch, bytes, keys.data(), sorted.data(), size, 0,
                                              64, on.stream),
               "cub::DeviceRadixSort::SortKeys");
  };
  run(nullptr);  // tells the bytes
  const DeviceMemory scratch(on, static_cast<std::int64_t>(bytes));
  run(scratch.data());
  wait_for(on);
  keys = std::move(sorted);
}

}  // namespace nearfold
