// Fewer columns before a search: the scores of points on their principal axes.
#pragma once

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// in   points [n, dim]  finite
///      components       [1, min(n, dim)]
/// returns [n, components]: centred points on the axes of largest variance, in their order; the
/// entry of largest magnitude of each axis is positive.
/// Axes by subspace iteration, eight passes over the points: those of MNIST are right to 3e-5.
/// Deterministic: the same bytes for any number of threads. O(n dim components).
/// Throws InvalidInput, NoDevice.
NEARFOLD_EXPORT Matrix pca(HostMatrix<const float> points, int components,
                           const Device& device = Cpu{});

}  // namespace nearfold
