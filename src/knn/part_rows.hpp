// Rows of parts on their way into a graph: each is looked at before it is believed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "knn/cell_merge.hpp"
#include "knn/top_k.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// Some rows of a part, as KnnPart has them.
struct RowsOfPart {
  RowRange queries;
  RowRange data;
  std::int64_t width = 0;
  std::span<const std::int32_t> neighbors;
  std::span<const float> distances;
  std::span<const std::uint8_t> tied, repeats;

  // Of approximate parts: exact rows of some of these queries.
  std::int64_t exact_width = 0;
  std::span<const std::int32_t> exact_queries = {}, exact_neighbors = {};
  std::span<const float> exact_distances = {};
  // Of parts through shared cells.
  std::span<const float> measures = {};
  std::span<const std::int32_t> places = {};
};

/// Throws InvalidInput: the row of this query is so.
[[noreturn]] void bad_row(std::int64_t query, const std::string& what);

inline bool contains(const RowRange& range, std::int64_t row) {
  return row >= range.begin && row < range.end;
}

/// Row `row` of [rows, width].
template <class T>
std::span<const T> row_of(std::span<const T> rows, std::int64_t row, std::int64_t width) {
  return rows.subspan(static_cast<std::size_t>(row * width), static_cast<std::size_t>(width));
}

/// A row in the order of distance and seed, of points of the data.
struct PartRow {
  std::int64_t query;
  const RowRange& data;
  std::span<const std::int32_t> ids;
  std::span<const float> distances;
};

/// Offers its points to `nearest`; returns how many it has.
std::size_t offer_row(const PartRow& row, std::uint64_t seed, Nearest& nearest);

/// What a row has found through shared cells.
struct FoundInCells {
  std::vector<CellCandidates::Entry> entries;
  std::optional<float> own;  // distance of the query from itself, where the data has it
};

/// That of row `row`, whose candidates have places below n.
FoundInCells found_in_cells(const RowsOfPart& rows, std::int64_t row, std::int64_t n);

}  // namespace nearfold
