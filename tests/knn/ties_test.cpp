// Points that are equally far, and points that are equal: who is a neighbour then, and that a
// search which measures each kind of point once finds what one of all pairs does.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "knn/exact.hpp"
#include "nearfold/knn.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

KnnGraph graph_of(const Matrix& x, int k, const KnnParams& params = FlatKnn{},
                  const Distance& distance = {}, int threads = 2, std::uint64_t seed = 1) {
  return find_neighbors(x, k, params, Cpu{threads}, seed, distance);
}

Matrix identity(std::int64_t n) {
  Matrix x(n, n);
  for (std::int64_t i = 0; i < n; ++i) x.row(i)[i] = 1;
  return x;
}

/// Normals of which row i becomes that of point `same`(i).
template <class Same>
Matrix with_equals(std::int64_t n, std::int64_t dim, const Same& same) {
  Matrix x = data::normals(n, dim, 7, dim > 100 ? 0.95 : 1.0);
  for (std::int64_t i = 0; i < n; ++i) std::copy_n(x.row(same(i)), dim, x.row(i));
  return x;
}

/// How many rows the most frequent neighbour is in.
std::int64_t largest_in_degree(const KnnGraph& graph) {
  std::vector<std::int64_t> in(static_cast<std::size_t>(graph.n));
  for (const std::int32_t id : graph.neighbors) ++in[static_cast<std::size_t>(id)];
  return *std::max_element(in.begin(), in.end());
}

/// What chance gives to one of n points, about k, and not much more.
void expect_no_hub(const KnnGraph& graph, const std::string& what) {
  const auto k = static_cast<double>(graph.k);
  EXPECT_NO_THROW(graph.validate()) << what;
  EXPECT_LT(static_cast<double>(largest_in_degree(graph)), k + 7 * std::sqrt(k)) << what;
}

// By the lower id the first 15 of these points were neighbours of all others.
TEST(Ties, MakeNoHubs) {
  for (const Metric metric : {Metric::euclidean, Metric::cosine, Metric::manhattan,
                              Metric::chebyshev, Metric::inner_product})
    expect_no_hub(graph_of(identity(500), 15, FlatKnn{}, {metric}), name(metric));
  expect_no_hub(graph_of(identity(1100), 15), "through the projection");
}

TEST(Ties, OfEqualPointsMakeNoHubsByAnyMethod) {
  const Matrix week = with_equals(2000, 8, [](std::int64_t i) { return i % 7; });
  const Matrix empty = with_equals(2000, 8, [](std::int64_t i) { return i < 200 ? i : 0; });
  for (const KnnParams& params : {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}},
                                  KnnParams{NnDescentKnn{}}, KnnParams{AutoKnn{}}}) {
    expect_no_hub(graph_of(week, 15, params), graph_of(week, 15, params).index);
    const KnnGraph graph = graph_of(empty, 15, params);
    for (std::int64_t i = 200; i < 2000; ++i)
      ASSERT_EQ(graph.distances[static_cast<std::size_t>(i * 15 + 14)], 0) << graph.index;
    EXPECT_LT(largest_in_degree(graph), 200) << graph.index;  // rows that are not empty choose, too
  }
}

TEST(Ties, OfAThousandTimesAsManyEqualPointsAreDrawnByTheSeed) {
  const Matrix x(9000, 2);  // more than an approximate search looks at
  for (const KnnParams& params : {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{.nlist = 4}}})
    expect_no_hub(graph_of(x, 10, params), graph_of(x, 10, params).index);
}

TEST(Ties, DependOnTheSeedAlone) {
  for (const Matrix& x :
       {data::lattice(600, 3, 1, 4), identity(300), data::duplicates(600, 5, 2, 4)}) {
    const KnnGraph one = graph_of(x, 12, FlatKnn{}, {}, 1);
    for (const int threads : {2, 3, 7}) {
      const KnnGraph more = graph_of(x, 12, FlatKnn{}, {}, threads);
      EXPECT_EQ(more.neighbors, one.neighbors) << threads;
      EXPECT_EQ(more.distances, one.distances) << threads;
    }
    const KnnGraph other = graph_of(x, 12, FlatKnn{}, {}, 2, 2);
    EXPECT_NE(other.neighbors, one.neighbors);
    EXPECT_EQ(other.distances, one.distances);
  }
}

TEST(Ties, OfASmallerKAreThoseOfTheLargerOne) {
  for (const Matrix& x :
       {data::lattice(500, 3, 22, 4), identity(200), data::duplicates(400, 4, 3, 5)}) {
    const KnnGraph small = graph_of(x, 7), large = graph_of(x, 90), pruned = prune(large, 7);
    EXPECT_EQ(pruned.neighbors, small.neighbors);
    EXPECT_EQ(pruned.tied_rows, small.tied_rows);
    EXPECT_EQ(pruned.duplicates, small.duplicates);
  }
}

