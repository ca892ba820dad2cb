#include "pacmap/pairs.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "graph/vertex_order.hpp"
#include "knn/metric.hpp"
#include "knn/sparse_rows.hpp"
#include "pacmap/method.hpp"
#include "stages.hpp"
#include "weights/symmetrize.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPointsOfRange = 64;  // of which each is measured against many

/// The scale of each point's distances.
std::vector<double> scales_of(const KnnGraph& graph, const Cpu& on) {
  constexpr std::int64_t kFirst = 3, kEnd = 6;  // of neighbours, from 0
  constexpr double kLeast = 1e-10;              // of points whose nearest are at 0
  std::vector<double> scales(static_cast<std::size_t>(graph.n));
  const std::int64_t end = std::min(kEnd, graph.k), first = std::min(kFirst, end - 1);
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t stop) {
    for (std::int64_t i = begin; i < stop; ++i) {
      double sum = 0;
      for (std::int64_t j = first; j < end; ++j)
        sum += static_cast<double>(graph.distances[static_cast<std::size_t>(i * graph.k + j)]);
      scales[static_cast<std::size_t>(i)] =
          std::max(sum / static_cast<double>(end - first), kLeast);
    }
  });
  return scales;
}

bool is_among(const std::int32_t* ids, std::int64_t count, std::int32_t id) {
  return std::find(ids, ids + count, id) != ids + count;
}

/// One that is drawn, is not `self`, and not one of two lists.
std::int32_t draw_new(Draws& draws, std::uint32_t n, std::int32_t self, const std::int32_t* a,
                      std::int64_t count_a, const std::int32_t* b, std::int64_t count_b) {
  for (;;) {
    const std::int32_t other = draws.below(n);
    if (other != self && !is_among(a, count_a, other) && !is_among(b, count_b, other)) return other;
  }
}

/// Draws by point, as numbers of vertices.
class Drawn {
 public:
  Drawn(const PairSource& from, std::int64_t n, const Cpu& on)
      : from_(from), vertex_of_(inverse_of(from.point_of)), n_(n), on_(on) {}

  /// `count` of each vertex: of kMidNearCandidates that are drawn the second nearest, again and
  /// again, none of them twice.
  std::vector<std::int32_t> mid_near(int count) const {
    std::vector<std::int32_t> out(static_cast<std::size_t>(n_ * count));
    if (count == 0) return out;
    if (from_.points.sparse) {
      const SparseSpace space = make_sparse_space(*from_.points.sparse, from_.distance, on_);
      choose_mid_near(count, out, [&] {
        return [&](std::int32_t a, std::int32_t b) {
          return measure_rows(space.norm, space.as_queries().row(a), space.points.row(b),
                              space.points.width);
        };
      });
      return out;
    }
    const MetricSpace space = make_space(from_.points.host, from_.distance, on_);
    const StoredView &from = space.as_queries.view, &to = space.points.view;
    choose_mid_near(count, out, [&] {
      return [&, x = from.room(), y = to.room()](std::int32_t a, std::int32_t b) mutable {
        return measure_rows(space.norm, from.row(a, x.data()), to.row(b, y.data()), space.width());
      };
    });
    return out;
  }

  /// `count` of each vertex, which are none of its near ones.
  std::vector<std::int32_t> further(int count, const KnnGraph& near) const {
    std::vector<std::int32_t> out(static_cast<std::size_t>(n_ * count));
    parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<std::int32_t> own(static_cast<std::size_t>(near.k));
      for (std::int64_t v = begin; v < end; ++v) {
        const std::int32_t point = point_of(v);
        for (std::size_t j = 0; j < own.size(); ++j)
          own[j] = point_of(near.neighbors[at(v, near.k) + j]);
        Draws draws(from_.seed, Stream::further, static_cast<std::uint64_t>(point));
        std::int32_t* const row = &out[at(v, count)];
        for (int j = 0; j < count; ++j)
          row[j] = draw_new(draws, size(), point, own.data(), near.k, row, j);
        for (int j = 0; j < count; ++j) row[j] = vertex_of(row[j]);
      }
    });
    return out;
  }

 private:
  /// measure() is what measures (a, b) of points, for one thread.
  template <class Measure>
  void choose_mid_near(int count, std::vector<std::int32_t>& out, const Measure& measure) const {
    parallel_for(on_.threads, n_, kPointsOfRange, [&](std::int64_t begin, std::int64_t end) {
      auto measured = measure();
      for (std::int64_t v = begin; v < end; ++v)
        mid_near_of(measured, v, count, &out[at(v, count)]);
    });
  }

  static std::size_t at(std::int64_t v, std::int64_t count) {
    return static_cast<std::size_t>(v * count);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(n_); }
  std::int32_t point_of(std::int64_t vertex) const {
    return from_.point_of.empty() ? static_cast<std::int32_t>(vertex)
                                  : from_.point_of[static_cast<std::size_t>(vertex)];
  }
  std::int32_t vertex_of(std::int32_t point) const {
    return vertex_of_.empty() ? point : vertex_of_[static_cast<std::size_t>(point)];
  }

  template <class Measured>
  void mid_near_of(Measured& measured, std::int64_t v, int count, std::int32_t* row) const {
    const std::int32_t point = point_of(v);
    Draws draws(from_.seed, Stream::mid_near, static_cast<std::uint64_t>(point));
    for (int j = 0; j < count; ++j) {
      std::int32_t seen[kMidNearCandidates];
      std::pair<float, int> nearest, second;  // how far, and which: of equal ones the earlier
      for (int c = 0; c < kMidNearCandidates; ++c) {
        seen[c] = draw_new(draws, size(), point, row, j, seen, c);
        const std::pair<float, int> found{measured(point, seen[c]), c};
        if (c == 0) {
          nearest = found;
        } else if (found < nearest) {
          second = std::exchange(nearest, found);
        } else if (c == 1 || found < second) {
          second = found;
        }
      }
      row[j] = seen[second.second];
    }
    for (int j = 0; j < count; ++j) row[j] = vertex_of(row[j]);
  }

  const PairSource& from_;
  std::vector<std::int32_t> vertex_of_;
  std::int64_t n_;
  Cpu on_;
};

