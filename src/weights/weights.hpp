// What the weights of edges are made by, on the processor (weights.cpp) and on a device
// (kernels/weights/weights.hpp). The stage itself: weigh_edges() in stages.hpp.
#pragma once

#include <cstdint>

#include "graph/graph.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// UMAP leaves out edges lighter than this: they would not fire once in all epochs, as in
/// umap-learn. Throws InvalidInput when there is no edge at all.
float lightest_edge(const UmapParams& params, std::int64_t n, float heaviest);

/// Whether edges of such a run are weighed by the processor, wherever it optimises: those that
/// differ from the usual have no kernels (kernels/weights/on_host.hpp).
bool weighed_on_host(const TsneParams& params);
bool weighed_on_host(const UmapParams& params);
inline bool weighed_on_host(const PacmapParams&) {
  return true;
}

/// Removes entries lighter than `least`, in place.
void drop_below(EdgeGraph& graph, float least);
/// Removes entries of weight 0, in place.
void drop_weightless(EdgeGraph& graph);

/// Distances are added up in ranges of so many.
inline constexpr std::int64_t kDistancesOfRange = 65'536;

}  // namespace nearfold
