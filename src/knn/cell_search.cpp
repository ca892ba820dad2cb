// The rows of a part through cells that all parts share: of every query the candidates that the
// data has in the cells nearest to it. Those of all parts together are the candidates of one
// search.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "core/stopping.hpp"
#include "knn/kmeans.hpp"
#include "knn/part_search.hpp"
#include "knn/shared_cells.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kQueries = 128;  // that one searcher answers

class CellSearch final : public PartSearch {
 public:
  CellSearch(const MetricSpace& space, const SharedCells& cells, const Cpu& on);
  void fill(KnnPart& part, const PartQueries& asked, const Cpu& on) const override;

 private:
  struct Answered {
    const Queries& queries;  // by their ids, from first_id on
    std::int64_t first_id;
    KnnPart& part;
    std::vector<char>& few;  // queries that see too little in their cells
  };
  void take_rows(const std::vector<std::pair<std::int32_t, std::int32_t>>& rows, const Cpu& on);
  void check_points(const Cpu& on) const;
  void answer(std::span<const std::int32_t> ids, const Answered& into) const;
  void write(std::int64_t query, std::span<const Candidate> found, const Answered& into) const;

  const MetricSpace* space_;
  SharedCells cells_;
  KnnRows rows_;                      // of the data, in the order of the cells
  IvfLists lists_;                    // of them
  std::vector<std::int32_t> place_;   // of a row among the rows of all points
  std::vector<std::int32_t> row_of_;  // of a point of the data
  std::vector<std::int64_t> sizes_;   // of the cells of all points
  std::unique_ptr<ExactSearch> exact_;
};

CellSearch::CellSearch(const MetricSpace& space, const SharedCells& cells, const Cpu& on)
    : space_(&space), cells_(cells) {
  const SharedCells::State& of = cells_.state();
  take_rows(rows_of(of, {space.first_id, space.first_id + space.n()}), on);
  row_of_ = row_of_point(rows_.ids, space.n());
  lists_.centroids = {of.centroids.norm, of.centroids.rows, of.centroids.squares, {}};
  for (const std::int64_t begin : of.begin)
    lists_.begin.push_back(std::lower_bound(place_.begin(), place_.end(), begin) - place_.begin());
  for (std::size_t c = 0; c + 1 < of.begin.size(); ++c)
    sizes_.push_back(of.begin[c + 1] - of.begin[c]);
  make_panels(lists_, rows_, on);
  check_points(on);
  exact_ = std::make_unique<ExactSearch>(space, rows_, of.projection, on);
}

void CellSearch::take_rows(const std::vector<std::pair<std::int32_t, std::int32_t>>& rows,
                           const Cpu& on) {
  const Projection& projection = cells_.state().projection;
  const std::int64_t n = std::ssize(rows);
  if (n != space_->n() || std::cmp_not_equal(projection.mean.size(), space_->width()))
    throw InvalidInput("the cells are of other points: train them with these");
  rows_ = {space_->norm, Matrix(n, knn_row_width(projection, space_->norm)), {}, {}};
  rows_.squares.resize(rows.size());
  for (const auto& [row, id] : rows) {
    place_.push_back(row);
    rows_.ids.push_back(id - space_->first_id);
  }
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<const float*> points;
    for (std::int64_t r = begin; r < end; ++r)
      points.push_back(space_->points.view.float_row(rows_.ids[static_cast<std::size_t>(r)]));
    make_knn_rows(points, projection, space_->norm, rows_.rows.row(begin),
                  rows_.squares.data() + begin);
  });
}

/// Some rows have to lie in the cells that they were put in.
void CellSearch::check_points(const Cpu& on) const {
  constexpr std::int64_t kSome = 64;
  Matrix some(std::min(kSome, rows_.n()), rows_.rows.cols());
  const auto row_at = [&](std::int64_t s) { return s * rows_.n() / some.rows(); };
  for (std::int64_t s = 0; s < some.rows(); ++s)
    std::copy_n(rows_.rows.row(row_at(s)), some.cols(), some.row(s));
  const std::vector<std::int32_t> nearest = nearest_of(lists_.centroid_panels, some, on);
  for (std::int64_t s = 0; s < some.rows(); ++s) {
    const auto cell = static_cast<std::size_t>(nearest[static_cast<std::size_t>(s)]);
    if (row_at(s) < lists_.begin[cell] || row_at(s) >= lists_.begin[cell + 1])
      throw InvalidInput(
          "the cells are of other points: point " +
          std::to_string(space_->first_id + rows_.ids[static_cast<std::size_t>(row_at(s))]) +
          " has moved; train them with these");
  }
}

