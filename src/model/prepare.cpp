#include "model/prepare.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "core/check_points.hpp"
#include "core/device.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"

namespace nearfold {
namespace {

/// A part of one value per column, or an empty one.
template <class Values>
void require_columns(const char* part, const Values& values, const Matrix& rows) {
  if (values.empty() || std::ssize(values) == rows.cols()) return;
  throw InvalidInput(std::string("the rows have ") + std::to_string(rows.cols()) +
                     " columns, and the model " + std::to_string(values.size()) + " " + part);
}

}  // namespace

std::int64_t replace_missing(Matrix& rows, std::span<const float> means) {
  std::int64_t replaced = 0;
  for (std::int64_t i = 0; i < rows.rows(); ++i)
    for (std::int64_t c = 0; c < rows.cols(); ++c)
      if (float& x = rows.row(i)[c]; std::isnan(x)) {
        x = means[static_cast<std::size_t>(c)];
        ++replaced;
      }
  return replaced;
}

void scale_columns(Matrix& rows, std::span<const double> centers, std::span<const double> spreads) {
  for (std::int64_t i = 0; i < rows.rows(); ++i)
    for (std::int64_t c = 0; c < rows.cols(); ++c) {
      const auto column = static_cast<std::size_t>(c);
      if (float& x = rows.row(i)[c]; std::isfinite(x))
        x = static_cast<float>((double{x} - centers[column]) / spreads[column]);
    }
}

Matrix prepare(const Preparation& preparation, Matrix rows, const Device& device) {
  require_columns("offsets", preparation.offsets, rows);
  require_columns("means", preparation.means, rows);
  require_columns("centers", preparation.centers, rows);
  require_columns("spreads", preparation.spreads, rows);
  if (!preparation.means.empty()) replace_missing(rows, preparation.means);
  check_values(rows, require_cpu(device));
  if (!preparation.spreads.empty()) scale_columns(rows, preparation.centers, preparation.spreads);
  if (preparation.pca.axes.rows() > 0) rows = project(rows, preparation.pca, device);
  return rows;
}

Matrix unprepare(const Preparation& preparation, Matrix points, const Device& device) {
  const Cpu& on = require_cpu(device);
  if (preparation.pca.axes.rows() > 0) points = unproject(points, preparation.pca, on);
  require_columns("spreads", preparation.spreads, points);
  require_columns("centers", preparation.centers, points);
  if (preparation.spreads.empty()) return points;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (std::int64_t c = 0; c < points.cols(); ++c) {
      const auto column = static_cast<std::size_t>(c);
      float& x = points.row(i)[c];
      x = static_cast<float>(double{x} * preparation.spreads[column] + preparation.centers[column]);
    }
  return points;
}

}  // namespace nearfold
