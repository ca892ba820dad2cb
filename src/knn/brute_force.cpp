// Exact neighbours by measuring every pair, for norms that no matrix product bounds. Tiles of
// queries and points stay in the cache while they meet.
#include <algorithm>

#include "core/parallel.hpp"
#include "knn/exact.hpp"

namespace nearfold {

NeighborRows search_all_pairs(const MetricSpace& space, const Queries& queries, int k,
                              const Cpu& on) {
  const auto& points = space.points.view;
  const std::int64_t queries_at_once = 16;
  const std::int64_t points_at_once = std::clamp<std::int64_t>(65536 / points.cols(), 8, 4096);
  NeighborRows answer(static_cast<std::int64_t>(queries.which.size()), k);
  parallel_for(on.threads, answer.n, queries_at_once, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Nearest> nearest(static_cast<std::size_t>(end - begin), Nearest(k));
    for (std::int64_t first = 0; first < points.rows(); first += points_at_once)
      for (std::int64_t q = begin; q < end; ++q) {
        const std::int64_t which = queries.which[static_cast<std::size_t>(q)];
        Nearest& mine = nearest[static_cast<std::size_t>(q - begin)];
        const std::int64_t last = std::min(points.rows(), first + points_at_once);
        for (std::int64_t p = first; p < last; ++p) {
          if (queries.are_points && p == which) continue;
          const float measured =
              measure_rows(space.norm, queries.rows.view.row(which), points.row(p), points.cols());
          mine.offer(
              candidate(distance_of(space.distance.metric, measured, queries.rows.scale(which)),
                        static_cast<std::int32_t>(p)));
        }
      }
    for (std::int64_t q = begin; q < end; ++q)
      answer.set(q, nearest[static_cast<std::size_t>(q - begin)].sorted());
  });
  return answer;
}

}  // namespace nearfold
