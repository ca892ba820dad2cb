// What every grid of t-SNE by FFT has in common, on the processor and on a GPU.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "math/tsne_force.hpp"  // IWYU pragma: export: kGridSpacing

namespace nearfold {

/// Layout units between nodes for a kernel: one narrower than Student's needs them nearer.
inline double grid_spacing(double dof) {
  return kGridSpacing * std::sqrt(std::min(1.0, dof));
}

/// Nodes a side of a grid that needs so many: twice as many have a fast transform.
std::int64_t grid_nodes_for(std::int64_t nodes);

/// Discrete Fourier transform of the quintic B-spline at the integers, at wave number k of 2 nodes.
double spline_symbol(std::int64_t k, std::int64_t nodes);

/// The potential that a unit charge reads back from itself, on average over its place in a cell. To
/// 1e-6 the same for every grid.
double grid_self_potential(double dof = 1);

}  // namespace nearfold
