// UMAP's optimiser on the processor as its tests need it; all else takes make_optimizer().
#pragma once

#include <cstdint>
#include <memory>

#include "graph/graph.hpp"
#include "optimizer.hpp"

namespace nearfold {

/// What make_optimizer() of stages.hpp makes, compiled for no number of dimensions: the same bits
/// for 2 and 3 of them, which have loops of their own for speed.
std::unique_ptr<Optimizer> make_umap_of_any_dims(EdgeGraph graph, Matrix start,
                                                 const UmapParams& params, std::uint64_t seed,
                                                 const Cpu& on);

}  // namespace nearfold
