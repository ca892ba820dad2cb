// launch.cuh first: atomicAdd has to be known.
#include "launch.cuh"
//
#include "weights_on.hpp"

namespace nearfold {

EdgeGraph weigh_edges(const KnnGraph& graph, const TsneParams& params, const Cuda& on) {
  return WeightsOn<OnDevice>(OnDevice(on), graph)(params);
}

EdgeGraph weigh_edges(const KnnGraph& graph, const UmapParams& params, const Cuda& on) {
  return WeightsOn<OnDevice>(OnDevice(on), graph)(params);
}

}  // namespace nearfold
