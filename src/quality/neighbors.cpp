// Neighbourhoods: how many neighbours are kept, and how far from being neighbours the others were.
#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "knn/exact.hpp"
#include "knn/sparse_search.hpp"
#include "quality/quality.hpp"

namespace nearfold {
namespace {

/// Rows that share every point while it is in the cache.
constexpr std::int64_t kBlock = 8;

/// How far `count` points are from the rows [begin, end), as candidates whose ids are the points'.
template <class Measure>
void measure_all(const Measure& distance, std::int64_t count, std::int64_t begin, std::int64_t end,
                 std::vector<Candidate>& out) {
  out.resize(static_cast<std::size_t>((end - begin) * count));
  for (std::int64_t j = 0; j < count; ++j)
    for (std::int64_t i = begin; i < end; ++i)
      out[static_cast<std::size_t>((i - begin) * count + j)] =
          candidate(distance(i, j), static_cast<std::int32_t>(j));
}

/// The k of n points that are nearest to each row by distance(row, point).
template <class Measure>
NeighborRows nearest_by(const Measure& distance, std::int64_t rows, std::int64_t n, int k,
                        const Cpu& on) {
  const Part part(1, 1);
  NeighborRows out(rows, k);
  parallel_for(on.threads, rows, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Candidate> all(static_cast<std::size_t>(n));
    for (std::int64_t r = begin; r < end; ++r) {
      for (std::int64_t j = 0; j < n; ++j)
        all[static_cast<std::size_t>(j)] = candidate(distance(r, j), static_cast<std::int32_t>(j));
      std::partial_sort(all.begin(), all.begin() + k, all.end());
      for (int e = 0; e < k; ++e) {
        const auto at = static_cast<std::size_t>(r * k + e);
        out.ids[at] = id_of(all[static_cast<std::size_t>(e)]);
        out.distances[at] = distance(r, out.ids[at]);
      }
    }
  });
  return out;
}

/// The sum, over the k nearest by `near`, of their ranks by `far` beyond k.
std::int64_t misplaced(std::span<const Candidate> near, std::span<const Candidate> far, int k,
                       std::vector<Candidate>& scratch) {
  scratch.assign(near.begin(), near.end());
  std::nth_element(scratch.begin(), scratch.begin() + k, scratch.end());
  std::int64_t sum = 0;
  for (int e = 0; e < k; ++e) {
    const Candidate at = far[static_cast<std::size_t>(id_of(scratch[static_cast<std::size_t>(e)]))];
    const std::int64_t nearer =
        std::count_if(far.begin(), far.end(), [=](Candidate c) { return c < at; });
    sum += std::max<std::int64_t>(0, nearer + 1 - k);
  }
  return sum;
}

/// among(i, j) and in_map(i, j) are the distances of `count` points from `rows` rows, of whose
/// neighbours `others` can be.
template <class Among, class InMap>
RankScores scores_of_ranks(const Among& among, const InMap& in_map, std::int64_t rows,
                           std::int64_t count, std::int64_t others, int k, const Cpu& on) {
  // The largest possible sum of ranks beyond k, halved.
  const double most =
      0.5 * static_cast<double>(k) * static_cast<double>(2 * others - std::int64_t{3} * k + 1);
  RankScores scores{std::vector<double>(static_cast<std::size_t>(rows)),
                    std::vector<double>(static_cast<std::size_t>(rows))};
  parallel_for(on.threads, rows, kBlock, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Candidate> near, near_in_map, scratch;
    measure_all(among, count, begin, end, near);
    measure_all(in_map, count, begin, end, near_in_map);
    for (std::int64_t i = begin; i < end; ++i) {
      const auto n = static_cast<std::size_t>(count), at = static_cast<std::size_t>(i - begin) * n;
      const std::span x(near.data() + at, n), y(near_in_map.data() + at, n);
      const auto row = static_cast<std::size_t>(i);
      scores.trustworthiness[row] = 1 - static_cast<double>(misplaced(y, x, k, scratch)) / most;
      scores.continuity[row] = 1 - static_cast<double>(misplaced(x, y, k, scratch)) / most;
    }
  });
  return scores;
}

}  // namespace

NeighborRows nearest_of(const MetricSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on) {
  const ExactSearch search(space, on);
  const Part part(1, 1);
  return search({space.as_queries, which}, k, on);
}

