// Edges on a device, made there or, where they differ from the usual, by the processor's code: the
// graph is brought to the host, weighed there, and the edges go back. The same either way, bit for
// bit, and so is all that follows.
//
// Cost of those of the host: no launch; 8 bytes an entry of the graph and an edge across the bus,
// once, and what weigh_edges() takes there.
#pragma once

#include <utility>

#include "kernels/graph/transfer.hpp"
#include "kernels/weights/weights.hpp"
#include "stages.hpp"
#include "weights/weights.hpp"

namespace nearfold {

/// The edges of weigh(KnnGraph), on the device. The graph there is dropped as soon as it is read.
template <class Executor, class Weigh>
EdgeGraphIn<typename Executor::Space> weigh_on_host(const Executor& executor,
                                                    KnnGraphIn<typename Executor::Space> graph,
                                                    const Weigh& weigh) {
  KnnGraph here = host_graph(executor, graph);
  graph.neighbors = {};
  graph.distances = {};
  const EdgeGraph edges = weigh(std::move(here));
  return graph_on(executor, edges);
}

/// weigh_edges() of stages.hpp for a device whose host is `host`.
template <class Executor, class Params>
EdgeGraphIn<typename Executor::Space> edges_on(const Executor& executor,
                                               KnnGraphIn<typename Executor::Space> graph,
                                               const Params& params, const Cpu& host) {
  if (!weighed_on_host(params)) return WeightsOn<Executor>(executor, std::move(graph))(params);
  return weigh_on_host(executor, std::move(graph),
                       [&](KnnGraph here) { return weigh_edges(std::move(here), params, host); });
}

/// The same with what only the host reads: UMAP's Steering by targets, PaCMAP's PairSource.
template <class Executor, class Params, class By>
EdgeGraphIn<typename Executor::Space> edges_on(const Executor& executor,
                                               KnnGraphIn<typename Executor::Space> graph,
                                               const Params& params, const By& by,
                                               const Cpu& host) {
  return weigh_on_host(executor, std::move(graph), [&](KnnGraph here) {
    return weigh_edges(std::move(here), params, by, host);
  });
}

}  // namespace nearfold
