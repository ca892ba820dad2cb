// The inverted file: rows in cells around centroids, searched cell by cell.
#pragma once

#include <cstdint>
#include <vector>

#include "knn_nearest.hpp"
#include "knn_rows.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Cell c holds the rows [begin[c], begin[c + 1]) of rows put in the order of cells.
struct IvfCells {
  KnnRows centroids;                // [lists, width]
  std::vector<std::int64_t> begin;  // [lists + 1]

  int lists() const { return static_cast<int>(centroids.n()); }
};

/// Trains `lists` centroids by FAISS's k-means on a seeded sample of the rows, which are then put
/// in the order of cells, within a cell in the order they had. l2 only. Deterministic for any
/// number of threads: FAISS is called on one thread a block of fixed size, because its matrix
/// products round differently for other shapes.
IvfCells make_ivf_cells(KnnRows& rows, int lists, std::uint64_t seed, const Cpu& on);

/// A searcher for one thread.
class IvfSearch {
 public:
  IvfSearch(const KnnRows& rows, const IvfCells& cells) : rows_(&rows), cells_(&cells) {}
  /// The `count` rows of smallest measure in the `probes` cells nearest to the query, into `out`,
  /// in no order; returns how many.
  int operator()(const float* query, float query_square, int probes, int count, std::int32_t* out);

 private:
  const KnnRows* rows_;
  const IvfCells* cells_;
  std::vector<float> measures_;
  std::vector<Candidate> nearest_cells_, found_;
};

}  // namespace nearfold
