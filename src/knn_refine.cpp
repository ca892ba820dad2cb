#include "knn_refine.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace nearfold {

const std::vector<Candidate>& Refine::operator()(const float* query, float scale, std::int64_t self,
                                                 const std::int32_t* candidates, int count, int k) {
  const auto& points = space_->points.view;
  const auto prefetch = [&](std::size_t c) {
    if (c < ids_.size()) prefetch_row(points.row(ids_[c]), points.cols);
  };
  ids_.clear();
  for (int c = 0; c < count; ++c) {
    if (candidates[c] < 0) continue;
    const std::int32_t id = rows_->ids[static_cast<std::size_t>(candidates[c])];
    if (id != self) ids_.push_back(id);
  }
  measured_.clear();
  prefetch(0);
  for (std::size_t c = 0; c < ids_.size(); ++c) {
    prefetch(c + 1);
    const float measured = measure_rows(space_->norm, query, points.row(ids_[c]), points.cols);
    measured_.push_back(candidate(distance_of(space_->distance.metric, measured, scale), ids_[c]));
  }
  const auto wanted = std::min(measured_.size(), static_cast<std::size_t>(k));
  std::partial_sort(measured_.begin(), measured_.begin() + static_cast<std::ptrdiff_t>(wanted),
                    measured_.end());
  measured_.resize(wanted);
  return measured_;
}

namespace {

/// The ranks, from 1, of the exact neighbours of sample row s among all short rows.
std::vector<std::int32_t> ranks_of(const MetricSpace& space, const KnnRows& rows,
                                   const Projection& projection, const ExactSample& sample,
                                   std::int64_t s, const std::vector<std::int32_t>& row_of) {
  const std::int64_t k = sample.neighbors.k;
  const std::int64_t query = sample.rows[static_cast<std::size_t>(s)];
  std::vector<float> row(static_cast<std::size_t>(rows.rows.cols)), scratch;
  std::vector<float> measures(static_cast<std::size_t>(rows.n())), wanted;
  const float square =
      make_knn_row(space.as_queries.view.row(query), projection, rows.norm, scratch, row.data());
  measure_range(rows, row.data(), square, 0, rows.n(), measures.data());
  for (std::int64_t e = s * k; e < (s + 1) * k; ++e) {
    const std::int32_t id = sample.neighbors.ids[static_cast<std::size_t>(e)];
    wanted.push_back(measures[static_cast<std::size_t>(row_of[static_cast<std::size_t>(id)])]);
  }
  std::sort(wanted.begin(), wanted.end());
  std::vector<float> nearer;
  for (const float m : measures)
    if (m <= wanted.back()) nearer.push_back(m);
  std::sort(nearer.begin(), nearer.end());
  std::vector<std::int32_t> ranks;
  ranks.reserve(wanted.size());
  for (const float m : wanted)
    ranks.push_back(static_cast<std::int32_t>(std::lower_bound(nearer.begin(), nearer.end(), m) -
                                              nearer.begin() + 1));
  return ranks;
}

}  // namespace

int candidates_for(const MetricSpace& space, const KnnRows& rows, const Projection& projection,
                   const ExactSample& sample, double target, const Cpu& on) {
  constexpr std::int64_t kRows = 250, kSlack = 9;  // rounding; the query itself
  const std::int64_t k = sample.neighbors.k;
  if (projection.lossless() || rows.norm != Norm::l2)
    return static_cast<int>(std::min(rows.n(), k + kSlack));
  const std::vector<std::int32_t> row_of = row_of_point(rows.ids);
  const std::int64_t looked_at = std::min(kRows, sample.neighbors.n);
  std::vector<std::int32_t> ranks(static_cast<std::size_t>(looked_at * k));
  parallel_for(on.threads, looked_at, 1, [&](std::int64_t s, std::int64_t) {
    const std::vector<std::int32_t> mine =
        ranks_of(space, rows, projection, sample, s * sample.neighbors.n / looked_at, row_of);
    std::copy(mine.begin(), mine.end(), ranks.begin() + s * k);
  });
  const auto kept = ranks.begin() + static_cast<std::ptrdiff_t>(
                                        0.5 * (1 + target) * static_cast<double>(ranks.size() - 1));
  std::nth_element(ranks.begin(), kept, ranks.end());
  return static_cast<int>(std::min(rows.n(), std::max<std::int64_t>(*kept, k) + kSlack));
}

}  // namespace nearfold
