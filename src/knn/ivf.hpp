// The inverted file: rows in cells around centroids, searched cell by cell.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "knn/projected_rows.hpp"
#include "knn/top_k.hpp"
#include "linalg/packed_rows.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Cell c holds the rows [begin[c], begin[c + 1]) of rows put in the order of cells.
struct IvfLists {
  KnnRows centroids;                // [nlist, width]
  std::vector<std::int64_t> begin;  // [nlist + 1]
  PackedRows centroid_panels, row_panels;

  int nlist() const { return static_cast<int>(centroids.n()); }
};

/// The cells that are asked for, or 2 sqrt(n). Throws InvalidInput for more cells than points, or
/// more probes than cells.
int cells_for(const IvfKnn& params, std::int64_t n);

/// Cells around `nlist` centroids found by k-means (kmeans.hpp). The rows are put in the order of
/// cells, within a cell in the order they had. l2 only. Deterministic for any number of threads,
/// and on every processor.
IvfLists make_ivf_lists(KnnRows& rows, int nlist, std::uint64_t seed, const Cpu& on);

/// The panels of cells that were read from a file, with the rows they are of.
void make_panels(IvfLists& cells, const KnnRows& rows, const Cpu& on);

/// A query as make_knn_rows() makes it.
struct ShortQuery {
  const float* row;
  float square;
};

/// A searcher for one thread.
class IvfSearch {
 public:
  explicit IvfSearch(const IvfLists& cells) : cells_(&cells) {}
  /// For each query the `count` rows of smallest measure in the `nprobe` cells nearest to it. Quick
  /// when queries are near each other: those that look into a cell are measured with it together.
  void operator()(std::span<const ShortQuery> queries, int nprobe, int count);
  /// What a query of the last call has found, (measure, row) in no order.
  std::span<const Candidate> found(std::size_t query) const { return best_[query]; }
  /// How many rows each of these queries could see, where cell c has sizes[c] of them.
  std::vector<std::int64_t> in_reach(std::span<const std::int64_t> sizes) const;

 private:
  /// That a query looks into a cell, which is the one nearest to it or not.
  struct Visit {
    std::int32_t later, cell, query;
    std::int64_t order() const {
      return (std::int64_t{later} << 62) + (std::int64_t{cell} << 31) + query;
    }
  };
  void choose_cells(std::span<const ShortQuery> queries, int nprobe);
  void look_into(std::int32_t cell, std::span<const Visit> visits,
                 std::span<const ShortQuery> queries, std::size_t count);
  void collect(std::int32_t query, std::int64_t begin, std::int64_t end, const float* measures,
               std::size_t count);
  void keep_best(std::int32_t query, std::size_t count);

  const IvfLists* cells_;
  std::vector<Visit> visits_;
  std::vector<float> measures_;
  std::vector<Candidate> nearest_cells_, limits_;
  std::vector<std::vector<Candidate>> best_;
};

}  // namespace nearfold
