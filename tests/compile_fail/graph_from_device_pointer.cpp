// A graph owns its neighbours in host memory: it is not made from a pointer into device memory.
#include <cstdint>
#include <vector>

#include "nearfold/nearfold.hpp"

#ifdef NEARFOLD_WRONG
nearfold::KnnGraph graph_of(nearfold::DeviceMatrix<std::int32_t> neighbors) {
  return {.n = neighbors.rows(), .k = neighbors.cols(), .neighbors = neighbors.data()};
}
#else
nearfold::KnnGraph graph_of(nearfold::HostMatrix<std::int32_t> neighbors) {
  return {.n = neighbors.rows(),
          .k = neighbors.cols(),
          .neighbors = std::vector<std::int32_t>(neighbors.data(), neighbors.row(neighbors.rows())),
          .distances = {}};
}
#endif
