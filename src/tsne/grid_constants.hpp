// What every grid of t-SNE by FFT has in common, on the processor and on a GPU.
#pragma once

#include <cstdint>

#include "math/tsne_force.hpp"  // IWYU pragma: export: kGridSpacing

namespace nearfold {

/// Nodes a side of a grid that needs so many: twice as many have a fast transform.
std::int64_t grid_nodes_for(std::int64_t nodes);

/// The potential that a unit charge reads back from itself, on average over its place in a cell. To
/// 1e-6 the same for every grid.
double grid_self_potential();

}  // namespace nearfold
