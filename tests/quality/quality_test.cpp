// The scores of a map against their definitions, and what is refused. Samples and the comparison
// of two maps are in quality_sample_test.cpp.
#include "nearfold/quality.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "knn/metric_table.hpp"
#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"
#include "support/quality_data.hpp"
#include "support/quality_oracle.hpp"

namespace nearfold {
namespace {

// The oracle sums the same numbers in another order.
constexpr double kSums = 1e-12;

/// For maps of about 60 points.
QualityParams small_params() {
  return {.ks = {3, 10}, .trustworthiness_k = 7, .label_k = 4, .pairs = 20'000};
}

void expect_value(const QualityReport& report, const std::string& name, double wanted) {
  const Score& found = score(report, name);
  EXPECT_NEAR(found.value, wanted, kSums) << name;
  EXPECT_EQ(found.standard_error, 0) << name;
}

/// Every score against its definition.
void expect_defined(const Matrix& x, const Matrix& y, Metric metric) {
  SCOPED_TRACE(name(metric));
  QualityParams params = small_params();
  params.distance = {metric, ZeroVectors::far};
  const std::vector<std::int32_t> labels = remainders(x.rows(), 3);
  const QualityReport report = evaluate(x, y, labels, params);
  const auto dx = quality_oracle::distances(x, metric);
  const auto dy = quality_oracle::distances(y, Metric::euclidean);
  EXPECT_EQ(report.n, x.rows());
  EXPECT_EQ(report.scores.size(), 8u);
  expect_value(report, "knn_recall@3", quality_oracle::overlap(dx, dy, 3));
  expect_value(report, "knn_recall@10", quality_oracle::overlap(dx, dy, 10));
  expect_value(report, "trustworthiness@7", quality_oracle::trustworthiness(dx, dy, 7));
  expect_value(report, "continuity@7", quality_oracle::trustworthiness(dy, dx, 7));
  expect_value(report, "knn_label_accuracy", quality_oracle::label_accuracy(dy, labels, 4));
  EXPECT_NEAR(score(report, "silhouette").value, quality_oracle::silhouette(dy, labels), 1e-7);
  EXPECT_EQ(score(report, "silhouette").standard_error, 0);
  expect_sampled(report, "triplet_accuracy", quality_oracle::triplet_accuracy(dx, dy));
  expect_sampled(report, "cpd_spearman", quality_oracle::spearman(dx, dy));
  EXPECT_EQ(score(report, "knn_recall@3").sample, x.rows());
  EXPECT_EQ(score(report, "triplet_accuracy").sample, 20'000);
}

// ---- values -------------------------------------------------------------------------------------

TEST(Evaluate, FollowsTheDefinitionsUnderEveryMetric) {
  const Matrix x = data::blobs(61, 6, 1, 3, 4), y = rough_map(x, 2);
  for (const Metric metric : metrics_of_any_points()) expect_defined(x, y, metric);
}

// Distances that are exact in float: ties are ties in the oracle, too.
TEST(Evaluate, BreaksTiesByIds) {
  const Matrix x = data::lattice(64, 3, 3, 3), y = data::lattice(64, 2, 4, 4);
  for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::chebyshev})
    expect_defined(x, y, metric);
}

TEST(Evaluate, TakesZeroVectorsAsFarWhenAsked) {
  Matrix x = data::normals(60, 5, 5);
  std::fill_n(x.row(17), 5, 0.0f);
  const Matrix y = rough_map(x, 6);
  QualityParams params = small_params();
  params.distance = {Metric::cosine, ZeroVectors::far};
  const auto dx = quality_oracle::distances(x, Metric::cosine);
  const auto dy = quality_oracle::distances(y, Metric::euclidean);
  // All distances of row 17 are 2, but for rounding, which then decides in place of ids.
  EXPECT_NEAR(score(evaluate(x, y, {}, params), "trustworthiness@7").value,
              quality_oracle::trustworthiness(dx, dy, 7), 0.005);
  params.distance.zero_vectors = ZeroVectors::refuse;
  expect_contains(error_of<InvalidInput>([&] { evaluate(x, y, {}, params); }), "row 17");
}

TEST(Evaluate, GivesThePointsThemselvesFullMarks) {
  const Matrix x = data::normals(300, 3, 7);
  const QualityReport report = evaluate(x, x, {});
  EXPECT_EQ(report.scores.size(), 6u);
  for (const Score& found : report.scores) {
    EXPECT_NEAR(found.value, 1, kSums) << found.name;
    EXPECT_NEAR(found.standard_error, 0, kSums) << found.name;
  }
}

TEST(Evaluate, GivesARandomMapWhatChanceGives) {
  const Matrix x = data::normals(2000, 5, 8), y = data::normals(2000, 2, 9);
  const QualityReport report = evaluate(x, y, remainders(2000, 4));
  EXPECT_NEAR(score(report, "knn_recall@10").value, 10.0 / 1999, 0.002);
  EXPECT_NEAR(score(report, "knn_recall@50").value, 50.0 / 1999, 0.002);
  EXPECT_NEAR(score(report, "trustworthiness@15").value, 0.5, 0.01);
  EXPECT_NEAR(score(report, "continuity@15").value, 0.5, 0.01);
  EXPECT_NEAR(score(report, "triplet_accuracy").value, 0.5, 0.02);
  EXPECT_NEAR(score(report, "cpd_spearman").value, 0, 0.05);
  EXPECT_NEAR(score(report, "knn_label_accuracy").value, 0.25, 0.05);
  EXPECT_NEAR(score(report, "silhouette").value, 0, 0.03);
}

TEST(Evaluate, ScoresAMapInOnePlace) {
  const Matrix x = data::normals(100, 3, 10), y(100, 2);
  const QualityReport report = evaluate(x, y, remainders(100, 2));
  EXPECT_EQ(score(report, "cpd_spearman").value, 0);
  EXPECT_NEAR(score(report, "triplet_accuracy").value, 0.5, 0.01);
  EXPECT_EQ(score(report, "silhouette").value, 0);
}

TEST(Evaluate, TakesFourPoints) {
  const Matrix x = data::normals(4, 3, 11), y = data::normals(4, 2, 12);
  const std::vector<std::int32_t> labels{5, 5, 9, 9};
  const QualityReport report =
      evaluate(x, y, labels, {.ks = {3, 1}, .trustworthiness_k = 1, .label_k = 3});
  const auto dx = quality_oracle::distances(x, Metric::euclidean);
  const auto dy = quality_oracle::distances(y, Metric::euclidean);
  expect_value(report, "knn_recall@3", 1);
  expect_value(report, "knn_recall@1", quality_oracle::overlap(dx, dy, 1));
  expect_value(report, "trustworthiness@1", quality_oracle::trustworthiness(dx, dy, 1));
  expect_value(report, "knn_label_accuracy", 0);  // two of the other label, one of the own
}

TEST(Evaluate, FindsScoresByName) {
  const Matrix x = data::normals(120, 3, 13);
  const QualityReport report = evaluate(x, x, {});
  EXPECT_EQ(report.find("knn_recall@50"), &report.scores[1]);
  EXPECT_EQ(report.find("silhouette"), nullptr);
}

// ---- labels -------------------------------------------------------------------------------------

TEST(Evaluate, MeasuresSilhouettesByHand) {
  Matrix y(4, 1, {0, 1, 10, 11});
  const std::vector<std::int32_t> labels{3, 3, 8, 8};
  const QualityReport report =
      evaluate(y, y, labels, {.ks = {1}, .trustworthiness_k = 1, .label_k = 1});
  EXPECT_NEAR(score(report, "silhouette").value, (9.5 / 10.5 + 8.5 / 9.5) / 2, kSums);
  EXPECT_EQ(score(report, "knn_label_accuracy").value, 1);
}

TEST(Evaluate, GivesAPointAloneWithItsLabelNoSilhouette) {
  Matrix y(4, 1, {0, 1, 10, 20});
  const std::vector<std::int32_t> labels{0, 0, 1, 2};
  const QualityReport report =
      evaluate(y, y, labels, {.ks = {1}, .trustworthiness_k = 1, .label_k = 1});
  EXPECT_NEAR(score(report, "silhouette").value, (9.0 / 10 + 8.0 / 9) / 4, kSums);
}

TEST(Evaluate, IgnoresPointsWithoutALabel) {
  const Matrix x = data::blobs(90, 4, 14), y = rough_map(x, 15, 6);
  std::vector<std::int32_t> labels = remainders(90, 3), kept;
  std::vector<std::int64_t> which;
  for (std::size_t i = 0; i < 90; ++i) {
    if (i % 7 < 2) {
      labels[i] = i % 7 == 0 ? -1 : std::numeric_limits<std::int32_t>::min();
    } else {
      which.push_back(static_cast<std::int64_t>(i));
      kept.push_back(labels[i]);
    }
  }
  const QualityReport report = evaluate(x, y, labels, small_params());
  const auto dy = quality_oracle::distances(rows_of(y, which), Metric::euclidean);
  expect_value(report, "knn_label_accuracy", quality_oracle::label_accuracy(dy, kept, 4));
  EXPECT_NEAR(score(report, "silhouette").value, quality_oracle::silhouette(dy, kept), 1e-7);
  EXPECT_EQ(score(report, "silhouette").sample, static_cast<std::int64_t>(kept.size()));
  EXPECT_EQ(score(report, "knn_recall@3").sample, 90);
}

// ---- what is refused ----------------------------------------------------------------------------

/// What evaluate() says of 40 points.
std::string said(const QualityParams& params, const std::vector<std::int32_t>& labels = {}) {
  const Matrix x = data::normals(40, 3, 41);
  return error_of<InvalidInput>([&] { evaluate(x, x, labels, params); });
}

TEST(Evaluate, NamesParametersOutOfRange) {
  const std::pair<QualityParams, const char*> wrong[] = {
      {{.ks = {}}, "ks is empty"},
      {{.ks = {5, 0}}, "ks is 0"},
      {{.ks = {5, 7, 5}}, "ks holds 5 twice"},
      {{.trustworthiness_k = 0}, "trustworthiness_k is 0"},
      {{.label_k = -1}, "label_k is -1"},
      {{.exact_below = -1}, "exact_below is -1"},
      {{.rows = 1}, "rows is 1"},
      {{.subset = 3}, "subset is 3"},
      {{.pairs = 9}, "pairs is 9"},
      {{.device = Cpu{-2}}, "threads is -2"},
  };
  for (const auto& pair : wrong)
    expect_contains(error_of<InvalidParameter>([&] { evaluate({}, {}, {}, pair.first); }),
                    pair.second);
  EXPECT_THROW(evaluate({}, {}, {}, {.device = Cuda{}}), NoDevice);
}

TEST(Evaluate, TakesTheLeastOfEveryParameter) {
  const Matrix x = data::normals(40, 3, 44), y = rough_map(x, 45);
  const QualityReport report = evaluate(x, y, remainders(40, 2),
                                        {.ks = {1},
                                         .trustworthiness_k = 1,
                                         .label_k = 1,
                                         .exact_below = 0,
                                         .rows = 2,
                                         .subset = 4,
                                         .pairs = 10});
  EXPECT_EQ(score(report, "knn_recall@1").sample, 2);
  EXPECT_EQ(score(report, "trustworthiness@1").sample, 4);
  EXPECT_EQ(score(report, "triplet_accuracy").sample, 10);
  EXPECT_EQ(score(report, "silhouette").sample, 2);
}

TEST(Evaluate, NamesNeighboursThatThereAreNot) {
  expect_contains(said({.ks = {5, 40}}), "ks is 40 for 40 points; choose at most 39");
  expect_contains(said({}), "ks is 50 for 40 points");
  EXPECT_EQ(said({.ks = {39}, .trustworthiness_k = 19}), "(no error of this kind)");
  expect_contains(said({.ks = {39}, .trustworthiness_k = 20}),
                  "trustworthiness_k is 20 for 40 compared points; choose at most 19");
  expect_contains(said({.ks = {9}, .exact_below = 39, .subset = 30}),
                  "trustworthiness_k is 15 for 30 compared points; choose at most 14");
  std::vector<std::int32_t> labels(40, -1);
  for (std::size_t i = 0; i < 10; ++i) labels[i] = static_cast<std::int32_t>(i % 2);
  expect_contains(said({.ks = {9}}, labels),
                  "label_k is 10 for 10 labelled points; choose at most 9");
  EXPECT_EQ(said({.ks = {9}, .label_k = 9}, labels), "(no error of this kind)");
}

TEST(Evaluate, NamesLabelsThatCannotBeScored) {
  expect_contains(said({.ks = {9}}, remainders(39, 2)), "39 labels for 40 points");
  expect_contains(said({.ks = {9}}, remainders(40, 1)), "labels name 1 class;");
  expect_contains(said({.ks = {9}}, std::vector<std::int32_t>(40, -1)), "labels name 0 classes;");
}

TEST(Evaluate, NamesSizesAndValuesThatAreWrong) {
  const Matrix good = data::normals(100, 3, 42);
  const auto refused = [](const Matrix& x, const Matrix& y) {
    return error_of<InvalidInput>([&] { evaluate(x, y, {}); });
  };
  expect_contains(refused(good, data::normals(99, 2, 1)), "100 points and the map has 99 rows");
  expect_contains(refused(Matrix(3, 2), Matrix(3, 2)), "the points: there are 3 points");
  expect_contains(refused(good, Matrix(100, 0)), "the map: points have no coordinates");
  Matrix bad = good;
  bad.row(71)[2] = std::numeric_limits<float>::quiet_NaN();
  expect_contains(refused(bad, good), "the points: row 71, column 2");
  bad.row(71)[2] = HUGE_VALF;
  expect_contains(refused(good, bad), "the map: row 71, column 2");
}

}  // namespace
}  // namespace nearfold
