// A run that has begun: what Embedder hides, and what embed() and embed_grid() carry to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "nearfold/embed.hpp"
#include "optimizer.hpp"
#include "pipeline.hpp"
#include "run/source.hpp"
#include "run/unique.hpp"

namespace nearfold {

// Hidden, or it would be exported as Embedder is.
struct __attribute__((visibility("hidden"))) Embedder::State {
  RunInfo info;
  std::unique_ptr<Optimizer> optimizer;  // null when the caller stopped before it was made
  std::int64_t n = 0;
  int dims = 2;
  int total = 0;
  Device device;
  UniqueRows unique;  // of a run by unique whose points share rows; the optimiser has the distinct

  /// A run that has not begun; settings are valid.
  State(const Source& source, const Settings& settings);
  /// A run at its first iteration, once it is admitted (check_run.hpp): the one door of every run.
  static std::unique_ptr<State> begin(const Source& source, const Settings& settings,
                                      const Progress& progress);

  /// Makes a run of distinct rows that of all points.
  void stand_for(const UniqueRun& run);
  /// out [n, dims]
  void copy_layout(HostMatrix<float> out) const;

  /// `steps` more iterations, stopping at the last.
  void advance(int steps);

  /// All iterations that are left, or as many as the caller wants. `run` is of this info.
  Result run_to_end(Run& run);

  int block() const;
  /// What run_to_end() does before there is a result.
  void finish(Run& run);
  RunInfo report() const;
  Result result() const;
};

// Inline, so that it is not exported.
inline Embedder::Embedder(std::unique_ptr<State> state) : state_(std::move(state)) {}

}  // namespace nearfold
