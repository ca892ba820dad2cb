// Sparse points: the graphs of the same points dense, bit for bit where a zero adds nothing; empty
// rows, duplicates, ties, stored zeros; any number of threads; queries; what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "knn/sparse_postings.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "run/check_run.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 300, kColumns = 53;

Distance by(Metric metric) {
  Distance distance{.metric = metric, .zero_vectors = ZeroVectors::far};
  if (metric == Metric::minkowski) distance.params.p = 3;
  if (metric == Metric::seuclidean)
    for (std::int64_t c = 0; c < kColumns; ++c)
      distance.params.V.push_back(0.5 + 0.1 * static_cast<double>(c));
  return distance;
}

/// Neighbours as near as the k-th exact one.
double share_of(const KnnGraph& exact, const KnnGraph& found) {
  double share = 0;
  for (std::size_t at = 0; at < exact.distances.size(); ++at) {
    const auto k = static_cast<std::size_t>(exact.k);
    share += found.distances[at] <= exact.distances[at / k * k + k - 1] ? 1 : 0;
  }
  return share / static_cast<double>(exact.distances.size());
}

void expect_same(const KnnGraph& sparse, const KnnGraph& dense, const std::string& what) {
  EXPECT_EQ(sparse.neighbors, dense.neighbors) << what;
  EXPECT_EQ(sparse.distances, dense.distances) << what;
  EXPECT_EQ(sparse.tied_rows, dense.tied_rows) << what;
  EXPECT_EQ(sparse.duplicates, dense.duplicates) << what;
  EXPECT_EQ(sparse.metric, dense.metric);
  EXPECT_EQ(sparse.index, "flat");
}

TEST(Sparse, GraphsAreThoseOfTheSamePointsDenseBitForBit) {
  for (const Metric metric : metrics_of_sparse()) {
    if (metric == Metric::correlation) continue;
    for (const bool whole : {true, false}) {
      const Matrix x = data::many_zeros(kPoints, kColumns, 3, whole);
      const KnnGraph dense = find_neighbors(x, 12, FlatKnn{}, Cpu{2}, 7, by(metric));
      const KnnGraph sparse =
          find_neighbors(data::sparse_of(x).view(), 12, FlatKnn{}, Cpu{2}, 7, by(metric));
      expect_same(sparse, dense, name(metric));
    }
  }
}

TEST(Sparse, CorrelationAgreesToRoundingAndById) {
  Matrix x = data::many_zeros(kPoints, kColumns, 5, false);
  x.row(11)[3] = x.row(30)[7] = 1;  // or they would be equally far from all others
  const KnnGraph dense = find_neighbors(x, 12, FlatKnn{}, Cpu{2}, 7, by(Metric::correlation));
  const KnnGraph sparse =
      find_neighbors(data::sparse_of(x).view(), 12, FlatKnn{}, Cpu{2}, 7, by(Metric::correlation));
  EXPECT_EQ(sparse.neighbors, dense.neighbors);
  for (std::size_t at = 0; at < dense.distances.size(); ++at)
    EXPECT_NEAR(sparse.distances[at], dense.distances[at], 1e-6);
}

TEST(Sparse, DistancesAreRightInDouble) {
  const Matrix x = data::many_zeros(kPoints, kColumns, 9, false);
  expect_exact(x, find_neighbors(data::sparse_of(x).view(), 12, FlatKnn{}, Cpu{2}, 7));
}

TEST(Sparse, AStoredZeroIsAZero) {
  const Matrix x = data::many_zeros(kPoints, kColumns, 3, true);
  SparseMatrix with_zeros = data::sparse_of(x, 0.2);
  ASSERT_GT(with_zeros.view().stored(), data::sparse_of(x).view().stored());
  for (const Metric metric : metrics_of_sparse()) {
    if (metric == Metric::correlation) continue;
    expect_same(find_neighbors(with_zeros.view(), 9, FlatKnn{}, Cpu{2}, 7, by(metric)),
                find_neighbors(data::sparse_of(x).view(), 9, FlatKnn{}, Cpu{2}, 7, by(metric)),
                name(metric));
  }
}

TEST(Sparse, ThreadsDoNotMatter) {
  const Matrix x = data::topics(2500, 400, 4);
  const SparseMatrix points = data::sparse_of(x);
  for (const KnnParams& params :
       {KnnParams{FlatKnn{}}, KnnParams{NnDescentKnn{}}, KnnParams{IvfKnn{}}}) {
    const KnnGraph one = find_neighbors(points.view(), 10, params, Cpu{1}, 7, by(Metric::cosine));
    const KnnGraph many = find_neighbors(points.view(), 10, params, Cpu{3}, 7, by(Metric::cosine));
    EXPECT_EQ(one.neighbors, many.neighbors);
    EXPECT_EQ(one.distances, many.distances);
    EXPECT_EQ(one.index, many.index);
  }
}