TEST(Ties, AreCounted) {
  EXPECT_EQ(graph_of(identity(60), 5).tied_rows, 60);
  EXPECT_EQ(graph_of(identity(60), 59).tied_rows, 0);  // nothing is left out
  EXPECT_EQ(graph_of(identity(60), 5).duplicates, 0);
  EXPECT_EQ(graph_of(data::normals(300, 5, 1), 10).tied_rows, 0);
  EXPECT_EQ(graph_of(data::line(9, 1), 1).tied_rows, 7);  // the ends have one nearest
  EXPECT_EQ(graph_of(data::line(9, 1), 1, FlatKnn{}, {Metric::manhattan}).tied_rows, 7);
  const KnnGraph places = graph_of(data::duplicates(40, 3, 1, 4), 5);
  EXPECT_EQ(places.duplicates, 36);
  EXPECT_EQ(places.tied_rows, 40);
  EXPECT_EQ(graph_of(data::duplicates(40, 3, 1, 4), 9).tied_rows, 0);
  EXPECT_EQ(graph_of(data::duplicates(40, 3, 1, 4), 9, IvfKnn{}).tied_rows, std::nullopt);
  EXPECT_EQ(graph_of(data::duplicates(40, 3, 1, 4), 9, IvfKnn{}).duplicates, 36);
}

// ---- equal rows ---------------------------------------------------------------------------------

/// The graph of all pairs, none of them skipped for being equal.
KnnGraph plain(const Matrix& x, int k, const Distance& distance) {
  MetricSpace space = make_space(x, distance, Cpu{2});
  space.tie_seed = 1;
  return exact_graph(ExactSearch(space, Cpu{2}), space, k, Cpu{2});
}

TEST(EqualRows, AreSearchedOnceForTheSameGraph) {
  const auto mostly = [](std::int64_t i) { return i % 4 == 0 ? i : 2; };
  const auto pairs = [](std::int64_t i) { return i - i % 2; };
  const auto places = [](std::int64_t i) { return i % 5; };
  const auto one = [](std::int64_t) { return 3; };
  const std::pair<Metric, std::int64_t> cases[] = {
      {Metric::euclidean, 6}, {Metric::euclidean, 140}, {Metric::sqeuclidean, 33},
      {Metric::cosine, 6},    {Metric::correlation, 9}, {Metric::inner_product, 6},
      {Metric::manhattan, 5}, {Metric::chebyshev, 17}};
  for (const auto& [metric, dim] : cases)
    for (const Matrix& x :
         {with_equals(dim > 100 ? 1100 : 420, dim, mostly), with_equals(420, dim, pairs),
          with_equals(420, dim, places), with_equals(420, dim, one)})
      for (const int k : {1, 20, 130}) {
        const KnnGraph once = graph_of(x, k, FlatKnn{}, {metric}), all = plain(x, k, {metric});
        ASSERT_EQ(once.neighbors, all.neighbors) << name(metric) << " " << dim << " " << k;
        ASSERT_EQ(once.distances, all.distances) << name(metric) << " " << dim << " " << k;
        ASSERT_EQ(once.tied_rows, all.tied_rows) << name(metric) << " " << dim << " " << k;
      }
}

// 0 and -0 have other bytes and no distance.
TEST(EqualRows, DoNotHideRowsThatDifferInBytesAlone) {
  Matrix x(40, 3);
  for (std::int64_t i = 0; i < 40; ++i) x.row(i)[0] = i % 3 == 0 ? -0.0f : 0.0f;
  const KnnGraph graph = graph_of(x, 12);
  EXPECT_EQ(graph.neighbors, plain(x, 12, {}).neighbors);
  EXPECT_EQ(graph.distances, std::vector<float>(480, 0.0f));
}

TEST(EqualRows, AreFoundByTheirBytes) {
  Matrix x = data::normals(3000, 13, 1);
  EXPECT_FALSE(find_equal_rows(x, Cpu{2}).any());
  for (const std::int64_t i : {5, 17, 2999}) std::copy_n(x.row(2), 13, x.row(i));
  std::copy_n(x.row(100), 13, x.row(40));
  const EqualRows equal = find_equal_rows(x, Cpu{3});
  const auto group = equal.group(2);
  EXPECT_EQ(std::vector<std::int32_t>(group.begin(), group.end()),
            (std::vector<std::int32_t>{2, 5, 17, 2999}));
  EXPECT_EQ(equal.first_of(100), 40);
  EXPECT_EQ(equal.first_of(41), 41);
  EXPECT_EQ(equal.group(41).size(), 1u);
  EXPECT_EQ(equal.duplicates(), 4);
  EXPECT_EQ(equal.pairs(), 4 * 4 + 2 * 2);
}

}  // namespace
}  // namespace nearfold