EdgeGraph edges_of(KnnGraph near, const Cpu& on) {
  return symmetrize(std::move(near), on, [](float ij, float ji) { return ij + ji; });
}

}  // namespace

KnnGraph near_pairs(const KnnGraph& graph, int near, const Cpu& on) {
  const std::vector<double> scales = scales_of(graph, on);
  KnnGraph out = empty_graph(graph.n, near);
  std::fill(out.distances.begin(), out.distances.end(), 1.0f);
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::pair<double, std::int64_t>> row(static_cast<std::size_t>(graph.k));
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < graph.k; ++j) {
        const auto e = static_cast<std::size_t>(i * graph.k + j);
        const auto d = static_cast<double>(graph.distances[e]);
        const double scale = scales[static_cast<std::size_t>(i)] *
                             scales[static_cast<std::size_t>(graph.neighbors[e])];
        row[static_cast<std::size_t>(j)] = {d * d / scale, j};
      }
      std::partial_sort(row.begin(), row.begin() + near, row.end());
      for (std::int64_t j = 0; j < near; ++j)
        out.neighbors[static_cast<std::size_t>(i * near + j)] =
            graph.neighbors[static_cast<std::size_t>(i * graph.k +
                                                     row[static_cast<std::size_t>(j)].second)];
    }
  });
  return out;
}

std::vector<std::int32_t> ids_renamed(const std::vector<std::int32_t>& rows, std::int64_t n,
                                      const std::vector<std::int32_t>& name_of) {
  if (name_of.empty()) return rows;
  std::vector<std::int32_t> out(rows.size());
  const std::size_t count = rows.size() / static_cast<std::size_t>(n);
  for (std::size_t e = 0; e < rows.size(); ++e)
    out[static_cast<std::size_t>(name_of[e / count]) * count + e % count] =
        name_of[static_cast<std::size_t>(rows[e])];
  return out;
}

MirroredPairs::MirroredPairs(std::int64_t n, const std::vector<std::int32_t>& others)
    : offsets_(static_cast<std::size_t>(n) + 1), columns_(2 * others.size()) {
  const auto count = static_cast<std::int64_t>(others.size()) / std::max<std::int64_t>(n, 1);
  for (const std::int32_t other : others) ++offsets_[static_cast<std::size_t>(other) + 1];
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1] + count;
  std::vector<std::int64_t> next(offsets_.begin(), offsets_.end() - 1);
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t& to = next[static_cast<std::size_t>(i)];
    std::copy_n(others.begin() + i * count, count,
                columns_.begin() + offsets_[static_cast<std::size_t>(i)]);
    to += count;
  }
  for (std::size_t e = 0; e < others.size(); ++e)
    columns_[static_cast<std::size_t>(next[static_cast<std::size_t>(others[e])]++)] =
        static_cast<std::int32_t>(static_cast<std::int64_t>(e) / count);
}

EdgeGraph weigh_edges(KnnGraph graph, const PacmapParams& params, const Cpu& on) {
  KnnGraph near = near_pairs(graph, pairs_of(params, graph.n).near, on);
  graph = {};
  return edges_of(std::move(near), on);
}

EdgeGraph weigh_edges(KnnGraph graph, const PacmapParams& params, const PairSource& from,
                      const Cpu& on) {
  const std::int64_t n = graph.n;
  const PairCounts pairs = pairs_of(params, n);
  KnnGraph near = near_pairs(graph, pairs.near, on);
  graph = {};
  const Drawn drawn(from, n, on);
  std::vector<std::int32_t> mid_near = drawn.mid_near(pairs.mid_near);
  std::vector<std::int32_t> further = drawn.further(pairs.further, near);
  EdgeGraph out = edges_of(std::move(near), on);
  out.mid_near = std::move(mid_near);
  out.further = std::move(further);
  return out;
}

}  // namespace nearfold
