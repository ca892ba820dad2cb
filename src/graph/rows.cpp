#include "graph/rows.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nearfold {

void round_up_to_zero(GraphTable& table) {
  constexpr float kRounding = -1e-6F;
  for (float& d : table.distances)
    if (d < 0 && d >= kRounding) d = 0;
}

SelfPlaces find_self(const GraphTable& table) {
  SelfPlaces places;
  places.columns.reserve(static_cast<std::size_t>(table.n));
  for (std::int64_t i = 0; i < table.n; ++i) {
    const std::int32_t* const row = table.ids_of(i);
    const std::int64_t column = std::find(row, row + table.k, i) - row;
    places.holding += column < table.k ? 1 : 0;
    places.columns.push_back(std::min(column, table.k - 1));
  }
  return places;
}

void drop(GraphTable& table, const std::vector<std::int64_t>& columns) {
  std::size_t to = 0;
  for (std::int64_t i = 0; i < table.n; ++i)
    for (std::int64_t c = 0; c < table.k; ++c) {
      if (c == columns[static_cast<std::size_t>(i)]) continue;
      table.ids[to] = table.ids_of(i)[c];
      table.distances[to++] = table.distances_of(i)[c];
    }
  table.k -= 1;
  table.ids.resize(to);
  table.distances.resize(to);
}

void sort_rows(GraphTable& table) {
  std::vector<std::pair<float, std::int32_t>> row(static_cast<std::size_t>(table.k));
  for (std::int64_t i = 0; i < table.n; ++i) {
    std::int32_t* const ids = table.ids_of(i);
    float* const distances = table.distances_of(i);
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = {distances[c], ids[c]};
    if (std::is_sorted(row.begin(), row.end())) continue;
    std::sort(row.begin(), row.end());
    for (std::size_t c = 0; c < row.size(); ++c) std::tie(distances[c], ids[c]) = row[c];
  }
}

void move_rows(GraphTable&& table, KnnGraph& graph) {
  graph.n = table.n;
  graph.k = table.k;
  graph.neighbors = std::move(table.ids);
  graph.distances = std::move(table.distances);
}

}  // namespace nearfold