NeighborRows nearest_of(const SurfaceSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on) {
  return nearest_by(
      [&](std::int64_t r, std::int64_t j) {
        const std::int64_t i = which[static_cast<std::size_t>(r)];
        return i == j ? kInfinity : distance_between(space, i, j);
      },
      std::ssize(which), space.n(), k, on);
}

NeighborRows nearest_to(const NewRowsIn& rows, int k, const Cpu& on) {
  return ExactSearch(rows.space, on)(all_others(rows.rows), k, on);
}

NeighborRows nearest_to(const NewRowsOn& rows, int k, const Cpu& on) {
  return nearest_by([&](std::int64_t r, std::int64_t j) { return rows.distance(r, j); },
                    rows.rows.rows(), rows.space.n(), k, on);
}

NeighborRows nearest_of(const SparseSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on) {
  const Part part(1, 1);
  return search_sparse(space, {space.as_queries(), which}, k, on);
}

NeighborRows nearest_to(const NewSparseRows& rows, int k, const Cpu& on) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(rows.count()));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return search_sparse(rows.space, {rows.rows, std::move(all), /*are_points=*/false}, k, on);
}

PointSpace point_space(const InputPoints& points, const Distance& distance, const Cpu& on) {
  if (points.sparse) return make_sparse_space(*points.sparse, distance, on);
  return make_space(points.host, distance, on);
}

MapSpace map_space(HostMatrix<const float> layout, OutputMetric metric, const Cpu& on) {
  if (metric == OutputMetric::euclidean) return make_space(layout, {}, on);
  return SurfaceSpace{layout, metric};
}

std::vector<double> shared_neighbors(const NeighborRows& a, const NeighborRows& b, int k) {
  const auto first = [k](const NeighborRows& rows, std::int64_t r) {
    const auto begin = rows.ids.begin() + r * rows.k;
    std::vector<std::int32_t> ids(begin, begin + k);
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  std::vector<double> shares(static_cast<std::size_t>(a.n));
  std::vector<std::int32_t> common;
  for (std::int64_t r = 0; r < a.n; ++r) {
    const std::vector<std::int32_t> left = first(a, r), right = first(b, r);
    common.clear();
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                          std::back_inserter(common));
    shares[static_cast<std::size_t>(r)] = static_cast<double>(common.size()) / k;
  }
  return shares;
}

RankScores rank_scores(const PointSpace& points, const MapSpace& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on) {
  const auto count = std::ssize(subset);
  const auto within = [&](const auto& space) {
    return [&space, &subset](std::int64_t i, std::int64_t j) {
      return i == j ? kInfinity
                    : distance_between(space, subset[static_cast<std::size_t>(i)],
                                       subset[static_cast<std::size_t>(j)]);
    };
  };
  return std::visit(
      [&](const auto& among, const auto& map) {
        return scores_of_ranks(within(among), within(map), count, count, count - 1, k, on);
      },
      points, layout);
}

NewAmongPoints new_rows_among(const PointSpace& space, const InputPoints& rows, const Cpu& on) {
  if (const auto* const sparse = std::get_if<SparseSpace>(&space))
    return NewSparseRows{*sparse, make_sparse_queries(*rows.sparse, *sparse, on)};
  const MetricSpace& dense = std::get<MetricSpace>(space);
  return NewRowsIn{dense, make_queries(rows.host.floats(), dense, on)};
}

NewOnMap new_rows_on(const MapSpace& space, HostMatrix<const float> rows, const Cpu& on) {
  if (const auto* const surface = std::get_if<SurfaceSpace>(&space))
    return NewRowsOn{*surface, rows};
  const MetricSpace& flat = std::get<MetricSpace>(space);
  return NewRowsIn{flat, make_queries(rows, flat, on)};
}

RankScores rank_scores(const NewAmongPoints& points, const NewOnMap& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on) {
  const auto from = [&](const auto& rows) {
    return [&rows, &subset](std::int64_t i, std::int64_t j) {
      return rows.distance(i, subset[static_cast<std::size_t>(j)]);
    };
  };
  const auto count = std::ssize(subset);
  return std::visit(
      [&](const auto& among, const auto& on_map) {
        return scores_of_ranks(from(among), from(on_map), among.count(), count, count, k, on);
      },
      points, layout);
}

}  // namespace nearfold
