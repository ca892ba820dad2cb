// The whole data flow. READ THIS FIRST.
//
//   points -> find_knn -> KnnGraph -> weigh_edges -> EdgeGraph -+
//      |        (knn)                  (weights)                +-> make_optimizer -> advance(n)...
//      +------------------> initial_layout ---------------------+     (tsne | umap)
//                              (layout)
//
// The contract of every stage is in stages.hpp. What is here: their order, the clock, the stops.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "check.hpp"
#include "nearfold/embed.hpp"
#include "stages.hpp"

namespace nearfold {

/// Times the stages of one run and asks the caller, before each, whether to go on.
class Run {
 public:
  Run(RunInfo& info, const Progress& progress) : info_(info), progress_(progress) {}

  /// work() as `stage`. Nothing is done once the caller has said stop.
  template <class Work>
  void stage(Stage stage, const Work& work) {
    if (!report(stage, 0, 0)) return;
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    info_.seconds.emplace_back(name(stage), took.count());
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

/// What a run starts from: points [n, dim], a graph, or both. Without points there is no PCA start.
struct Source {
  HostMatrix<const float> points;
  const KnnGraph* graph = nullptr;

  std::int64_t n() const { return graph ? graph->n : points.rows; }
};

/// Everything before the first iteration. Returns null when the caller stopped the run.
template <class Params, class D>
std::unique_ptr<Optimizer> prepare(const Source& source, const Params& params,
                                   const Settings& settings, const D& on, Run& run, RunInfo& info) {
  const int k = neighbors_needed(params, source.n());
  const std::uint64_t seed = settings.seed;
  KnnGraph graph;
  EdgeGraph edges;
  Start start;
  const Init init = settings.init.value_or(default_init(params, source.points));

  run.stage(Stage::check, [&] { check_source(source, init, settings.dims, on); });
  run.stage(Stage::knn, [&] {
    graph = source.graph ? prune(*source.graph, k)
                         : find_knn(source.points, k, settings.knn, settings.distance, on, seed);
  });
  run.stage(Stage::weights, [&] {
    describe_graph(graph, info);
    edges = weigh_edges(graph, params, on);
    graph = {};
    info.edges = edges.edges();
  });
  run.stage(Stage::init, [&] {
    start = initial_layout(init, source.points, edges, settings.dims, seed, on);
    scale_start(start.layout, init, params, seed);
    info.init = start.how;
    info.warnings.insert(info.warnings.end(), start.warnings.begin(), start.warnings.end());
  });
  if (run.stopped()) return nullptr;
  return make_optimizer(std::move(edges), std::move(start.layout), params, seed, on);
}

}  // namespace nearfold
