// The scores of new points on a map against their definitions: all distances, in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "nearfold/quality.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/quality_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 80, kNew = 33;

struct Case {
  Matrix points = data::blobs(kPoints, 5, 1, 3, 4), layout = rough_map(points, 2);
  Matrix rows = data::blobs(kNew, 5, 3, 3, 4), placed = rough_map(rows, 4);
  std::vector<std::int32_t> labels = remainders(kPoints, 3), row_labels = remainders(kNew, 3);

  QualityReport report(const QualityParams& params) const {
    return evaluate_new(points, layout, labels, {rows, placed, row_labels}, params);
  }
};

QualityParams small_params() {
  return {.ks = {3, 10}, .trustworthiness_k = 7, .label_k = 4};
}

double distance(const Matrix& a, std::int64_t i, const Matrix& b, std::int64_t j) {
  double sum = 0;
  for (std::int64_t c = 0; c < a.cols(); ++c)
    sum += std::pow(double{a.row(i)[c]} - double{b.row(j)[c]}, 2);
  return std::sqrt(sum);
}

/// Points by their distance from row i, ties by id.
std::vector<std::int64_t> order_of(const Matrix& rows, std::int64_t i, const Matrix& points) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(points.rows()));
  std::iota(ids.begin(), ids.end(), std::int64_t{0});
  std::stable_sort(ids.begin(), ids.end(), [&](std::int64_t a, std::int64_t b) {
    return distance(rows, i, points, a) < distance(rows, i, points, b);
  });
  return ids;
}

double recall(const Case& in, int k) {
  double sum = 0;
  for (std::int64_t i = 0; i < kNew; ++i) {
    const auto near = order_of(in.rows, i, in.points), on_map = order_of(in.placed, i, in.layout);
    for (int e = 0; e < k; ++e)
      sum += static_cast<double>(
          std::count(near.begin(), near.begin() + k, on_map[static_cast<std::size_t>(e)]));
  }
  return sum / static_cast<double>(kNew * k);
}

/// scikit-learn's with the ranks that the neighbours by `near` have by `far`.
double ranked(const Matrix& near_rows, const Matrix& near, const Matrix& far_rows,
              const Matrix& far, int k) {
  double sum = 0;
  for (std::int64_t i = 0; i < kNew; ++i) {
    const auto a = order_of(near_rows, i, near), b = order_of(far_rows, i, far);
    for (int e = 0; e < k; ++e) {
      const auto at = std::find(b.begin(), b.end(), a[static_cast<std::size_t>(e)]) - b.begin();
      sum += std::max(0.0, static_cast<double>(at + 1 - k));
    }
  }
  return 1 - 2 / static_cast<double>(kNew * k * (2 * kPoints - 3 * k + 1)) * sum;
}

