// What new points on a UMAP map have in common, made once on the processor, for either device.
#pragma once

#include <vector>

#include "math/umap_placement.hpp"
#include "nearfold/model.hpp"

namespace nearfold {

/// Curve and rate; no samples yet.
UmapPlacing placing_by(const UmapParams& params);

/// Of all epochs: a function of (seed, epoch), the same for all rows.
std::vector<float> samples_of(const Model& model);

/// The mean of all distances of the graph, the points themselves among them: what memberships are
/// made with, as in the fit.
float mean_distance(const KnnGraph& graph);

}  // namespace nearfold
