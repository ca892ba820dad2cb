// Graphs from the host to a device and back.
//
// Cost: no launch; every byte of a graph across the bus, once.
#pragma once

#include <utility>
#include <vector>

#include "graph/graph.hpp"

namespace nearfold {

template <class Executor>
KnnGraphIn<typename Executor::Space> graph_on(const Executor& executor, const KnnGraphView& graph) {
  const std::int64_t entries = graph.n * graph.k;
  KnnGraphIn<typename Executor::Space> out{without_entries(graph),
                                           executor.template buffer<std::int32_t>(entries),
                                           executor.template buffer<float>(entries)};
  executor.bring(graph.neighbors.data(), entries, out.neighbors.data());
  executor.bring(graph.distances.data(), entries, out.distances.data());
  return out;
}

template <class Executor>
KnnGraph host_graph(const Executor& executor, const KnnGraphIn<typename Executor::Space>& graph) {
  KnnGraph out = graph.metadata;
  out.neighbors = executor.download(graph.neighbors);
  out.distances = executor.download(graph.distances);
  return out;
}

template <class Executor>
EdgeGraphIn<typename Executor::Space> graph_on(const Executor& executor, const EdgeGraph& graph) {
  return {graph.n,
          executor.upload(graph.offsets),
          executor.upload(graph.columns),
          executor.upload(graph.weights),
          executor.upload(graph.point_of),
          executor.upload(graph.radii),
          executor.upload(graph.mid_near),
          executor.upload(graph.further)};
}

template <class Executor>
EdgeGraph host_graph(const Executor& executor, const EdgeGraphIn<typename Executor::Space>& graph) {
  return {graph.n,
          executor.download(graph.offsets),
          executor.download(graph.columns),
          executor.download(graph.weights),
          executor.download(graph.point_of),
          executor.download(graph.radii),
          executor.download(graph.mid_near),
          executor.download(graph.further)};
}

}  // namespace nearfold
