// Whether a graph that was given is of the points that were given with it.
#pragma once

#include "nearfold/device.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Measures about 100 rows of the graph again, evenly spaced, by its metric. Throws InvalidInput
/// where more than half of a row is not as given, naming the row, both distances and the likely
/// reason. A metric without a name here, and inner_product, whose distances differ from library to
/// library, are taken on trust. The graph was validated and has as many points. O(100 k dim).
void require_same_points(const KnnGraphView& graph, const StoredView& points);
void require_same_points(const KnnGraphView& graph, const SparseView& points);

}  // namespace nearfold
