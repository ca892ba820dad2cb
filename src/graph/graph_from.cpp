// What other libraries found, as a graph: ids made narrow, rows checked where they stand, and only
// then put in order, so that an error names the caller's own rows and columns.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "graph/rows.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn_graph.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

/// Ids as the graph has them. Those that are too wide are named; what else is wrong with them is
/// for find_faults() to say.
template <class Id>
std::vector<std::int32_t> narrowed(std::span<const Id> ids, std::int64_t n, std::int64_t k) {
  std::vector<std::int32_t> narrow(ids.size());
  for (std::size_t e = 0; e < ids.size(); ++e) {
    narrow[e] = static_cast<std::int32_t>(ids[e]);
    const bool missing = ids[e] == static_cast<Id>(-1);  // of unsigned ids the largest
    if (missing || std::in_range<std::int32_t>(ids[e])) continue;
    const auto at = static_cast<std::int64_t>(e);
    throw InvalidInput("row " + std::to_string(at / k) + ", column " + std::to_string(at % k) +
                       ": id " + std::to_string(ids[e]) + " is outside [0, " + std::to_string(n) +
                       "); ids count the points from 0: map labels of your own back to rows");
  }
  return narrow;
}

/// No row has the first point, and some have one beyond the last.
bool count_from_one(const GraphTable& table) {
  const auto [least, most] = std::minmax_element(table.ids.begin(), table.ids.end());
  return *least == 1 && *most == table.n;
}

/// Throws unless the rows can become those of a graph.
void check_rows(const GraphTable& table, bool has_self) {
  const RowFaults faults = find_faults(
      table.view(),
      {has_self ? RowRule::Self::allowed : RowRule::Self::forbidden, RowRule::Order::any});
  if (faults.count > 0)
    throw InvalidInput(faults.text +
                       (count_from_one(table) ? "; all ids are in [1, n]: they count the points "
                                                "from 1, subtract 1"
                        : faults.has_self
                            ? "; rows that hold the point itself need has_self = true"
                            : "; ids are distinct rows in [0, n), distances finite and "
                              "not negative"));
}

void take_self_out(GraphTable& table) {
  const SelfPlaces self = find_self(table);
  if (!self.in_most_rows())
    throw InvalidInput("has_self is true, and " + std::to_string(self.holding) + " of " +
                       std::to_string(table.n) +
                       " rows hold the point itself; row i must be of point i, or has_self false");
  // In order by now: a point is nearest to itself, unless what was given are similarities.
  std::int64_t farthest = 0;
  for (std::int64_t i = 0; i < table.n; ++i)
    farthest += self.columns[static_cast<std::size_t>(i)] == table.k - 1 &&
                table.ids_of(i)[table.k - 1] == i &&
                table.distances_of(i)[table.k - 1] > table.distances_of(i)[0];
  if (2 * farthest > table.n)
    throw InvalidInput("in " + std::to_string(farthest) + " of " + std::to_string(table.n) +
                       " rows the point itself is the farthest, as in rows of similarities; give "
                       "distances, 1 - s for cosines s");
  drop(table, self.columns);
}

template <class Id>
KnnGraph graph_of(std::span<const Id> ids, std::span<const float> distances, std::int64_t n,
                  std::int64_t k, const GraphOptions& options) {
  if (options.squared && options.metric == "sqeuclidean")
    throw InvalidParameter(
        "squared asks for roots, and distances by sqeuclidean are squares; leave squared out, or "
        "let metric be euclidean");
  check_graph_size(n, options.has_self && k > 0 ? k - 1 : k);
  require_entries(n, k, ids.size(), distances.size());
  GraphTable table{n, k, narrowed(ids, n, k), {distances.begin(), distances.end()}};
  round_up_to_zero(table);
  check_rows(table, options.has_self);
  if (options.squared)
    for (float& d : table.distances) d = std::sqrt(d);
  sort_rows(table);
  if (options.has_self) take_self_out(table);
  KnnGraph graph;
  graph.metric = options.metric;
  graph.index = options.index;
  move_rows(std::move(table), graph);
  return graph;
}

}  // namespace

KnnGraph graph_from(std::span<const std::int64_t> ids, std::span<const float> distances,
                    std::int64_t n, std::int64_t k, const GraphOptions& options) {
  return graph_of(ids, distances, n, k, options);
}
KnnGraph graph_from(std::span<const std::uint64_t> ids, std::span<const float> distances,
                    std::int64_t n, std::int64_t k, const GraphOptions& options) {
  return graph_of(ids, distances, n, k, options);
}
KnnGraph graph_from(std::span<const std::int32_t> ids, std::span<const float> distances,
                    std::int64_t n, std::int64_t k, const GraphOptions& options) {
  return graph_of(ids, distances, n, k, options);
}

}  // namespace nearfold
