// The weighted graph between the weights stage and the optimisers. Its twin in device memory
// belongs to kernels/.
#pragma once

#include <cstdint>
#include <vector>

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

}  // namespace nearfold
