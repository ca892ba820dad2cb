// Some of the points, kept for one block of queries after the other.
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "core/check_points.hpp"
#include "core/reported.hpp"
#include "core/stopping.hpp"
#include "knn/part_cover.hpp"
#include "knn/part_search.hpp"
#include "knn/query_search.hpp"
#include "knn/shared_cells.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// Not moved: the search refers to the space.
struct Shard::State {
  PointRows data;
  AllPoints all;
  std::int64_t k;
  KnnParams knn;
  Cpu on;
  std::uint64_t seed;
  MetricSpace space;
  RowLookup lookup = {};
  std::unique_ptr<const PartSearch> search = {};
  std::string cells = {};
  std::int64_t candidates = 0;
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
StoredView looked_up(const MetricSpace& space, const PointRows& rows, const MetricRows& made) {
  return space.lopsided() ? rows.rows : made.view;
}

MetricSpace space_of(const PointRows& data, const AllPoints& all, std::uint64_t seed,
                     const Distance& distance, const Cpu& on) {
  MetricSpace space = make_space(data.rows, distance, on, all.longest);
  space.tie_seed = seed;
  space.first_id = static_cast<std::int32_t>(data.range.begin);
  return space;
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

/// All of a shard but its search.
std::shared_ptr<Shard::State> state_of(const PointRows& data, const AllPoints& all, int k,
                                       const KnnParams& knn, const Cpu& on, std::uint64_t seed,
                                       const Distance& distance) {
  check_rows("data", data, all, distance.metric, on);
  auto state = std::make_shared<Shard::State>(
      Shard::State{data, all, k, knn, on, seed, space_of(data, all, seed, distance, on)});
  state->lookup = RowLookup(looked_up(state->space, data, state->space.points), on);
  state->space.equal = state->lookup.equal_rows();
  return state;
}

}  // namespace

Shard::Shard(const PointRows& data, const AllPoints& all, int k, const KnnParams& knn,
             const Cpu& on, std::uint64_t seed, const Distance& distance,
             const Progress& progress) {
  validate(Settings{.knn = knn, .distance = distance, .device = on});
  check_shape(all.n, all.dim);
  require_k(k, all.n - 1, all.n);
  state_ = reported(progress, Stage::knn, data.range.rows(), [&] {
    auto state = state_of(data, all, k, knn, on, seed, distance);
    state->search = std::holds_alternative<FlatKnn>(knn)
                        ? make_flat_search(state->space, on)
                        : make_index_search(state->space, k, knn, on, seed);
    return state;
  });
}

Shard::Shard(const PointRows& data, const SharedCells& cells, const Cpu& on,
             const Progress& progress) {
  const SharedCells::State& of = cells.state();
  state_ = reported(progress, Stage::knn, data.range.rows(), [&] {
    auto state = state_of(data, of.all, of.k, of.params, on, of.seed, of.distance);
    state->search = make_cell_search(state->space, cells, on);
    state->cells = of.fingerprint;
    state->candidates = of.effort.candidates;
    return state;
  });
}

const RowRange& Shard::range() const {
  return state_->data.range;
}

KnnPart Shard::part(const PointRows& queries, const Progress& progress) const {
  const State& s = *state_;
  const RowRange& data = s.data.range;
  return reported(progress, Stage::knn, queries.range.rows(), [&] {
    check_rows("queries", queries, s.all, s.space.distance.metric, s.on);
    MetricRows made;
    if (!data.contains(queries.range)) made = make_queries(queries.rows, s.space, s.on);
    KnnPart part{.all = s.all,
                 .k = s.k,
                 .distance = s.space.distance,
                 .seed = s.seed,
                 .queries = queries.range,
                 .data = data,
                 .repeats = repeats_in(s.space, s.lookup, queries, data, made, s.on),
                 .knn = s.knn,
                 .cells = s.cells,
                 .candidates = s.candidates};
    s.search->fill(part, {s.space, queries.range, data, made}, s.on);
    return part;
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
