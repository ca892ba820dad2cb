#include "knn/part_rows.hpp"

#include <algorithm>
#include <cmath>

#include "nearfold/error.hpp"

namespace nearfold {

void bad_row(std::int64_t query, const std::string& what) {
  throw InvalidInput("the row of query " + std::to_string(query) + " " + what +
                     ": the part is damaged, make it again");
}

namespace {

void check_distance(float distance, std::int64_t query) {
  if (!std::isfinite(distance) || distance < 0)
    bad_row(query, "has distance " + std::to_string(distance));
}

/// Nothing from `count` on.
void check_end(std::span<const std::int32_t> ids, std::size_t count, std::int64_t query) {
  for (std::size_t c = count; c < ids.size(); ++c)
    if (ids[c] != -1) bad_row(query, "has more points than were searched");
}

}  // namespace

std::size_t offer_row(const PartRow& row, std::uint64_t seed, Nearest& nearest) {
  const std::int64_t others = row.data.rows() - (contains(row.data, row.query) ? 1 : 0);
  const std::size_t count = std::min(row.ids.size(), static_cast<std::size_t>(others));
  const TieOrder order(seed, row.query);
  Candidate last = 0;
  for (std::size_t c = 0; c < count; ++c) {
    if (!contains(row.data, row.ids[c]) || row.ids[c] == row.query)
      bad_row(row.query, "has point " + std::to_string(row.ids[c]));
    check_distance(row.distances[c], row.query);
    const Candidate next =
        candidate(row.distances[c], static_cast<std::int32_t>(order.key(row.ids[c])));
    if (next <= last) bad_row(row.query, "is not in the order of distance and seed");
    last = next;
    nearest.offer(row.distances[c], row.ids[c]);
  }
  check_end(row.ids, count, row.query);
  return count;
}

FoundInCells found_in_cells(const RowsOfPart& rows, std::int64_t row, std::int64_t n) {
  const std::int64_t query = rows.queries.begin + row;
  const auto ids = row_of(rows.neighbors, row, rows.width);
  const auto distances = row_of(rows.distances, row, rows.width);
  const auto measures = row_of(rows.measures, row, rows.width);
  const auto places = row_of(rows.places, row, rows.width);
  const auto count = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), -1) - ids.begin());
  FoundInCells found;
  Candidate last = 0;
  for (std::size_t c = 0; c < count; ++c) {
    if (!contains(rows.data, ids[c])) bad_row(query, "has point " + std::to_string(ids[c]));
    check_distance(distances[c], query);
    const Candidate next = candidate(measures[c], places[c]);
    if (std::isnan(measures[c]) || next <= last || places[c] < 0 || places[c] >= n)
      bad_row(query, "is not in the order of measures and cells");
    last = next;
    if (ids[c] == query) found.own = distances[c];
    if (measures[c] < kInfinity)
      found.entries.push_back({next, ids[c], distances[c]});
    else if (ids[c] != query)
      bad_row(query, "has point " + std::to_string(ids[c]) + " that was not found");
  }
  check_end(ids, count, query);
  if (found.own.has_value() != contains(rows.data, query)) bad_row(query, "lacks the query");
  return found;
}

}  // namespace nearfold
