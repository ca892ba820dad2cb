// The approximate search: its recall as the oracle measures it, and that nothing but the seed and
// its parameters change a bit of it.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "linalg/packed_rows.hpp"
#include "math/distance.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

KnnGraph ivf(const Matrix& x, int k, const IvfKnn& params, int threads = 2,
             std::uint64_t seed = 1) {
  return find_neighbors(x, k, params, Cpu{threads}, seed);
}

/// What find_neighbors says of a call.
std::string said(const Matrix& x, int k, const IvfKnn& params) {
  return error_of<InvalidInput>([&] { ivf(x, k, params); });
}

TEST(IvfKnn, ReachesItsTargetRecall) {
  const Matrix x = data::normals(2000, 12, 30);
  for (const double target : {0.8, 0.95, 0.99}) {
    const KnnGraph graph = ivf(x, 15, {.target_recall = target});
    ASSERT_NO_THROW(graph.validate());
    const double measured = oracle::recall(x, graph);
    EXPECT_GE(measured, target - 0.01);  // the target was met on half of the points
    ASSERT_TRUE(graph.recall.has_value());
    EXPECT_NEAR(graph.recall->mean, measured, 0.01);
    EXPECT_EQ(graph.recall->rows, 1000);
    EXPECT_LE(graph.recall->p1, graph.recall->p5);
    EXPECT_LE(graph.recall->p5, graph.recall->mean);
  }
}

TEST(IvfKnn, ItsDistancesAreTheDistancesOfItsIds) {
  const Matrix x = data::normals(800, 20, 31);
  const KnnGraph graph = ivf(x, 10, {.nlist = 30, .nprobe = 3});
  for (std::size_t e = 0; e < graph.neighbors.size(); ++e) {
    const double wanted =
        oracle::distance(x, static_cast<std::int64_t>(e) / 10, graph.neighbors[e]);
    ASSERT_NEAR(static_cast<double>(graph.distances[e]), wanted, kRounding * wanted);
  }
}

TEST(IvfKnn, IsTheSameForAnyNumberOfThreads) {
  for (const std::int64_t n : {200, 255, 1500}) {
    const Matrix x = data::normals(n, 24, 32);
    const IvfKnn params{.nlist = 14, .nprobe = 3};
    const KnnGraph one = ivf(x, 10, params, 1);
    for (const int threads : {1, 2, 3, 7}) {
      const KnnGraph more = ivf(x, 10, params, threads);
      EXPECT_EQ(more.neighbors, one.neighbors) << n << " points, " << threads << " threads";
      EXPECT_EQ(more.distances, one.distances) << n << " points, " << threads << " threads";
    }
  }
}

TEST(IvfKnn, DependsOnTheSeed) {
  const Matrix x = data::normals(1000, 24, 33);
  const IvfKnn params{.nlist = 40, .nprobe = 1};
  EXPECT_NE(ivf(x, 10, params, 2, 1).neighbors, ivf(x, 10, params, 2, 2).neighbors);
}

TEST(IvfKnn, AllProbesGiveTheExactAnswer) {
  const Matrix x = data::normals(900, 24, 34);
  const KnnGraph all = ivf(x, 10, {.nlist = 30, .nprobe = 30}),
                 wanted = find_neighbors(x, 10, FlatKnn{}, Cpu{2}, 1);
  EXPECT_EQ(all.neighbors, wanted.neighbors);
  EXPECT_EQ(all.distances, wanted.distances);
  EXPECT_EQ(all.recall, (Recall{1, 1, 1, 900}));
}

TEST(IvfKnn, AllProbesGiveTheExactAnswerAmongTies) {
  const Matrix x = data::duplicates(600, 4, 35, 6);
  const KnnGraph all = ivf(x, 10, {.nlist = 5, .nprobe = 5}),
                 wanted = find_neighbors(x, 10, FlatKnn{}, Cpu{2}, 1);
  EXPECT_EQ(all.neighbors, wanted.neighbors);
  EXPECT_EQ(all.distances, wanted.distances);
}

// Powers of two change no bit but the exponent's.
TEST(IvfKnn, DoesNotSeeTheScaleOfThePoints) {
  const Matrix x = data::normals(800, 12, 37);
  const IvfKnn params{.nlist = 40, .nprobe = 2};
  const KnnGraph graph = ivf(x, 10, params);
  for (const float scale : {0x1p-14f, 0x1p14f})
    EXPECT_EQ(ivf(data::scaled(x, scale), 10, params).neighbors, graph.neighbors) << scale;
}

