// How far work has come, and whether it is to go on.
#pragma once

#include <cstdint>
#include <functional>

#include "nearfold/export.hpp"

namespace nearfold {

/// In their order, but for `device`: where a run uses a GPU, it comes first, and makes it ready.
enum class Stage { check, knn, reorder, weights, init, optimize, evaluate, device };
NEARFOLD_EXPORT const char* name(Stage stage);

/// `done` of `total` within `stage`. In optimize they are iterations; in the others points, the
/// work being counted as if every point were the same part of it, so that done / total is an
/// estimate of the share that is over. While a stage lasts `done` never falls, and a stage that
/// comes to its end has reported done == total; total is at least 1.
struct ProgressInfo {
  Stage stage = Stage::check;
  std::int64_t done = 0;
  std::int64_t total = 0;
};

/// Called on the caller's thread between stages and blocks of iterations, and at most twenty times
/// a second within the other stages; never at once from two threads. Results do not depend on it.
/// Returning false stops the work within two seconds. A function that has something to show for
/// what it did returns that (embed(), Embedder, embed_grid(), compare_graphs()); the others throw
/// Cancelled, as half a graph or half a report would be wrong. What it throws itself comes out of
/// the function that it was given to.
using Progress = std::function<bool(const ProgressInfo&)>;

}  // namespace nearfold