void CellSearch::fill(KnnPart& part, const PartQueries& asked, const Cpu& on) const {
  const Part searched(1, 2);
  const auto cells = static_cast<std::size_t>(part.queries.rows() * part.width());
  part.neighbors.assign(cells, -1);
  part.distances.assign(cells, kInfinity);
  part.measures.assign(cells, kInfinity);
  part.rows.assign(cells, -1);
  part.tied.assign(static_cast<std::size_t>(part.queries.rows()), 0);
  std::vector<char> few(part.tied.size());
  std::vector<std::int32_t> ids;  // near ones one after the other
  for (const auto& [row, id] : rows_of(cells_.state(), part.queries)) ids.push_back(id);
  const Queries queries = asked.each();
  const Answered into{queries, part.queries.begin, part, few};
  parallel_for(on.threads, std::ssize(ids), kQueries, [&](std::int64_t begin, std::int64_t end) {
    answer(std::span(ids).subspan(static_cast<std::size_t>(begin),
                                  static_cast<std::size_t>(end - begin)),
           into);
  });
  std::vector<std::int32_t> exactly = sampled_among(part.queries, part.all.n);
  for (std::size_t q = 0; q < few.size(); ++q)
    if (few[q] != 0)
      exactly.push_back(
          static_cast<std::int32_t>(part.queries.begin + static_cast<std::int64_t>(q)));
  std::sort(exactly.begin(), exactly.end());
  exactly.erase(std::unique(exactly.begin(), exactly.end()), exactly.end());
  part.exact = exact_rows(*exact_, std::move(exactly), asked, part, on);
}

void CellSearch::answer(std::span<const std::int32_t> ids, const Answered& into) const {
  const SharedCells::State& cells = cells_.state();
  std::vector<const float*> points;
  for (const std::int32_t id : ids) {
    const auto q = static_cast<std::size_t>(id - into.first_id);
    points.push_back(into.queries.rows.view.float_row(into.queries.which[q]));
  }
  Matrix made(std::ssize(ids), rows_.rows.cols());
  std::vector<float> squares(ids.size());
  make_knn_rows(points, cells.projection, rows_.norm, made.data(), squares.data());
  std::vector<ShortQuery> block;
  for (std::size_t q = 0; q < ids.size(); ++q)
    block.push_back({made.row(static_cast<std::int64_t>(q)), squares[q]});
  IvfSearch search(lists_);
  search(block, cells.effort.probes_or_ef, cells.effort.candidates);
  const std::vector<std::int64_t> in_reach = search.in_reach(sizes_);
  for (std::size_t q = 0; q < ids.size(); ++q) {
    const std::int64_t query = ids[q] - into.first_id;
    write(query, search.found(q), into);
    into.few[static_cast<std::size_t>(query)] = in_reach[q] <= cells.k ? 1 : 0;
  }
}

void CellSearch::write(std::int64_t query, std::span<const Candidate> found,
                       const Answered& into) const {
  std::vector<Candidate> entries(found.begin(), found.end());
  std::sort(entries.begin(), entries.end());
  const std::int32_t self = row_with(into.first_id + query, *space_);
  const std::int32_t own = self < 0 ? -1 : row_of_[static_cast<std::size_t>(self)];
  if (own >= 0 &&
      std::none_of(entries.begin(), entries.end(), [&](Candidate c) { return id_of(c) == own; }))
    entries.push_back(candidate(kInfinity, own));
  const std::int64_t which = into.queries.which[static_cast<std::size_t>(query)];
  const MetricRows& rows = into.queries.rows;
  auto at = static_cast<std::size_t>(query * into.part.width());
  for (const Candidate entry : entries) {
    const auto row = static_cast<std::size_t>(id_of(entry));
    const std::int32_t point = rows_.ids[row];
    const float measured = measure_rows(space_->norm, rows.view.float_row(which),
                                        space_->points.view.float_row(point), space_->width());
    into.part.distances[at] = distance_of(space_->norm, measured, rows.scale(which));
    into.part.neighbors[at] = space_->first_id + point;
    into.part.measures[at] = value_of(entry);
    into.part.rows[at++] = place_[row];
  }
}

}  // namespace

std::unique_ptr<const PartSearch> make_cell_search(const MetricSpace& space,
                                                   const SharedCells& cells, const Cpu& on) {
  return std::make_unique<CellSearch>(space, cells, on);
}

}  // namespace nearfold
