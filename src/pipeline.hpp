// The whole data flow. READ THIS FIRST.
//
//   points -> find_knn -> KnnGraph -> weigh_edges -> EdgeGraph -+
//      |        (knn)                  (weights)                +-> make_optimizer -> advance(n)...
//      +------------------> initial_layout ---------------------+     (tsne | umap)
//                              (layout)
//
// The contract of every stage is in stages.hpp. What is here: their order, the clock, the stops.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "check.hpp"
#include "nearfold/embed.hpp"
#include "order.hpp"
#include "stages.hpp"
#include "stopping.hpp"

namespace nearfold {

/// Times the stages of one run and asks the caller, before and within each, whether to go on.
class Run {
 public:
  Run(RunInfo& info, const Progress& progress) : info_(info), progress_(progress) {}

  /// work() as `stage`, whose time grows when it comes again. It ends early, and nothing more is
  /// done, once the caller has said stop.
  template <class Work>
  void stage(Stage stage, const Work& work) {
    if (!report(stage, 0, 0)) return;
    const StopScope scope([&] { return !progress_ || report(stage, 0, 0); });
    try {
      timed(info_, name(stage), work);
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
    for (auto& [known, so_far] : info.seconds)
      if (known == name) return void(so_far += took.count());
    info.seconds.emplace_back(name, took.count());
  }

  /// False once the caller wants to stop.
  bool report(Stage stage, std::int64_t done, std::int64_t total) {
    if (!stopped_ && progress_) stopped_ = !progress_({stage, done, total});
    return !stopped_;
  }
  bool stopped() const { return stopped_; }

 private:
  RunInfo& info_;
  const Progress& progress_;
  bool stopped_ = false;
};

/// What a run starts from: points [n, dim], a graph, or both. Without points there is no PCA start;
/// from a checkpoint there is none at all.
struct Source {
  HostMatrix<const float> points;
  const KnnGraph* graph = nullptr;
  const Checkpoint* from = nullptr;

  std::int64_t n() const { return graph ? graph->n : points.rows; }
};

/// What the optimiser begins with. Runs over one graph that weigh its edges alike share it.
struct Prepared {
  EdgeGraph edges;
  Start start;  // unscaled
};

inline Init init_of(const Settings& settings, const Method& method,
                    HostMatrix<const float> points) {
  return settings.init.value_or(default_init(method, points));
}

/// The unscaled start of a run; where it goes on from a checkpoint, room for it.
inline Start start_of(const Source& source, const Init& init, const EdgeGraph& edges,
                      const Settings& settings, const Cpu& on) {
  if (source.from)
    return {Matrix(source.n(), settings.dims), source.from->init, source.from->warnings};
  return initial_layout(init, source.points, edges, settings.dims, settings.seed, on);
}

/// Everything before the optimiser is known; incomplete when the caller stopped the run.
template <class Params, class D>
Prepared prepare(const Source& source, const Params& params, const Settings& settings, const D& on,
                 Run& run, RunInfo& info) {
  const auto host = host_of(on);
  const int k = neighbors_needed(params, source.n());
  const Init init = init_of(settings, params, source.points);
  KnnGraph found, local;  // rows by point; by vertex
  std::vector<std::int32_t> point_of;
  Prepared prepared;

  run.stage(Stage::check, [&] {
    check_source(source, init, settings, host);
    info.warnings = remarks_on(source.points);
  });
  run.stage(Stage::knn, [&] {
    if (!source.graph)
      found = find_knn(source.points, k, settings.knn, settings.distance, on, settings.seed);
    const KnnGraph& graph = source.graph ? *source.graph : found;
    require_neighbors(graph, k);
    point_of = local_order(graph, k, host);
    local = renumbered(graph, k, point_of, host);
    found = {};
  });
  run.stage(Stage::weights, [&] {
    describe_graph(local, info);
    prepared.edges = weigh_edges(local, params, on);
    prepared.edges.point_of = std::move(point_of);
    local = {};
    info.edges = prepared.edges.edges();
  });
  run.stage(Stage::init, [&] {
    prepared.start = start_of(source, init, prepared.edges, settings, host);
    info.init = prepared.start.how;
    for (const std::string& warning : prepared.start.warnings)  // a checkpoint has all of a run
      if (std::count(info.warnings.begin(), info.warnings.end(), warning) == 0)
        info.warnings.push_back(warning);
  });
  return prepared;
}

/// The optimiser at its first iteration; null when the caller stopped the run.
template <class Params, class D>
std::unique_ptr<Optimizer> start_optimizer(Prepared prepared, const Source& source,
                                           const Params& params, const Settings& settings,
                                           const D& on, Run& run) {
  std::unique_ptr<Optimizer> optimizer;
  run.stage(Stage::init, [&] {
    if (!source.from)
      scale_start(prepared.start.layout, init_of(settings, params, source.points), params,
                  settings.seed);
    optimizer = make_optimizer(std::move(prepared.edges), std::move(prepared.start.layout), params,
                               settings.seed, on);
    if (source.from) optimizer->restore(*source.from);
  });
  return optimizer;
}

}  // namespace nearfold
