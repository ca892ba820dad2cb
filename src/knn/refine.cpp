#include "knn/refine.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/float_rows.hpp"
#include "core/parallel.hpp"
#include "math/some_equals.hpp"

namespace nearfold {

const std::vector<Candidate>& Refine::operator()(const float* query, float scale, std::int64_t id,
                                                 const std::int32_t* candidates, int count, int k) {
  const std::int32_t self = row_with(id, *space_);
  const auto& points = space_->points.view;
  const auto prefetch = [&](std::size_t c) {
    if (c < ids_.size()) prefetch_row(points, ids_[c]);
  };
  const bool grouped = space_->equal.any();
  ids_.clear();
  for (int c = 0; c < count; ++c) {
    if (candidates[c] < 0) continue;
    const std::int32_t point = rows_->ids[static_cast<std::size_t>(candidates[c])];
    if (grouped || point != self) ids_.push_back(space_->equal.first_of(point));
  }
  if (grouped) {
    if (self >= 0) ids_.push_back(space_->equal.first_of(self));
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  }
  const TieOrder order = space_->tie_order(id);
  measured_.clear();
  prefetch(0);
  for (std::size_t c = 0; c < ids_.size(); ++c) {
    prefetch(c + 1);
    const float measured =
        measure_rows(space_->norm, query, points.row(ids_[c], room_.data()), points.cols());
    const float distance = distance_of(space_->norm, measured, scale);
    const auto key =
        grouped ? ids_[c] : static_cast<std::int32_t>(order.key(space_->first_id + ids_[c]));
    measured_.push_back(candidate(distance, key));
  }
  if (grouped) return nearest_of_kinds(id, k);
  const auto wanted = std::min(measured_.size(), static_cast<std::size_t>(k));
  std::partial_sort(measured_.begin(), measured_.begin() + static_cast<std::ptrdiff_t>(wanted),
                    measured_.end());
  measured_.resize(wanted);
  for (Candidate& c : measured_)
    c = candidate(value_of(c), order.id(static_cast<std::uint32_t>(c)));
  return measured_;
}

/// The same from the first of every kind in measured_.
const std::vector<Candidate>& Refine::nearest_of_kinds(std::int64_t id, int k) {
  std::sort(measured_.begin(), measured_.end());
  const TieOrder order = space_->tie_order(id);
  const std::int32_t self = row_with(id, *space_);
  Nearest nearest(k, order, space_->first_id);
  for (const Candidate c : measured_)
    for (const auto equals : some_of(space_->equal.group(id_of(c)), order, id))
      nearest.offer(value_of(c), equals, self);
  measured_ = nearest.sorted();
  return measured_;
}

std::array<std::span<const std::int32_t>, 2> some_of(std::span<const std::int32_t> group,
                                                     const TieOrder& order, std::int64_t id) {
  const auto count = static_cast<std::size_t>(equals_looked_at(std::ssize(group)));
  const auto from = static_cast<std::size_t>(first_equal(order, id, std::ssize(group)));
  const auto end = group.subspan(from, std::min(count, group.size() - from));
  return {end, group.first(count - end.size())};
}

namespace {

/// How near a sample row's exact neighbours are among all short rows: their ranks there, from 1.
void write_ranks(const float* measures, std::int64_t n, std::span<const std::int32_t> neighbors,
                 std::int32_t first_id, const std::vector<std::int32_t>& row_of,
                 std::int32_t* ranks) {
  std::vector<float> wanted, nearer;
  for (const std::int32_t id : neighbors)
    wanted.push_back(measures[row_of[static_cast<std::size_t>(id - first_id)]]);
  const float farthest = *std::max_element(wanted.begin(), wanted.end());
  for (std::int64_t r = 0; r < n; ++r)
    if (measures[r] <= farthest) nearer.push_back(measures[r]);
  std::sort(nearer.begin(), nearer.end());
  for (const float m : wanted)
    *ranks++ = static_cast<std::int32_t>(std::lower_bound(nearer.begin(), nearer.end(), m) -
                                         nearer.begin() + 1);
}

constexpr std::int64_t kMore = 9;  // candidates: rounding, and the query itself

}  // namespace

int candidates_in_order(std::int64_t n, std::int64_t k) {
  return static_cast<int>(std::min(n, k + kMore));
}

int candidates_by_ranks(std::vector<std::int32_t> ranks, std::int64_t n, std::int64_t k,
                        double target) {
  const auto kept = ranks.begin() + static_cast<std::ptrdiff_t>(
                                        0.5 * (1 + target) * static_cast<double>(ranks.size() - 1));
  std::nth_element(ranks.begin(), kept, ranks.end());
  return candidates_in_order(n, std::max<std::int64_t>(*kept, k));
}

int candidates_for(const MetricSpace& space, const KnnRows& rows, const Projection& projection,
                   const ExactSample& sample, double target, const Cpu& on) {
  const std::int64_t k = sample.neighbors.k;
  if (projection.lossless() || !by_products(rows.norm)) return candidates_in_order(rows.n(), k);
  const std::vector<std::int32_t> row_of = row_of_point(rows.ids, rows.n());
  const PackedRows panels(rows.rows.view(), rows.squares, on);
  const std::int64_t all = PackedRows::last(rows.n()), padded = all * PackedRows::kRows;
  const std::int64_t looked_at = ranked_rows(sample.neighbors.n);
  std::vector<std::int32_t> ranks(static_cast<std::size_t>(looked_at * k));
  parallel_for(
      on.threads, looked_at, PackedRows::kQueries, [&](std::int64_t begin, std::int64_t end) {
        const auto sampled = [&](std::int64_t s) { return ranked_row(s, sample.neighbors.n); };
        std::vector<float> room(static_cast<std::size_t>(PackedRows::kQueries * padded));
        Matrix made(PackedRows::kQueries, rows.rows.cols());
        FloatRows points(space.as_queries.view, PackedRows::kQueries);
        const float* queries[PackedRows::kQueries];
        float squares[PackedRows::kQueries];
        float* measures[PackedRows::kQueries];
        for (int q = 0; q < PackedRows::kQueries; ++q) {
          const std::int64_t s = sampled(std::min(begin + q, end - 1));
          points.add(sample.rows[static_cast<std::size_t>(s)]);
          queries[q] = made.row(q);
          measures[q] = room.data() + q * padded;
        }
        make_knn_rows(points.all(), projection, rows.norm, made.data(), squares);
        panels.measure(queries, 0, all, measures);
        for (std::int64_t s = begin; s < end; ++s)
          write_ranks(measures[s - begin], rows.n(),
                      {&sample.neighbors.ids[static_cast<std::size_t>(sampled(s) * k)],
                       static_cast<std::size_t>(k)},
                      space.first_id, row_of, &ranks[static_cast<std::size_t>(s * k)]);
      });
  return candidates_by_ranks(std::move(ranks), rows.n(), k, target);
}

}  // namespace nearfold
