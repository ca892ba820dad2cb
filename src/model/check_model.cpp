#include "model/check_model.hpp"

#include <cmath>
#include <string>

#include "core/check_points.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

void require_rows(const char* part, std::int64_t rows, const Model& model) {
  if (rows == model.points.rows()) return;
  throw InvalidInput(std::string("the model has ") + std::to_string(model.points.rows()) +
                     " points, and its " + part + " " + std::to_string(rows) + " rows");
}

/// Parts of a preparation are there for every column, or not at all.
void require_size(const char* part, std::size_t count, std::int64_t columns) {
  if (count == 0 || static_cast<std::int64_t>(count) == columns) return;
  throw InvalidInput(std::string("the model takes ") + std::to_string(columns) +
                     " columns, and has " + std::to_string(count) + " " + part);
}

}  // namespace

void check_model(const Model& model, const Cpu& on) {
  validate(model.settings);
  check_points(model.points, on);
  require_rows("map", model.map.rows(), model);
  require_rows("graph", model.graph.n, model);
  if (model.map.cols() != model.settings.dims)
    throw InvalidInput("the model's map has " + std::to_string(model.map.cols()) +
                       " columns, and its settings " + std::to_string(model.settings.dims));
  for (const float x : model.map.values())
    if (!std::isfinite(x)) throw InvalidInput("the model's map is not finite");
  const Preparation& how = model.preparation;
  const std::int64_t scores = how.pca.axes.rows();
  if (scores > 0 && scores != model.points.cols())
    throw InvalidInput("the model's points have " + std::to_string(model.points.cols()) +
                       " columns, and its preparation makes " + std::to_string(scores));
  const std::int64_t columns = scores > 0 ? how.pca.axes.cols() : model.points.cols();
  require_size("offsets", how.offsets.size(), columns);
  require_size("means", how.means.size(), columns);
  require_size("centers", how.centers.size(), columns);
  require_size("spreads", how.spreads.size(), columns);
  require_size("mean of the axes", how.pca.mean.size(), scores > 0 ? columns : 0);
  if (how.centers.size() != how.spreads.size())
    throw InvalidInput("the model has centers without spreads, or spreads without centers");
  for (const double spread : how.spreads)
    if (!(spread > 0)) throw InvalidInput("a spread of the model is not above 0");
  model.graph.validate();
  if (const int k = neighbors_needed(model.settings.method, model.points.rows()); model.graph.k < k)
    throw InvalidInput("the model's graph has " + std::to_string(model.graph.k) +
                       " neighbours per point, and its method takes " + std::to_string(k));
}

void require_columns_of(const Model& model, HostMatrix<const float> rows) {
  if (rows.cols() == model.points.cols()) return;
  throw InvalidInput("the rows have " + std::to_string(rows.cols()) +
                     " columns, and the model's points " + std::to_string(model.points.cols()));
}

}  // namespace nearfold
