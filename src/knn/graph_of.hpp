// From what a search found to a graph.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "knn/metric.hpp"
#include "knn/top_k.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The graph of these rows of a MetricSpace or SparseSpace; `index` says how they were found.
template <class Space>
KnnGraph graph_of(NeighborRows&& rows, const Space& space, std::string index) {
  KnnGraph graph;
  graph.n = rows.n;
  graph.k = rows.k;
  graph.neighbors = std::move(rows.ids);
  graph.distances = std::move(rows.distances);
  graph.metric = name(space.distance.metric);
  graph.index = std::move(index);
  return graph;
}

/// That of exact rows, which know their ties.
template <class Space>
KnnGraph flat_graph_of(NeighborRows&& rows, const Space& space) {
  const auto tied = std::count(rows.tied.begin(), rows.tied.end(), 1);
  KnnGraph graph = graph_of(std::move(rows), space, "flat");
  graph.tied_rows = tied;
  return graph;
}

/// What search() finds, and how long it took.
template <class Search>
KnnGraph timed_search(const Search& search) {
  const Stopwatch watch;
  KnnGraph graph = search();
  graph.search_seconds = watch.seconds();
  return graph;
}

}  // namespace nearfold