TEST(Sparse, ApproximateGraphsReachTheirRecallInEveryWay) {
  const SparseMatrix points = data::sparse_of(data::topics(2500, 400, 4));
  for (const Metric metric :
       {Metric::euclidean, Metric::cosine, Metric::correlation, Metric::hellinger}) {
    const KnnGraph exact = find_neighbors(points.view(), 10, FlatKnn{}, Cpu{2}, 7, by(metric));
    for (const KnnParams& params :
         {KnnParams{NnDescentKnn{}}, KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}}}) {
      const KnnGraph found = find_neighbors(points.view(), 10, params, Cpu{2}, 7, by(metric));
      ASSERT_NO_THROW(found.validate());
      ASSERT_TRUE(found.recall.has_value());
      EXPECT_GE(found.recall->mean, 0.95) << name(metric) << ", " << found.index;
      EXPECT_GE(share_of(exact, found), 0.94) << name(metric) << ", " << found.index;
    }
  }
}

/// Texts whose topic says little of them: half of their words are from any.
SparseMatrix mixed(std::int64_t n) {
  constexpr std::int64_t kStory = 20, kWords = 25, kAll = 4000;
  std::mt19937_64 draw(2);
  const auto below = [&](std::int64_t end) {
    return static_cast<std::int64_t>(draw() % static_cast<std::uint64_t>(end));
  };
  Matrix x(n, kAll);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t w = 0; w < kWords; ++w) {
      const std::int64_t own = (i / kStory * 7919 + below(2 * kWords) * 31) % kAll;
      x.row(i)[draw() % 2 == 0 ? own : below(kAll)] += 1;
    }
  return data::sparse_of(x);
}

TEST(Sparse, ASearchGoesOnUntilItsTargetOrSaysThatItMissedIt) {
  const SparseMatrix points = mixed(1500);
  const KnnGraph exact = find_neighbors(points, 10, FlatKnn{}, Cpu{2}, 7, by(Metric::cosine));
  for (const double target : {0.95, 1.0})
    for (const KnnParams& params :
         {KnnParams{NnDescentKnn{.target_recall = target}},
          KnnParams{IvfKnn{.nprobe = 1, .target_recall = target}},
          KnnParams{HnswKnn{.M = 2, .ef_construction = 2, .target_recall = target}}}) {
      const KnnGraph found = find_neighbors(points, 10, params, Cpu{2}, 7, by(Metric::cosine));
      const bool missed = found.recall->mean < target;
      EXPECT_EQ(recall_warnings(found.recall, params).size(), missed ? 1U : 0U) << found.index;
      EXPECT_GE(found.recall->mean, std::min(target, 0.98)) << found.index;
      EXPECT_GE(share_of(exact, found), std::min(target, 0.98) - 0.01) << found.index;
    }
}

TEST(Sparse, ATargetThatWasMissedIsWarnedOf) {
  const Recall reached{.mean = 0.928, .rows = 200};
  const auto warned = recall_warnings(reached, IvfKnn{});
  ASSERT_EQ(warned.size(), 1U);
  expect_contains(warned[0], "0.928, and 0.95 was asked for");
  EXPECT_TRUE(recall_warnings(reached, IvfKnn{.target_recall = 0.9}).empty());
  EXPECT_TRUE(recall_warnings(reached, NnDescentKnn{.n_iters = 3}).empty());
  EXPECT_TRUE(recall_warnings({}, FlatKnn{}).empty());
}

TEST(Sparse, IterationsThatAreAskedForAreNotGoneBeyond) {
  const SparseMatrix points = mixed(3000);
  const KnnGraph found =
      find_neighbors(points, 10, NnDescentKnn{.n_iters = 1}, Cpu{2}, 7, by(Metric::cosine));
  EXPECT_LT(found.recall->mean, 1.0);
  EXPECT_GT(found.recall->mean, 0.3);
}

/// n rows of four small whole numbers in any of so many columns.
SparseMatrix scattered(std::int64_t n, std::int64_t columns) {
  std::mt19937_64 draw(8);
  SparseMatrix points{n, columns};
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<std::int32_t> row;
    while (row.size() < 4)
      if (const auto c = static_cast<std::int32_t>(draw() % static_cast<std::uint64_t>(columns));
          std::ranges::find(row, c) == row.end())
        row.push_back(c);
    std::ranges::sort(row);
    for (const std::int32_t c : row) {
      points.indices.push_back(c);
      points.values.push_back(static_cast<float>(1 + draw() % 3));
    }
    points.indptr.push_back(std::ssize(points.indices));
  }
  return points;
}

