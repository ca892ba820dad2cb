// The spectral layout: eigenvectors of the graph's normalised Laplacian, component by component.
// spectral.cpp arranges the components, spectral_solver.hpp finds the eigenvectors of one.
#pragma once

#include <cstdint>

#include "init/init_source.hpp"
#include "stages.hpp"

namespace nearfold {

/// One component: its eigenvectors. More: each by itself, scaled to a cell of the plane or space;
/// those of fewer than 2 dims vertices are placed at random in theirs, which is all that takes part
/// of `seed`. The description counts the components, the warnings name them and eigenvectors that
/// did not converge. Rows by vertex. Deterministic. Cost: that of the eigenvectors, and
/// O(n + C log C) for C components.
InitialLayout spectral_layout(InitSource& graph, int dims, std::uint64_t seed, const Cpu& on);

}  // namespace nearfold
