// Maps to score, and expectations of their scores, that several tests share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "nearfold/quality.hpp"
#include "support/data.hpp"

namespace nearfold {

/// The first two columns, and noise: a map that keeps some of its points' neighbourhoods.
inline Matrix rough_map(const Matrix& x, std::uint64_t seed, float noise = 0.5f) {
  Matrix y = data::scaled(data::normals(x.rows(), 2, seed), noise);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (int c = 0; c < 2; ++c) y.row(i)[c] += x.row(i)[c];
  return y;
}

inline std::vector<std::int32_t> remainders(std::int64_t n, std::int32_t classes) {
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(i % classes));
  return labels;
}

inline const Score& score(const QualityReport& report, const std::string& name) {
  static const Score missing{"missing", HUGE_VAL, HUGE_VAL, -1};
  const Score* const found = report.find(name);
  EXPECT_NE(found, nullptr) << name;
  return found ? *found : missing;
}

inline void expect_sampled(const QualityReport& report, const std::string& name, double wanted) {
  const Score& found = score(report, name);
  EXPECT_GT(found.standard_error, 0) << name;
  EXPECT_NEAR(found.value, wanted, 4 * found.standard_error) << name;
}

/// Rows `which` of x.
inline Matrix rows_of(const Matrix& x, const std::vector<std::int64_t>& which) {
  Matrix out(static_cast<std::int64_t>(which.size()), x.cols());
  for (std::size_t r = 0; r < which.size(); ++r)
    std::copy_n(x.row(which[r]), x.cols(), out.row(static_cast<std::int64_t>(r)));
  return out;
}

}  // namespace nearfold
