// From neighbours to a symmetric weighted graph. Each row computes its directed weights by itself;
// the union of both directions is merged row by row from the graph and its transpose.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/parallel.hpp"
#include "math/edge_union.hpp"
#include "math/perplexity.hpp"
#include "math/smooth_knn.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "weights/weights.hpp"

namespace nearfold {
namespace {

/// One stored entry of a row: the other point and the weight of this direction.
struct Entry {
  std::int32_t id;
  float weight;
};

/// Rows of the transposed graph, ids ascending: who has point j among its neighbours.
struct Transpose {
  std::vector<std::int64_t> offsets;
  std::vector<Entry> entries;
};

Transpose transpose(const KnnGraph& graph, const std::vector<float>& weights) {
  Transpose t;
  t.offsets.assign(static_cast<std::size_t>(graph.n) + 1, 0);
  for (const std::int32_t j : graph.neighbors) ++t.offsets[static_cast<std::size_t>(j) + 1];
  std::partial_sum(t.offsets.begin(), t.offsets.end(), t.offsets.begin());
  t.entries.resize(graph.neighbors.size());
  std::vector<std::int64_t> next(t.offsets.begin(), t.offsets.end() - 1);
  for (std::int64_t i = 0; i < graph.n; ++i)  // in order of i, so each row comes out sorted
    for (std::int64_t e = i * graph.k; e < (i + 1) * graph.k; ++e) {
      const auto j = static_cast<std::size_t>(graph.neighbors[static_cast<std::size_t>(e)]);
      t.entries[static_cast<std::size_t>(next[j]++)] = {static_cast<std::int32_t>(i),
                                                        weights[static_cast<std::size_t>(e)]};
    }
  return t;
}

/// Calls emit(j, w_ij, w_ji) for every j that is a neighbour of i in either direction, ascending.
template <class Emit>
void merge_row(const KnnGraph& graph, const std::vector<float>& weights, const Transpose& back,
               std::int64_t i, std::vector<Entry>& own, const Emit& emit) {
  own.clear();
  for (std::int64_t e = i * graph.k; e < (i + 1) * graph.k; ++e)
    own.push_back(
        {graph.neighbors[static_cast<std::size_t>(e)], weights[static_cast<std::size_t>(e)]});
  std::sort(own.begin(), own.end(), [](Entry a, Entry b) { return a.id < b.id; });
  auto a = own.cbegin();
  auto b = back.entries.cbegin() + back.offsets[static_cast<std::size_t>(i)];
  const auto b_end = back.entries.cbegin() + back.offsets[static_cast<std::size_t>(i) + 1];
  while (a != own.cend() || b != b_end) {
    const bool take_a = b == b_end || (a != own.cend() && a->id <= b->id);
    const bool take_b = a == own.cend() || (b != b_end && b->id <= a->id);
    emit(take_a ? a->id : b->id, take_a ? a->weight : 0.0f, take_b ? b->weight : 0.0f);
    if (take_a) ++a;
    if (take_b) ++b;
  }
}

/// Symmetric graph of combine(w_ij, w_ji), which must be symmetric bit for bit. Zeros are left out.
template <class Combine>
EdgeGraph symmetrize(const KnnGraph& graph, const std::vector<float>& weights, const Cpu& on,
                     const Combine& combine) {
  const Transpose back = transpose(graph, weights);
  EdgeGraph out;
  out.n = graph.n;
  out.offsets.assign(static_cast<std::size_t>(graph.n) + 1, 0);
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Entry> own;
    for (std::int64_t i = begin; i < end; ++i)
      merge_row(graph, weights, back, i, own, [&](std::int32_t, float ij, float ji) {
        if (combine(ij, ji) > 0) ++out.offsets[static_cast<std::size_t>(i) + 1];
      });
  });
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  out.columns.resize(static_cast<std::size_t>(out.offsets.back()));
  out.weights.resize(out.columns.size());
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Entry> own;
    for (std::int64_t i = begin; i < end; ++i) {
      auto at = static_cast<std::size_t>(out.offsets[static_cast<std::size_t>(i)]);
      merge_row(graph, weights, back, i, own, [&](std::int32_t j, float ij, float ji) {
        const float w = combine(ij, ji);
        if (!(w > 0)) return;
        out.columns[at] = j;
        out.weights[at++] = w;
      });
    }
  });
  return out;
}

/// Removes entries lighter than `least`, in place.
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

}  // namespace

float lightest_edge(const UmapParams& params, std::int64_t n, float heaviest) {
  if (!(heaviest > 0))
    throw InvalidInput(
        "set_op_mix_ratio " + std::to_string(params.set_op_mix_ratio) +
        " leaves no edge: no two points are each other's neighbours; use a larger ratio");
  const int epochs = iterations_of(params, n);
  const int enough = epochs > 10 ? epochs : (n <= 10'000 ? 500 : 200);
  return heaviest / static_cast<float>(enough);
}

EdgeGraph weigh_edges(const KnnGraph& graph, const TsneParams& params, const Cpu& on) {
  std::vector<float> p(graph.neighbors.size());
  const auto log_perplexity = static_cast<float>(std::log(params.perplexity));
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      perplexity_row(&graph.distances[static_cast<std::size_t>(i * graph.k)], graph.k,
                     log_perplexity, &p[static_cast<std::size_t>(i * graph.k)]);
  });
  const float scale = 0.5f / static_cast<float>(graph.n);
  return symmetrize(graph, p, on, TsneUnion{scale});
}

EdgeGraph weigh_edges(const KnnGraph& graph, const UmapParams& params, const Cpu& on) {
  const double total =
      parallel_sum(on.threads, graph.n * graph.k, kDistancesOfRange, 0.0,
                   [&](std::int64_t begin, std::int64_t end) {
                     return chunked_sum(begin, end, 0.0, [&](std::int64_t e) {
                       return static_cast<double>(graph.distances[static_cast<std::size_t>(e)]);
                     });
                   });
  const auto mean_all = static_cast<float>(total / static_cast<double>(graph.n * (graph.k + 1)));
  const auto connectivity = static_cast<float>(params.local_connectivity);
  std::vector<float> w(graph.neighbors.size());
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float* distance = &graph.distances[static_cast<std::size_t>(i * graph.k)];
      const SmoothKnn row = smooth_knn_row(distance, graph.k, connectivity, mean_all);
      for (std::int64_t j = 0; j < graph.k; ++j)
        w[static_cast<std::size_t>(i * graph.k + j)] = membership(distance[j], row);
    }
  });
  EdgeGraph out = symmetrize(graph, w, on, UmapUnion{static_cast<float>(params.set_op_mix_ratio)});
  const float heaviest =
      out.edges() == 0 ? 0 : *std::max_element(out.weights.begin(), out.weights.end());
  drop_below(out, lightest_edge(params, graph.n, heaviest));
  return out;
}

}  // namespace nearfold
