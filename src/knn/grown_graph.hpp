// The graph of points that others have joined: only what is new is searched for.
#pragma once

#include <cstdint>

#include "core/input_points.hpp"
#include "nearfold/device.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// The graph of `points`, of which `graph` is that of the first graph.n: the others get their
/// nearest among all, exactly; the old ones keep theirs as far as no new one is nearer. Of an exact
/// graph that was made with `seed` it is find_neighbors() of all points, bit for bit. Under
/// inner_product, whose distances depend on the longest of the points, it is made anew.
/// graph.metric is distance.metric; 1 <= k. A k beyond graph.k, of few old points, is searched for
/// anew. O(n m dim) for m new points at worst, O((n + m) stored) of sparse ones.
KnnGraph grown_graph(const KnnGraph& graph, const InputPoints& points, int k,
                     const Distance& distance, const Cpu& on, std::uint64_t seed);

}  // namespace nearfold
