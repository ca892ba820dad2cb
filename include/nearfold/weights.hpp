// The weighted graph that an optimisation descends on, for those who look at it themselves.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Compressed sparse rows: row i is columns[offsets[i] .. offsets[i + 1]), ascending, with weights
/// beside them. Symmetric in structure and bitwise in weights, without self edges, weights > 0.
struct EdgeWeights {
  std::int64_t n = 0;
  std::vector<std::int64_t> offsets;  ///< [n + 1]
  std::vector<std::int32_t> columns;
  std::vector<float> weights;
};

/// What `method` makes of a graph's neighbours, of which it takes as many as it needs. UMAP:
/// memberships in (0, 1], without edges that would not be sampled once in all epochs. t-SNE: joint
/// probabilities, which sum to 1. PaCMAP: near pairs, 1, or 2 where either end chose the other.
/// Deterministic for any number of threads. Throws InvalidParameter, and InvalidInput for a graph
/// of too few neighbours or one that breaks the rules of KnnGraph. O(n k log k).
NEARFOLD_EXPORT EdgeWeights edge_weights(const KnnGraphView& graph, const Method& method,
                                         const Cpu& on = {});

/// The same of a run's settings on a Cpu: of its method, steered by its targets, which are of the
/// graph's points.
NEARFOLD_EXPORT EdgeWeights edge_weights(const KnnGraphView& graph, const Settings& settings);

}  // namespace nearfold
