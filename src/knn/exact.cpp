#include "knn/exact.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "core/stopping.hpp"
#include "knn/graph_of.hpp"

namespace nearfold {

Queries all_points(const MetricSpace& space) {
  Queries all = all_others(space.as_queries);
  all.are_points = true;
  return all;
}

Queries all_others(const MetricRows& rows, std::int64_t first_id) {
  Queries all{rows, std::vector<std::int64_t>(static_cast<std::size_t>(rows.view.rows())), false};
  all.first_id = first_id;
  std::iota(all.which.begin(), all.which.end(), std::int64_t{0});
  return all;
}

Queries all_kinds(const MetricSpace& space) {
  Queries kinds = all_points(space);
  kinds.with_equals = true;
  std::erase_if(kinds.which, [&](std::int64_t point) {
    return !space.equal.is_first(static_cast<std::int32_t>(point));
  });
  return kinds;
}

// ---- one query ----------------------------------------------------------------------------------

std::int64_t query_id(const MetricSpace& space, const Queries& queries, std::size_t at) {
  const std::int64_t row = queries.which[at];
  if (queries.are_points) return space.first_id + row;
  return queries.first_id < 0 ? -1 : queries.first_id + row;
}

std::int32_t row_with(std::int64_t id, const MetricSpace& space) {
  const std::int64_t row = id - space.first_id;
  return id >= 0 && row >= 0 && row < space.n() ? static_cast<std::int32_t>(row) : -1;
}

Asked::Asked(const MetricSpace& space, const Queries& queries, std::size_t at, int k)
    : space_(&space),
      k_(k),
      id_(query_id(space, queries, at)),
      self_(row_with(id_, space)),
      at_(queries.with_equals ? self_ : static_cast<std::int64_t>(at)),
      with_equals_(queries.with_equals),
      nearest_(none_yet(id_)) {
  if (self_ >= 0 && space.equal.any()) group_ = space.equal.group(space.equal.first_of(self_));
  if (group_.size() == 1) group_ = {};
}

Nearest Asked::none_yet(std::int64_t id) const {
  return {k_, space_->tie_order(id), space_->first_id};
}

void Asked::take(float distance, std::int32_t first) {
  offer(distance, first, self_, nearest_);
  if (!others().empty()) offered_.push_back(candidate(distance, first));
}

void Asked::offer(float distance, std::int32_t first, std::int32_t self, Nearest& nearest) const {
  if (space_->equal.any())
    nearest.offer(distance, space_->equal.group(first), self);
  else
    nearest.offer(distance, first);
}

void Asked::clear() {
  nearest_ = none_yet(id_);
  offered_.clear();
}

std::span<const std::int32_t> Asked::others() const {
  return with_equals_ && !group_.empty() ? group_.subspan(1) : std::span<const std::int32_t>{};
}

/// The same distances as of the first, and another order of equal ones.
void Asked::write_other(std::int32_t point, NeighborRows& answer) const {
  Nearest nearest = none_yet(space_->first_id + point);
  for (const Candidate c : offered_)
    if (value_of(c) <= reach()) offer(value_of(c), id_of(c), point, nearest);
  answer.set(point, nearest);
}

Answers::Answers(const Queries& queries, const MetricSpace& space, int k)
    : rows_(unfilled_rows(queries.with_equals ? space.n() : std::ssize(queries.which), k)),
      later_(queries.with_equals && space.equal.any() ? queries.which.size() : 0) {}

void Answers::write(std::size_t query, Asked&& asked) {
  constexpr std::size_t kMany = 64;
  asked.write(rows_);
  if (asked.others().size() > kMany)
    later_[query] = std::make_unique<Asked>(std::move(asked));
  else
    for (const std::int32_t point : asked.others()) asked.write_other(point, rows_);
}

NeighborRows Answers::finish(const Cpu& on) {
  constexpr std::int64_t kAtOnce = 16;
  for (const auto& asked : later_) {
    if (!asked) continue;
    const auto others = asked->others();
    parallel_for(on.threads, std::ssize(others), kAtOnce,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t o = begin; o < end; ++o)
                     asked->write_other(others[static_cast<std::size_t>(o)], rows_);
                 });
  }
  return std::move(rows_);
}

// ---- all of them --------------------------------------------------------------------------------

std::vector<QueryOrder> query_order_of(const Queries& queries, const std::vector<std::int32_t>& ids,
                                       const EqualRows& equal) {
  std::vector<QueryOrder> order(queries.which.size());
  for (std::size_t q = 0; q < order.size(); ++q) order[q].at = q;
  if (!queries.are_points) return order;
  const std::vector<std::int32_t> row_of = row_of_point(ids, queries.rows.view.rows());
  for (QueryOrder& entry : order) {
    const auto point = static_cast<std::size_t>(queries.which[entry.at]);
    entry.row =
        row_of[point] >= 0 ? row_of[point] : row_of[static_cast<std::size_t>(equal.first[point])];
  }
  std::sort(order.begin(), order.end(), [](const QueryOrder& a, const QueryOrder& b) {
    return a.row != b.row ? a.row < b.row : a.at < b.at;
  });
  return order;
}

ExactSearch::ExactSearch(const MetricSpace& space, const Cpu& on) : space_(&space) {
  if (space.norm == Norm::bits) sets_ = make_bit_panels(space, on);
  if (!by_products(space.norm)) return;
  const Projection projection = make_projection(space.points.view, kFilterCarries, on);
  const KnnRows rows = make_knn_rows(space.points.view, projection, Norm::l2, on);
  filter_ = make_knn_filter(rows, projection, space.equal, on);
}

ExactSearch::ExactSearch(const MetricSpace& space, const KnnRows& rows,
                         const Projection& projection, const Cpu& on)
    : space_(&space) {
  if (space.norm == Norm::bits) sets_ = make_bit_panels(space, on);
  if (by_products(space.norm)) filter_ = make_knn_filter(rows, projection, space.equal, on);
}

NeighborRows ExactSearch::operator()(const Queries& queries, int k, const Cpu& on) const {
  if (space_->norm == Norm::bits) return search_bits(*space_, sets_, queries, k, on);
  return by_products(space_->norm) ? search_filtered(*space_, filter_, queries, k, on)
                                   : search_all_pairs(*space_, queries, k, on);
}

KnnGraph exact_graph(const ExactSearch& exact, const MetricSpace& space, int k, const Cpu& on) {
  return timed_search([&] {
    const Part part(1, 1);
    return flat_graph_of(exact(all_kinds(space), k, on), space);
  });
}

}  // namespace nearfold
