// The union of both directions of every edge. No transpose is made, which would be as large as the
// graph: whether a neighbour has the point among its own is looked up in its row, which lies near.
// Where it has not, the entry is sent to that row; rows are sorted when all have come.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "graph/graph.hpp"

namespace nearfold {

/// A graph whose distances have become weights of directed edges, and lookups in its rows.
class DirectedEdges {
 public:
  explicit DirectedEdges(KnnGraph& graph) : graph_(graph) {}

  std::int64_t n() const { return graph_.n; }

  /// each(j, w_ij, w_ji, whether i is in row j) for the neighbours j of i; w_ji is 0 if it is not.
  /// The sign of such a weight tells the next time that there is nothing to be looked for. No other
  /// row reads it: it would have to have i as neighbour.
  template <class Each>
  void for_row(std::int64_t i, const Each& each) {
    for (std::int64_t e = i * graph_.k; e < (i + 1) * graph_.k; ++e) {
      const std::int32_t j = graph_.neighbors[static_cast<std::size_t>(e)];
      float& weight = graph_.distances[static_cast<std::size_t>(e)];
      const std::int64_t back = std::signbit(weight) ? -1 : find(j, static_cast<std::int32_t>(i));
      if (back >= 0) {
        each(j, weight, graph_.distances[static_cast<std::size_t>(back)], true);
      } else {
        each(j, std::abs(weight), 0.0f, false);
        weight = -std::abs(weight);
      }
    }
  }

 private:
  /// The entry of row j that is `id`, or -1; as many at once as the compiler likes to compare.
  std::int64_t find(std::int32_t j, std::int32_t id) const {
    constexpr std::int64_t kAtOnce = 16;
    const std::int64_t begin = j * graph_.k, end = begin + graph_.k;
    const std::int32_t* const ids = graph_.neighbors.data();
    std::int64_t e = begin;
    for (; e + kAtOnce <= end; e += kAtOnce) {
      std::int32_t found = 0;
      for (std::int64_t c = 0; c < kAtOnce; ++c) found |= ids[e + c] == id ? 1 : 0;
      if (found != 0) break;
    }
    const std::int32_t* const at = std::find(ids + e, ids + end, id);
    return at == ids + end ? -1 : at - ids;
  }

  KnnGraph& graph_;
};

/// Room for every row of the union: offsets, and columns and weights that are not set.
template <class Combine>
EdgeGraph union_rows(DirectedEdges& edges, const Cpu& on, const Combine& combine) {
  EdgeGraph out;
  out.n = edges.n();
  out.offsets.assign(static_cast<std::size_t>(out.n) + 1, 0);
  const auto add = [&](std::int64_t i, std::int64_t count) {
    std::atomic_ref(out.offsets[static_cast<std::size_t>(i) + 1])
        .fetch_add(count, std::memory_order_relaxed);
  };
  parallel_for(on.threads, out.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::int64_t own = 0;
      edges.for_row(i, [&](std::int32_t j, float ij, float ji, bool mutual) {
        if (!(combine(ij, ji) > 0)) return;
        ++own;
        if (!mutual) add(j, 1);
      });
      add(i, own);
    }
  });
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  out.columns.resize(static_cast<std::size_t>(out.offsets.back()));
  out.weights.resize(out.columns.size());
  return out;
}

/// Own entries from the front of a row, those sent to it from its end.
template <class Combine>
void fill_rows(DirectedEdges& edges, EdgeGraph& out, const Cpu& on, const Combine& combine) {
  std::vector<std::int32_t> came(static_cast<std::size_t>(out.n));
  const auto put = [&](std::int64_t at, std::int64_t column, float weight) {
    out.columns[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(column);
    out.weights[static_cast<std::size_t>(at)] = weight;
  };
  parallel_for(on.threads, out.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::int64_t at = out.offsets[static_cast<std::size_t>(i)];
      edges.for_row(i, [&](std::int32_t j, float ij, float ji, bool mutual) {
        const float weight = combine(ij, ji);
        if (!(weight > 0)) return;
        put(at++, j, weight);
        if (mutual) return;
        const auto to = static_cast<std::size_t>(j);
        const std::int32_t before =
            std::atomic_ref(came[to]).fetch_add(1, std::memory_order_relaxed);
        put(out.offsets[to + 1] - 1 - before, i, weight);
      });
    }
  });
}

/// Every row by its columns.
inline void sort_rows(EdgeGraph& graph, const Cpu& on) {
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::pair<std::int32_t, float>> row;
    for (std::int64_t i = begin; i < end; ++i) {
      const auto first = static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i)]);
      row.clear();
      for (auto e = first;
           e < static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i) + 1]); ++e)
        row.emplace_back(graph.columns[e], graph.weights[e]);
      std::sort(row.begin(), row.end(), [](auto a, auto b) { return a.first < b.first; });
      for (std::size_t e = 0; e < row.size(); ++e) {
        graph.columns[first + e] = row[e].first;
        graph.weights[first + e] = row[e].second;
      }
    }
  });
}

/// Loops of symmetrize().
inline constexpr int kUnionLoops = 3;

/// Symmetric graph of combine(w_ij, w_ji), which must be symmetric bit for bit; `graph` has weights
/// in the place of distances. Zeros are left out. Whichever thread is first, the rows are the same.
template <class Combine>
EdgeGraph symmetrize(KnnGraph graph, const Cpu& on, const Combine& combine) {
  DirectedEdges edges(graph);
  EdgeGraph out = union_rows(edges, on, combine);
  fill_rows(edges, out, on, combine);
  graph = {};
  sort_rows(out, on);
  return out;
}

}  // namespace nearfold
