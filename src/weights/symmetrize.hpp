// The union of both directions of every edge, row by row from the graph and its transpose, of which
// there is one range of rows a thread at a time: the whole of it would be as large as the graph.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/parallel.hpp"
#include "graph/graph.hpp"

namespace nearfold {

/// One stored entry of a row: the other vertex and the weight of this direction.
struct Entry {
  std::int32_t id;
  float weight;
};

/// Rows [begin, end) of the transposed graph, ids ascending: who has them among its neighbours.
struct Transpose {
  std::int64_t begin = 0;
  std::vector<std::int64_t> offsets;
  std::vector<Entry> entries;

  const Entry* row(std::int64_t i) const { return entries.data() + offsets[place(i)]; }
  const Entry* row_end(std::int64_t i) const { return entries.data() + offsets[place(i) + 1]; }

 private:
  std::size_t place(std::int64_t i) const { return static_cast<std::size_t>(i - begin); }
};

/// A graph whose distances have become weights of directed edges. Its rows are put in the order of
/// ids, in place.
class DirectedEdges {
 public:
  static constexpr std::int64_t kRanges = 64;  // of rows, at most

  DirectedEdges(KnnGraph& graph, const Cpu& on)
      : graph_(graph),
        range_((graph.n + kRanges - 1) / kRanges),
        ranges_of_(static_cast<std::size_t>(graph.n)) {
    parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Entry> own(static_cast<std::size_t>(graph.k));
      for (std::int64_t i = begin; i < end; ++i) sort_row(i, own);
    });
  }

  std::int64_t n() const { return graph_.n; }
  std::int64_t range() const { return range_; }

  /// Neighbours lie near by number: most rows have them in a range or two, and are read for those.
  Transpose transpose(std::int64_t begin, std::int64_t end) const {
    Transpose t{begin, std::vector<std::int64_t>(static_cast<std::size_t>(end - begin) + 1), {}};
    for_each_into(begin, end,
                  [&](std::int64_t, std::size_t, std::size_t to) { ++t.offsets[to + 1]; });
    std::partial_sum(t.offsets.begin(), t.offsets.end(), t.offsets.begin());
    t.entries.resize(static_cast<std::size_t>(t.offsets.back()));
    std::vector<std::int64_t> next(t.offsets.begin(), t.offsets.end() - 1);
    for_each_into(begin, end, [&](std::int64_t i, std::size_t e, std::size_t to) {
      t.entries[static_cast<std::size_t>(next[to]++)] = {static_cast<std::int32_t>(i),
                                                         graph_.distances[e]};
    });
    return t;
  }

  /// Calls emit(j, w_ij, w_ji) for every j that is a neighbour of i in either direction, ascending.
  template <class Emit>
  void merge_row(std::int64_t i, const Transpose& back, const Emit& emit) const {
    auto a = static_cast<std::size_t>(i * graph_.k);
    const auto a_end = a + static_cast<std::size_t>(graph_.k);
    const Entry *b = back.row(i), *const b_end = back.row_end(i);
    while (a != a_end || b != b_end) {
      const bool take_a = b == b_end || (a != a_end && graph_.neighbors[a] <= b->id);
      const bool take_b = a == a_end || (b != b_end && b->id <= graph_.neighbors[a]);
      emit(take_a ? graph_.neighbors[a] : b->id, take_a ? graph_.distances[a] : 0.0f,
           take_b ? b->weight : 0.0f);
      if (take_a) ++a;
      if (take_b) ++b;
    }
  }

 private:
  void sort_row(std::int64_t i, std::vector<Entry>& own) {
    const auto first = static_cast<std::size_t>(i * graph_.k);
    for (std::size_t c = 0; c < own.size(); ++c)
      own[c] = {graph_.neighbors[first + c], graph_.distances[first + c]};
    std::sort(own.begin(), own.end(), [](Entry a, Entry b) { return a.id < b.id; });
    std::uint64_t& ranges = ranges_of_[static_cast<std::size_t>(i)];
    for (std::size_t c = 0; c < own.size(); ++c) {
      graph_.neighbors[first + c] = own[c].id;
      graph_.distances[first + c] = own[c].weight;
      ranges |= std::uint64_t{1} << (own[c].id / range_);
    }
  }

  /// each(i, entry, j - begin) for the entries of rows i whose neighbour j is in [begin, end),
  /// which is a range.
  template <class Each>
  void for_each_into(std::int64_t begin, std::int64_t end, const Each& each) const {
    const std::uint64_t asked = std::uint64_t{1} << (begin / range_);
    for (std::int64_t i = 0; i < graph_.n; ++i) {
      if ((ranges_of_[static_cast<std::size_t>(i)] & asked) == 0) continue;
      const auto first = graph_.neighbors.begin() + i * graph_.k;
      for (auto at = std::lower_bound(first, first + graph_.k, begin);
           at != first + graph_.k && *at < end; ++at)
        each(i, static_cast<std::size_t>(at - graph_.neighbors.begin()),
             static_cast<std::size_t>(*at - begin));
    }
  }

  KnnGraph& graph_;
  std::int64_t range_;                    // rows of a range
  std::vector<std::uint64_t> ranges_of_;  // [n]: those that a row has neighbours in, a bit each
};

/// Loops of symmetrize().
inline constexpr int kUnionLoops = 3;

/// Symmetric graph of combine(w_ij, w_ji), which must be symmetric bit for bit; `graph` has weights
/// in the place of distances. Zeros are left out.
template <class Combine>
EdgeGraph symmetrize(KnnGraph graph, const Cpu& on, const Combine& combine) {
  const DirectedEdges edges(graph, on);
  EdgeGraph out;
  out.n = graph.n;
  out.offsets.assign(static_cast<std::size_t>(out.n) + 1, 0);
  const auto for_each_row = [&](const auto& row) {  // (i, its part of the transpose)
    parallel_for(on.threads, out.n, edges.range(), [&](std::int64_t begin, std::int64_t end) {
      const Transpose back = edges.transpose(begin, end);
      for (std::int64_t i = begin; i < end; ++i) row(i, back);
    });
  };
  for_each_row([&](std::int64_t i, const Transpose& back) {
    std::int64_t& count = out.offsets[static_cast<std::size_t>(i) + 1];
    edges.merge_row(i, back, [&](std::int32_t, float ij, float ji) {
      if (combine(ij, ji) > 0) ++count;
    });
  });
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  out.columns.resize(static_cast<std::size_t>(out.offsets.back()));
  out.weights.resize(out.columns.size());
  for_each_row([&](std::int64_t i, const Transpose& back) {
    auto at = static_cast<std::size_t>(out.offsets[static_cast<std::size_t>(i)]);
    edges.merge_row(i, back, [&](std::int32_t j, float ij, float ji) {
      const float w = combine(ij, ji);
      if (!(w > 0)) return;
      out.columns[at] = j;
      out.weights[at++] = w;
    });
  });
  return out;
}

}  // namespace nearfold
