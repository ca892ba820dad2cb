#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "core/check_points.hpp"
#include "graph/row_check.hpp"
#include "knn/metric.hpp"
#include "knn/metric_domain.hpp"
#include "knn/part_cover.hpp"
#include "knn/part_merge.hpp"
#include "knn/recall.hpp"
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
  check_domain(rows, s.distance, s.on, s.rows);
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

/// Whether its arrays are as large as its ranges say.
bool is_whole(const KnnPart& part) {
  const auto size = [](std::int64_t rows, std::int64_t width) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, rows * width));
  };
  const std::size_t cells = size(part.queries.rows(), part.width());
  const std::size_t found = part.candidates > 0 ? cells : 0;
  const std::size_t exact = size(std::ssize(part.exact.queries), part.exact_width());
  return part.neighbors.size() == cells && part.distances.size() == cells &&
         part.tied.size() == size(part.queries.rows(), 1) &&
         part.repeats.size() == part.tied.size() && part.measures.size() == found &&
         part.rows.size() == found && part.exact.neighbors.size() == exact &&
         part.exact.distances.size() == exact;
}

void require_one_graph(const KnnPart& first, const KnnPart& part, std::size_t p) {
  const RowRange all{0, part.all.n};
  if (!is_whole(part) || part.queries.rows() < 1 || part.data.rows() < 1 ||
      !all.contains(part.queries) || !all.contains(part.data))
    throw InvalidInput(name_of(p) + " has ranges and arrays that do not fit together");
  if (!(part.all == first.all) || part.k != first.k || part.seed != first.seed ||
      part.distance.metric != first.distance.metric ||
      part.distance.zero_vectors != first.distance.zero_vectors ||
      part.distance.params != first.distance.params || part.knn.index() != first.knn.index() ||
      part.cells != first.cells || part.candidates != first.candidates)
    throw InvalidInput(name_of(p) +
                       " is of other points, or of another k, metric, seed, index or cells than "
                       "part 0");
}

RowsOfPart rows_of(const KnnPart& part) {
  return {part.queries,
          part.data,
          part.width(),
          part.neighbors,
          part.distances,
          part.tied,
          part.repeats,
          part.exact_width(),
          part.exact.queries,
          part.exact.neighbors,
          part.exact.distances,
          part.measures,
          part.rows};
}

/// `cells`: null where parts share none.
KnnGraph merged_graph(std::span<const KnnPart> parts, const SharedCells* cells, const Cpu& on) {
  if (parts.empty()) throw InvalidInput("there are no parts; at least 1 is needed");
  const KnnPart& first = parts[0];
  std::vector<PartRanges> ranges;
  std::vector<RowRange> data;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    require_one_graph(first, parts[p], p);
    ranges.push_back({parts[p].queries, parts[p].data});
    data.push_back(parts[p].data);
  }
  const std::int64_t n = first.all.n;
  check_graph_size(n, first.k);
  require_cover(ranges, n, name_of);
  const bool exact = std::holds_alternative<FlatKnn>(first.knn);
  const MergeRules rules{n, static_cast<int>(first.k), first.seed, exact,
                         cells != nullptr ? &cells->state() : nullptr};
  require_cells(first.cells, first.candidates, rules);
  PartMerge merge({0, n}, rules);
  for (const KnnPart& part : parts) merge.add(rows_of(part), on);
  NeighborRows rows = merge.rows(on);
  KnnGraph graph;
  graph.n = n;
  graph.k = first.k;
  if (exact)
    graph.tied_rows = merge.tied_rows();
  else
    graph.recall = recall_of_shares(merge.shares(rows));
  graph.neighbors = std::move(rows.ids);
  graph.distances = std::move(rows.distances);
  graph.metric = name(first.distance.metric);
  graph.index = index_of_parts(first.knn, rules, data);
  graph.duplicates = merge.duplicates();
  return graph;
}

}  // namespace

KnnGraph merge_parts(std::span<const KnnPart> parts, const Cpu& on) {
  return merged_graph(parts, nullptr, on);
}

KnnGraph merge_parts(std::span<const KnnPart> parts, const SharedCells& cells, const Cpu& on) {
  return merged_graph(parts, &cells, on);
}

}  // namespace nearfold
