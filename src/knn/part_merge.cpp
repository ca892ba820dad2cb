#include "knn/part_merge.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

[[noreturn]] void bad_row(std::int64_t query, const std::string& what) {
  throw InvalidInput("the row of query " + std::to_string(query) + " " + what +
                     ": the part is damaged, make it again");
}

bool contains(const RowRange& range, std::int64_t row) {
  return row >= range.begin && row < range.end;
}

}  // namespace

PartMerge::PartMerge(const RowRange& queries, int k, std::uint64_t seed)
    : queries_(queries), k_(k), seed_(seed), repeats_(static_cast<std::size_t>(queries.rows())) {
  nearest_.reserve(repeats_.size());
  for (std::int64_t query = queries.begin; query < queries.end; ++query)
    nearest_.emplace_back(k, TieOrder(seed, query));
}

void PartMerge::add(const RowsOfPart& rows, const Cpu& on) {
  parallel_for(on.threads, rows.queries.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) add_row(rows, row);
  });
}

void PartMerge::add_row(const RowsOfPart& rows, std::int64_t row) {
  const std::int64_t query = rows.queries.begin + row;
  const auto place = static_cast<std::size_t>(query - queries_.begin);
  const auto ids = rows.neighbors.subspan(static_cast<std::size_t>(row * rows.width),
                                          static_cast<std::size_t>(rows.width));
  const auto distances = rows.distances.subspan(static_cast<std::size_t>(row * rows.width),
                                                static_cast<std::size_t>(rows.width));
  const std::int64_t others = rows.data.rows() - (contains(rows.data, query) ? 1 : 0);
  const auto count = static_cast<std::size_t>(std::min(rows.width, others));
  const TieOrder order(seed_, query);
  Candidate last = 0;
  for (std::size_t c = 0; c < count; ++c) {
    if (!contains(rows.data, ids[c]) || ids[c] == query)
      bad_row(query, "has point " + std::to_string(ids[c]));
    if (!std::isfinite(distances[c]) || distances[c] < 0)
      bad_row(query, "has distance " + std::to_string(distances[c]));
    const Candidate next = candidate(distances[c], static_cast<std::int32_t>(order.key(ids[c])));
    if (next <= last) bad_row(query, "is not in the order of distance and seed");
    last = next;
    nearest_[place].offer(distances[c], ids[c]);
  }
  for (std::size_t c = count; c < ids.size(); ++c)
    if (ids[c] != -1) bad_row(query, "has more points than were searched");
  const auto at = static_cast<std::size_t>(row);
  if (rows.tied[at] > 1 || rows.repeats[at] > 1)
    bad_row(query, "has a mark that is neither 0 nor 1");
  if (rows.tied[at] != 0) {
    if (std::cmp_not_equal(count, k_)) bad_row(query, "is tied with points that it could hold");
    nearest_[place].leave_out(distances[count - 1]);
  }
  repeats_[place] |= static_cast<char>(rows.repeats[at]);
}

NeighborRows PartMerge::rows(const Cpu& on) const {
  NeighborRows merged(queries_.rows(), k_);
  parallel_for(on.threads, merged.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      merged.set(row, nearest_[static_cast<std::size_t>(row)]);
  });
  return merged;
}

std::int64_t PartMerge::tied_rows() const {
  return std::count_if(nearest_.begin(), nearest_.end(),
                       [](const Nearest& nearest) { return nearest.tied(); });
}

std::int64_t PartMerge::duplicates() const {
  return std::count(repeats_.begin(), repeats_.end(), 1);
}

}  // namespace nearfold
