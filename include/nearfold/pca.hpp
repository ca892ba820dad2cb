// Fewer columns before a search: the scores of points on their principal axes.
#pragma once

#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Principal axes: what pca() projects points on, and new ones after them.
struct PcaAxes {
  std::vector<float> mean;  ///< [dim], of the points
  Matrix axes;              ///< [components, dim], orthonormal
};

/// in   points [n, dim]  finite
///      components       [1, min(n, dim)]
/// The axes of largest variance, in its order; the entry of largest magnitude of each is positive.
/// Axes by subspace iteration, eight passes over the points: those of MNIST are right to 3e-5.
/// Deterministic: the same bytes for any number of threads. O(n dim components).
/// Throws InvalidInput, NoDevice.
NEARFOLD_EXPORT PcaAxes pca_axes(const StoredView& points, int components,
                                 const Device& device = Cpu{});

/// The scores [m, components] of rows [m, dim]: centred, on the axes. A row's are the same whatever
/// rows are beside it. O(m dim components). Throws InvalidInput for another number of columns.
NEARFOLD_EXPORT Matrix project(const StoredView& rows, const PcaAxes& axes,
                               const Device& device = Cpu{});

/// Rows [m, dim] that have these scores [m, components] and nothing beside the axes: mean + scores
/// axes. Each row by itself. O(m dim components). Throws InvalidInput for another number of
/// columns.
NEARFOLD_EXPORT Matrix unproject(HostMatrix<const float> scores, const PcaAxes& axes,
                                 const Device& device = Cpu{});

/// The scores of points on their own axes: project(points, pca_axes(points, components)).
NEARFOLD_EXPORT Matrix pca(const StoredView& points, int components, const Device& device = Cpu{});

/// The same of sparse points, whose mean is never taken from their rows but from products with
/// them: memory of the stored values and 8 dim components bytes. The axes are those of the same
/// points dense but for rounding. O(stored components).
NEARFOLD_EXPORT PcaAxes pca_axes(const SparseView& points, int components,
                                 const Device& device = Cpu{});
NEARFOLD_EXPORT Matrix project(const SparseView& rows, const PcaAxes& axes,
                               const Device& device = Cpu{});
NEARFOLD_EXPORT Matrix pca(const SparseView& points, int components, const Device& device = Cpu{});

}  // namespace nearfold
