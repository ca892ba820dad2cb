// k-means: the centroids that cells of an inverted file lie around.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "knn/kmeans_draws.hpp"
#include "linalg/packed_rows.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// Of each row the nearest of the rows in `panels`, ties to the first. l2.
std::vector<std::int32_t> nearest_of(const PackedRows& panels, HostMatrix<const float> rows,
                                     const Cpu& on);

/// Cell c holds the rows order[begin[c]] ... order[begin[c + 1] - 1], ascending.
struct Cells {
  std::vector<std::int64_t> begin;  // [cells + 1]
  std::vector<std::int32_t> order;  // [rows]
};
Cells cells_of(std::span<const std::int32_t> cell_of, int cells);

/// Centroids [count, cols] by Lloyd's algorithm: six iterations on a sample of at most 32 rows for
/// each, from rows of it, all drawn by the seed; a cell that falls empty takes half of a large one.
/// Deterministic for any number of threads, and on every processor. count in [1, rows].
/// Source: FAISS's Clustering (Johnson, Douze, Jegou, "Billion-scale similarity search with GPUs",
/// 2019), whose draws it repeats: given the same nearest centroids it returns the same bytes.
Matrix kmeans(HostMatrix<const float> rows, int count, std::uint64_t seed, const Cpu& on);

}  // namespace nearfold
