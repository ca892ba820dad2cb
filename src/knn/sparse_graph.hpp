// Graphs and answers of sparse points.
#pragma once

#include <cstdint>
#include <optional>

#include "knn/sparse_rows.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

/// find_neighbors() of sparse points (nearfold/knn.hpp); points were checked.
KnnGraph sparse_graph(const SparseView& points, int k, const KnnParams& params,
                      const Distance& distance, const Cpu& on, std::uint64_t seed);

/// The recall until which an approximate search of sparse points goes on; none where iterations are
/// asked for, and for flat.
std::optional<double> sparse_target(const KnnParams& params);

/// A search of sparse points that is made once and asked for others again and again: the exact
/// answers of sparse queries, of each by itself. Refers to the points, which were checked, as
/// queries are.
class SparseQuerySearch {
 public:
  SparseQuerySearch(const SparseView& points, int k, const Distance& distance, const Cpu& on);
  QueryResult operator()(const SparseView& queries, const Cpu& on) const;

 private:
  int k_;
  SparseSpace space_;
};

/// Most axes of the short rows that an approximate search begins with.
inline constexpr std::int64_t kSparseAxes = 64;

}  // namespace nearfold
