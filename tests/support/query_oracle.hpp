// What queries should be answered: every metric by its definition in params.hpp, all pairs, in
// double. Independent of src/: nothing here calls what it judges.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::query_oracle {

using Row = std::vector<double>;

inline double dot(const Row& a, const Row& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

inline Row row_of(const Matrix& x, std::int64_t i) {
  return {x.row(i), x.row(i) + x.cols()};
}

inline Row centred(Row row) {
  const double mean =
      std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
  for (double& value : row) value -= mean;
  return row;
}

/// The metric's definition in params.hpp; zero vectors are far.
inline double distance(Metric metric, const Row& q, const Row& x, double longest) {
  const bool direction = metric == Metric::cosine || metric == Metric::correlation;
  const Row a = metric == Metric::correlation ? centred(q) : q;
  const Row b = metric == Metric::correlation ? centred(x) : x;
  const double lengths = std::sqrt(dot(a, a) * dot(b, b));
  if (direction && !(lengths > 0)) return dot(a, a) + dot(b, b) > 0 ? 2 : 0;
  if (direction) return 1 - dot(a, b) / lengths;
  if (metric == Metric::inner_product) return std::sqrt(dot(q, q)) * longest - dot(q, x);
  double squares = 0, sum = 0, largest = 0;
  for (std::size_t c = 0; c < q.size(); ++c) {
    const double d = std::abs(q[c] - x[c]);
    squares += d * d;
    sum += d;
    largest = std::max(largest, d);
  }
  if (metric == Metric::manhattan) return sum;
  if (metric == Metric::chebyshev) return largest;
  return metric == Metric::euclidean ? std::sqrt(squares) : squares;
}

/// The distances of one query to all points, and how far off a float may be.
struct Truth {
  std::vector<double> to, sorted;
  double tolerance(double value) const { return 3e-6 * std::max(value, unit); }
  double unit = 0;
};

inline Truth truth_of(const Matrix& queries, std::int64_t r, const Matrix& points, Metric metric) {
  double longest = 0;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    longest = std::max(longest, std::sqrt(dot(row_of(points, i), row_of(points, i))));
  const Row query = row_of(queries, r);
  Truth truth;
  if (metric == Metric::cosine || metric == Metric::correlation) truth.unit = 1;
  if (metric == Metric::inner_product) truth.unit = longest * std::sqrt(dot(query, query));
  for (std::int64_t i = 0; i < points.rows(); ++i)
    truth.to.push_back(distance(metric, query, row_of(points, i), longest));
  truth.sorted = truth.to;
  std::sort(truth.sorted.begin(), truth.sorted.end());
  return truth;
}

/// Every `stride`-th row has the k smallest distances, in order, and they belong to its ids.
inline void expect_exact_answer(const Matrix& queries, const Matrix& points, Metric metric,
                                const QueryResult& found, std::int64_t stride = 1) {
  ASSERT_EQ(found.rows, queries.rows());
  ASSERT_EQ(found.neighbors.size(), static_cast<std::size_t>(found.rows * found.k));
  for (std::int64_t r = 0; r < found.rows; r += stride) {
    const Truth truth = truth_of(queries, r, points, metric);
    for (std::int64_t e = 0; e < found.k; ++e) {
      const auto at = static_cast<std::size_t>(r * found.k + e);
      const auto d = static_cast<double>(found.distances[at]);
      const double wanted = truth.sorted[static_cast<std::size_t>(e)];
      ASSERT_NEAR(d, wanted, truth.tolerance(wanted)) << name(metric) << ", row " << r << ", " << e;
      ASSERT_NEAR(d, truth.to[static_cast<std::size_t>(found.neighbors[at])],
                  truth.tolerance(wanted))
          << name(metric) << ", row " << r << ", " << e;
      ASSERT_TRUE(e == 0 || std::pair(found.distances[at - 1], found.neighbors[at - 1]) <
                                std::pair(found.distances[at], found.neighbors[at]))
          << name(metric) << ", row " << r << ", " << e;
    }
  }
}

/// Share of the neighbours that are as near as the true k-th.
inline double recall(const Matrix& queries, const Matrix& points, const QueryResult& found) {
  std::int64_t hits = 0;
  for (std::int64_t r = 0; r < found.rows; ++r) {
    const Truth truth = truth_of(queries, r, points, Metric::euclidean);
    const double reach = truth.sorted[static_cast<std::size_t>(found.k - 1)] * (1 + 1e-6);
    for (std::int64_t e = r * found.k; e < (r + 1) * found.k; ++e)
      hits += static_cast<double>(found.distances[static_cast<std::size_t>(e)]) <= reach ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(found.rows * found.k);
}

inline void expect_equal(const QueryResult& a, const QueryResult& b, const std::string& what) {
  EXPECT_EQ(a.rows, b.rows) << what;
  EXPECT_EQ(a.k, b.k) << what;
  EXPECT_EQ(a.neighbors, b.neighbors) << what;
  EXPECT_EQ(a.distances, b.distances) << what;
  EXPECT_EQ(a.recall, b.recall) << what;
}

}  // namespace nearfold::query_oracle
