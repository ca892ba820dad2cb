// A map that goes on: the optimisation of all points resumes from where those of the model are and
// from where the new ones are placed.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/device.hpp"
#include "core/reported.hpp"
#include "core/take_rows.hpp"
#include "knn/grown_graph.hpp"
#include "method.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"
#include "nearfold/surface.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

int iterations_for(const Model& model, std::int64_t added, const UpdateParams& params) {
  if (params.iterations) {
    constexpr int kMost = 250'000;
    require(*params.iterations >= 0 && *params.iterations <= kMost, "iterations",
            *params.iterations, "in [0, 250000]");
    return *params.iterations;
  }
  if (added == 0) return 0;
  return std::visit([&](const auto& p) { return usual_update(p, model.n()); },
                    model.settings.method);
}

/// Optimises the map of `model` further; its points below `old` stay where they are, where they are
/// fixed.
RunInfo resume(Model& model, std::int64_t old, int iterations, const UpdateParams& params,
               const Cpu& on, const Progress& progress) {
  const std::int64_t n = model.n();
  Settings settings = model.settings;
  settings.device = on;
  settings.method = std::visit([&](const auto& p) { return Method(ending_with(p, iterations)); },
                               model.settings.method);
  const int all = iterations_of(settings.method, n);
  const Checkpoint from{
      .iteration = all - iterations,
      .iterations = all,
      .layout = model.map,
      .update = Matrix(n, model.map.cols()),
      .gains = Matrix(n, model.map.cols(), std::vector<float>(model.map.values().size(), 1.0f)),
      .init = "the model"};
  const KnnGraphView graph = model.graph;
  auto state = Embedder::State::begin(
      {.points = points_of(model), .graph = &graph, .checkpoint = &from}, settings, progress);
  std::vector<std::uint8_t> held(static_cast<std::size_t>(n), 0);
  if (params.old_points == OldPoints::fixed) std::fill_n(held.begin(), old, std::uint8_t{1});
  if (state->optimizer) state->optimizer->hold(held);
  Run run(state->info, progress);
  Result result = state->run_to_end(run);
  if (!result.info.finished) throw Cancelled("the update was stopped by its progress function");
  model.map = std::move(result.layout);
  result.info.iterations = iterations;  // and not where the run was numbered to end
  return std::move(result.info);
}

/// The model with rows, dense or sparse as its points, where transform() puts them, and the graph
/// of all.
Model joined(const Model& model, const InputPoints& rows, const UpdateParams& params, const Cpu& on,
             const Progress& progress) {
  const TransformParams how{params.duplicates};
  Model all = model;
  if (rows.sparse) {
    all.map = stacked(model.map, transform(model, *rows.sparse, how, on, progress).map);
    all.sparse = stacked(model.sparse->view(), *rows.sparse);
  } else {
    all.map = stacked(model.map, transform(model, rows.host.floats(), how, on, progress).map);
    all.points = stacked(model.points, rows.host.floats());
  }
  all.graph = reported(progress, Stage::knn, all.n(), [&] {
    return grown_graph(model.graph, points_of(all),
                       neighbors_needed(model.settings.method, all.n()), model.settings.distance,
                       on, model.settings.seed);
  });
  if (model.index)
    all.index = build_index(all.points, model.settings.knn, on, model.settings.seed,
                            model.settings.distance, progress);
  return all;
}

Updated updated(const Model& model, const InputPoints& rows, const UpdateParams& params,
                const Device& device, const Progress& progress) {
  const Cpu& on = require_cpu(device, "an update of a map");
  const std::int64_t old = model.n();
  const int iterations = iterations_for(model, rows.rows(), params);
  if (model.steered && iterations > 0)
    throw Unsupported(
        "targets steered this map, and a model does not keep them: its edges would be weighed "
        "without; fit again with targets for all points, or set iterations to 0, which places the "
        "new ones and no more");
  Updated grown{model, {}, std::vector<float>(static_cast<std::size_t>(old))};
  if (rows.rows() > 0)
    grown.model = joined(model, rows, params, on, progress);
  else
    check_model(model, on);
  if (iterations == 0) return grown;
  grown.info = resume(grown.model, old, iterations, params, on, progress);
  const OutputMetric metric = output_metric_of(model.settings.method);
  for (std::int64_t i = 0; i < old; ++i)
    grown.moved[static_cast<std::size_t>(i)] = map_distance(
        metric, grown.model.map.row(i), model.map.row(i), static_cast<int>(model.map.cols()));
  return grown;
}

}  // namespace

Updated update(const Model& model, HostMatrix<const float> rows, const UpdateParams& params,
               const Device& device, const Progress& progress) {
  return as_points_of(model, rows, [&](const InputPoints& given) {
    return updated(model, given, params, device, progress);
  });
}
Updated update(const Model& model, const SparseView& rows, const UpdateParams& params,
               const Device& device, const Progress& progress) {
  return as_points_of(model, rows, [&](const InputPoints& given) {
    return updated(model, given, params, device, progress);
  });
}

}  // namespace nearfold
