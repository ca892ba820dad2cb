// The whole data flow. READ THIS FIRST.
//
//   points -> find_knn -> reorder -> weigh_edges -> EdgeGraph -+
//      |        (knn)     (graph)    (weights)                 +-> make_optimizer -> advance(n)...
//      +-----------------> initial_layout ---------------------+     (tsne | umap | pacmap)
//                             (init)
//
// The contract of every stage is in stages.hpp. What is here: their order, the clock, the stops.
// Before the first a GPU is made ready, in a stage `device`.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/device.hpp"
#include "core/reported.hpp"
#include "core/stopping.hpp"
#include "method.hpp"
#include "nearfold/embed.hpp"
#include "run/check_run.hpp"
#include "run/held_points.hpp"
#include "run/source.hpp"
#include "stages.hpp"

namespace nearfold {

/// Times the stages of one run and asks the caller, before and within each, whether to go on.
class Run {
 public:
  Run(RunInfo& info, const Progress& progress) : info_(info), progress_(progress) {}

  /// work() as `stage`, whose time grows when it comes again. It ends early, and nothing more is
  /// done, once the caller has said stop.
  template <class Work>
  void stage(Stage stage, const Work& work) {
    const std::int64_t total = std::max<std::int64_t>(1, info_.n);  // points
    if (!report(stage, 0, total)) return;
    const StopScope scope(
        [&](double share) { return !progress_ || report(stage, share_of(share, total), total); });
    try {
      timed(info_, name(stage), work);
      report(stage, total, total);
    } catch (const Stopped&) {
      stopped_ = true;
    }
  }

  /// work(), which runs to its end; its time is added to that of `name`.
  template <class Work>
  static void timed(RunInfo& info, const char* name, const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    add_seconds(info, name, took.count());
  }
  static void add_seconds(RunInfo& info, const std::string& name, double took) {
    for (auto& [known, so_far] : info.seconds)
      if (known == name) return void(so_far += took);
    info.seconds.emplace_back(name, took);
  }

  /// False once the caller wants to stop. What is reported of a stage never falls, though it come
  /// in several pieces.
  bool report(Stage stage, std::int64_t done, std::int64_t total) {
    told_ = {stage, told_.stage == stage ? std::max(told_.done, done) : done, total};
    if (!stopped_ && progress_) stopped_ = !progress_(told_);
    return !stopped_;
  }
  bool stopped() const { return stopped_; }

