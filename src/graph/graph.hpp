// What stages hand to each other: the weighted graph between the weights and the optimisers, and
// both graphs in the memory of a device.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/device_memory.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

/// Compressed sparse rows: row i is columns[offsets[i] .. offsets[i+1]) with weights beside them.
/// Symmetric in structure and bitwise in weights, merged, no self edge, columns ascending,
/// weights > 0. t-SNE: all weights sum to 1. UMAP: memberships in (0, 1]. PaCMAP: 1, or 2 for a
/// near pair of both ends. Rows and columns count in vertices, see vertex_order.hpp.
struct EdgeGraph {
  std::int64_t n = 0;
  std::vector<std::int64_t> offsets;  // n + 1
  std::vector<std::int32_t> columns;
  std::vector<float> weights;
  std::vector<std::int32_t> point_of;  // each vertex's point; empty when they are the same
  std::vector<float> radii = {};       // densMAP: of each vertex, standardised (weights/radii.hpp)
  // PaCMAP: pairs that are no edges, as many of each vertex (pacmap/pairs.hpp), [n, count]
  std::vector<std::int32_t> mid_near = {}, further = {};

  std::int64_t edges() const { return static_cast<std::int64_t>(columns.size()); }
};

/// Both graphs in the memory of a device. Space::Buffer is its array.
template <class Space>
struct KnnGraphIn {
  KnnGraph metadata;  // n, k, metric, index, recall, seconds; no entries
  typename Space::template Buffer<std::int32_t> neighbors;
  typename Space::template Buffer<float> distances;
};

template <class Space>
struct EdgeGraphIn {
  std::int64_t n = 0;
  typename Space::template Buffer<std::int64_t> offsets;  // n + 1
  typename Space::template Buffer<std::int32_t> columns;
  typename Space::template Buffer<float> weights;
  typename Space::template Buffer<std::int32_t> point_of;  // empty as above
  // Empty as above:
  typename Space::template Buffer<float> radii = {};
  typename Space::template Buffer<std::int32_t> mid_near = {}, further = {};

  std::int64_t edges() const { return static_cast<std::int64_t>(columns.size()); }
};

using DeviceKnnGraph = KnnGraphIn<DeviceSpace>;
using DeviceEdgeGraph = EdgeGraphIn<DeviceSpace>;

// ---- the neighbour graph on the host (knn_graph.cpp) -------------------------------------------

/// Throws InvalidInput when the graph cannot be pruned to k neighbours.
void require_neighbors(const KnnGraphView& graph, int k);
/// Throws InvalidInput unless there are n * k ids and distances.
void require_entries(std::int64_t n, std::int64_t k, std::size_t ids, std::size_t distances);
/// KnnGraph::tied_rows of the first k neighbours: as it was counted, or by the neighbour that
/// follows.
std::optional<std::int64_t> tied_rows(const KnnGraphView& graph, std::int64_t k);
/// Room for k neighbours of each of n points, unset.
KnnGraph empty_graph(std::int64_t n, std::int64_t k);
/// All that is known of a graph but its rows.
KnnGraph without_entries(const KnnGraphView& graph);
/// Room for the first k neighbours of a graph, with all that is known of it otherwise. Throws as
/// require_neighbors() does.
KnnGraph empty_like(const KnnGraphView& graph, int k);

}  // namespace nearfold
