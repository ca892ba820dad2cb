// A graph that points have joined is the graph of all points.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/take_rows.hpp"
#include "knn/grown_graph.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

constexpr std::uint64_t kSeed = 5;
constexpr int kNeighbors = 9;

HostMatrix<const float> first_of(const Matrix& rows, std::int64_t n) {
  return {rows.data(), n, rows.cols()};
}

/// The graph of the first n rows, grown by the others, against that of all.
void expect_grown(const Matrix& rows, std::int64_t n, const Distance& distance, int threads = 2) {
  SCOPED_TRACE(std::string(name(distance.metric)) + ", of " + std::to_string(n));
  const Cpu on{threads};
  const KnnGraph old =
      find_neighbors(first_of(rows, n), kNeighbors, FlatKnn{}, on, kSeed, distance);
  const KnnGraph grown = grown_graph(old, rows, kNeighbors, distance, on, kSeed);
  const KnnGraph all = find_neighbors(rows, kNeighbors, FlatKnn{}, on, kSeed, distance);
  EXPECT_EQ(grown.n, all.n);
  EXPECT_EQ(grown.distances, all.distances);
  EXPECT_EQ(grown.neighbors, all.neighbors);
  EXPECT_EQ(grown.metric, all.metric);
  EXPECT_EQ(grown.duplicates, all.duplicates);
}

TEST(GrownGraph, IsThatOfAllPointsUnderEveryMetric) {
  const Matrix rows = data::normals(260, 11, 3);
  for (const Metric metric :
       {Metric::euclidean, Metric::sqeuclidean, Metric::cosine, Metric::correlation,
        Metric::inner_product, Metric::manhattan, Metric::chebyshev})
    for (const std::int64_t n : {20, 130, 250, 259}) expect_grown(rows, n, {.metric = metric});
}

TEST(GrownGraph, IsThatOfAllPointsWithTiesAndEqualOnes) {
  for (const std::int64_t n : {40, 150, 199}) {
    expect_grown(data::lattice(200, 3, 4, 4), n, {});
    expect_grown(data::duplicates(200, 6, 5, 25), n, {});
    expect_grown(data::line(200, 2), n, {.metric = Metric::manhattan});
  }
}

TEST(GrownGraph, OfSparsePointsIsThatOfAllOfThem) {
  const Matrix rows = data::many_zeros(260, 40, 3, true);  // counts, which tie
  for (const Metric metric : {Metric::euclidean, Metric::cosine, Metric::inner_product,
                              Metric::manhattan, Metric::jaccard, Metric::chebyshev})
    for (const std::int64_t n : {20, 130, 259}) {
      SCOPED_TRACE(std::string(name(metric)) + ", of " + std::to_string(n));
      const Distance distance{.metric = metric, .zero_vectors = ZeroVectors::far};
      const SparseMatrix points = to_sparse(rows);
      const KnnGraph old = find_neighbors(to_sparse(first_of(rows, n)), kNeighbors, FlatKnn{},
                                          Cpu{2}, kSeed, distance);
      const KnnGraph grown = grown_graph(old, points.view(), kNeighbors, distance, Cpu{2}, kSeed);
      const KnnGraph all = find_neighbors(points, kNeighbors, FlatKnn{}, Cpu{1}, kSeed, distance);
      EXPECT_EQ(grown.distances, all.distances);
      EXPECT_EQ(grown.neighbors, all.neighbors);
      EXPECT_EQ(grown.duplicates, all.duplicates);
    }
}

TEST(GrownGraph, IsThatOfAllPointsThroughTheProjection) {
  const Matrix rows = data::normals(1990, 130, 6, 0.94);
  for (const int threads : {1, 3}) expect_grown(rows, 1960, {}, threads);
}

TEST(GrownGraph, KeepsPointsWithoutADirectionFar) {
  Matrix rows = data::normals(60, 4, 7);
  for (const std::int64_t i : {3, 50}) std::fill_n(rows.row(i), 4, 0.0F);
  expect_grown(rows, 40, {Metric::cosine, ZeroVectors::far});
}

TEST(GrownGraph, TakesFewerNeighborsThanThereWere) {
  const Matrix rows = data::normals(90, 5, 8);
  const KnnGraph old = find_neighbors(first_of(rows, 60), 20, FlatKnn{}, Cpu{}, kSeed);
  EXPECT_EQ(grown_graph(old, rows, 7, {}, Cpu{}, kSeed).neighbors,
            find_neighbors(rows, 7, FlatKnn{}, Cpu{}, kSeed).neighbors);
}

// What an approximate search missed among old points stays missed; new points are found exactly.
TEST(GrownGraph, KeepsTheOldRowsOfAnApproximateGraph) {
  const Matrix rows = data::normals(500, 8, 9);
  KnnGraph old = find_neighbors(first_of(rows, 400), kNeighbors, FlatKnn{}, Cpu{}, kSeed);
  old.neighbors[0] = old.neighbors[8];  // a row that lacks its nearest
  old.distances[0] = old.distances[8];
  std::rotate(old.neighbors.begin(), old.neighbors.begin() + 1, old.neighbors.begin() + 9);
  std::rotate(old.distances.begin(), old.distances.begin() + 1, old.distances.begin() + 9);
  old.neighbors[8] = 399;
  old.distances[8] = 1000;
  const KnnGraph grown = grown_graph(old, rows, kNeighbors, {}, Cpu{}, kSeed);
  const KnnGraph all = find_neighbors(rows, kNeighbors, FlatKnn{}, Cpu{}, kSeed);
  EXPECT_NO_THROW(grown.validate());
  EXPECT_NE(grown.neighbors[0], all.neighbors[0]);
  for (std::size_t at = 400 * kNeighbors; at < all.neighbors.size(); ++at)
    ASSERT_EQ(grown.neighbors[at], all.neighbors[at]) << at;
}

}  // namespace
}  // namespace nearfold
