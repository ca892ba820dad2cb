#include <span>
#include <string>
#include <utility>
#include <variant>

#include "core/taken_rows.hpp"
#include "knn/metric_domain.hpp"
#include "method.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"
#include "nearfold/unique.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

/// Whether the method makes an index that answers for other points than its own.
bool has_index(const KnnParams& params) {
  return std::holds_alternative<IvfKnn>(params) || std::holds_alternative<HnswKnn>(params);
}

Model model_of(const InputPoints& points, const KnnGraphView& graph, Matrix map,
               const Settings& settings, const Progress& progress);

/// Of the distinct rows and their places alone.
Model model_of_distinct(const InputPoints& points, const KnnGraphView& graph, const Matrix& map,
                        Settings settings, const Progress& progress) {
  if (map.rows() != points.rows())
    throw InvalidInput("the map has " + std::to_string(map.rows()) + " rows for " +
                       std::to_string(points.rows()) + " points; give the map of all of them");
  settings.unique = false;
  const UniqueRows unique = points.use_stored([](const auto& rows) { return unique_rows(rows); });
  const TakenRows distinct(points, unique.rows);
  return model_of(distinct.points(), graph, take_rows(map, unique.rows), settings, progress);
}

Model model_of(const InputPoints& points, const KnnGraphView& graph, Matrix map,
               const Settings& settings, const Progress& progress) {
  if (settings.unique) return model_of_distinct(points, graph, map, settings, progress);
  Model model;
  model.settings = settings;
  model.settings.init.reset();
  model.settings.memory_limit.reset();
  model.settings.targets.clear();
  model.steered = !settings.targets.empty();
  model.settings.device = Cpu{};
  if (const Metric metric = metric_named(std::string(graph.metric));
      metric != settings.distance.metric)  // parameters of another are not for this one
    model.settings.distance = {metric, settings.distance.zero_vectors, {}, {}};
  check_params(model.settings.distance);
  model.settings.method = std::visit(
      [&](const auto& params) { return Method(resolved(params, points.rows())); }, settings.method);
  if (points.sparse) {
    const SparseView& rows = *points.sparse;
    model.sparse = rows_of(rows, 0, rows.rows());
  } else {
    const std::span<const float> values = points.host.floats().span();
    model.points = Matrix(points.rows(), points.cols(), {values.begin(), values.end()});
  }
  model.graph = prune(graph, neighbors_needed(settings.method, graph.n));
  model.map = std::move(map);
  check_model(model, Cpu{});
  if (has_index(settings.knn) && !model.sparse)
    model.index = build_index(model.points, settings.knn, Cpu{}, settings.seed,
                              model.settings.distance, progress);
  return model;
}

Fit fit_points(const InputPoints& points, const Settings& settings, const Progress& progress) {
  KnnGraph graph;
  Source source{.points = points};
  source.keep_graph = [&](const KnnGraph& made) { graph = made; };
  auto state = Embedder::State::begin(source, settings, progress);
  Run run(state->info, progress);
  Result result = state->run_to_end(run);
  if (!result.info.finished) throw Cancelled("the fit was stopped by its progress function");
  return {model_of(points, graph, std::move(result.layout), settings, progress),
          std::move(result.info)};
}

}  // namespace

Model make_model(HostMatrix<const float> points, const KnnGraphView& graph, Matrix map,
                 const Settings& settings, const Progress& progress) {
  return model_of(points, graph, std::move(map), settings, progress);
}
Model make_model(const SparseView& points, const KnnGraphView& graph, Matrix map,
                 const Settings& settings, const Progress& progress) {
  points.validate();
  return model_of(points, graph, std::move(map), settings, progress);
}

Fit fit(HostMatrix<const float> points, const Settings& settings, const Progress& progress) {
  return fit_points(points, settings, progress);
}
Fit fit(const SparseView& points, const Settings& settings, const Progress& progress) {
  return fit_points(points, settings, progress);
}

}  // namespace nearfold