TEST(Sparse, ASearchBeginsWithTheRowsOfTheLargestProducts) {
  constexpr std::int64_t kRows = 70'000;  // more than are looked at together
  constexpr int kCount = 6;
  const SparseMatrix points = scattered(kRows, 3000);
  const SparseSpace space = make_sparse_space(points, {}, Cpu{2});
  const auto found = rows_sharing_columns(space.points, kCount, 100'000, Cpu{2});
  EXPECT_EQ(rows_sharing_columns(space.points, kCount, 100'000, Cpu{1}), found);
  for (std::int64_t i = 0; i < kRows; i += 7001) {
    std::vector<std::pair<float, std::int32_t>> all;
    for (std::int64_t j = 0; j < kRows; ++j) {
      const SparseRow a = space.points.row(i), b = space.points.row(j);
      float product = 0;
      for (std::size_t e = 0; e < 4; ++e)
        for (std::size_t f = 0; f < 4; ++f)
          if (a.columns[e] == b.columns[f]) product += a.values[e] * b.values[f];
      if (product > 0 && j != i) all.emplace_back(-product, static_cast<std::int32_t>(j));
    }
    std::ranges::sort(all);
    for (std::size_t c = 0; c < kCount; ++c)
      EXPECT_EQ(found[static_cast<std::size_t>(i) * kCount + c], all[c].second) << i << ", " << c;
  }
}

TEST(Sparse, RowsOfCommonColumnsAloneFindEachOther) {
  // Three columns in all rows: the lists are longer than a row looks into.
  std::mt19937_64 draw(6);
  SparseMatrix points{20'000, 3};
  for (std::int64_t i = 0; i < points.rows; ++i) {
    for (std::int32_t c = 0; c < 3; ++c) {
      points.indices.push_back(c);
      points.values.push_back(1 + static_cast<float>(draw() % 10'000));
    }
    points.indptr.push_back(std::ssize(points.indices));
  }
  const KnnGraph found = find_neighbors(points, 5, NnDescentKnn{}, Cpu{2}, 7);
  ASSERT_NO_THROW(found.validate());
  EXPECT_GE(found.recall->mean, 0.95);
}

TEST(Sparse, ApproximateSearchesOfSetsAndDifferences) {
  const SparseMatrix points = data::sparse_of(data::topics(1500, 200, 4));
  for (const Metric metric : {Metric::jaccard, Metric::manhattan, Metric::canberra, Metric::hamming,
                              Metric::chebyshev, Metric::braycurtis}) {
    const KnnGraph found = find_neighbors(points.view(), 10, NnDescentKnn{}, Cpu{2}, 7, by(metric));
    ASSERT_NO_THROW(found.validate()) << name(metric);
    EXPECT_GE(found.recall->mean, 0.9) << name(metric);
  }
}

TEST(Sparse, QueriesAreAnsweredAsDenseOnes) {
  const Matrix x = data::many_zeros(kPoints, kColumns, 3, true);
  const Matrix q = data::many_zeros(70, kColumns, 11, true);
  for (const Metric metric : metrics_of_sparse()) {
    if (metric == Metric::correlation) continue;
    const QueryResult dense = find_neighbors(q, x, 8, FlatKnn{}, Cpu{2}, 7, by(metric));
    const QueryResult sparse = find_neighbors(data::sparse_of(q).view(), data::sparse_of(x).view(),
                                              8, FlatKnn{}, Cpu{2}, 7, by(metric));
    EXPECT_EQ(sparse.neighbors, dense.neighbors) << name(metric);
    EXPECT_EQ(sparse.distances, dense.distances) << name(metric);
  }
}

TEST(Sparse, PointsWithoutAnyValue) {
  const SparseMatrix nothing{5, 9, std::vector<std::int64_t>(6)};
  const KnnGraph graph = find_neighbors(nothing.view(), 3, FlatKnn{}, Cpu{2}, 7);
  EXPECT_EQ(graph.distances, std::vector<float>(15));
  EXPECT_EQ(graph.duplicates, 4);
  EXPECT_EQ(find_neighbors(nothing.view(), 3, NnDescentKnn{}, Cpu{2}, 7).distances,
            std::vector<float>(15));
}

TEST(Sparse, ManyEmptyRowsFindEachOther) {
  Matrix x = data::topics(1500, 200, 4);
  for (std::int64_t i = 0; i < 1500; i += 5) std::fill_n(x.row(i), 200, 0.0f);
  const KnnGraph found = find_neighbors(data::sparse_of(x).view(), 10, NnDescentKnn{}, Cpu{2}, 7);
  ASSERT_NO_THROW(found.validate());
  EXPECT_EQ(found.duplicates, 299);
  for (std::size_t i = 0; i < 1500; i += 5)
    for (std::size_t e = 0; e < 10; ++e) EXPECT_EQ(found.distances[i * 10 + e], 0);
}

TEST(Sparse, MetricsOfRowsWithoutZerosAreRefusedByName) {
  const SparseMatrix points = data::sparse_of(data::many_zeros(20, 2, 3, true));
  Distance white{.metric = Metric::mahalanobis};
  white.params.VI = {1, 0, 0, 1};
  expect_contains(
      error_of<Unsupported>([&] { find_neighbors(points.view(), 3, FlatKnn{}, Cpu{2}, 7, white); }),
      "mahalanobis is of rows without zeros");
  expect_contains(error_of<Unsupported>([&] {
                    find_neighbors(points.view(), 3, FlatKnn{}, Cpu{2}, 7, {Metric::haversine});
                  }),
                  "give them dense");
  expect_contains(error_of<Unsupported>([&] {
                    find_neighbors(points.view(), 3, IvfKnn{}, Cpu{2}, 7, {Metric::inner_product});
                  }),
                  "use index flat");
  expect_contains(error_of<Unsupported>([&] {
                    find_neighbors(points.view(), points.view(), 3, IvfKnn{}, Cpu{2}, 7);
                  }),
                  "use index flat");
}

TEST(Sparse, ValuesThatAreNoneAreNamedByRowAndColumn) {
  Matrix x = data::many_zeros(20, 9, 3, true);
  x.row(4)[7] = std::numeric_limits<float>::quiet_NaN();
  const auto search = [](const Matrix& of, const Distance& distance) {
    return error_of<InvalidInput>(
        [&] { find_neighbors(data::sparse_of(of).view(), 3, FlatKnn{}, Cpu{2}, 7, distance); });
  };
  expect_contains(search(x, {}), "row 4, column 7 is nan");
  x.row(4)[7] = -2;
  expect_contains(search(x, {Metric::hellinger}), "row 4, column 7 is -2, and");
  x.row(4)[7] = 1e20f;
  expect_contains(search(x, {}), "scale the data");
  Matrix empty = data::many_zeros(20, 9, 3, true);
  for (std::int64_t c = 0; c < 9; ++c) empty.row(6)[c] = 0;
  expect_contains(search(empty, {Metric::cosine}), "6");
}

TEST(Sparse, StructureThatIsWrongIsNamedByRow) {
  const std::vector<float> values = {1, 2, 3};
  const auto error = [&](std::vector<std::int64_t> indptr, std::vector<std::int32_t> indices) {
    return error_of<InvalidInput>([&] { SparseView(2, 4, indptr, indices, values).validate(); });
  };
  expect_contains(error({0, 2, 3}, {1, 4, 0}), "row 0: column 4 is not in [0, 4)");
  expect_contains(error({0, 2, 3}, {1, -1, 0}), "column -1");
  expect_contains(error({0, 2, 3}, {1, 1, 0}), "ascend within a row");
  expect_contains(error({0, 2, 3}, {2, 1, 0}), "ascend within a row");
  expect_contains(error({0, 4, 3}, {0, 1, 2}), "row 0: indptr goes from 0 to 4");
  expect_contains(error({0, 2, 1}, {0, 1, 2}), "row 1");
  expect_contains(error({1, 2, 3}, {0, 1, 2}), "must begin with 0");
  expect_contains(error({0, 1, 2}, {0, 1, 2}), "indptr ends with 2");
  expect_contains(error({0, 3}, {0, 1, 2}), "need 3");
  expect_contains(error({0, 2, 3}, {0, 1}), "each value has its column");
  expect_contains(error_of<InvalidInput>([&] { SparseView(2, std::int64_t{1} << 25, {}, {}, {}); }),
                  "16777216");
}

TEST(Sparse, ColumnsOfValuesBecomeRows) {
  const Matrix x = data::many_zeros(31, 17, 3, true);
  const SparseMatrix rows = data::sparse_of(x);
  const SparseMatrix columns = transposed(rows), back = transposed(columns);
  EXPECT_EQ(columns.rows, 17);
  EXPECT_EQ(columns.cols, 31);
  EXPECT_EQ(back.indptr, rows.indptr);
  EXPECT_EQ(back.indices, rows.indices);
  EXPECT_EQ(back.values, rows.values);
}

}  // namespace
}  // namespace nearfold
