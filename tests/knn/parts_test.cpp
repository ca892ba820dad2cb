// The graph in parts: for any split it is the one that a search of all points makes, byte for byte;
// and what is no whole set of parts is refused in words.
#include "nearfold/knn_parts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "knn/metric_table.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"
#include "support/part_data.hpp"

namespace nearfold {
namespace {

std::vector<KnnPart> parts_of(HostMatrix<const float> x, int k, const Cuts& queries,
                              const Cuts& data, const Distance& distance = {}) {
  const AllPoints all = scanned(x, distance);
  std::vector<KnnPart> parts;
  for (std::size_t q = 0; q + 1 < queries.size(); ++q)
    for (std::size_t d = 0; d + 1 < data.size(); ++d)
      parts.push_back(find_part(rows_in(x, queries[q], queries[q + 1]),
                                rows_in(x, data[d], data[d + 1]), all, k, Cpu{2}, kSeed, distance));
  std::reverse(parts.begin(), parts.end());  // order is nothing
  std::swap(parts.front(), parts[parts.size() / 2]);
  return parts;
}

/// Splits of n points: one, few, ragged ones, one row alone, data in fewer than k.
void expect_same_by_any_split(const Matrix& x, int k, const Distance& distance,
                              const std::string& what) {
  const std::int64_t n = x.rows();
  const KnnGraph whole = find_neighbors(x, k, FlatKnn{}, Cpu{2}, kSeed, distance);
  const std::vector<std::pair<Cuts, Cuts>> splits = {
      {{0, n}, {0, n}},
      {{0, n / 3, 2 * n / 3, n}, {0, n / 2, n}},
      {{0, n / 2, n}, {0, n / 2, n}},
      {{0, 7, 7 + n / 5, n - 1, n}, {0, 1, 3, n / 2 + 1, n}},
      {{0, 1, 2, n}, {0, n - 2, n - 1, n}},
      {{0, n / 4, n}, {0, n}}};
  for (std::size_t s = 0; s < splits.size(); ++s)
    expect_same(merge_parts(parts_of(x, k, splits[s].first, splits[s].second, distance)), whole,
                what + ", split " + std::to_string(s));
}

TEST(Parts, MakeTheGraphOfTheWholeUnderEveryMetric) {
  const Matrix x = data::normals(400, 20, 3);
  const Matrix wide = data::normals(1960, 130, 3, 0.94);  // a projection with loss
  for (const Metric metric : metrics_of_any_points())
    expect_same_by_any_split(x, 15, {metric}, name(metric));
  for (const Metric metric : {Metric::euclidean, Metric::inner_product})
    expect_same_by_any_split(wide, 4, {metric}, std::string(name(metric)) + ", wide");
}

TEST(Parts, TakeEquallyFarPointsInTheOrderOfTheSeed) {
  for (const Metric metric : metrics_of_any_points()) {
    Matrix grid = data::lattice(400, 3, 5, 3);  // 27 places
    for (std::int64_t i = 0; i < grid.rows(); ++i) grid.row(i)[i % 3] += 1;
    expect_same_by_any_split(grid, 15, {metric, ZeroVectors::far}, name(metric));
    expect_same_by_any_split(data::lattice(300, 6, 5, 2), 9, {metric, ZeroVectors::far},
                             name(metric));
  }
  const KnnGraph tied =
      merge_parts(parts_of(data::lattice(300, 3, 5, 3), 9, {0, 99, 300}, {0, 200, 300}));
  EXPECT_GT(tied.tied_rows.value(), 100);
  EXPECT_GT(tied.duplicates.value(), 250);
}

TEST(Parts, OfOneKindOrOfOneRowEachAreMerged) {
  expect_same_by_any_split(Matrix(200, 4), 10, {}, "all equal");
  const Matrix x = data::normals(23, 3, 3);
  Cuts each;
  for (std::int64_t i = 0; i <= x.rows(); ++i) each.push_back(i);
  const KnnGraph whole = find_neighbors(x, 22, FlatKnn{}, Cpu{2}, kSeed);
  expect_same(merge_parts(parts_of(x, 22, each, each)), whole, "one by one, k of all");
}

void expect_same_part(const KnnPart& part, const KnnPart& other, const std::string& what) {
  EXPECT_EQ(part.neighbors, other.neighbors) << what;
  EXPECT_EQ(part.distances, other.distances) << what;
  EXPECT_EQ(part.tied, other.tied) << what;
  EXPECT_EQ(part.repeats, other.repeats) << what;
}

TEST(Parts, DoNotDependOnThreads) {
  const Matrix x = data::lattice(700, 5, 5, 3);
  const AllPoints all = scanned(x);
  const auto part = [&](int threads) {
    return find_part(rows_in(x, 100, 600), rows_in(x, 300, 700), all, 12, Cpu{threads}, kSeed);
  };
  expect_same_part(part(1), part(3), "threads");
}

// Blocks before, within, around and after the data, asked for one after the other and at once.
TEST(Shards, ServeBlockAfterBlock) {
  const Matrix x = data::lattice(500, 6, 5, 2);
  const std::vector<RowRange> blocks = {{0, 90}, {120, 180}, {50, 450}, {100, 300}, {301, 500}};
  for (const Metric metric : metrics_of_any_points()) {
    const Distance distance{metric, ZeroVectors::far};
    const AllPoints all = scanned(x, distance);
    const Shard shard(rows_in(x, 100, 300), all, 7, FlatKnn{}, Cpu{2}, kSeed, distance);
    EXPECT_EQ(shard.range(), (RowRange{100, 300}));
    std::vector<KnnPart> at_once(blocks.size());
    std::vector<std::thread> threads;
    for (std::size_t b = 0; b < blocks.size(); ++b)
      threads.emplace_back(
          [&, b] { at_once[b] = shard.part(rows_in(x, blocks[b].begin, blocks[b].end)); });
    for (std::thread& thread : threads) thread.join();
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const PointRows queries = rows_in(x, blocks[b].begin, blocks[b].end);
      const KnnPart once =
          find_part(queries, rows_in(x, 100, 300), all, 7, Cpu{2}, kSeed, distance);
      const std::string what = std::string(name(metric)) + ", block " + std::to_string(b);
      expect_same_part(shard.part(queries), once, what);
      expect_same_part(at_once[b], once, what + ", at once");
    }
  }
}

template <class Call>
void expect_refused(const Call& call, const std::vector<std::string>& words) {
  const std::string said = error_of<InvalidInput>(call);
  for (const std::string& word : words) expect_contains(said, word);
}

TEST(PartFaults, OfASetAreNamed) {
  const Matrix x = data::normals(100, 4, 3);
  const auto four = [&] { return parts_of(x, 5, {0, 60, 100}, {0, 50, 100}); };
  std::vector<KnnPart> missing = four();
  const auto lost = std::find_if(missing.begin(), missing.end(), [](const KnnPart& part) {
    return part.queries.begin == 60 && part.data.begin == 50;
  });
  missing.erase(lost);
  expect_refused([&] { merge_parts(missing); }, {"no part has queries 60:100 with data 50:100"});
  std::vector<KnnPart> twice = four();
  twice.push_back(twice[1]);
  expect_refused([&] { merge_parts(twice); }, {"part 1 and part 4 both have queries"});
  std::vector<KnnPart> over = four();
  over.push_back(find_part(rows_in(x, 10, 20), rows_in(x, 40, 60), scanned(x), 5, Cpu{}, kSeed));
  expect_refused([&] { merge_parts(over); }, {"part 4", "both have queries 10:20 with data 40:50"});
  std::vector<KnnPart> other = four();
  other[2].seed = 8;
  expect_refused([&] { merge_parts(other); }, {"part 2", "seed"});
  expect_refused([&] { merge_parts({}); }, {"no parts"});
}

TEST(PartFaults, OfARowAreNamed) {
  const Matrix x = data::normals(100, 4, 3);
  const std::vector<KnnPart> good = parts_of(x, 5, {0, 100}, {0, 100});
  const auto refuse = [&](const auto& damage, const std::string& what) {
    std::vector<KnnPart> parts = good;
    damage(parts[0]);
    expect_refused([&] { merge_parts(parts); }, {"row of query 3", what});
  };
  refuse([](KnnPart& part) { part.neighbors[15] = 3; }, "has point 3");
  refuse([](KnnPart& part) { part.neighbors[17] = 100; }, "has point 100");
  refuse([](KnnPart& part) { part.distances[16] = -1; }, "has distance -1");
  refuse([](KnnPart& part) { std::swap(part.distances[16], part.distances[17]); }, "order");
  refuse([](KnnPart& part) { part.tied[3] = 2; }, "neither 0 nor 1");
}

TEST(PartFaults, OfPointsAreThoseOfTheWhole) {
  Matrix x = data::normals(100, 4, 3);
  for (float& value : std::span(x.row(77), 4)) value = 0;
  expect_refused([&] { scanned(x, {Metric::cosine}); }, {"row 77 holds only zeros"});
  x.row(90)[2] = 1e20F;
  expect_refused([&] { scanned(x); }, {"row 90, column 2 is 1e+20"});
  PointsScan scan(100, 4);
  scan.add({x.row(0), 40, 4});
  expect_refused([&] { scan.finish(); }, {"40 rows of 100 points"});
  const Matrix good = data::normals(100, 4, 3);
  const auto find = [&](std::int64_t begin, std::int64_t end, int k) {
    find_part({{begin, end}, {good.row(0), 10, 4}}, rows_in(good, 0, 50), scanned(good), k, Cpu{},
              kSeed);
  };
  expect_refused([&] { find(95, 105, 5); }, {"queries are rows 95:105 of 100"});
  expect_refused([&] { find(0, 20, 5); }, {"10 x 4", "20 x 4"});
  expect_refused([&] { find(0, 10, 100); }, {"k is 100"});
}

}  // namespace
}  // namespace nearfold
