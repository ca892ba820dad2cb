// NN-descent by itself: the share of the true neighbours among its candidates, what its lists hold,
// when it ends, and that nothing but the seed and its parameters change a bit of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "knn/candidates.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

using Asked = std::vector<Candidates>;  // what `enough` was asked about, in order

KnnRows rows_of(const Matrix& x, Norm norm = Norm::l2) {
  return make_knn_rows(x, make_projection(x, 0.92, Cpu{2}), norm, Cpu{2});
}

Candidates descend(const KnnRows& rows, int count, const NnDescentKnn& params = {}, int threads = 2,
                   std::uint64_t seed = 1, Asked* asked = nullptr) {
  return nn_descent(rows, count, params, seed, Cpu{threads}, [&](const Candidates& so_far) {
    if (asked) asked->push_back(so_far);
    return false;
  });
}

double distance(const Matrix& x, Norm norm, std::int64_t i, std::int64_t j) {
  double squares = 0, sum = 0, largest = 0;
  for (std::int64_t c = 0; c < x.cols(); ++c) {
    const double d = std::abs(static_cast<double>(x.row(i)[c]) - static_cast<double>(x.row(j)[c]));
    squares += d * d;
    sum += d;
    largest = std::max(largest, d);
  }
  return norm == Norm::l2 ? std::sqrt(squares) : norm == Norm::l1 ? sum : largest;
}

const std::int32_t* row(const Candidates& all, std::int64_t r) {
  return all.rows.data() + r * all.count;
}

