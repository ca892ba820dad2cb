// The steps of k-means (kmeans.hpp) that are the processor's wherever the others are done.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// What k-means draws by its seed, and so what it does with which rows.
struct KMeansDraws {
  std::vector<std::int32_t> sample;  // rows that it goes by; empty: all
  std::vector<std::int32_t> first;   // of these the first centroids
  int iterations = 0;                // 0: as many centroids as rows, and these are they
};
KMeansDraws kmeans_draws(std::int64_t n, int count, std::uint64_t seed);

/// Cell c has begin[c + 1] - begin[c] rows. Centroids of empty cells take half of those of others,
/// of large ones more probably.
void fill_empty(const std::vector<std::int64_t>& begin, Matrix& centroids);

/// |row|^2 of each row, summed in double.
std::vector<float> squares_of(HostMatrix<const float> rows);

}  // namespace nearfold
