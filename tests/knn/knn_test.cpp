// The exact search against all pairs, and what it refuses. The rules that every graph keeps are in
// graph/knn_graph_test.cpp, the approximate search is in ivf_test.cpp.
#include "nearfold/knn.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "knn/exact.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

KnnGraph exact(const Matrix& x, int k, int threads = 2) {
  return find_neighbors(x, k, FlatKnn{}, Cpu{threads}, 1);
}

/// Ids too: for data whose squared distances are exact in float.
void expect_identical(const Matrix& x, const KnnGraph& graph) {
  const KnnGraph wanted = oracle::neighbors(x, graph.k);
  EXPECT_EQ(graph.neighbors, wanted.neighbors);
  EXPECT_EQ(graph.distances, wanted.distances);
}

/// What find_neighbors says of a call.
std::string said(const Matrix& x, int k, const KnnParams& params, int threads = 2) {
  return error_of<InvalidInput>([&] { find_neighbors(x, k, params, Cpu{threads}, 1); });
}

// ---- exact --------------------------------------------------------------------------------------

TEST(FlatKnn, IsExactInLowDimension) {
  const Matrix x = data::blobs(777, 5, 1);
  expect_exact(x, exact(x, 15));
}

TEST(FlatKnn, IsExactInOneDimension) {
  const Matrix x = data::normals(600, 1, 2);
  expect_exact(x, exact(x, 10));
}

TEST(FlatKnn, IsExactThroughTheProjectionFilter) {
  const Matrix x = data::normals(2000, 130, 3, /*decay=*/0.95);
  expect_exact(x, exact(x, 20), 7);
}

TEST(FlatKnn, IsExactThroughTheFilterForBlobs) {
  const Matrix x = data::blobs(2000, 130, 4, /*centres=*/7, /*apart=*/60);
  expect_exact(x, exact(x, 20), 7);
}

TEST(FlatKnn, IsExactThroughTheFilterFarFromTheOrigin) {
  const Matrix x = data::normals(2000, 130, 5, /*decay=*/0.95, /*offset=*/1000);
  expect_exact(x, exact(x, 20), 7);
}

TEST(FlatKnn, IsExactThroughTheFilterForDataOfLowRank) {
  const Matrix low = data::normals(2000, 3, 6);
  Matrix x(2000, 128);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t c = 0; c < x.cols(); ++c)
      x.row(i)[c] = low.row(i)[c % 3] * static_cast<float>(1 + c % 5) + low.row(i)[(c / 3) % 3];
  expect_exact(x, exact(x, 20), 7);
}

TEST(FlatKnn, IsExactWithAFlatSpectrum) {
  const Matrix x = data::normals(2000, 130, 7);
  expect_exact(x, exact(x, 20), 11);
}

TEST(FlatKnn, IsExactFarFromTheOrigin) {
  const Matrix x = data::normals(700, 10, 8, 1.0, /*offset=*/1000);
  expect_exact(x, exact(x, 15), 3);
}

TEST(FlatKnn, IsExactAtTinyAndHugeScales) {
  for (const float scale : {1e-12f, 1e12f}) {
    const Matrix x = data::scaled(data::normals(400, 8, 9), scale);
    expect_exact(x, exact(x, 10), 3);
  }
}

TEST(FlatKnn, IsExactBesideAnOutlier) {
  const Matrix low = data::outlier(600, 4, 10, 77);
  expect_exact(low, exact(low, 10), 3);
  const Matrix high = data::outlier(2000, 130, 11, 512);
  expect_exact(high, exact(high, 10), 11);
}

TEST(FlatKnn, IsExactWithClustersOfVeryDifferentWidth) {
  Matrix x = data::blobs(2000, 130, 12, 2, 0);
  for (std::int64_t i = 0; i < x.rows(); i += 2)
    for (std::int64_t c = 0; c < x.cols(); ++c) x.row(i)[c] *= 1e-3f;
  expect_exact(x, exact(x, 10), 7);
}

// Two squared distances that differ may have the same root: that is a tie, too.
TEST(FlatKnn, SquaresWithOneRootAreTies) {
  int equal = 0;
  for (const KnnParams& params :
       {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{.nlist = 4, .nprobe = 4}}}) {
    Matrix x(600, 2);
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      x.row(i)[0] = i == 0 ? 0.0f : 1.0f;
      x.row(i)[1] = static_cast<float>(i == 0 ? 0 : 700 - i) * 3e-6f;
    }
    const KnnGraph graph = find_neighbors(x, 599, params, Cpu{2}, 1);
    EXPECT_NO_THROW(graph.validate());
    for (std::size_t e = 1; e < 599; ++e) equal += graph.distances[e] == graph.distances[e - 1];
  }
  EXPECT_GT(equal, 100);  // or this data shows nothing
}

TEST(FlatKnn, TiesAreDrawnByTheSeed) {
  const Matrix low = data::lattice(700, 3, 13, 4);  // 64 places
  expect_identical(low, exact(low, 20));
  const Matrix line = data::line(300, 2);
  expect_identical(line, exact(line, 7));
}

TEST(FlatKnn, TiesAreDrawnByTheSeedThroughTheFilter) {
  Matrix x = data::lattice(2000, 128, 14, 3);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t c = 0; c < x.cols(); ++c)
      x.row(i)[c] = c < 4 ? 32 * x.row(i)[c] : (c < 8 ? x.row(i)[c] : 0.0f);
  expect_identical(x, exact(x, 20));
}

