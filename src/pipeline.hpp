// The whole data flow. READ THIS FIRST.
//
//   points -> find_neighbors -> KnnGraph -> weigh_edges -> EdgeGraph -+
//      |          (knn)                      (weights)                +-> make_optimizer -> advance
//      +--------------------> initial_layout --------------------------+     (tsne | umap)
//                                (layout)
//
// Every stage is declared in stages.hpp. What is here: the order, the clock, and the stops.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "nearfold/embed.hpp"
#include "stages.hpp"

namespace nearfold {

/// Times the stages of one run and asks the caller, between them, whether to go on.
class Run {
 public:
  Run(RunInfo& info, const Progress& progress) : info_(info), progress_(progress) {}

  /// work() as `stage`: seconds are recorded. Nothing is done once the caller has said stop.
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

}  // namespace nearfold