/// Share of the k nearest others of every `stride`-th row that are among its candidates.
double recall(const Matrix& x, const KnnRows& rows, const Candidates& all, int k,
              std::int64_t stride = 20) {
  std::int64_t hits = 0, wanted = 0;
  for (std::int64_t r = 0; r < rows.n(); r += stride, wanted += k) {
    std::vector<std::pair<double, std::int32_t>> others;
    for (std::int64_t s = 0; s < rows.n(); ++s)
      if (s != r)
        others.emplace_back(distance(x, rows.norm, rows.ids[static_cast<std::size_t>(r)],
                                     rows.ids[static_cast<std::size_t>(s)]),
                            static_cast<std::int32_t>(s));
    std::partial_sort(others.begin(), others.begin() + k, others.end());
    const std::set<std::int32_t> found(row(all, r), row(all, r) + all.count);
    for (int e = 0; e < k; ++e)
      hits += found.contains(others[static_cast<std::size_t>(e)].second) ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(wanted);
}

/// Complete, none twice, none the row itself, ascending by (measure, row).
void expect_well_formed(const KnnRows& rows, const Candidates& all) {
  ASSERT_EQ(static_cast<std::int64_t>(all.rows.size()), rows.n() * all.count);
  std::vector<float> measures(static_cast<std::size_t>(all.count));
  for (std::int64_t r = 0; r < rows.n(); ++r) {
    const std::set<std::int32_t> found(row(all, r), row(all, r) + all.count);
    ASSERT_EQ(static_cast<int>(found.size()), all.count) << "row " << r;
    ASSERT_GE(*found.begin(), 0) << "row " << r;
    ASSERT_LT(*found.rbegin(), rows.n()) << "row " << r;
    ASSERT_FALSE(found.contains(static_cast<std::int32_t>(r))) << "row " << r;
    measure(rows, rows.rows.row(r),
            rows.squares.empty() ? 0.0f : rows.squares[static_cast<std::size_t>(r)], row(all, r),
            all.count, measures.data());
    for (int e = 1; e < all.count; ++e)
      ASSERT_LT(std::pair(measures[static_cast<std::size_t>(e - 1)], row(all, r)[e - 1]),
                std::pair(measures[static_cast<std::size_t>(e)], row(all, r)[e]))
          << "row " << r << ", candidate " << e;
  }
}

TEST(NnDescent, FindsTheNeighboursOfNormalsAndOfBlobs) {
  for (const Matrix& x : {data::normals(2000, 12, 50), data::blobs(2000, 12, 51)}) {
    const KnnRows rows = rows_of(x);
    const Candidates all = descend(rows, 20);
    expect_well_formed(rows, all);
    EXPECT_GE(recall(x, rows, all, 15), 0.99);
  }
}

TEST(NnDescent, FindsTheNeighboursUnderOtherNorms) {
  const Matrix x = data::normals(2000, 8, 52);
  for (const Norm norm : {Norm::l1, Norm::linf}) {
    const KnnRows rows = rows_of(x, norm);
    const Candidates all = descend(rows, 20);
    expect_well_formed(rows, all);
    EXPECT_GE(recall(x, rows, all, 15), 0.95);
  }
}

// With few hops the first lists are far from complete.
TEST(NnDescent, FindsMoreWithEveryIteration) {
  const Matrix x = data::normals(4000, 24, 53);
  const KnnRows rows = rows_of(x);
  Asked asked;
  descend(rows, 60, {.n_iters = 4, .max_candidates = 16}, 2, 1, &asked);
  ASSERT_EQ(asked.size(), 4u);
  std::vector<double> recalls;
  for (const Candidates& so_far : asked) {
    expect_well_formed(rows, so_far);
    recalls.push_back(recall(x, rows, so_far, 60, 80));
  }
  EXPECT_GT(recalls[1], recalls[0] + 0.02);
  EXPECT_GT(recalls[2], recalls[1]);
  EXPECT_GT(recalls[3], recalls[2] + 0.02);  // hops may lie further out by now
}

TEST(NnDescent, FindsMoreWithMoreHops) {
  const Matrix x = data::normals(3000, 24, 54);
  const KnnRows rows = rows_of(x);
  const auto found = [&](int hops) {
    return recall(x, rows, descend(rows, 30, {.n_iters = 2, .max_candidates = hops}), 30, 60);
  };
  EXPECT_GT(found(60), found(12) + 0.05);
}

// Enough rows that threads get in each other's way, and lists so far from complete that other hops
// would give others.
TEST(NnDescent, IsTheSameForAnyNumberOfThreads) {
  const KnnRows rows = rows_of(data::normals(10000, 12, 55));
  const NnDescentKnn params{.n_iters = 1, .max_candidates = 24};
  const Candidates one = descend(rows, 20, params, 1);
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(descend(rows, 20, params, threads).rows, one.rows) << threads << " threads";
}

TEST(NnDescent, DependsOnTheSeed) {
  const KnnRows rows = rows_of(data::normals(2000, 24, 56));
  const NnDescentKnn params{.n_iters = 1, .max_candidates = 8};
  EXPECT_NE(descend(rows, 40, params, 2, 1).rows, descend(rows, 40, params, 2, 2).rows);
}

TEST(NnDescent, EndsWhenToldWhenItHasEnoughAndWhenNothingMoves) {
  const KnnRows rows = rows_of(data::normals(1500, 6, 57));
  Asked asked;
  descend(rows, 10, {.n_iters = 2}, 2, 1, &asked);
  EXPECT_EQ(asked.size(), 2u);
  const Candidates first =
      nn_descent(rows, 10, {}, 1, Cpu{2}, [](const Candidates&) { return true; });
  EXPECT_EQ(first.rows, asked[0].rows);
  asked.clear();
  const Candidates last = descend(rows, 10, {}, 2, 1, &asked);
  EXPECT_LT(asked.size(), 10u);
  EXPECT_EQ(last.rows, asked.back().rows);
}

TEST(NnDescent, FindsAllOthersOfAFewRows) {
  for (const std::int64_t n : {2, 3, 17, 300}) {
    const KnnRows rows = rows_of(data::normals(n, 5, 58));
    expect_well_formed(rows, descend(rows, static_cast<int>(n) - 1));
  }
}

TEST(NnDescent, FillsUpWhereThereAreTooFewRows) {
  const Candidates all = descend(rows_of(data::normals(3, 5, 59)), 4);
  for (std::int64_t r = 0; r < 3; ++r) {
    EXPECT_GE(row(all, r)[1], 0);
    EXPECT_EQ(row(all, r)[2], -1);
    EXPECT_EQ(row(all, r)[3], -1);
  }
}

TEST(NnDescent, MeasuresAllPairsWhereNearlyAllAreWanted) {
  const Matrix x = data::normals(1200, 6, 60);
  const KnnRows rows = rows_of(x);
  const Candidates all = descend(rows, 200);
  expect_well_formed(rows, all);
  EXPECT_EQ(recall(x, rows, all, 200, 100), 1.0);
}

// The rows of a place are 0 apart, and of places there are fewer than rows in a list.
TEST(NnDescent, FindsRowsOfTheSamePlace) {
  const Matrix x = data::duplicates(2400, 6, 61, 60);
  const KnnRows rows = rows_of(x);
  const Candidates all = descend(rows, 30);
  expect_well_formed(rows, all);
  std::int64_t same = 0;
  for (std::int64_t r = 0; r < rows.n(); ++r)
    for (int e = 0; e < 30; ++e)
      same += rows.ids[static_cast<std::size_t>(r)] % 60 ==
                      rows.ids[static_cast<std::size_t>(row(all, r)[e])] % 60
                  ? 1
                  : 0;
  EXPECT_GE(static_cast<double>(same) / static_cast<double>(30 * rows.n()), 0.99);
}

TEST(NnDescent, TakesEqualRows) {
  const KnnRows rows = rows_of(Matrix(1500, 4));
  expect_well_formed(rows, descend(rows, 20));
}

TEST(NnDescent, TakesTheFewestHops) {
  const KnnRows rows = rows_of(data::normals(1500, 6, 62));
  expect_well_formed(rows, descend(rows, 20, {.max_candidates = 2}));
}

/// Lists that know no row of the other half, as cells of an index do: what their neighbours are.
Candidates halves(const KnnRows& rows, int count) {
  Candidates found{rows.n(), count, {}};
  std::vector<float> measures(static_cast<std::size_t>(rows.n()));
  for (std::int64_t r = 0; r < rows.n(); ++r) {
    measure_range(rows, rows.rows.row(r), rows.square(r), 0, rows.n(), measures.data());
    std::vector<std::pair<float, std::int32_t>> others;
    for (std::int32_t s = 0; s < rows.n(); ++s)
      if (s != r && (s % 8 == 0 || (s < rows.n() / 2) == (r < rows.n() / 2)))
        others.emplace_back(measures[static_cast<std::size_t>(s)], s);
    std::partial_sort(others.begin(), others.begin() + count, others.end());
    for (int c = count; c-- > 0;)  // in another order
      found.rows.push_back(others[static_cast<std::size_t>(c)].second);
  }
  return found;
}

TEST(NeighborsOfNeighbors, FindWhatASearchMissed) {
  const Matrix x = data::normals(3000, 8, 60);
  const KnnRows rows = rows_of(x);
  const Candidates found = halves(rows, 15);
  const NnDescentKnn params{.max_candidates = 24};
  const Candidates more = neighbors_of_neighbors(found, rows, params, Cpu{1});
  expect_well_formed(rows, more);
  EXPECT_LT(recall(x, rows, found, 10), 0.85);
  EXPECT_GT(recall(x, rows, more, 10), 0.94);
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(neighbors_of_neighbors(found, rows, params, Cpu{threads}).rows, more.rows);
}

TEST(NeighborsOfNeighbors, TakeShortLists) {
  const KnnRows rows = rows_of(data::normals(50, 5, 61));
  Candidates found{50, 3, std::vector<std::int32_t>(150, -1)};
  for (std::int32_t r = 0; r < 49; ++r) found.rows[static_cast<std::size_t>(3 * r)] = 49;
  const Candidates more = neighbors_of_neighbors(found, rows, {}, Cpu{2});
  for (std::int64_t r = 0; r < 50; ++r) EXPECT_GE(row(more, r)[2], 0) << r;
}

}  // namespace
}  // namespace nearfold
