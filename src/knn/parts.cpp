#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "core/check_points.hpp"
#include "core/reported.hpp"
#include "core/stopping.hpp"
#include "graph/row_check.hpp"
#include "knn/exact.hpp"
#include "knn/part_cover.hpp"
#include "knn/part_merge.hpp"
#include "knn/query_search.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn_parts.hpp"
#include "stages.hpp"

namespace nearfold {

// ---- all points ---------------------------------------------------------------------------------

struct PointsScan::State {
  AllPoints all;
  Distance distance;
  Cpu on;
  std::int64_t rows = 0;
  PointsCheck check = {};
  std::vector<std::int64_t> without_direction = {};
};

PointsScan::PointsScan(std::int64_t n, std::int64_t dim, const Distance& distance, const Cpu& on)
    : state_(std::make_shared<State>(State{{n, dim}, distance, on})) {
  check_shape(n, dim);
}

void PointsScan::add(HostMatrix<const float> rows) {
  State& s = *state_;
  if (rows.cols() != s.all.dim)
    throw InvalidInput("rows have " + std::to_string(rows.cols()) + " columns and the points " +
                       std::to_string(s.all.dim) + "; give rows of these points");
  s.check.add(rows, s.on);
  s.all.longest = std::max(s.all.longest, longest_of(rows, s.distance.metric));
  const Directing how = directing(s.distance);
  if (directed(s.distance.metric) && !how.far)
    for (std::int64_t i = 0; i < rows.rows(); ++i) {
      const double centre = how.centred ? mean_of(rows.row(i), rows.cols()) : 0;
      if (!(length_of(rows.row(i), rows.cols(), centre) > 0))
        s.without_direction.push_back(s.rows + i);
    }
  s.rows += rows.rows();
}

AllPoints PointsScan::finish() const {
  const State& s = *state_;
  if (s.rows != s.all.n)
    throw InvalidInput("there were " + std::to_string(s.rows) + " rows of " +
                       std::to_string(s.all.n) + " points; all of them are needed, once");
  s.check.finish();
  if (!s.without_direction.empty()) refuse_zero_vectors(s.without_direction, s.distance.metric);
  return s.all;
}

// ---- a part -------------------------------------------------------------------------------------

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

/// For every query, whether an earlier point of the data is equal, as the metric sees both.
std::vector<std::uint8_t> repeats_in(const MetricSpace& space, const PointRows& queries,
                                     const PointRows& data, const MetricRows& asked,
                                     const Cpu& on) {
  std::vector<std::uint8_t> repeats(static_cast<std::size_t>(queries.range.rows()));
  const auto earlier = [&](std::int64_t query, std::int64_t point) {
    return point >= 0 && data.range.begin + point < query;
  };
  const bool within = data.range.contains(queries.range);
  std::vector<std::int32_t> first;
  if (!within && data.range.begin < queries.range.end)  // points that need no turning: as they are
    first = space.lopsided() ? first_equal(queries.rows, data.rows, on)
                             : first_equal(asked.view, space.points.view, on);
  for (std::size_t q = 0; q < repeats.size(); ++q) {
    const std::int64_t query = queries.range.begin + static_cast<std::int64_t>(q);
    const auto row = static_cast<std::int32_t>(query - data.range.begin);
    repeats[q] = within ? !space.equal.is_first(row) : !first.empty() && earlier(query, first[q]);
  }
  return repeats;
}

/// Who is asked: rows of the data that are searched for themselves, or rows that were made.
Queries queries_of(const MetricSpace& space, const PointRows& queries, const PointRows& data,
                   const MetricRows& made) {
  if (queries.range == data.range) return all_kinds(space);
  if (!data.range.contains(queries.range)) return all_others(made, queries.range.begin);
  Queries some = all_points(space);
  const std::int64_t begin = queries.range.begin - data.range.begin;
  some.which.resize(static_cast<std::size_t>(queries.range.rows()));
  std::iota(some.which.begin(), some.which.end(), begin);
  return some;
}

MetricSpace space_of(const PointRows& data, const AllPoints& all, const Cpu& on, std::uint64_t seed,
                     const Distance& distance) {
  MetricSpace space = make_space(data.rows, distance, on, all.longest);
  space.tie_seed = seed;
  space.first_id = static_cast<std::int32_t>(data.range.begin);
  space.equal = find_equal_rows(space.points.view, on);
  return space;
}

KnnPart part_of(const PointRows& queries, const PointRows& data, const AllPoints& all, int k,
                const Cpu& on, std::uint64_t seed, const Distance& distance) {
  KnnPart part{all, k, distance, seed, queries.range, data.range, {}, {}, {}, {}};
  const MetricSpace space = space_of(data, all, on, seed, distance);
  MetricRows made;
  if (!data.range.contains(queries.range)) made = make_queries(queries.rows, space, on);
  part.repeats = repeats_in(space, queries, data, made, on);
  const auto search_of = [&] {
    const Part prepared(0.1, 6);
    return ExactSearch(space, on);
  };
  const ExactSearch exact = search_of();
  const Part searched(1, 1);
  NeighborRows rows =
      exact(queries_of(space, queries, data, made), static_cast<int>(part.width()), on);
  part.neighbors = std::move(rows.ids);
  part.distances = std::move(rows.distances);
  part.tied.assign(rows.tied.begin(), rows.tied.end());
  return part;
}

}  // namespace

