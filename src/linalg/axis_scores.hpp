// Projection of rows on axes: what PCA, the PCA initialization and the short rows of searches have
// in common.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linalg/packed_rows.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// The difference of a row to the mean, into `centered`; returns its squared norm.
float center(const float* row, const std::vector<float>& mean, float* centered);

/// <row - mean, axis> for the first `count` axes, in float, column after column: the same bits on
/// every processor and device, whatever rows are beside. scores[r * stride ..] are those of
/// rows[r]; squares[r], where asked for, is the squared norm of what was projected.
void axis_scores(std::span<const float* const> rows, const std::vector<float>& mean,
                 const PackedRows& axes, std::int64_t count, float* scores, std::int64_t stride,
                 float* squares = nullptr);

/// Of all points [n, dim] on axes [count, dim]: [n, count].
Matrix axis_scores(const StoredView& points, const std::vector<float>& mean, const Matrix& axes,
                   const Cpu& on);

}  // namespace nearfold
