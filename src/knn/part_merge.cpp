#include "knn/part_merge.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "knn/honours.hpp"
#include "knn/part_search.hpp"
#include "knn/recall.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

PartMerge::PartMerge(const RowRange& queries, const MergeRules& rules)
    : queries_(queries), rules_(rules), repeats_(static_cast<std::size_t>(queries.rows())) {
  if (rules.cells != nullptr) {
    candidates_.resize(repeats_.size());
    return;
  }
  nearest_.reserve(repeats_.size());
  for (std::int64_t query = queries.begin; query < queries.end; ++query)
    nearest_.emplace_back(rules.k, TieOrder(rules.seed, query));
}

void PartMerge::add(const RowsOfPart& rows, const Cpu& on) {
  parallel_for(on.threads, rows.queries.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      rules_.cells != nullptr ? add_candidates(rows, row) : add_row(rows, row);
  });
  for (std::int64_t row = 0; row < rows.queries.rows(); ++row) {
    const std::uint8_t repeats = rows.repeats[static_cast<std::size_t>(row)];
    if (repeats > 1 || rows.tied[static_cast<std::size_t>(row)] > 1)
      bad_row(rows.queries.begin + row, "has a mark that is neither 0 nor 1");
    repeats_[static_cast<std::size_t>(rows.queries.begin + row - queries_.begin)] |=
        static_cast<char>(repeats);
  }
  if (!rules_.exact) add_exact(rows);
}

void PartMerge::add_row(const RowsOfPart& rows, std::int64_t row) {
  const std::int64_t query = rows.queries.begin + row;
  Nearest& nearest = nearest_[static_cast<std::size_t>(query - queries_.begin)];
  const auto distances = row_of(rows.distances, row, rows.width);
  const std::size_t count = offer_row(
      {query, rows.data, row_of(rows.neighbors, row, rows.width), distances}, rules_.seed, nearest);
  if (rows.tied[static_cast<std::size_t>(row)] == 0) return;
  if (std::cmp_not_equal(count, rules_.k)) bad_row(query, "is tied with points that it could hold");
  nearest.leave_out(distances[count - 1]);
}

void PartMerge::add_candidates(const RowsOfPart& rows, std::int64_t row) {
  CellCandidates& candidates =
      candidates_[static_cast<std::size_t>(rows.queries.begin + row - queries_.begin)];
  FoundInCells found = found_in_cells(rows, row, rules_.n);
  if (found.own) candidates.set_own(*found.own);
  candidates.add(std::move(found.entries), *rules_.cells);
}

void PartMerge::add_exact(const RowsOfPart& rows) {
  std::int64_t before = -1;
  for (std::size_t r = 0; r < rows.exact_queries.size(); ++r) {
    const std::int64_t query = rows.exact_queries[r];
    if (!contains(rows.queries, query) || query <= before)
      bad_row(query, "is no exact row of this part");
    before = query;
    auto& exact = exact_.try_emplace(query, Exact{Nearest(rules_.k, TieOrder(rules_.seed, query))})
                      .first->second;
    const auto at = static_cast<std::int64_t>(r);
    offer_row({query, rows.data, row_of(rows.exact_neighbors, at, rows.exact_width),
               row_of(rows.exact_distances, at, rows.exact_width)},
              rules_.seed, exact.nearest);
    exact.searched += rows.data.rows();
  }
}

const Nearest& PartMerge::exact_of(std::int64_t query) const {
  const auto found = exact_.find(query);
  if (found == exact_.end() || found->second.searched != rules_.n)
    bad_row(query, "lacks exact neighbours in some part");
  return found->second.nearest;
}

NeighborRows PartMerge::rows(const Cpu& on) const {
  NeighborRows merged(queries_.rows(), rules_.k);
  parallel_for(on.threads, merged.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t query = queries_.begin + row;
      const auto at = static_cast<std::size_t>(row);
      const Nearest nearest =
          rules_.cells != nullptr
              ? candidates_[at].nearest(static_cast<std::int32_t>(query), *rules_.cells)
              : nearest_[at];
      merged.set(row, rules_.exact || nearest.full() ? nearest : exact_of(query));
    }
  });
  return merged;
}

std::vector<double> PartMerge::shares(const NeighborRows& merged) const {
  std::vector<double> shares;
  for (const std::int32_t query : sampled_among(queries_, rules_.n)) {
    const std::vector<Candidate> exact = exact_of(query).sorted();
    shares.push_back(
        share_found(value_of(exact[static_cast<std::size_t>(merged.k - 1)]),
                    row_of(std::span(merged.distances), query - queries_.begin, merged.k)));
  }
  return shares;
}

std::int64_t PartMerge::tied_rows() const {
  return std::count_if(nearest_.begin(), nearest_.end(),
                       [](const Nearest& nearest) { return nearest.tied(); });
}

std::int64_t PartMerge::duplicates() const {
  return std::count(repeats_.begin(), repeats_.end(), 1);
}

void require_cells(const std::string& fingerprint, std::int64_t candidates,
                   const MergeRules& rules) {
  const SharedCells::State* const cells = rules.cells;
  if (fingerprint.empty() && cells != nullptr)
    throw InvalidInput("the parts were made without shared cells; merge them without");
  if (!fingerprint.empty() && cells == nullptr)
    throw InvalidInput(
        "the parts were made through shared cells, and none are given; merge them with these "
        "cells");
  if (cells == nullptr) return;
  if (cells->fingerprint != fingerprint || cells->all.n != rules.n || cells->k != rules.k ||
      cells->seed != rules.seed || cells->effort.candidates != candidates)
    throw InvalidInput("the parts were made through other cells than these; give those");
}

std::string index_of_parts(const KnnParams& knn, const MergeRules& rules,
                           std::span<const RowRange> data) {
  if (rules.cells != nullptr)
    return describe_ivf(static_cast<int>(rules.cells->centroids.n()), rules.cells->effort);
  std::string kind = std::visit([](const auto& params) { return index_name(params); }, knn);
  if (std::holds_alternative<FlatKnn>(knn)) return kind;
  std::set<std::pair<std::int64_t, std::int64_t>> shards;
  for (const RowRange& range : data) shards.emplace(range.begin, range.end);
  return kind + " per shard (" + std::to_string(shards.size()) +
         (shards.size() == 1 ? " shard)" : " shards)");
}

}  // namespace nearfold
