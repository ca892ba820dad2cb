// Rows of neighbours as other programs and libraries leave them, on their way to a KnnGraph: the
// point itself may be among its neighbours, and the order may be another. For graph files
// (io/graph_file.cpp) and for results in memory (graph_from.cpp).
#pragma once

#include <cstdint>
#include <vector>

#include "graph/row_check.hpp"
#include "nearfold/knn_graph.hpp"

namespace nearfold {

/// k columns of each of n rows, the point itself perhaps among them.
struct GraphTable {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> ids;
  std::vector<float> distances;

  std::int32_t* ids_of(std::int64_t i) { return ids.data() + i * k; }
  const std::int32_t* ids_of(std::int64_t i) const { return ids.data() + i * k; }
  float* distances_of(std::int64_t i) { return distances.data() + i * k; }
  NeighborTable view() const { return {n, k, ids, distances}; }
};

/// Cosines and the like of equal points come out of other programs a little below zero: distances
/// down to -1e-6 become 0.
void round_up_to_zero(GraphTable& table);

/// Where each row holds the point itself, or its last column where it does not.
struct SelfPlaces {
  std::int64_t holding = 0;
  std::vector<std::int64_t> columns;

  bool in_most_rows() const { return 2 * holding >= static_cast<std::int64_t>(columns.size()); }
};
SelfPlaces find_self(const GraphTable& table);

/// Takes one column out of every row.
void drop(GraphTable& table, const std::vector<std::int64_t>& columns);

/// Puts every row in the order of (distance, id). No distance is NaN.
void sort_rows(GraphTable& table);

/// The rows become those of `graph`, which keeps what it says of them.
void move_rows(GraphTable&& table, KnnGraph& graph);

}  // namespace nearfold
