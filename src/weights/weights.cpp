// From neighbours to a symmetric weighted graph. Each row computes its directed weights by itself,
// in the place of its distances, which nothing reads afterwards; then both directions are united.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "math/edge_union.hpp"
#include "math/smooth_knn.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "weights/conditional_row.hpp"
#include "weights/radii.hpp"
#include "weights/symmetrize.hpp"
#include "weights/weights.hpp"

namespace nearfold {

void drop_below(EdgeGraph& graph, float least) {
  std::size_t kept = 0, e = 0;
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const auto end = static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i) + 1]);
    for (; e < end; ++e) {
      if (graph.weights[e] < least) continue;
      graph.columns[kept] = graph.columns[e];
      graph.weights[kept++] = graph.weights[e];
    }
    graph.offsets[static_cast<std::size_t>(i) + 1] = static_cast<std::int64_t>(kept);
  }
  graph.columns.resize(kept);
  graph.weights.resize(kept);
}

void drop_weightless(EdgeGraph& graph) {
  drop_below(graph, std::numeric_limits<float>::denorm_min());
}

float lightest_edge(const UmapParams& params, std::int64_t n, float heaviest) {
  if (!(heaviest > 0)) {
    std::ostringstream text;
    if (params.disconnection_distance)
      text << "disconnection_distance " << *params.disconnection_distance
           << " leaves no edge: no two neighbours are nearer; use a larger one";
    else
      text << "set_op_mix_ratio " << params.set_op_mix_ratio
           << " leaves no edge: no two points are each other's neighbours; use a larger ratio";
    throw InvalidInput(text.str());
  }
  const int epochs = iterations_of(params, n);
  const int enough = epochs > 10 ? epochs : (n <= 10'000 ? 500 : 200);
  return heaviest / static_cast<float>(enough);
}

bool weighed_on_host(const TsneParams& params) {
  return params.affinities != TsneParams::Affinities::perplexity || !params.perplexities.empty();
}
bool weighed_on_host(const UmapParams& params) {
  return params.densmap || params.disconnection_distance.has_value();
}

namespace {

/// The same to each of the neighbours, whatever their distances; joint probabilities sum to 1.
EdgeGraph uniform_edges(KnnGraph graph, const TsneParams& params, const Cpu& on) {
  std::fill(graph.distances.begin(), graph.distances.end(), 1.0f);
  const bool larger = params.symmetrize == TsneParams::Symmetrize::max;
  const double directed = static_cast<double>(graph.n) * static_cast<double>(graph.k);
  EdgeGraph out = symmetrize(std::move(graph), on, [&](float ij, float ji) {
    return larger ? std::max(ij, ji) : 0.5f * (ij + ji);
  });
  const double total = larger ? static_cast<double>(out.edges()) : directed;
  const auto scale = static_cast<float>(1.0 / total);
  parallel_for(on.threads, out.edges(), 16 * kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t e = begin; e < end; ++e) out.weights[static_cast<std::size_t>(e)] *= scale;
  });
  return out;
}

}  // namespace

EdgeGraph weigh_edges(KnnGraph graph, const TsneParams& params, const Cpu& on) {
  const Part part(1, 1 + kUnionLoops);
  if (params.affinities == TsneParams::Affinities::uniform)
    return uniform_edges(std::move(graph), params, on);
  const ConditionalRow conditional(perplexities_of(params));
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> p(static_cast<std::size_t>(graph.k));  // reads distances to its end
    for (std::int64_t i = begin; i < end; ++i) {
      float* const row = &graph.distances[static_cast<std::size_t>(i * graph.k)];
      conditional(row, graph.k, p.data());
      std::copy(p.begin(), p.end(), row);
    }
  });
  const float scale = 0.5f / static_cast<float>(graph.n);
  return symmetrize(std::move(graph), on, TsneUnion{scale});
}

EdgeGraph weigh_edges(KnnGraph graph, const UmapParams& params, const Cpu& on) {
  return weigh_edges(std::move(graph), params, Steering{{}, {}}, on);
}

EdgeGraph weigh_edges(KnnGraph graph, const UmapParams& params, const Steering& by, const Cpu& on) {
  const Part part(1, 2 + kUnionLoops + kSteeringLoops * static_cast<int>(by.targets.size()));
  const std::int64_t n = graph.n;
  const KnnGraph distances =
      params.densmap ? graph : KnnGraph();  // which weights take the place of
  const double total = parallel_sum(
      on.threads, n * graph.k, kDistancesOfRange, 0.0, [&](std::int64_t begin, std::int64_t end) {
        return chunked_sum(begin, end, 0.0, [&](std::int64_t e) {
          return static_cast<double>(graph.distances[static_cast<std::size_t>(e)]);
        });
      });
  const auto mean_all = static_cast<float>(total / static_cast<double>(n * (graph.k + 1)));
  const auto connectivity = static_cast<float>(params.local_connectivity);
  const auto limit = static_cast<float>(
      params.disconnection_distance.value_or(std::numeric_limits<double>::infinity()));
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float* const row = &graph.distances[static_cast<std::size_t>(i * graph.k)];
      const std::int64_t near = std::lower_bound(row, row + graph.k, limit) - row;
      const SmoothKnn scale = smooth_knn_row(row, near, connectivity, mean_all, graph.k);
      for (std::int64_t j = 0; j < near; ++j) row[j] = membership(row[j], scale);
      std::fill(row + near, row + graph.k, 0.0f);
    }
  });
  EdgeGraph out =
      symmetrize(std::move(graph), on, UmapUnion{static_cast<float>(params.set_op_mix_ratio)});
  out = steered(std::move(out), by, params.n_neighbors, on);
  const float heaviest =
      out.edges() == 0 ? 0 : *std::max_element(out.weights.begin(), out.weights.end());
  drop_below(out, lightest_edge(params, n, heaviest));
  if (params.densmap) out.radii = standardised(log_radii(distances, out, on));
  return out;
}

}  // namespace nearfold
