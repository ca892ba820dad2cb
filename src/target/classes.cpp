// Classes: edges between points of different ones count less. umap-learn's categorical intersection
// (discrete_metric_simplicial_set_intersection, reset_local_connectivity) by its formulas, float32.
// Nothing is added to the graph, and it stays symmetric, so the union with its transpose needs
// none.
#include <algorithm>
#include <utility>

#include "core/parallel.hpp"
#include "math/edge_union.hpp"
#include "math/elementary.hpp"
#include "target/target.hpp"
#include "weights/weights.hpp"

namespace nearfold {
namespace {

/// factor(i, j) for every edge; symmetric bit for bit.
template <class Factor>
void scale_edges(EdgeGraph& graph, const Cpu& on, const Factor& factor) {
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (std::int64_t e = graph.offsets[static_cast<std::size_t>(i)];
           e < graph.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
        const auto at = static_cast<std::size_t>(e);
        graph.weights[at] *= factor(i, graph.columns[at]);
      }
  });
}

/// Every row over its heaviest edge, united with the transpose of that; edges of weight 0 go.
EdgeGraph reconnected(EdgeGraph graph, const Cpu& on) {
  std::vector<float> heaviest(static_cast<std::size_t>(graph.n));
  const auto row = [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    return std::pair{static_cast<std::size_t>(graph.offsets[at]),
                     static_cast<std::size_t>(graph.offsets[at + 1])};
  };
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float most = 0;
      for (auto [e, last] = row(i); e < last; ++e) most = std::max(most, graph.weights[e]);
      heaviest[static_cast<std::size_t>(i)] = most;
    }
  });
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    const UmapUnion unite{1.0f};
    for (std::int64_t i = begin; i < end; ++i)
      for (auto [e, last] = row(i); e < last; ++e) {
        const float w = graph.weights[e];
        if (!(w > 0)) continue;
        graph.weights[e] = unite(w / heaviest[static_cast<std::size_t>(i)],
                                 w / heaviest[static_cast<std::size_t>(graph.columns[e])]);
      }
  });
  drop_weightless(graph);
  return graph;
}

}  // namespace

EdgeGraph steered(EdgeGraph graph, const ClassTarget& target, const Cpu& on) {
  const float unknown = exp_f(-1.0f);
  const auto far = static_cast<float>(2.5 / (1 - target.weight));  // infinite at 1
  if (target.propagate) {
    const ClassShares shares = spread_classes(graph, target.classes, on);
    scale_edges(graph, on, [&](std::int64_t i, std::int32_t j) {
      float same = 0, reached_i = 0, reached_j = 0;
      const float *const a = shares.row(i), *const b = shares.row(j);
      for (int c = 0; c < shares.classes; ++c) {
        same += a[c] * b[c];
        reached_i += a[c];
        reached_j += b[c];
      }
      return reached_i > 0 && reached_j > 0 ? exp_f(-far * (1.0f - same)) : unknown;
    });
  } else {
    const float other = exp_f(-far);
    scale_edges(graph, on, [&](std::int64_t i, std::int32_t j) {
      const std::int32_t a = target.classes[static_cast<std::size_t>(i)];
      const std::int32_t b = target.classes[static_cast<std::size_t>(j)];
      return a < 0 || b < 0 ? unknown : (a == b ? 1.0f : other);
    });
  }
  return reconnected(std::move(graph), on);
}

}  // namespace nearfold
