// Points with many zeros, and their sparse form.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "nearfold/sparse.hpp"
#include "support/data.hpp"

namespace nearfold::data {

/// Values >= 0, four of five 0, columns of unequal use; row 11 and row 30 empty, rows 5 and 6 those
/// of 0 and 1. Whole: small counts, which tie.
inline Matrix many_zeros(std::int64_t n, std::int64_t cols, std::uint64_t seed, bool whole) {
  std::mt19937_64 draw(seed);
  const auto unit = [&] { return static_cast<double>(draw() >> 11) * 0x1p-53; };
  Matrix x(n, cols);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < cols; ++c) {
      const double share = 0.6 / std::sqrt(1.0 + static_cast<double>(c) / 4);
      if (unit() < share)
        x.row(i)[c] = whole ? static_cast<float>(1 + draw() % 3) : static_cast<float>(0.1 + unit());
    }
  for (std::int64_t i : {11, 30})
    if (i < n) std::fill_n(x.row(i), cols, 0.0f);
  for (std::int64_t i : {5, 6}) std::copy_n(x.row(i - 5), cols, x.row(i));
  return x;
}

/// Counts of words in texts of 12 topics, some words common to all.
inline Matrix topics(std::int64_t n, std::int64_t cols, std::uint64_t seed) {
  constexpr std::int64_t kTopics = 12, kWords = 30;
  std::mt19937_64 draw(seed);
  Matrix x(n, cols);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t w = 0; w < kWords; ++w) {
      const auto any = static_cast<std::int64_t>(draw() % static_cast<std::uint64_t>(cols));
      const std::int64_t of_topic = (any / kTopics * kTopics + i % kTopics) % cols;
      x.row(i)[draw() % 4 == 0 ? any * any / cols : of_topic] += 1;
    }
  return x;
}

/// What is not 0, and of the zeros this share.
inline SparseMatrix sparse_of(const Matrix& x, double zeros = 0) {
  std::mt19937_64 draw(1);
  SparseMatrix out{x.rows(), x.cols()};
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    for (std::int64_t c = 0; c < x.cols(); ++c)
      if (x.row(i)[c] != 0 || static_cast<double>(draw() >> 11) * 0x1p-53 < zeros) {
        out.indices.push_back(static_cast<std::int32_t>(c));
        out.values.push_back(x.row(i)[c]);
      }
    out.indptr.push_back(static_cast<std::int64_t>(out.indices.size()));
  }
  return out;
}

}  // namespace nearfold::data