TEST(FlatKnn, DuplicatesInMassAreTies) {
  const Matrix low = data::duplicates(900, 6, 15, 3);
  const KnnGraph graph = exact(low, 10);
  expect_exact(low, graph, 5);
  EXPECT_EQ(graph.neighbors, oracle::neighbors(low, 10).neighbors);
  const Matrix high = data::duplicates(1200, 130, 16, 4);
  EXPECT_EQ(exact(high, 10).neighbors, oracle::neighbors(high, 10).neighbors);
}

TEST(FlatKnn, EqualRowsAreEachOthersNeighbours) {
  for (const std::int64_t dim : {4, 130}) {
    Matrix x(1100, dim);
    std::fill(x.span().begin(), x.span().end(), 3.7f);
    const KnnGraph graph = exact(x, 5);
    ASSERT_NO_THROW(graph.validate());
    EXPECT_EQ(graph.distances, std::vector<float>(5500, 0.0f));
    EXPECT_EQ(graph.neighbors, oracle::neighbors(x, 5).neighbors);
  }
}

TEST(FlatKnn, TakesTheSmallestSizes) {
  for (const std::int64_t n : {2, 3, 4, 17}) {
    const Matrix x = data::normals(n, 3, 17);
    expect_exact(x, exact(x, static_cast<int>(n - 1)));
    expect_exact(x, exact(x, 1));
  }
}

TEST(FlatKnn, TakesAllOthersThroughTheFilter) {
  const Matrix x = data::normals(1960, 130, 18, 0.94);
  expect_exact(x, exact(x, 1959), 101);
  expect_exact(x, exact(x, 300), 101);
}

TEST(FlatKnn, DoesNotDependOnThreadsOrSeed) {
  for (const Matrix& x : {data::normals(2000, 130, 19, 0.95), data::blobs(900, 5, 20)}) {
    const KnnGraph one = exact(x, 12, 1);
    for (const int threads : {2, 3, 7}) {
      const KnnGraph more = find_neighbors(x, 12, FlatKnn{}, Cpu{threads}, 99);
      EXPECT_EQ(more.neighbors, one.neighbors) << threads;
      EXPECT_EQ(more.distances, one.distances) << threads;
    }
  }
}

TEST(FlatKnn, ASmallerKIsThePrunedLargerOne) {
  for (const Matrix& x : {data::normals(2000, 130, 21, 0.95), data::lattice(500, 3, 22, 4)}) {
    const KnnGraph small = exact(x, 7), pruned = prune(exact(x, 90), 7);
    EXPECT_EQ(pruned.k, 7);
    EXPECT_EQ(pruned.neighbors, small.neighbors);
    EXPECT_EQ(pruned.distances, small.distances);
  }
}

TEST(FlatKnn, SomeRowsAreRowsOfTheWholeAnswer) {
  const Matrix x = data::normals(2000, 130, 23, 0.95);
  const KnnGraph all = exact(x, 9);
  const std::vector<std::int64_t> rows{1999, 0, 512, 3};
  const MetricSpace space = make_space(x, {}, Cpu{2});
  const NeighborRows some = ExactSearch(space, Cpu{2})({space.as_queries, rows}, 9, Cpu{2});
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t e = 0; e < 9; ++e) {
      const std::size_t at = static_cast<std::size_t>(rows[r]) * 9 + e;
      EXPECT_EQ(some.ids[r * 9 + e], all.neighbors[at]);
      EXPECT_EQ(some.distances[r * 9 + e], all.distances[at]);
    }
}

TEST(FlatKnn, SaysHowItWasMade) {
  const KnnGraph graph = exact(data::normals(20, 2, 24), 3);
  EXPECT_EQ(graph.index, "flat");
  EXPECT_EQ(graph.metric, "euclidean");
  EXPECT_EQ(graph.recall, std::nullopt);
}

// ---- what is refused ----------------------------------------------------------------------------

TEST(FindNeighbors, NamesKOutOfRange) {
  const Matrix x = data::normals(10, 4, 41);
  expect_contains(said(x, 0, FlatKnn{}), "k is 0");
  expect_contains(said(x, 10, FlatKnn{}), "k is 10");
  expect_contains(said(x, -3, FlatKnn{}), "k is -3");
  expect_contains(said(Matrix(1, 4), 1, FlatKnn{}), "1 points");
  expect_contains(said(Matrix(0, 4), 1, FlatKnn{}), "0 points");
  expect_contains(said(Matrix(5, 0), 1, FlatKnn{}), "no coordinates");
  expect_contains(said(x, 3, FlatKnn{}, -2), "threads is -2");
}

TEST(FindNeighbors, NamesTheRowAndColumnOfABadValue) {
  const float bad[] = {std::numeric_limits<float>::quiet_NaN(), HUGE_VALF, -HUGE_VALF, 1e20f};
  for (const float value : bad)
    for (const KnnParams& params : {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{}}}) {
      Matrix x = data::normals(1300, 6, 42);
      x.row(1200)[4] = value;
      expect_contains(said(x, 5, params), "row 1200, column 4");
    }
}

// Which of several bad rows is named must not depend on who comes first.
TEST(FindNeighbors, NamesTheFirstOfSeveralBadValuesWithAnyNumberOfThreads) {
  Matrix x(2048, 1500);
  x.row(1023)[1499] = HUGE_VALF;  // the last value of the first range of rows
  x.row(1024)[0] = HUGE_VALF;     // the first one of the second
  for (int repeat = 0; repeat < 20; ++repeat)
    ASSERT_EQ(said(x, 5, FlatKnn{}, 4).substr(0, 21), "row 1023, column 1499") << repeat;
}

TEST(FindNeighbors, HasNoGpu) {
  const Matrix x = data::normals(10, 4, 44);
  EXPECT_THROW(find_neighbors(x, 3, FlatKnn{}, Cuda{}, 1), NoDevice);
}

}  // namespace
}  // namespace nearfold
