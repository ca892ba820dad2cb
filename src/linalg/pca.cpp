#include "nearfold/pca.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/device.hpp"
#include "core/parallel.hpp"
#include "linalg/axis_scores.hpp"
#include "linalg/pca_axes.hpp"
#include "linalg/sparse_covariance.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

namespace {

void require_components(int components, std::int64_t rows, std::int64_t cols) {
  const std::int64_t most = std::min(rows, cols);
  if (components < 1 || components > most)
    throw InvalidInput("pca wants " + std::to_string(components) + " components of " +
                       std::to_string(rows) + " x " + std::to_string(cols) + " values; use 1 to " +
                       std::to_string(most));
}

void require_axes_of(std::int64_t cols, const PcaAxes& axes) {
  if (cols != axes.axes.cols() || axes.axes.cols() != std::ssize(axes.mean))
    throw InvalidInput("the rows have " + std::to_string(cols) + " columns, the axes " +
                       std::to_string(axes.axes.cols()) + " and their mean " +
                       std::to_string(axes.mean.size()));
}

}  // namespace

PcaAxes pca_axes(const StoredView& points, int components, const Device& device) {
  const Cpu& on = require_cpu(device);
  check_values(points, on);
  require_components(components, points.rows(), points.cols());
  PcaAxes found;
  found.axes = principal_axes(points, components, kPcaPasses, found.mean, kPcaSeed, on);
  return found;
}

Matrix project(const StoredView& rows, const PcaAxes& axes, const Device& device) {
  const Cpu& on = require_cpu(device);
  require_axes_of(rows.cols(), axes);
  return axis_scores(rows, axes.mean, axes.axes, on);
}

Matrix unproject(HostMatrix<const float> scores, const PcaAxes& axes, const Device& device) {
  const Cpu& on = require_cpu(device);
  const std::int64_t dim = axes.axes.cols();
  if (scores.cols() != axes.axes.rows() || dim != std::ssize(axes.mean))
    throw InvalidInput("the scores have " + std::to_string(scores.cols()) + " columns for " +
                       std::to_string(axes.axes.rows()) + " axes of " + std::to_string(dim) +
                       " columns, and their mean " + std::to_string(axes.mean.size()));
  Matrix rows(scores.rows(), dim);
  parallel_for(on.threads, rows.rows(), 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::copy(axes.mean.begin(), axes.mean.end(), rows.row(i));
      for (std::int64_t a = 0; a < scores.cols(); ++a)
        for (std::int64_t c = 0; c < dim; ++c)
          rows.row(i)[c] += scores.row(i)[a] * axes.axes.row(a)[c];
    }
  });
  return rows;
}

Matrix pca(const StoredView& points, int components, const Device& device) {
  return project(points, pca_axes(points, components, device), device);
}

// ---- sparse points ------------------------------------------------------------------------------

PcaAxes pca_axes(const SparseView& points, int components, const Device& device) {
  const Cpu& on = require_cpu(device);
  check_values(points);
  require_components(components, points.rows(), points.cols());
  PcaAxes found;
  found.axes = principal_axes(points, components, kPcaPasses, found.mean, kPcaSeed, on);
  return found;
}

Matrix project(const SparseView& rows, const PcaAxes& axes, const Device& device) {
  const Cpu& on = require_cpu(device);
  check_values(rows);
  require_axes_of(rows.cols(), axes);
  return axis_scores(rows, axes.mean, axes.axes, on);
}

Matrix pca(const SparseView& points, int components, const Device& device) {
  return project(points, pca_axes(points, components, device), device);
}

}  // namespace nearfold
