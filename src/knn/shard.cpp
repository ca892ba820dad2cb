// Some of the points, kept for one block of queries after the other.
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <variant>

#include "core/check_points.hpp"
#include "core/reported.hpp"
#include "core/stopping.hpp"
#include "knn/exact.hpp"
#include "knn/part_cover.hpp"
#include "knn/query_search.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// Not moved: the search refers to the space.
struct Shard::State {
  State(const PointRows& points, const AllPoints& of, int neighbors, const Cpu& cpu,
        std::uint64_t drawn, const Distance& metric);

  PointRows data;
  AllPoints all;
  int k;
  Cpu on;
  std::uint64_t seed;
  MetricSpace space;
  RowLookup lookup;
  ExactSearch exact;
};

namespace {

void check_rows(const char* what, const PointRows& some, const AllPoints& all, Metric metric,
                const Cpu& on) {
  const RowRange& range = some.range;
  const auto refuse = [&](const std::string& why) {
    throw InvalidInput(std::string(what) + " are rows " + text_of(range) + why);
  };
  if (range.begin < 0 || range.end > all.n || range.rows() < 1)
    refuse(" of " + std::to_string(all.n) +
           " points; give at least 1 of them, as 0:" + std::to_string(all.n));
  if (some.rows.rows() != range.rows() || some.rows.cols() != all.dim)
    refuse(", and the matrix is " + std::to_string(some.rows.rows()) + " x " +
           std::to_string(some.rows.cols()) + "; it must be " + std::to_string(range.rows()) +
           " x " + std::to_string(all.dim));
  check_values(some.rows, on);
  if (longest_of(some.rows, metric) > all.longest)
    refuse(", which has a longer point than all points have; scan these points");
}

/// Points that need no turning are looked up as they are.
HostMatrix<const float> looked_up(const MetricSpace& space, const PointRows& rows,
                                  const MetricRows& made) {
  return space.lopsided() ? rows.rows : made.view;
}

MetricSpace space_of(const PointRows& data, const AllPoints& all, std::uint64_t seed,
                     const Distance& distance, const Cpu& on) {
  MetricSpace space = make_space(data.rows, distance, on, all.longest);
  space.tie_seed = seed;
  space.first_id = static_cast<std::int32_t>(data.range.begin);
  return space;
}

/// Who is asked: rows of the data that are searched for themselves, or rows that were made.
Queries queries_of(const MetricSpace& space, const RowRange& queries, const RowRange& data,
                   const MetricRows& made) {
  if (queries == data) return all_kinds(space);
  if (!data.contains(queries)) return all_others(made, queries.begin);
  Queries some = all_points(space);
  some.which.resize(static_cast<std::size_t>(queries.rows()));
  std::iota(some.which.begin(), some.which.end(), queries.begin - data.begin);
  return some;
}

/// For every query, whether an earlier point of the data is equal, as the metric sees both.
std::vector<std::uint8_t> repeats_in(const MetricSpace& space, const RowLookup& lookup,
                                     const PointRows& queries, const RowRange& data,
                                     const MetricRows& made, const Cpu& on) {
  std::vector<std::uint8_t> repeats(static_cast<std::size_t>(queries.range.rows()));
  const bool within = data.contains(queries.range);
  std::vector<std::int32_t> first;
  if (!within && data.begin < queries.range.end)
    first = lookup.first_equal(looked_up(space, queries, made), on);
  for (std::size_t q = 0; q < repeats.size(); ++q) {
    const std::int64_t query = queries.range.begin + static_cast<std::int64_t>(q);
    const auto row = static_cast<std::int32_t>(query - data.begin);
    repeats[q] = within ? !space.equal.is_first(row)
                        : !first.empty() && first[q] >= 0 && data.begin + first[q] < query;
  }
  return repeats;
}

}  // namespace

Shard::State::State(const PointRows& points, const AllPoints& of, int neighbors, const Cpu& cpu,
                    std::uint64_t drawn, const Distance& metric)
    : data(points),
      all(of),
      k(neighbors),
      on(cpu),
      seed(drawn),
      space(space_of(points, of, drawn, metric, cpu)),
      lookup(looked_up(space, points, space.points), cpu),
      exact((space.equal = lookup.equal_rows(), space), cpu) {}

Shard::Shard(const PointRows& data, const AllPoints& all, int k, const KnnParams& knn,
             const Cpu& on, std::uint64_t seed, const Distance& distance,
             const Progress& progress) {
  validate(Settings{.knn = knn, .distance = distance, .device = on});
  if (!std::holds_alternative<FlatKnn>(knn))
    throw Unsupported("parts of a graph are exact: find them by FlatKnn");
  check_shape(all.n, all.dim);
  require_k(k, all.n - 1, all.n);
  state_ = reported(progress, Stage::knn, data.range.rows(), [&] {
    check_rows("data", data, all, distance.metric, on);
    return std::make_shared<const State>(data, all, k, on, seed, distance);
  });
}

const RowRange& Shard::range() const {
  return state_->data.range;
}

KnnPart Shard::part(const PointRows& queries, const Progress& progress) const {
  const State& s = *state_;
  const RowRange& data = s.data.range;
  KnnPart part{s.all, s.k, s.space.distance, s.seed, queries.range, data, {}, {}, {}, {}};
  return reported(progress, Stage::knn, queries.range.rows(), [&] {
    check_rows("queries", queries, s.all, s.space.distance.metric, s.on);
    MetricRows made;
    if (!data.contains(queries.range)) made = make_queries(queries.rows, s.space, s.on);
    part.repeats = repeats_in(s.space, s.lookup, queries, data, made, s.on);
    const Part searched(1, 1);
    NeighborRows rows = s.exact(queries_of(s.space, queries.range, data, made),
                                static_cast<int>(part.width()), s.on);
    part.neighbors = std::move(rows.ids);
    part.distances = std::move(rows.distances);
    part.tied.assign(rows.tied.begin(), rows.tied.end());
    return std::move(part);
  });
}

KnnPart find_part(const PointRows& queries, const PointRows& data, const AllPoints& all, int k,
                  const Cpu& on, std::uint64_t seed, const Distance& distance,
                  const Progress& progress) {
  return reported(progress, Stage::knn, queries.range.rows(), [&] {
    const auto made = [&] {
      const Part prepared(0.1, 6);
      return Shard(data, all, k, FlatKnn{}, on, seed, distance);
    };
    const Shard shard = made();
    const Part searched(1);
    return shard.part(queries);
  });
}

}  // namespace nearfold
