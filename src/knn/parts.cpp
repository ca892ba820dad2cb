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