 private:
  RunInfo& info_;
  const Progress& progress_;
  ProgressInfo told_;
  bool stopped_ = false;
};

/// What the optimiser begins with. Runs over one graph that weigh its edges alike share it.
template <class D>
struct Prepared {
  typename StageTypes<D>::Edges edges;
  InitialLayout start;  // unscaled
};

/// Copies how the graph was made into the report.
inline void describe_graph(const KnnGraphView& graph, RunInfo& info) {
  info.k = graph.k;
  info.metric = graph.metric;
  info.index = graph.index;
  info.recall = graph.recall;
  info.tied_rows = graph.tied_rows;
  info.duplicates = graph.duplicates;
  for (std::string& warning : graph_warnings(graph)) info.warnings.push_back(std::move(warning));
}
inline void describe_graph(const DeviceKnnGraph& graph, RunInfo& info) {
  describe_graph(graph.metadata, info);
}

inline Init init_of(const Source& source, const Settings& settings, const Method& method) {
  return settings.init.value_or(default_init(method, source.points.any()));
}

/// The edges of a graph, steered by the targets of the run where it has some, with pairs drawn from
/// the points where the method has them. admit() has refused targets that nothing is done with.
template <class Params, class D>
typename StageTypes<D>::Edges edges_of(Reordered<D> local, const InputPoints& points,
                                       const Params& params, const Settings& settings,
                                       const D& on) {
  typename StageTypes<D>::Edges edges;
  if constexpr (kTakesTargets<Params>) {
    if (settings.targets.empty()) {
      edges = weigh_edges(std::move(local.graph), params, on);
    } else {
      const std::vector<std::int32_t>& point_of = to_host(local.point_of);
      edges = weigh_edges(std::move(local.graph), params,
                          Steering{settings.targets, point_of, settings.seed}, on);
    }
  } else if constexpr (kDrawsPairs<Params>) {
    const std::vector<std::int32_t>& point_of = to_host(local.point_of);
    const Matrix brought = points.on_device() ? to_host(points.device, settings.device) : Matrix();
    const InputPoints here = points.on_device() ? InputPoints(brought) : points;
    edges = weigh_edges(std::move(local.graph), params,
                        PairSource{here, settings.distance, point_of, settings.seed}, on);
  } else {
    edges = weigh_edges(std::move(local.graph), params, on);
  }
  edges.point_of = std::move(local.point_of);
  return edges;
}

/// A GPU is made ready in a stage of its own, or the first that needs it would be charged for it.
inline void make_ready(const Cpu& /*on*/, Run& /*run*/) {}
inline void make_ready(const Cuda& on, Run& run) {
  run.stage(Stage::device, [&] { start_device(on); });
}

// ---- the flow -----------------------------------------------------------------------------------

/// Everything before the optimiser is known; incomplete when the caller stopped the run.
template <class Params, class D>
Prepared<D> prepare(const Source& source, const Params& params, const Settings& settings,
                    const D& on, Run& run, RunInfo& info) {
  const int k = neighbors_needed(params, source.n());
  const Init init = init_of(source, settings, params);
  typename StageTypes<D>::Knn graph;
  Reordered<D> local;
  HeldPoints held{.points = source.points};
  Prepared<D> prepared;

  make_ready(on, run);
  run.stage(Stage::check, [&] {
    check_source(source, init, settings, host_of(on));
    info.warnings = data_warnings(source, settings);
  });
  run.stage(Stage::knn, [&] {
    if (source.graph) return;
    held = hold_points(source, init, settings, on);
    graph = find_knn(held.points, k, settings.knn, settings.distance, on, settings.seed);
    if (source.keep_graph) source.keep_graph(to_host(graph));
  });
  run.stage(Stage::reorder, [&] {
    local = source.given_up ? reorder(std::move(*source.given_up), k, on)
            : source.graph  ? reorder(*source.graph, k, on)
                            : reorder(std::move(graph), k, on);
  });
  run.stage(Stage::weights, [&] {
    describe_graph(local.graph, info);
    if (source.points.sparse && !source.graph && !source.given_up)
      for (std::string& warning : recall_warnings(info.recall, settings.knn))
        info.warnings.push_back(std::move(warning));
    prepared.edges = edges_of(std::move(local), source.points, params, settings, on);
    info.edges = prepared.edges.edges();
    if constexpr (std::is_same_v<Params, UmapParams>)
      if (params.disconnection_distance)
        for (std::string& warning : edge_warnings(to_host(prepared.edges.offsets)))
          info.warnings.push_back(std::move(warning));
  });
  run.stage(Stage::init, [&] {
    if (source.checkpoint)  // room for what it has
      prepared.start = {Matrix(source.n(), map_columns(settings)), source.checkpoint->init,
                        source.checkpoint->warnings};
    else
      prepared.start = initial_layout(init, held.points, prepared.edges, map_columns(settings),
                                      settings.seed, on);
    info.init = prepared.start.description;
    for (const std::string& warning : prepared.start.warnings)  // a checkpoint has all of a run
      if (std::count(info.warnings.begin(), info.warnings.end(), warning) == 0)
        info.warnings.push_back(warning);
  });
  return prepared;
}

/// The optimiser at its first iteration; null when the caller stopped the run.
template <class Params, class D>
std::unique_ptr<Optimizer> start_optimizer(Prepared<D> prepared, const Source& source,
                                           const Params& params, const Settings& settings,
                                           const D& on, Run& run) {
  std::unique_ptr<Optimizer> optimizer;
  run.stage(Stage::init, [&] {
    if (!source.checkpoint)
      scale_init(prepared.start.layout, init_of(source, settings, params), params, settings.seed,
                 host_of(on));
    optimizer = make_optimizer(std::move(prepared.edges), std::move(prepared.start.layout), params,
                               settings.seed, on);
    if (source.checkpoint) optimizer->restore(*source.checkpoint);
  });
  return optimizer;
}

}  // namespace nearfold
