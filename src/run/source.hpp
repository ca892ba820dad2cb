// What a run starts from.
#pragma once

#include <cstdint>
#include <functional>

#include "core/input_points.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

/// Points [n, dim], a graph, or both. Without points there is no PCA initialization; from a
/// checkpoint there is none at all.
struct Source {
  InputPoints points = {};
  const KnnGraphView* graph = nullptr;
  /// The graph that `graph` is a view of, where the caller gives it up: its rows are dropped as
  /// they are read, and the view sees none of them afterwards.
  KnnGraph* given_up = nullptr;
  const Checkpoint* checkpoint = nullptr;
  /// Given the graph that the run makes, as soon as there is one; not called for a given graph.
  std::function<void(const KnnGraph&)> keep_graph = {};
  /// What the caller did before it read the data, and is not done again: validate(), and the plan
  /// of memory.
  bool validated = false, planned = false;

  std::int64_t n() const { return graph ? graph->n : points.rows(); }
};

}  // namespace nearfold
