#include "nearfold/pca.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/check_points.hpp"
#include "core/device.hpp"
#include "linalg/axis_scores.hpp"
#include "linalg/pca_axes.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

PcaAxes pca_axes(HostMatrix<const float> points, int components, const Device& device) {
  const Cpu& on = require_cpu(device);
  check_values(points, on);
  const std::int64_t most = std::min(points.rows(), points.cols());
  if (components < 1 || components > most)
    throw InvalidInput("pca wants " + std::to_string(components) + " components of " +
                       std::to_string(points.rows()) + " x " + std::to_string(points.cols()) +
                       " values; use 1 to " + std::to_string(most));
  PcaAxes found;
  found.axes = principal_axes(points, components, kPcaPasses, found.mean, kPcaSeed, on);
  return found;
}

Matrix project(HostMatrix<const float> rows, const PcaAxes& axes, const Device& device) {
  const Cpu& on = require_cpu(device);
  if (rows.cols() != axes.axes.cols() || axes.axes.cols() != std::ssize(axes.mean))
    throw InvalidInput("the rows have " + std::to_string(rows.cols()) + " columns, the axes " +
                       std::to_string(axes.axes.cols()) + " and their mean " +
                       std::to_string(axes.mean.size()));
  return axis_scores(rows, axes.mean, axes.axes, on);
}

Matrix pca(HostMatrix<const float> points, int components, const Device& device) {
  return project(points, pca_axes(points, components, device), device);
}

}  // namespace nearfold
