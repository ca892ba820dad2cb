#include "launch.cuh"
#include "order_on.hpp"

namespace nearfold {

DeviceArray<std::int32_t> local_order(const DeviceKnnGraph& graph, const Cuda& on) {
  return OrderOn<OnDevice>(OnDevice(on), graph).order();
}

DeviceKnnGraph renumbered(const DeviceKnnGraph& graph, const DeviceArray<std::int32_t>& point_of,
                          const Cuda& on) {
  return OrderOn<OnDevice>(OnDevice(on), graph).renumbered(point_of);
}

}  // namespace nearfold
