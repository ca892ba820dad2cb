// What is reported of a search: its recall, and how long it took.
#include "knn/recall.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "knn/exact.hpp"
#include "knn/honours.hpp"
#include "knn/projected_rows.hpp"
#include "knn/refine.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

/// `count` rows of ten true neighbours at distances 1, ..., 10, and of found ones of which
/// `missed(row)` are farther than all of them.
template <class Missed>
Recall recall_where(std::int64_t count, const Missed& missed) {
  constexpr std::int64_t kK = 10;
  NeighborRows exact(count, kK), found(count, kK);
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t e = 0; e < kK; ++e) {
      const auto at = static_cast<std::size_t>(r * kK + e);
      exact.distances[at] = static_cast<float>(e + 1);
      found.distances[at] = e < kK - missed(r) ? exact.distances[at] : 11.0f;
    }
  return recall_of(exact, found);
}

TEST(RecallOf, IsTheMeanAndTheLowestPercentiles) {
  // Of 200 rows one finds nothing, one a half, eight nine tenths: the second and the tenth lowest.
  const Recall recall = recall_where(200, [](std::int64_t r) {
    return r == 150 ? 10 : r == 3 ? 5 : r >= 40 && r < 48 ? 1 : 0;
  });
  EXPECT_NEAR(recall.mean, 1 - (1 + 0.5 + 8 * 0.1) / 200, 1e-12);
  EXPECT_EQ(recall.p1, 0.5);
  EXPECT_EQ(recall.p5, 0.9);
  EXPECT_EQ(recall.rows, 200);
}

TEST(RecallOf, OfFewRowsHasTheLowestAsItsPercentiles) {
  const Recall recall = recall_where(9, [](std::int64_t r) { return r == 4 ? 3 : 0; });
  EXPECT_NEAR(recall.p1, 0.7, 1e-12);
  EXPECT_EQ(recall.p5, recall.p1);
}

// A neighbour as far as the last true one is as good.
TEST(RecallOf, CountsDistancesNotIds) {
  NeighborRows exact(1, 2), found(1, 2);
  exact.distances = {1, 2};
  exact.ids = {1, 2};
  found.distances = {1, 2};
  found.ids = {1, 3};
  EXPECT_EQ(recall_of(exact, found).mean, 1);
}

// True neighbours are among the first rows by short ones, so few are measured.
TEST(Candidates, AreFewMoreThanNeighbours) {
  for (const std::int64_t dim : {6, 130}) {
    const Matrix x = data::normals(2000, dim, 53, dim == 6 ? 1.0 : 0.9);
    const MetricSpace space = make_space(x, {}, Cpu{2});
    const Projection projection = make_projection(space.points.view, kFilterCarries, Cpu{2});
    EXPECT_EQ(projection.lossless(), dim == 6);
    const KnnRows rows = make_knn_rows(space.points.view, projection, space.norm, Cpu{2});
    const ExactSample sample = sample_exactly(ExactSearch(space, rows, projection, Cpu{2}),
                                              space.as_queries, true, 20, Cpu{2});
    const int candidates = candidates_for(space, rows, projection, sample, 0.95, Cpu{2});
    EXPECT_GE(candidates, 20) << dim;
    EXPECT_LE(candidates, 60) << dim;
  }
}

// Few directions carry most of the variance, whatever its unit.
TEST(Projection, DoesNotSeeTheScaleOfThePoints) {
  const Matrix x = data::normals(2000, 130, 54, 0.9);
  const auto axes = [&](float scale) {
    return make_projection(data::scaled(x, scale).view(), kFilterCarries, Cpu{2}).axes.rows();
  };
  EXPECT_GT(axes(1), 0);
  for (const float scale : {0x1p-14f, 0x1p14f}) EXPECT_EQ(axes(scale), axes(1)) << scale;
}

TEST(Recall, IsMeasuredOnAThousandRowsAllOver) {
  const Matrix x = data::normals(2500, 3, 51);
  const MetricSpace space = make_space(x, {}, Cpu{2});
  const ExactSample sample =
      sample_exactly(ExactSearch(space, Cpu{2}), space.as_queries, true, 4, Cpu{2});
  ASSERT_EQ(sample.rows.size(), 1000u);
  for (std::size_t s = 0; s < 1000; ++s)
    ASSERT_EQ(sample.rows[s], static_cast<std::int64_t>(s) * 5 / 2);
  EXPECT_EQ(find_neighbors(x, 4, HnswKnn{}, Cpu{2}, 1).recall->rows, 1000);
}

TEST(Seconds, OfBuildAndSearchAreThoseThatWentBy) {
  const Matrix x = data::normals(1500, 6, 52);
  for (const KnnParams& params :
       {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{}}, KnnParams{NnDescentKnn{}}}) {
    const auto begin = std::chrono::steady_clock::now();
    const KnnGraph graph = find_neighbors(x, 5, params, Cpu{2}, 1);
    const std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
    EXPECT_GT(graph.build_seconds, 0);
    EXPECT_GT(graph.search_seconds, 0);
    EXPECT_LE(graph.build_seconds + graph.search_seconds, all.count());
  }
}

TEST(SearchesOnGpu, AreFlatIvfAndEitherByItself) {
  const std::string says = searches_on_gpu();
  expect_contains(says, "flat, ivf and auto, and by ");
  for (const char* none : {"hnsw", "nndescent"})
    EXPECT_EQ(says.find(none), std::string::npos) << says;
}

}  // namespace
}  // namespace nearfold
