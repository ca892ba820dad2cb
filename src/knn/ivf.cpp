#include "knn/ivf.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/stopping.hpp"
#include "knn/kmeans.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

int cells_for(const IvfKnn& params, std::int64_t n) {
  const int usual = std::max(1, static_cast<int>(2 * std::sqrt(static_cast<double>(n))));
  const int nlist = params.nlist.value_or(static_cast<int>(std::min<std::int64_t>(usual, n)));
  if (nlist > n)
    throw InvalidInput("nlist is " + std::to_string(nlist) + " for " + std::to_string(n) +
                       " points; use at most one list per point");
  if (params.nprobe && *params.nprobe > nlist)
    throw InvalidInput("nprobe is " + std::to_string(*params.nprobe) + " of " +
                       std::to_string(nlist) + " cells; use at most all of them");
  return nlist;
}

IvfLists make_ivf_lists(KnnRows& rows, int nlist, std::uint64_t seed, const Cpu& on) {
  KnnRows centroids{rows.norm, {}, {}, {}};
  {
    const Part part(0.7);
    centroids.rows = kmeans(rows.rows, nlist, seed, on);
  }
  centroids.squares = squares_of(centroids.rows);
  const Part part(1, 4);
  Cells cells =
      cells_of(nearest_of(PackedRows(centroids.rows, centroids.squares, on), rows.rows, on), nlist);
  rows = reordered(rows, cells.order, on);
  IvfLists lists{std::move(centroids), std::move(cells.begin), {}, {}};
  make_panels(lists, rows, on);
  return lists;
}

void make_panels(IvfLists& cells, const KnnRows& rows, const Cpu& on) {
  cells.centroid_panels = PackedRows(cells.centroids.rows.view(), cells.centroids.squares, on);
  cells.row_panels = PackedRows(rows.rows.view(), rows.squares, on);
}

void IvfSearch::operator()(std::span<const ShortQuery> queries, int nprobe, int count) {
  const auto wanted = static_cast<std::size_t>(count);
  best_.resize(queries.size());
  for (auto& best : best_) best.clear();
  limits_.assign(queries.size(), ~Candidate{0});
  choose_cells(queries, nprobe);
  for (auto from = visits_.begin(); from != visits_.end();) {
    const auto to = std::find_if(from, visits_.end(), [&](const Visit& v) {
      return v.cell != from->cell || v.later != from->later;
    });
    look_into(from->cell, {from, to}, queries, wanted);
    from = to;
  }
  for (std::size_t q = 0; q < queries.size(); ++q) keep_best(static_cast<std::int32_t>(q), wanted);
}

std::vector<std::int64_t> IvfSearch::in_reach(std::span<const std::int64_t> sizes) const {
  std::vector<std::int64_t> rows(best_.size());
  for (const Visit& visit : visits_)
    rows[static_cast<std::size_t>(visit.query)] += sizes[static_cast<std::size_t>(visit.cell)];
  return rows;
}

/// The nearest cell of each query comes first: what is found there rules out most of the others.
void IvfSearch::choose_cells(std::span<const ShortQuery> queries, int nprobe) {
  const std::int64_t nlist = cells_->nlist(), padded = PackedRows::last(nlist) * PackedRows::kRows;
  measures_.resize(static_cast<std::size_t>(PackedRows::kQueries * padded));
  nearest_cells_.resize(static_cast<std::size_t>(nlist));
  visits_.clear();
  for (std::size_t first = 0; first < queries.size(); first += PackedRows::kQueries) {
    const float* rows[PackedRows::kQueries];
    float* measures[PackedRows::kQueries];
    for (std::size_t t = 0; t < PackedRows::kQueries; ++t) {
      rows[t] = queries[std::min(first + t, queries.size() - 1)].row;
      measures[t] = measures_.data() + static_cast<std::int64_t>(t) * padded;
    }
    cells_->centroid_panels.measure(rows, 0, PackedRows::last(nlist), measures);
    for (std::size_t q = first; q < std::min(first + PackedRows::kQueries, queries.size()); ++q) {
      for (std::size_t c = 0; c < nearest_cells_.size(); ++c)
        nearest_cells_[c] =
            candidate(measures[q - first][c] + queries[q].square, static_cast<std::int32_t>(c));
      const auto end = nearest_cells_.begin() + nprobe;
      if (end != nearest_cells_.end())
        std::nth_element(nearest_cells_.begin(), end, nearest_cells_.end());
      const Candidate nearest = *std::min_element(nearest_cells_.begin(), end);
      for (auto c = nearest_cells_.begin(); c != end; ++c)
        visits_.push_back({*c != nearest, id_of(*c), static_cast<std::int32_t>(q)});
    }
  }
  std::sort(visits_.begin(), visits_.end(),
            [](const Visit& a, const Visit& b) { return a.order() < b.order(); });
}

