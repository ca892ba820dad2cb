#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "method.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

/// Whether the method makes an index that answers for other points than its own.
bool has_index(const KnnParams& params) {
  return std::holds_alternative<IvfKnn>(params) || std::holds_alternative<HnswKnn>(params);
}

}  // namespace

Model make_model(HostMatrix<const float> points, const KnnGraphView& graph, Matrix map,
                 const Settings& settings, const Progress& progress) {
  Model model;
  model.settings = settings;
  model.settings.init.reset();
  model.settings.memory_limit.reset();
  model.settings.targets.clear();
  model.steered = !settings.targets.empty();
  model.settings.device = Cpu{};
  model.settings.distance.metric = metric_named(std::string(graph.metric));
  model.settings.method = std::visit(
      [&](const auto& params) { return Method(resolved(params, points.rows())); }, settings.method);
  model.points = Matrix(points.rows(), points.cols());
  std::copy_n(points.data(), points.size(), model.points.data());
  model.graph = prune(graph, neighbors_needed(settings.method, graph.n));
  model.map = std::move(map);
  check_model(model, Cpu{});
  if (has_index(settings.knn))
    model.index = build_index(model.points, settings.knn, Cpu{}, settings.seed,
                              model.settings.distance, progress);
  return model;
}

Fit fit(HostMatrix<const float> points, const Settings& settings, const Progress& progress) {
  KnnGraph graph;
  Source source{.points = points};
  source.keep_graph = [&](const KnnGraph& made) { graph = made; };
  auto state = Embedder::State::begin(source, settings, progress);
  Run run(state->info, progress);
  Result result = state->run_to_end(run);
  if (!result.info.finished) throw Cancelled("the fit was stopped by its progress function");
  return {make_model(points, graph, std::move(result.layout), settings, progress),
          std::move(result.info)};
}

}  // namespace nearfold
