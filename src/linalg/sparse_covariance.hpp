// Products with the covariance of sparse points, for pca_axes.hpp: the mean is taken from products
// with the rows and never from the rows themselves, which would then hold no zeros.
#pragma once

#include <vector>

#include "linalg/pca_axes.hpp"
#include "nearfold/device.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold {

/// Vectors [width, dim] by column: column c's are beside each other, filled up to whole steps of 8.
struct ByColumn {
  std::int64_t stride = 0;
  std::vector<float> values;  // [dim, stride]

  const float* of(std::int64_t column) const { return values.data() + column * stride; }
};

/// The first `count` axes [count, dim]; `mean` [dim] is written. Deterministic. Memory: 4 bytes for
/// each number of the vectors, at most 256 MB more. O(iterations stored count).
Matrix principal_axes(const SparseView& points, int count, int iterations, std::vector<float>& mean,
                      std::uint64_t seed, const Cpu& on);

/// Of rows [m, dim] on axes [count, dim]: [m, count]. Each row by itself.
Matrix axis_scores(const SparseView& rows, const std::vector<float>& mean, const Matrix& axes,
                   const Cpu& on);

}  // namespace nearfold
