// How dense points lie, and how dense they lie in a map: what densMAP makes alike.
#pragma once

#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// The local radius of each point, as a logarithm: that of its mean squared distance to those it
/// has an edge with in UMAP's graph, weighed by their memberships. Of points' graph it is
/// umap-learn's rad_orig_; of the graph of a map (find_neighbors(map, n_neighbors - 1)) rad_emb_,
/// which umap-learn takes of distances that are not squared. NaN for a point without an edge.
/// Deterministic for any number of threads. Throws what edge_weights() throws. O(n k^2).
NEARFOLD_EXPORT std::vector<float> local_radii(const KnnGraphView& graph, const UmapParams& params,
                                               const Cpu& on = {});

}  // namespace nearfold