TEST(IvfKnn, RowsThatOneProbeCannotFillAreComplete) {
  const Matrix x = data::normals(300, 6, 36);
  const KnnGraph graph = ivf(x, 40, {.nlist = 100, .nprobe = 1});
  expect_exact(x, graph, 3);  // no list holds 41 points, so every row was searched exactly
}

TEST(IvfKnn, TakesOneListPerPointAndOneListForAll) {
  const Matrix x = data::normals(120, 6, 37);
  ASSERT_NO_THROW(ivf(x, 5, {.nlist = 120}).validate());
  expect_exact(x, ivf(x, 5, {.nlist = 1}));
  expect_exact(x, ivf(x, 119, {.nlist = 10, .nprobe = 10}), 7);
}

TEST(IvfKnn, TakesEqualRowsAndTheSmallestSizes) {
  Matrix equal(300, 4);
  ASSERT_NO_THROW(ivf(equal, 5, {}).validate());
  const Matrix two = data::normals(2, 3, 38);
  expect_exact(two, ivf(two, 1, {}));
}

// The coarse search goes by matrix products, whose rounding grows with the distance to the origin.
TEST(IvfKnn, IsAsGoodFarFromTheOrigin) {
  const IvfKnn params{.nlist = 40, .nprobe = 4};
  const Matrix near = data::normals(1000, 16, 39), far = data::normals(1000, 16, 39, 1.0, 1e4f);
  EXPECT_GE(oracle::recall(far, ivf(far, 10, params)),
            oracle::recall(near, ivf(near, 10, params)) - 0.03);
}

TEST(IvfKnn, NamesBadParameters) {
  const Matrix x = data::normals(100, 4, 40);
  expect_contains(said(x, 5, IvfKnn{.nlist = 0}), "nlist is 0");
  expect_contains(said(x, 5, IvfKnn{.nlist = 101}), "nlist is 101");
  expect_contains(said(x, 5, IvfKnn{.nprobe = 0}), "nprobe is 0");
  expect_contains(said(x, 5, IvfKnn{.nlist = 10, .nprobe = 11}), "nprobe is 11");
  expect_contains(said(x, 5, IvfKnn{.target_recall = 0.0}), "target_recall is 0");
  expect_contains(said(x, 5, IvfKnn{.target_recall = 1.5}), "target_recall is 1.5");
  expect_contains(said(x, 5, IvfKnn{.target_recall = std::nan("")}), "target_recall is");
}

TEST(PackedRows, MeasureWhatRowsDoHoweverManyThereAre) {
  for (const std::int64_t n : {1, 3, 16, 17, 40, 100}) {
    const Matrix rows = data::normals(n, 21, 6), queries = data::normals(4, 21, 7);
    std::vector<float> squares;
    for (std::int64_t r = 0; r < n; ++r)
      squares.push_back(squared_distance(rows.row(r), Matrix(1, 21).row(0), 21));
    const PackedRows panels(rows, squares, Cpu{2});
    const std::int64_t padded = PackedRows::last(n) * PackedRows::kRows;
    Matrix measures(4, padded);
    const float* from[4];
    float* to[4];
    for (int q = 0; q < 4; ++q) from[q] = queries.row(q), to[q] = measures.row(q);
    panels.measure(from, 0, PackedRows::last(n), to);
    std::vector<std::int32_t> nearest(4);
    panels.nearest(queries.row(0), 4, 21, nearest.data());
    for (std::int64_t q = 0; q < 4; ++q) {
      const float own = squared_distance(queries.row(q), Matrix(1, 21).row(0), 21);
      std::int64_t best = 0;
      for (std::int64_t r = 0; r < n; ++r) {
        const float wanted = squared_distance(queries.row(q), rows.row(r), 21);
        EXPECT_NEAR(measures.row(q)[r] + own, wanted, 1e-4f);
        if (measures.row(q)[r] < measures.row(q)[best]) best = r;
      }
      EXPECT_EQ(nearest[static_cast<std::size_t>(q)], best);
    }
  }
}

}  // namespace
}  // namespace nearfold
