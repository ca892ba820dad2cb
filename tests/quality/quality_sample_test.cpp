// What sampling does to the scores of a map, and how two maps are compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/take_rows.hpp"
#include "nearfold/error.hpp"
#include "quality/quality.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/quality_data.hpp"
#include "support/quality_oracle.hpp"

namespace nearfold {
namespace {

// The oracle sums the same numbers in another order.
constexpr double kSums = 1e-12;

void expect_equal(const QualityReport& a, const QualityReport& b, const std::string& what) {
  ASSERT_EQ(a.scores.size(), b.scores.size()) << what;
  EXPECT_EQ(a.n, b.n) << what;
  for (std::size_t s = 0; s < a.scores.size(); ++s) {
    EXPECT_EQ(a.scores[s].name, b.scores[s].name) << what;
    EXPECT_EQ(a.scores[s].value, b.scores[s].value) << what << ", " << a.scores[s].name;
    EXPECT_EQ(a.scores[s].standard_error, b.scores[s].standard_error) << what;
    EXPECT_EQ(a.scores[s].sample, b.scores[s].sample) << what;
  }
}

// ---- samples ------------------------------------------------------------------------------------

TEST(DrawRows, TakesDifferentRowsEachAsOften) {
  std::vector<int> taken(50);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto rows = draw_rows(50, 20, seed, Draw::rows);
    const std::set<std::int64_t> distinct(rows.begin(), rows.end());
    ASSERT_EQ(distinct.size(), 20u);
    ASSERT_TRUE(std::is_sorted(rows.begin(), rows.end()));
    for (const std::int64_t i : rows) ++taken.at(static_cast<std::size_t>(i));
  }
  // 160 times each, with a standard deviation of 9.8.
  for (const int times : taken) EXPECT_NEAR(times, 160, 40);
  EXPECT_NE(draw_rows(50, 20, 1, Draw::rows), draw_rows(50, 20, 1, Draw::subset));
}

TEST(DrawRows, TakesAllWhereThereAreNoMore) {
  EXPECT_EQ(draw_rows(3, 3, 1, Draw::rows), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(draw_rows(3, 9, 1, Draw::rows), (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(TakeRows, CopiesThoseThatAreNamed) {
  const Matrix x = data::normals(9, 3, 46), some = take_rows(x, {7, 0, 4});
  ASSERT_EQ(some.rows(), 3);
  for (std::int64_t c = 0; c < 3; ++c) {
    EXPECT_EQ(some.row(0)[c], x.row(7)[c]);
    EXPECT_EQ(some.row(1)[c], x.row(0)[c]);
    EXPECT_EQ(some.row(2)[c], x.row(4)[c]);
  }
}

// Of half of a population of eight: the root of the variance over n, times what is missing.
TEST(MeanScore, HasTheStandardErrorOfASampleWithoutReplacement) {
  const Score found = mean_score("x", {0, 1, 1, 0}, 8);
  EXPECT_EQ(found.value, 0.5);
  EXPECT_NEAR(found.standard_error, std::sqrt((4 * 0.25 / 3) / 4 * 0.5), 1e-15);
  EXPECT_EQ(found.sample, 4);
  EXPECT_EQ(mean_score("x", {0, 1, 1, 0}, 4).standard_error, 0);
}

TEST(Evaluate, SamplesAreWithinFourStandardErrors) {
  const Matrix x = data::blobs(6000, 5, 16, 4, 6), y = rough_map(x, 17);
  const auto labels = remainders(6000, 4);
  const QualityReport exact =
      evaluate(x, y, labels, {.exact_below = 0, .rows = 6000, .subset = 100});
  const QualityReport sampled = evaluate(x, y, labels, {.subset = 100, .seed = 1});
  const QualityReport fewer =
      evaluate(x, y, labels, {.rows = 200, .subset = 100, .pairs = 5000, .seed = 2});
  for (const char* name : {"knn_recall@10", "knn_recall@50", "knn_label_accuracy", "silhouette"}) {
    EXPECT_EQ(score(exact, name).standard_error, 0) << name;
    EXPECT_EQ(score(exact, name).sample, 6000) << name;
    EXPECT_EQ(score(sampled, name).sample, 2000) << name;
    expect_sampled(sampled, name, score(exact, name).value);
    expect_sampled(fewer, name, score(exact, name).value);
    EXPECT_LT(score(sampled, name).standard_error, 0.5 * score(fewer, name).standard_error) << name;
  }
  for (const char* name : {"triplet_accuracy", "cpd_spearman"}) {
    EXPECT_NEAR(score(sampled, name).standard_error / score(fewer, name).standard_error,
                std::sqrt(0.05), 0.01)
        << name;
    expect_sampled(fewer, name, score(sampled, name).value);
  }
}

// The errors of 60 seeds, in standard errors, have a root mean square of 1, give or take 0.09.
TEST(Evaluate, StandardErrorsAreAsLargeAsTheErrors) {
  const Matrix x = data::blobs(200, 5, 18, 4, 6), y = rough_map(x, 19, 2);
  const auto labels = remainders(200, 4);
  const auto dx = quality_oracle::distances(x, Metric::euclidean);
  const auto dy = quality_oracle::distances(y, Metric::euclidean);
  const std::vector<std::pair<std::string, double>> truth = {
      {"knn_recall@10", quality_oracle::overlap(dx, dy, 10)},
      {"triplet_accuracy", quality_oracle::triplet_accuracy(dx, dy)},
      {"cpd_spearman", quality_oracle::spearman(dx, dy)},
      {"knn_label_accuracy", quality_oracle::label_accuracy(dy, labels, 10)},
      {"silhouette", quality_oracle::silhouette(dy, labels)}};
  std::vector<double> squares(truth.size());
  constexpr int kSeeds = 60;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const QualityReport report = evaluate(
        x, y, labels, {.ks = {10}, .exact_below = 0, .rows = 120, .pairs = 1000, .seed = seed});
    for (std::size_t s = 0; s < truth.size(); ++s) {
      const Score& found = score(report, truth[s].first);
      squares[s] += std::pow((found.value - truth[s].second) / found.standard_error, 2);
    }
  }
  for (std::size_t s = 0; s < truth.size(); ++s)
    EXPECT_NEAR(std::sqrt(squares[s] / kSeeds), 1, 0.3) << truth[s].first;
}

TEST(Evaluate, TrustworthinessOfASubsetIsThatOfItsPoints) {
  const Matrix x = data::blobs(500, 5, 20), y = rough_map(x, 21);
  const QualityReport report = evaluate(x, y, {}, {.exact_below = 499, .subset = 90, .seed = 3});
  const auto subset = draw_rows(500, 90, 3, Draw::subset);
  const QualityReport wanted = evaluate(rows_of(x, subset), rows_of(y, subset), {});
  for (const char* name : {"trustworthiness@15", "continuity@15"}) {
    EXPECT_EQ(score(report, name).value, score(wanted, name).value) << name;
    EXPECT_EQ(score(report, name).sample, 90) << name;
    EXPECT_GT(score(report, name).standard_error, 0) << name;
  }
}

TEST(Evaluate, DoesNotDependOnThreads) {
  const Matrix x = data::blobs(2100, 40, 22), y = rough_map(x, 23);
  const auto labels = remainders(2100, 3);
  for (const Metric metric : {Metric::euclidean, Metric::inner_product, Metric::manhattan}) {
    QualityParams params{.exact_below = 1000, .rows = 500, .subset = 300, .pairs = 5000};
    params.distance.metric = metric;
    params.device = Cpu{1};
    const QualityReport one = evaluate(x, y, labels, params);
    for (const int threads : {2, 3}) {
      params.device = Cpu{threads};
      expect_equal(evaluate(x, y, labels, params), one, std::to_string(threads) + " threads");
    }
  }
}

TEST(Evaluate, AnotherSeedIsAnotherSample) {
  const Matrix x = data::blobs(300, 4, 24), y = rough_map(x, 25);
  const QualityReport one = evaluate(x, y, {}, {.exact_below = 0, .rows = 50, .seed = 1});
  const QualityReport two = evaluate(x, y, {}, {.exact_below = 0, .rows = 50, .seed = 2});
  for (const char* name : {"knn_recall@10", "triplet_accuracy", "cpd_spearman"})
    EXPECT_NE(score(one, name).value, score(two, name).value) << name;
}

// ---- two maps -----------------------------------------------------------------------------------

/// Turned by an angle, mirrored, twice as wide, and moved.
Matrix moved(const Matrix& y) {
  Matrix out(y.rows(), 2);
  for (std::int64_t i = 0; i < y.rows(); ++i) {
    out.row(i)[0] = 2 * (0.6f * y.row(i)[0] - 0.8f * y.row(i)[1]) + 5;
    out.row(i)[1] = -2 * (0.8f * y.row(i)[0] + 0.6f * y.row(i)[1]) - 7;
  }
  return out;
}

TEST(CompareLayouts, SeesNoDifferenceInPlaceTurnMirrorAndScale) {
  const Matrix y = data::normals(400, 2, 31);
  const Agreement same = compare_layouts(y, moved(y));
  EXPECT_EQ(same.overlap.name, "overlap@10");
  EXPECT_GT(same.overlap.value, 0.999);  // rounding may exchange two neighbours
  EXPECT_NEAR(*same.procrustes, 0, 1e-12);
  EXPECT_EQ(compare_layouts(y, y).overlap.value, 1);
}

TEST(CompareLayouts, FollowsTheDefinitions) {
  const Matrix a = data::normals(80, 2, 32), b = rough_map(a, 33, 0.4f);
  const Agreement found = compare_layouts(a, moved(b), 7);
  const auto da = quality_oracle::distances(a, Metric::euclidean);
  const auto db = quality_oracle::distances(b, Metric::euclidean);
  EXPECT_NEAR(found.overlap.value, quality_oracle::overlap(da, db, 7), 1e-3);
  EXPECT_EQ(found.overlap.sample, 80);
  EXPECT_EQ(found.overlap.standard_error, 0);
  EXPECT_NEAR(*found.procrustes, quality_oracle::procrustes(a, b), 1e-6);  // moved() rounds
  EXPECT_NEAR(*compare_layouts(b, a).procrustes, quality_oracle::procrustes(a, b), kSums);
  EXPECT_GT(*found.procrustes, 0.05);
}

TEST(CompareLayouts, ASquareAndItsShadowShareOneHalf) {
  const Matrix square(4, 2, {1, 1, 1, -1, -1, 1, -1, -1});
  const Matrix shadow(4, 1, {1, 1, -1, -1});
  const Matrix solid(4, 3, {0, 1, 1, 0, 1, -1, 0, -1, 1, 0, -1, -1});
  EXPECT_NEAR(*compare_layouts(square, shadow, 1).procrustes, 0.5, kSums);
  EXPECT_NEAR(*compare_layouts(square, solid, 1).procrustes, 0, kSums);
}

TEST(CompareLayouts, SamplesRowsAboveALimit) {
  const Matrix a = data::normals(1500, 2, 34), b = rough_map(a, 35, 0.1f);
  const Agreement exact = compare_layouts(a, b);
  const Agreement sampled = compare_layouts(a, b, 10, {.exact_below = 1000, .rows = 300});
  EXPECT_EQ(sampled.overlap.sample, 300);
  EXPECT_GT(sampled.overlap.standard_error, 0);
  EXPECT_NEAR(sampled.overlap.value, exact.overlap.value, 4 * sampled.overlap.standard_error);
  EXPECT_EQ(sampled.procrustes, exact.procrustes);
}

TEST(CompareLayouts, NamesWhatIsWrong) {
  const Matrix a = data::normals(30, 2, 43);
  const auto refused = [&](const Matrix& left, const Matrix& right, int k) {
    return error_of<InvalidInput>([&] { compare_layouts(left, right, k); });
  };
  expect_contains(refused(a, data::normals(31, 2, 1), 5), "has 30 rows and the second 31");
  expect_contains(refused(a, a, 0), "k is 0");
  expect_contains(refused(a, a, 30), "k is 30 for 30 points; choose at most 29");
  expect_contains(refused(a, Matrix(30, 2), 5), "all 30 points of a map are in one place");
  Matrix bad = a;
  bad.row(9)[1] = HUGE_VALF;
  expect_contains(refused(bad, a, 5), "the first map: row 9, column 1");
  expect_contains(refused(a, bad, 5), "the second map: row 9, column 1");
  EXPECT_THROW(compare_layouts(a, a, 5, {.rows = 0}), InvalidParameter);
  EXPECT_THROW(compare_layouts(a, a, 5, {.device = Cuda{}}), NoDevice);
}

}  // namespace
}  // namespace nearfold
