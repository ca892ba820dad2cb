// Approximate parts: through shared cells they become the graph of one search, byte for byte, for
// any split; by an index of their own data a graph whose recall is what the exact one says.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "knn/metric_table.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/knn_parts.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"
#include "support/part_data.hpp"

namespace nearfold {
namespace {

/// Of every shard that shard_of(data) makes all blocks of queries; last ones first.
template <class ShardOf>
std::vector<KnnPart> parts_of(HostMatrix<const float> x, const Cuts& queries, const Cuts& data,
                              const ShardOf& shard_of) {
  std::vector<KnnPart> parts;
  for (std::size_t d = 0; d + 1 < data.size(); ++d) {
    const Shard shard = shard_of(rows_in(x, data[d], data[d + 1]));
    for (std::size_t q = 0; q + 1 < queries.size(); ++q)
      parts.push_back(shard.part(rows_in(x, queries[q], queries[q + 1])));
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

void expect_same_with_recall(const KnnGraph& graph, const KnnGraph& whole,
                             const std::string& what) {
  expect_same(graph, whole, what);
  ASSERT_TRUE(graph.recall && whole.recall) << what;
  EXPECT_EQ(graph.recall->mean, whole.recall->mean) << what;
  EXPECT_EQ(graph.recall->p1, whole.recall->p1) << what;
  EXPECT_EQ(graph.recall->p5, whole.recall->p5) << what;
  EXPECT_EQ(graph.recall->rows, whole.recall->rows) << what;
}

// ---- shared cells -------------------------------------------------------------------------------

void expect_same_by_any_split(const Matrix& x, int k, const IvfKnn& ivf, const Distance& distance,
                              const std::string& what) {
  const std::int64_t n = x.rows();
  const KnnGraph whole = find_neighbors(x, k, ivf, Cpu{2}, kSeed, distance);
  const SharedCells cells = train_cells(x, k, ivf, Cpu{1}, kSeed, distance);
  const std::vector<std::pair<Cuts, Cuts>> splits = {
      {{0, n}, {0, n}},
      {{0, n / 3, 2 * n / 3, n}, {0, n / 2, n}},
      {{0, 7, 7 + n / 5, n - 1, n}, {0, 1, 3, n / 2 + 1, n}},
      {{0, n / 4, n}, {0, n}}};
  for (std::size_t s = 0; s < splits.size(); ++s) {
    const int threads = s % 2 == 0 ? 1 : 3;
    const auto parts = parts_of(x, splits[s].first, splits[s].second, [&](const PointRows& data) {
      return Shard(data, cells, Cpu{threads});
    });
    expect_same_with_recall(merge_parts(parts, cells, Cpu{threads}), whole,
                            what + ", split " + std::to_string(s));
  }
}

std::vector<Metric> metrics_of_cells() {
  std::vector<Metric> metrics;
  for (const Metric metric : metrics_of_any_points())
    if (by_products(row_of(metric).norm)) metrics.push_back(metric);
  return metrics;
}

TEST(SharedCells, MakeTheGraphOfOneSearchForAnySplit) {
  const Matrix x = data::normals(400, 20, 3);
  const Matrix wide = data::normals(1960, 130, 3, 0.94);  // a projection with loss
  ASSERT_GE(metrics_of_cells().size(), 5u);
  for (const Metric metric : metrics_of_cells())
    expect_same_by_any_split(x, 15, {.target_recall = 0.8}, {metric}, name(metric));
  for (const Metric metric : {Metric::euclidean, Metric::inner_product})
    expect_same_by_any_split(wide, 4, {}, {metric}, std::string(name(metric)) + ", wide");
}

TEST(SharedCells, TakeDuplicatesAndTiesAsOneSearchDoes) {
  for (const Metric metric : metrics_of_cells()) {
    const Distance far{metric, ZeroVectors::far};
    Matrix grid = data::lattice(400, 3, 5, 3);  // 27 places
    for (std::int64_t i = 0; i < grid.rows(); ++i) grid.row(i)[i % 3] += 1;
    expect_same_by_any_split(grid, 15, {.nlist = 9, .nprobe = 2}, far, name(metric));
    expect_same_by_any_split(data::lattice(300, 6, 5, 2), 9, {.nlist = 20, .nprobe = 3}, far,
                             std::string(name(metric)) + ", ties");
  }
  expect_same_by_any_split(Matrix(200, 4), 10, {}, {}, "all equal");
  // More than a search looks at.
  expect_same_by_any_split(Matrix(4200, 2), 3, {.nlist = 3, .nprobe = 1}, {}, "many equal");
}

// Cells of few points: what they lack is filled from all of the data.
TEST(SharedCells, FillRowsThatFindTooLittle) {
  const Matrix x = data::normals(300, 5, 3);
  expect_same_by_any_split(x, 12, {.nlist = 60, .nprobe = 1}, {}, "one small cell");
  expect_same_by_any_split(x, 12, {.nlist = 60, .nprobe = 1}, {Metric::inner_product}, "products");
  expect_same_by_any_split(x, 299, {.nlist = 5}, {}, "k of all");
  const Matrix few = data::normals(23, 3, 3);
  Cuts each;
  for (std::int64_t i = 0; i <= few.rows(); ++i) each.push_back(i);
  const SharedCells cells = train_cells(few, 5, {.nlist = 6, .nprobe = 1}, Cpu{1}, kSeed);
  const auto parts =
      parts_of(few, each, each, [&](const PointRows& data) { return Shard(data, cells, Cpu{1}); });
  expect_same_with_recall(merge_parts(parts, cells),
                          find_neighbors(few, 5, IvfKnn{.nlist = 6, .nprobe = 1}, Cpu{1}, kSeed),
                          "one by one");
}

template <class Call>
void expect_refused(const Call& call, const std::vector<std::string>& words) {
  const std::string said = error_of<InvalidInput>(call);
  for (const std::string& word : words) expect_contains(said, word);
}

TEST(SharedCells, OfOthersAreRefused) {
  const Matrix x = data::normals(200, 6, 3), y = data::normals(200, 6, 4);
  const SharedCells cells = train_cells(x, 5, {}, Cpu{1}, kSeed);
  const SharedCells others = train_cells(x, 5, {}, Cpu{1}, kSeed + 1);
  EXPECT_EQ(cells.fingerprint(), train_cells(x, 5, {}, Cpu{2}, kSeed).fingerprint());
  EXPECT_NE(cells.fingerprint(), others.fingerprint());
  expect_refused([&] { Shard(rows_in(y, 0, 200), cells, Cpu{1}); }, {"cells are of other points"});
  const auto part = [&](const SharedCells& by, std::int64_t begin, std::int64_t end) {
    return Shard(rows_in(x, 0, 200), by, Cpu{1}).part(rows_in(x, begin, end));
  };
  const std::vector<KnnPart> one = {part(cells, 0, 200)};
  expect_refused([&] { merge_parts(one); }, {"through shared cells, and none are given"});
  expect_refused([&] { merge_parts(one, others); }, {"other cells than these"});
  const std::vector<KnnPart> mixed = {part(cells, 0, 90), part(others, 90, 200)};
  expect_refused([&] { merge_parts(mixed, cells); }, {"part 1", "cells"});
  const auto refuse = [&](const auto& damage, const std::string& what) {
    std::vector<KnnPart> parts = one;
    damage(parts[0]);
    expect_refused([&] { merge_parts(parts, cells); }, {"query 3", what});
  };
  const auto at = static_cast<std::size_t>(3 * one[0].width());
  refuse([&](KnnPart& p) { std::swap(p.measures[at], p.measures[at + 1]); }, "order of measures");
  refuse([&](KnnPart& p) { p.rows[at] = 200; }, "order of measures and cells");
  refuse([&](KnnPart& p) { p.neighbors[at + 1] = 200; }, "has point 200");
  refuse([&](KnnPart& p) { p.distances[at + 1] = -1; }, "has distance -1");
  refuse([&](KnnPart& p) { p.exact.queries[4] = 3; }, "is no exact row");
  refuse(
      [&](KnnPart& p) {
        p.exact.queries.erase(p.exact.queries.begin() + 3);
        p.exact.neighbors.resize(p.exact.neighbors.size() - 5);
        p.exact.distances.resize(p.exact.distances.size() - 5);
        for (std::size_t r = 3; r < 199; ++r)
          for (std::size_t c = 0; c < 5; ++c) {
            p.exact.neighbors[5 * r + c] = one[0].exact.neighbors[5 * (r + 1) + c];
            p.exact.distances[5 * r + c] = one[0].exact.distances[5 * (r + 1) + c];
          }
      },
      "lacks exact neighbours");
}

// ---- an index per shard -------------------------------------------------------------------------

/// The share of the neighbours in `exact` that `graph` has.
double share(const KnnGraph& graph, const KnnGraph& exact) {
  double hits = 0;
  for (std::int64_t i = 0; i < exact.n * exact.k; ++i) {
    const float reach = exact.distances[static_cast<std::size_t>((i / exact.k + 1) * exact.k - 1)];
    hits += graph.distances[static_cast<std::size_t>(i)] <= reach ? 1 : 0;
  }
  return hits / static_cast<double>(exact.n * exact.k);
}

KnnGraph by_index(const Matrix& x, int k, const KnnParams& knn, const Cuts& queries,
                  const Cuts& data, const Distance& distance = {}, int threads = 2) {
  const AllPoints all = scanned(x, distance);
  return merge_parts(parts_of(x, queries, data, [&](const PointRows& rows) {
    return Shard(rows, all, k, knn, Cpu{threads}, kSeed, distance);
  }));
}

TEST(IndexPerShard, HasItsRecallMeasured) {
  const Matrix x = data::normals(900, 10, 3);
  const Cuts queries = {0, 100, 450, 900}, data = {0, 330, 900};
  for (const Metric metric : metrics_of_any_points()) {
    const KnnGraph exact = find_neighbors(x, 10, FlatKnn{}, Cpu{2}, kSeed, {metric});
    for (const KnnParams& knn :
         {KnnParams(IvfKnn{.nlist = 20, .nprobe = 3}), KnnParams(HnswKnn{.M = 4, .ef = 20})}) {
      if (knn.index() == KnnParams(IvfKnn{}).index() && !by_products(row_of(metric).norm)) continue;
      const KnnGraph graph = by_index(x, 10, knn, queries, data, {metric});
      const std::string what = std::string(name(metric)) + ", " + graph.index;
      ASSERT_TRUE(graph.recall) << what;
      EXPECT_EQ(graph.recall->rows, 900) << what;
      EXPECT_NEAR(graph.recall->mean, share(graph, exact), 1e-12) << what;
      EXPECT_GT(graph.recall->mean, 0.5) << what;
      EXPECT_LT(graph.recall->mean, 1) << what;
      EXPECT_FALSE(graph.tied_rows) << what;
      expect_contains(graph.index, " per shard (2 shards)");
      const KnnGraph again = by_index(x, 10, knn, {0, 900}, data, {metric}, 1);
      EXPECT_EQ(graph.neighbors, again.neighbors) << what;
      EXPECT_EQ(graph.distances, again.distances) << what;
    }
  }
}

// Of short rows that lose something: how many candidates are measured is found for each shard. The
// target is of the points of a shard; of others an index may find fewer.
TEST(IndexPerShard, OfWideRowsIsNearItsTarget) {
  const Matrix x = data::normals(900, 200, 3, 0.97);
  for (const Metric metric : {Metric::euclidean, Metric::inner_product, Metric::manhattan}) {
    const KnnGraph exact = find_neighbors(x, 6, FlatKnn{}, Cpu{2}, kSeed, {metric});
    for (const KnnParams& knn : {KnnParams(IvfKnn{}), KnnParams(HnswKnn{.M = 4})}) {
      if (knn.index() == KnnParams(IvfKnn{}).index() && !by_products(row_of(metric).norm)) continue;
      const KnnGraph graph = by_index(x, 6, knn, {0, 200, 900}, {0, 250, 600, 900}, {metric});
      const std::string what = std::string(name(metric)) + ", " + graph.index;
      EXPECT_NEAR(graph.recall->mean, share(graph, exact), 1e-12) << what;
      EXPECT_GE(graph.recall->mean, 0.9) << what;
    }
  }
}

// A search of every cell finds what exact parts find, ids and order included.
TEST(IndexPerShard, ThatLooksEverywhereIsExact) {
  const Matrix x = data::normals(300, 5, 3);
  const IvfKnn all_cells{.nlist = 4, .nprobe = 4};
  for (const Metric metric : {Metric::euclidean, Metric::cosine, Metric::inner_product}) {
    const KnnGraph exact = find_neighbors(x, 9, FlatKnn{}, Cpu{2}, kSeed, {metric});
    const KnnGraph graph = by_index(x, 9, all_cells, {0, 120, 300}, {0, 50, 200, 300}, {metric});
    EXPECT_EQ(graph.neighbors, exact.neighbors) << name(metric);
    EXPECT_EQ(graph.distances, exact.distances) << name(metric);
    EXPECT_EQ(graph.recall->mean, 1) << name(metric);
  }
  Matrix twice(200, 3);  // every point twice
  const Matrix once = data::normals(100, 3, 3);
  for (std::int64_t i = 0; i < 200; ++i) std::copy_n(once.row(i % 100), 3, twice.row(i));
  const KnnGraph exact = find_neighbors(twice, 7, FlatKnn{}, Cpu{2}, kSeed);
  const KnnGraph graph = by_index(twice, 7, all_cells, {0, 90, 200}, {0, 60, 130, 200});
  EXPECT_EQ(graph.neighbors, exact.neighbors);
  EXPECT_EQ(graph.duplicates, 100);
}

// Of k + 1 points or fewer all are neighbours.
TEST(IndexPerShard, OfFewPointsIsExact) {
  const Matrix x = data::normals(60, 4, 3);
  const KnnGraph exact = find_neighbors(x, 20, FlatKnn{}, Cpu{1}, kSeed);
  const KnnGraph graph = by_index(x, 20, HnswKnn{}, {0, 60}, {0, 1, 20, 41, 60});
  EXPECT_EQ(graph.neighbors, exact.neighbors);
  EXPECT_EQ(graph.index, "hnsw per shard (4 shards)");
}

TEST(IndexPerShard, IsOfTheIndexesThatAnswerQueries) {
  const Matrix x = data::normals(60, 4, 3);
  for (const KnnParams& knn : {KnnParams(NnDescentKnn{}), KnnParams(AutoKnn{})}) {
    const std::string said = error_of<Unsupported>(
        [&] { Shard(rows_in(x, 0, 60), scanned(x, {}), 5, knn, Cpu{1}, kSeed); });
    expect_contains(said, "ivf or hnsw");
  }
  std::vector<KnnPart> mixed = parts_of(x, {0, 30, 60}, {0, 60}, [&](const PointRows& rows) {
    return Shard(rows, scanned(x, {}), 5, HnswKnn{}, Cpu{1}, kSeed);
  });
  mixed[1] = find_part(rows_in(x, 0, 30), rows_in(x, 0, 60), scanned(x, {}), 5, Cpu{1}, kSeed);
  expect_refused([&] { merge_parts(mixed); }, {"part 1", "index"});
}

}  // namespace
}  // namespace nearfold