void IvfSearch::look_into(std::int32_t cell, std::span<const Visit> visits,
                          std::span<const ShortQuery> queries, std::size_t count) {
  const std::int64_t begin = cells_->begin[static_cast<std::size_t>(cell)];
  const std::int64_t end = cells_->begin[static_cast<std::size_t>(cell) + 1];
  if (begin == end) return;
  const std::int64_t first = PackedRows::first(begin), last = PackedRows::last(end);
  const std::int64_t padded = (last - first) * PackedRows::kRows;
  measures_.resize(
      std::max(measures_.size(), static_cast<std::size_t>(PackedRows::kQueries * padded)));
  for (std::size_t v = 0; v < visits.size(); v += PackedRows::kQueries) {
    const float* rows[PackedRows::kQueries];
    float* measures[PackedRows::kQueries];
    for (std::size_t t = 0; t < PackedRows::kQueries; ++t) {
      const Visit& visit = visits[std::min(v + t, visits.size() - 1)];
      rows[t] = queries[static_cast<std::size_t>(visit.query)].row;
      measures[t] = measures_.data() + static_cast<std::int64_t>(t) * padded;
    }
    cells_->row_panels.measure(rows, first, last, measures);
    for (std::size_t t = v; t < std::min(v + PackedRows::kQueries, visits.size()); ++t) {
      const std::int32_t query = visits[t].query;
      float* const mine = measures[t - v] + (begin - first * PackedRows::kRows);
      const float square = queries[static_cast<std::size_t>(query)].square;
      for (std::int64_t r = 0; r < end - begin; ++r) mine[r] += square;
      collect(query, begin, end, mine, count);
    }
  }
}

/// Rows are tested several at a time, most of them without a hit.
void IvfSearch::collect(std::int32_t query, std::int64_t begin, std::int64_t end,
                        const float* measures, std::size_t count) {
  constexpr std::int64_t kGroup = 16;
  std::vector<Candidate>& best = best_[static_cast<std::size_t>(query)];
  Candidate& limit = limits_[static_cast<std::size_t>(query)];
  const float highest = limit == ~Candidate{0} ? HUGE_VALF : value_of(limit);
  std::size_t used = best.size();
  best.resize(used + static_cast<std::size_t>(end - begin));
  for (std::int64_t r = 0; r < end - begin; r += kGroup) {
    const std::int64_t size = std::min(kGroup, end - begin - r);
    int hits = 0;
    for (std::int64_t l = 0; l < size; ++l) hits += measures[r + l] <= highest ? 1 : 0;
    if (hits == 0) continue;
    for (std::int64_t l = 0; l < size; ++l) {
      const Candidate c = candidate(measures[r + l], static_cast<std::int32_t>(begin + r + l));
      best[used] = c;
      used += c < limit ? 1 : 0;
    }
  }
  best.resize(used);
  if (used > 3 * count) keep_best(query, count);
}

void IvfSearch::keep_best(std::int32_t query, std::size_t count) {
  std::vector<Candidate>& best = best_[static_cast<std::size_t>(query)];
  if (best.size() <= count) return;
  const auto last = best.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::nth_element(best.begin(), last, best.end());
  limits_[static_cast<std::size_t>(query)] = *last;
  best.resize(count);
}

}  // namespace nearfold
