// Neighbourhoods: how many neighbours are kept, and how far from being neighbours the others were.
#include <algorithm>
#include <iterator>

#include "core/parallel.hpp"
#include "knn/exact.hpp"
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

RankScores rank_scores(const MetricSpace& points, const MetricSpace& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on) {
  const auto count = std::ssize(subset);
  const auto within = [&](const MetricSpace& space) {
    return [&space, &subset](std::int64_t i, std::int64_t j) {
      return i == j ? kInfinity
                    : distance_between(space, subset[static_cast<std::size_t>(i)],
                                       subset[static_cast<std::size_t>(j)]);
    };
  };
  return scores_of_ranks(within(points), within(layout), count, count, count - 1, k, on);
}

RankScores rank_scores(const NewRowsIn& points, const NewRowsIn& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on) {
  const auto from = [&](const NewRowsIn& rows) {
    return [&rows, &subset](std::int64_t i, std::int64_t j) {
      return rows.distance(i, subset[static_cast<std::size_t>(j)]);
    };
  };
  const auto count = std::ssize(subset);
  return scores_of_ranks(from(points), from(layout), points.rows.view.rows(), count, count, k, on);
}

}  // namespace nearfold
