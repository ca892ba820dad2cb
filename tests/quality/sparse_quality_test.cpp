// Maps of sparse points are scored as maps of the same points dense.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "nearfold/quality.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"
#include "support/quality_data.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 150, kNew = 40, kColumns = 31;

const Matrix& points() {
  static const Matrix x = data::many_zeros(kPoints, kColumns, 1, /*whole=*/false);
  return x;
}
const Matrix& rows() {
  static const Matrix kRows = [] {
    Matrix x = data::many_zeros(kNew, kColumns, 2, /*whole=*/false);
    for (const std::int64_t empty : {11, 30}) x.row(empty)[3] = 1;  // which all are as far from
    return x;
  }();
  return kRows;
}

QualityParams by(Metric metric) {
  QualityParams params{.ks = {4, 10}, .trustworthiness_k = 6, .label_k = 5};
  params.distance.metric = metric;
  params.distance.zero_vectors = ZeroVectors::far;
  if (metric == Metric::minkowski) params.distance.params.p = 3;
  if (metric == Metric::seuclidean) params.distance.params.V.assign(kColumns, 0.7);
  return params;
}

/// Correlation alone is measured in another order, which may exchange near neighbours.
void expect_alike(const QualityReport& sparse, const QualityReport& dense, Metric metric) {
  ASSERT_EQ(sparse.scores.size(), dense.scores.size());
  const double off = metric == Metric::correlation ? 5e-3 : 0;
  for (std::size_t s = 0; s < dense.scores.size(); ++s) {
    EXPECT_EQ(sparse.scores[s].name, dense.scores[s].name);
    EXPECT_NEAR(sparse.scores[s].value, dense.scores[s].value, off)
        << name(metric) << " " << dense.scores[s].name;
    EXPECT_EQ(sparse.scores[s].sample, dense.scores[s].sample);
  }
}

TEST(SparseQuality, HasTheScoresOfTheSamePointsDense) {
  const SparseMatrix sparse = data::sparse_of(points(), 0.05);
  const Matrix map = rough_map(points(), 3, 0.1f);
  const std::vector<std::int32_t> labels = remainders(kPoints, 4);
  for (const Metric metric : metrics_of_sparse()) {
    QualityParams params = by(metric);
    const QualityReport dense = evaluate(points(), map, labels, params);
    expect_alike(evaluate(sparse.view(), map, labels, params), dense, metric);
    params.device = Cpu{3};
    expect_alike(evaluate(sparse.view(), map, labels, params), dense, metric);
  }
}

TEST(SparseQuality, ScoresSamples) {
  const SparseMatrix sparse = data::sparse_of(points());
  const Matrix map = rough_map(points(), 3, 0.1f);
  QualityParams params = by(Metric::cosine);
  params.exact_below = 10;
  params.rows = 60;
  params.subset = 50;
  expect_alike(evaluate(sparse.view(), map, {}, params), evaluate(points(), map, {}, params),
               Metric::cosine);
}

TEST(SparseQuality, OfNewRowsIsThatOfDenseOnes) {
  const SparseMatrix sparse = data::sparse_of(points()), sparse_rows = data::sparse_of(rows());
  const Matrix map = rough_map(points(), 3, 0.1f), places = rough_map(rows(), 4, 0.1f);
  const std::vector<std::int32_t> labels = remainders(kPoints, 4), row_labels = remainders(kNew, 4);
  for (const Metric metric : metrics_of_sparse()) {
    QualityParams params = by(metric);
    params.exact_below = 30;  // some of the rows, whose copies are scored
    params.rows = 25;
    params.subset = 60;
    expect_alike(
        evaluate_new(sparse.view(), map, labels,
                     PlacedSparsePoints{sparse_rows.view(), places, row_labels}, params),
        evaluate_new(points(), map, labels, PlacedPoints{rows(), places, row_labels}, params),
        metric);
  }
}

TEST(SparseQuality, NamesWhatIsWrong) {
  const Matrix map = rough_map(points(), 3);
  SparseMatrix bad = data::sparse_of(points());
  bad.values[7] = NAN;
  expect_contains(error_of<InvalidInput>([&] { evaluate(bad.view(), map, {}); }),
                  "the points: row");
  const SparseMatrix sparse = data::sparse_of(points());
  expect_contains(
      error_of<InvalidInput>([&] { evaluate(sparse.view(), rough_map(rows(), 1), {}); }),
      "there are 150 points");
  EXPECT_THROW(evaluate(sparse.view(), map, {}, by(Metric::haversine)), Unsupported);
}

}  // namespace
}  // namespace nearfold
