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

Matrix pca(HostMatrix<const float> points, int components, const Device& device) {
  const Cpu& on = require_cpu(device);
  check_values(points, on);
  const std::int64_t most = std::min(points.rows(), points.cols());
  if (components < 1 || components > most)
    throw InvalidInput("pca wants " + std::to_string(components) + " components of " +
                       std::to_string(points.rows()) + " x " + std::to_string(points.cols()) +
                       " values; use 1 to " + std::to_string(most));
  std::vector<float> mean;
  const Matrix axes = principal_axes(points, components, kPcaPasses, mean, kPcaSeed, on);
  return axis_scores(points, mean, axes, on);
}

}  // namespace nearfold
