// What stages hand to each other: the weighted graph between the weights and the optimisers, and
// both graphs in the memory of a device.
#pragma once

#include <cstdint>
#include <vector>

#include "device_memory.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

/// Compressed sparse rows: row i is columns[offsets[i] .. offsets[i+1]) with weights beside them.
/// Symmetric in structure and bitwise in weights, merged, no self edge, columns ascending,
/// weights > 0. t-SNE: all weights sum to 1. UMAP: memberships in (0, 1]. Rows and columns count in
/// vertices, see order.hpp.
struct EdgeGraph {
  std::int64_t n = 0;
  std::vector<std::int64_t> offsets;  // n + 1
  std::vector<std::int32_t> columns;
  std::vector<float> weights;
  std::vector<std::int32_t> point_of;  // each vertex's point; empty when they are the same

  std::int64_t edges() const { return static_cast<std::int64_t>(columns.size()); }
};

/// Both graphs in arrays of another kind: DeviceArray, or the Buffer of an executor (kernels/).
template <template <class> class Array>
struct KnnGraphIn {
  KnnGraph about;  // n, k, metric, index, recall, seconds; no entries
  Array<std::int32_t> neighbors;
  Array<float> distances;
};

template <template <class> class Array>
struct EdgeGraphIn {
  std::int64_t n = 0;
  Array<std::int64_t> offsets;  // n + 1
  Array<std::int32_t> columns;
  Array<float> weights;
  Array<std::int32_t> point_of;  // empty when vertices are numbered as points are

  std::int64_t edges() const { return static_cast<std::int64_t>(columns.size()); }
};

using DeviceKnnGraph = KnnGraphIn<DeviceArray>;
using DeviceEdgeGraph = EdgeGraphIn<DeviceArray>;

}  // namespace nearfold