KnnPart find_part(const PointRows& queries, const PointRows& data, const AllPoints& all, int k,
                  const Cpu& on, std::uint64_t seed, const Distance& distance,
                  const Progress& progress) {
  validate(Settings{.distance = distance, .device = on});
  check_shape(all.n, all.dim);
  require_k(k, all.n - 1, all.n);
  return reported(progress, Stage::knn, queries.range.rows(), [&] {
    check_rows("queries", queries, all, distance.metric, on);
    check_rows("data", data, all, distance.metric, on);
    return part_of(queries, data, all, k, on, seed, distance);
  });
}

// ---- all parts ----------------------------------------------------------------------------------

namespace {

std::string name_of(std::size_t part) {
  return "part " + std::to_string(part);
}

void require_one_graph(const KnnPart& first, const KnnPart& part, std::size_t p) {
  const auto cells = [](const RowRange& range, std::int64_t width) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, range.rows() * width));
  };
  const bool whole = part.neighbors.size() == cells(part.queries, part.width()) &&
                     part.distances.size() == part.neighbors.size() &&
                     part.tied.size() == cells(part.queries, 1) &&
                     part.repeats.size() == part.tied.size();
  const RowRange all{0, part.all.n};
  if (!whole || part.queries.rows() < 1 || part.data.rows() < 1 || !all.contains(part.queries) ||
      !all.contains(part.data))
    throw InvalidInput(name_of(p) + " has ranges and arrays that do not fit together");
  if (!(part.all == first.all) || part.k != first.k || part.seed != first.seed ||
      part.distance.metric != first.distance.metric ||
      part.distance.zero_vectors != first.distance.zero_vectors)
    throw InvalidInput(name_of(p) +
                       " is of other points, or of another k, metric or seed than part 0");
}

}  // namespace

KnnGraph merge_parts(std::span<const KnnPart> parts, const Cpu& on) {
  if (parts.empty()) throw InvalidInput("there are no parts; at least 1 is needed");
  std::vector<PartRanges> ranges;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    require_one_graph(parts[0], parts[p], p);
    ranges.push_back({parts[p].queries, parts[p].data});
  }
  const std::int64_t n = parts[0].all.n;
  check_graph_size(n, parts[0].k);
  require_cover(ranges, n, name_of);
  PartMerge merge({0, n}, static_cast<int>(parts[0].k), parts[0].seed);
  for (const KnnPart& part : parts)
    merge.add({part.queries, part.data, part.width(), part.neighbors, part.distances, part.tied,
               part.repeats},
              on);
  NeighborRows rows = merge.rows(on);
  KnnGraph graph;
  graph.n = n;
  graph.k = parts[0].k;
  graph.neighbors = std::move(rows.ids);
  graph.distances = std::move(rows.distances);
  graph.metric = name(parts[0].distance.metric);
  graph.index = "flat";
  graph.tied_rows = merge.tied_rows();
  graph.duplicates = merge.duplicates();
  return graph;
}

}  // namespace nearfold
