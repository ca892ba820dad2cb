// The weighted graph as UMAP's optimiser walks it, made on a device: the rows of
// src/umap/edge_schedule.cpp, one thread a vertex.
//
// Cost: 5 launches and a scan, once a run; 36 bytes and some 20 operations on whole numbers an
// edge, 16 bytes a vertex and part. The longest row is the longest wait, one for each edge.
#pragma once

#include <utility>

#include "graph/graph.hpp"
#include "kernels/core/sums.hpp"
#include "math/umap_force.hpp"
#include "umap/edge_schedule.hpp"

namespace nearfold {

struct WeightToRate {
  float heaviest;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t e) const { weights[e] /= heaviest; }
};

/// Edges of vertex i in each part: counts[part n + i].
struct CountParts {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  std::int64_t n;
  std::int32_t parts;
  std::int64_t* counts;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    std::int64_t count[kMaxParts] = {};
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
      ++count[part_of_edge(static_cast<std::int32_t>(i), columns[e], parts)];
    for (std::int32_t p = 0; p < parts; ++p) counts[p * n + i] = count[p];
  }
};
struct SplitRow {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* rates;
  std::int64_t n;
  std::int32_t parts;
  const std::int64_t* split;  // offsets by part
  std::int32_t* columns_to;
  float* rates_to;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    std::int64_t next[kMaxParts];
    for (std::int32_t p = 0; p < parts; ++p) next[p] = split[p * n + i];
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e) {
      const std::int64_t to = next[part_of_edge(static_cast<std::int32_t>(i), columns[e], parts)]++;
      columns_to[to] = columns[e];
      rates_to[to] = rates[e];
    }
  }
};

/// Row part * n + vertex: the edges of a vertex in a part of an epoch, and their firings an epoch.
template <class Executor>
struct UmapEdgesOn {
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  std::int32_t parts;
  Buffer<std::int64_t> offsets;  // parts n + 1
  Buffer<std::int32_t> columns;
  Buffer<float> rates;

  UmapEdgesOn(const Executor& executor, EdgeGraphIn<typename Executor::Space> graph) {
    const std::int64_t n = graph.n, edges = graph.edges();
    executor.for_each(
        edges, WeightToRate{most_of(executor, graph.weights.data(), edges), graph.weights.data()});
    auto firings = executor.template buffer<double>(1);
    OrderedSum<Executor, double>(executor, edges, kRatesOfRange)(DoubleAt{graph.weights.data()},
                                                                 0.0, firings.data());
    parts = parts_of_epoch(executor.download(firings, 0), n);
    offsets = filled<std::int64_t>(executor, parts * n + 1, 0);
    executor.for_each(
        n, CountParts{graph.offsets.data(), graph.columns.data(), n, parts, offsets.data()});
    exclusive_scan(executor, offsets.data(), parts * n + 1);
    columns = executor.template buffer<std::int32_t>(edges);
    rates = executor.template buffer<float>(edges);
    executor.for_each(n, SplitRow{graph.offsets.data(), graph.columns.data(), graph.weights.data(),
                                  n, parts, offsets.data(), columns.data(), rates.data()});
    executor.wait();  // the graph goes away
  }
};

}  // namespace nearfold
