#include "knn_device.hpp"
#include "launch.cuh"

namespace nearfold {

void select_nearest(const Cuda& on, const Selection& job) {
  select_nearest(OnDevice(on), job);
}

}  // namespace nearfold
