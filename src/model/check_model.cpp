#include "model/check_model.hpp"

#include <cmath>
#include <string>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/surface.hpp"

namespace nearfold {
namespace {

void require_rows(const char* part, std::int64_t rows, const Model& model) {
  if (rows == model.n()) return;
  throw InvalidInput(std::string("the model has ") + std::to_string(model.n()) +
                     " points, and its " + part + " " + std::to_string(rows) + " rows");
}

/// Parts of a preparation are there for every column, or not at all.
void require_size(const char* part, std::size_t count, std::int64_t columns) {
  if (count == 0 || static_cast<std::int64_t>(count) == columns) return;
  throw InvalidInput(std::string("the model takes ") + std::to_string(columns) +
                     " columns, and has " + std::to_string(count) + " " + part);
}

void check_points_of(const Model& model, const Cpu& on) {
  if (!model.sparse) return check_points(model.points, on);
  check_points(model.sparse->view());
  if (model.points.rows() > 0 || model.index)
    throw InvalidInput(std::string("the model has sparse points, and ") +
                       (model.index ? "an index" : "dense ones, too"));
  const Preparation& how = model.preparation;
  if (!how.offsets.empty() || !how.means.empty() || !how.spreads.empty() || how.pca.axes.rows() > 0)
    throw InvalidInput("the model has sparse points, and a preparation, whose rows are dense");
}

}  // namespace

void check_model(const Model& model, const Cpu& on) {
  validate(model.settings);
  check_points_of(model, on);
  require_rows("map", model.map.rows(), model);
  require_rows("graph", model.graph.n, model);
  if (const int columns = map_columns(model.settings); model.map.cols() != columns)
    throw InvalidInput("the model's map has " + std::to_string(model.map.cols()) +
                       " columns, and its settings " + std::to_string(columns));
  for (const float x : model.map.values())
    if (!std::isfinite(x)) throw InvalidInput("the model's map is not finite");
  check_map(output_metric_of(model.settings.method), model.map);
  const Preparation& how = model.preparation;
  const std::int64_t scores = how.pca.axes.rows();
  if (scores > 0 && scores != model.dim())
    throw InvalidInput("the model's points have " + std::to_string(model.dim()) +
                       " columns, and its preparation makes " + std::to_string(scores));
  const std::int64_t columns = scores > 0 ? how.pca.axes.cols() : model.dim();
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
  if (const int k = neighbors_needed(model.settings.method, model.n()); model.graph.k < k)
    throw InvalidInput("the model's graph has " + std::to_string(model.graph.k) +
                       " neighbours per point, and its method takes " + std::to_string(k));
}

void require_flat(const Model& model, const char* what) {
  const OutputMetric metric = output_metric_of(model.settings.method);
  if (metric == OutputMetric::euclidean) return;
  throw Unsupported(std::string(what) + " is of maps in flat space, and this model's lies on the " +
                    name(metric) +
                    "; fit again with output_metric euclidean, or map old and new rows together");
}

void require_columns_of(const Model& model, const InputPoints& rows) {
  if (rows.cols() != model.dim())
    throw InvalidInput("the rows have " + std::to_string(rows.cols()) +
                       " columns, and the model's points " + std::to_string(model.dim()));
  if (rows.sparse && !model.sparse)
    throw InvalidInput(
        "the rows are sparse, and the model's points are dense; give the rows dense");
}

}  // namespace nearfold