double label_accuracy(const Case& in, int k) {
  double hits = 0;
  for (std::int64_t i = 0; i < kNew; ++i) {
    std::map<std::int32_t, int> votes;
    const auto near = order_of(in.placed, i, in.layout);
    for (int e = 0; e < k; ++e)
      ++votes[in.labels[static_cast<std::size_t>(near[static_cast<std::size_t>(e)])]];
    const auto most =
        std::max_element(votes.begin(), votes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    hits += most->first == in.row_labels[static_cast<std::size_t>(i)] ? 1 : 0;
  }
  return hits / kNew;
}

double scale_of(const Matrix& map) {
  double mean[2] = {}, sum = 0;
  for (std::int64_t i = 0; i < map.rows(); ++i)
    for (int c = 0; c < 2; ++c) mean[c] += double{map.row(i)[c]} / static_cast<double>(map.rows());
  for (std::int64_t i = 0; i < map.rows(); ++i)
    for (int c = 0; c < 2; ++c) sum += std::pow(double{map.row(i)[c]} - mean[c], 2);
  return std::sqrt(sum / static_cast<double>(map.rows()));
}

double lost(const Case& in) {
  double count = 0;
  for (std::int64_t i = 0; i < kNew; ++i) {
    const auto near = order_of(in.rows, i, in.points);
    double closest = HUGE_VAL;
    for (std::size_t e = 0; e < 10; ++e)
      closest = std::min(closest, distance(in.placed, i, in.layout, near[e]));
    count += closest > 0.1 * scale_of(in.layout) ? 1 : 0;
  }
  return count / kNew;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void expect_value(const QualityReport& report, const std::string& name, double wanted) {
  EXPECT_NEAR(score(report, name).value, wanted, 1e-6) << name;
}

TEST(EvaluateNew, FollowsTheDefinitions) {
  const Case in;
  const QualityReport report = in.report(small_params());
  EXPECT_EQ(report.n, kNew);
  EXPECT_EQ(report.scores.size(), 7u);
  expect_value(report, "knn_recall@3", recall(in, 3));
  expect_value(report, "knn_recall@10", recall(in, 10));
  expect_value(report, "trustworthiness@7", ranked(in.placed, in.layout, in.rows, in.points, 7));
  expect_value(report, "continuity@7", ranked(in.rows, in.points, in.placed, in.layout, 7));
  expect_value(report, "knn_label_accuracy", label_accuracy(in, 4));
  expect_value(report, "lost", lost(in));
  std::vector<double> gaps, natural;
  for (std::int64_t i = 0; i < kNew; ++i)
    gaps.push_back(distance(in.placed, i, in.layout, order_of(in.placed, i, in.layout).front()));
  for (std::int64_t i = 0; i < kPoints; ++i)
    natural.push_back(distance(in.layout, i, in.layout, order_of(in.layout, i, in.layout)[1]));
  expect_value(report, "spacing", median(gaps) / median(natural));
}

TEST(EvaluateNew, FindsRowsOnTheirPointsPerfectButForTheirSpacing) {
  Case in;
  in.rows = in.points;
  in.placed = in.layout = in.points;
  in.row_labels = in.labels;
  const QualityReport report = in.report(small_params());
  expect_value(report, "knn_recall@10", 1);
  expect_value(report, "trustworthiness@7", 1);
  expect_value(report, "lost", 0);
  expect_value(report, "spacing", 0);
}

TEST(EvaluateNew, DoesNotDependOnThreadsAndSamplesByTheSeed) {
  const Case in;
  QualityParams params = small_params();
  params.exact_below = 10;
  params.rows = 20;
  params.subset = 40;
  params.device = Cpu{1};
  const QualityReport one = in.report(params);
  params.device = Cpu{3};
  const QualityReport three = in.report(params);
  for (std::size_t s = 0; s < one.scores.size(); ++s) {
    EXPECT_EQ(one.scores[s].value, three.scores[s].value) << one.scores[s].name;
    EXPECT_EQ(one.scores[s].sample, 20);
  }
  EXPECT_GT(score(one, "knn_recall@10").standard_error, 0);
  EXPECT_GT(score(one, "spacing").standard_error, 0);
}

TEST(EvaluateNew, RowsWithoutALabelAreNotScoredByIt) {
  Case in;
  for (std::size_t i = 0; i < 11; ++i) in.row_labels[i] = -1;
  EXPECT_EQ(score(in.report(small_params()), "knn_label_accuracy").sample, kNew - 11);
  in.row_labels.assign(kNew, -1);
  expect_contains(error_of<InvalidInput>([&] { in.report(small_params()); }), "0 have a label");
}

TEST(EvaluateNew, RefusesWhatDoesNotBelongTogether) {
  const auto refuses = [](const Case& in, const std::string& part,
                          const QualityParams& params = small_params()) {
    expect_contains(error_of<InvalidInput>([&] { in.report(params); }), part);
  };
  Case in;
  in.placed = Matrix(kNew - 1, 2, std::vector<float>(2 * (kNew - 1), 1));
  refuses(in, "new rows are 33, and their places 32");
  in = {};
  in.rows = data::normals(kNew, 4, 1);
  refuses(in, "columns of the points are 5, and of the new rows 4");
  in = {};
  in.row_labels.clear();
  refuses(in, "or of neither");
  in = {};
  in.placed.row(3)[1] = NAN;
  refuses(in, "the new places: ");
  refuses({}, "ks is 81", {.ks = {81}});
}

// A torus is flat: where no way leads round it, its scores are those of the plane, wherever it is
// cut open.
TEST(EvaluateNew, OnATorusScoresAsInThePlane) {
  Case in;
  const auto fit_into = [](Matrix& map, float from) {
    for (std::int64_t i = 0; i < map.rows(); ++i)
      for (std::int64_t c = 0; c < map.cols(); ++c) {
        const float turned = std::fmod(from + 0.04f * map.row(i)[c] + 12.5663706f, 6.28318531f);
        map.row(i)[c] = turned;
      }
  };
  Case middle = in, cut = in;
  for (Matrix* map : {&middle.layout, &middle.placed}) fit_into(*map, 3);
  for (Matrix* map : {&cut.layout, &cut.placed}) fit_into(*map, 0);
  QualityParams params = small_params();
  const QualityReport flat = middle.report(params);
  params.map_metric = OutputMetric::torus;
  for (const QualityReport& curved : {middle.report(params), cut.report(params)}) {
    ASSERT_EQ(curved.scores.size(), flat.scores.size());
    for (std::size_t s = 0; s < flat.scores.size(); ++s) {
      EXPECT_EQ(curved.scores[s].name, flat.scores[s].name);
      EXPECT_NEAR(curved.scores[s].value, flat.scores[s].value, 0.02) << flat.scores[s].name;
    }
  }
}

}  // namespace
}  // namespace nearfold
