// Metrics beyond norms and directions: every one against its formula in double, over points with
// empty rows, duplicates and ties; their arguments; what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "knn/honours.hpp"
#include "knn/measure.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/knn_parts.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"

namespace nearfold {
namespace {

using Row = std::vector<double>;

// ---- the formulas of params.hpp -----------------------------------------------------------------

double minkowski(const Row& x, const Row& y, const MetricParams& told) {
  const double p = *told.p;
  double sum = 0, most = 0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    const double w = told.w.empty() ? 1 : told.w[c], d = std::abs(x[c] - y[c]);
    sum += w * std::pow(d, p);
    if (w > 0) most = std::max(most, d);
  }
  return std::isinf(p) ? most : std::pow(sum, 1 / p);
}

double hellinger(const Row& x, const Row& y) {
  double a = 0, b = 0, both = 0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    a += x[c];
    b += y[c];
    both += std::sqrt(x[c] * y[c]);
  }
  if (a == 0 && b == 0) return 0;
  if (a == 0 || b == 0) return 1;
  return std::sqrt(std::max(0.0, 1 - both / std::sqrt(a * b)));
}

double haversine(const Row& x, const Row& y) {
  const double u = std::sin((x[0] - y[0]) / 2), v = std::sin((x[1] - y[1]) / 2);
  return 2 * std::asin(std::sqrt(std::min(1.0, u * u + std::cos(x[0]) * std::cos(y[0]) * v * v)));
}

double mahalanobis(const Row& x, const Row& y, const std::vector<double>& square) {
  double sum = 0;
  for (std::size_t r = 0; r < x.size(); ++r)
    for (std::size_t c = 0; c < x.size(); ++c)
      sum += square[r * x.size() + c] * (x[r] - y[r]) * (x[c] - y[c]);
  return std::sqrt(sum);
}

double of_sets(Metric metric, const Row& x, const Row& y) {
  double b = 0, p = 0, q = 0;
  const auto n = static_cast<double>(x.size());
  for (std::size_t c = 0; c < x.size(); ++c) {
    b += x[c] != 0 && y[c] != 0;
    p += x[c] != 0 && y[c] == 0;
    q += x[c] == 0 && y[c] != 0;
  }
  const double d = p + q;
  const auto share = [](double above, double below) { return below > 0 ? above / below : 0; };
  if (metric == Metric::matching) return d / n;
  if (metric == Metric::jaccard) return share(d, b + d);
  if (metric == Metric::dice) return share(d, 2 * b + d);
  if (metric == Metric::russellrao) return (n - b) / n;
  if (metric == Metric::rogerstanimoto) return 2 * d / (n + d);
  if (metric == Metric::sokalsneath) return share(2 * d, b + 2 * d);
  return p * q > 0 ? 2 * p * q / (b * (n - b - d) + p * q) : 0;
}

double sums(Metric metric, const Row& x, const Row& y) {
  double above = 0, below = 0, ratios = 0, unequal = 0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    const double d = std::abs(x[c] - y[c]), all = std::abs(x[c]) + std::abs(y[c]);
    above += d;
    below += std::abs(x[c] + y[c]);
    ratios += all > 0 ? d / all : 0;
    unequal += x[c] != y[c];
  }
  if (metric == Metric::canberra) return ratios;
  if (metric == Metric::braycurtis) return below > 0 ? above / below : 0;
  return unequal / static_cast<double>(x.size());
}

double truth(const Distance& by, const Row& x, const Row& y) {
  const MetricRow& row = row_of(by.metric);
  if (row.points == PointsAs::bits) return of_sets(by.metric, x, y);
  if (by.metric == Metric::minkowski) return minkowski(x, y, by.params);
  if (by.metric == Metric::hellinger) return hellinger(x, y);
  if (by.metric == Metric::haversine) return haversine(x, y);
  if (by.metric == Metric::mahalanobis) return mahalanobis(x, y, by.params.VI);
  if (by.metric == Metric::custom) return minkowski(x, y, {.p = 1, .w = {}, .V = {}, .VI = {}}) / 2;
  if (by.metric == Metric::seuclidean) {
    double sum = 0;
    for (std::size_t c = 0; c < x.size(); ++c)
      sum += (x[c] - y[c]) * (x[c] - y[c]) / by.params.V[c];
    return std::sqrt(sum);
  }
  return sums(by.metric, x, y);
}

// ---- points and arguments of metrics ----------------------------------------------------------

constexpr std::int64_t kColumns = 9;

/// Values >= 0, many of them 0; rows of zeros, duplicates.
Matrix counts(std::int64_t n, std::int64_t cols, std::uint64_t seed, int most, double zeros = 0.4) {
  std::mt19937_64 draw(seed);
  Matrix x(n, cols);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < cols; ++c)
      x.row(i)[c] = static_cast<double>(draw() % 1000) < 1000 * zeros
                        ? 0.0f
                        : static_cast<float>(1 + draw() % static_cast<std::uint64_t>(most));
  for (const std::int64_t i : {3, 50}) std::fill_n(x.row(i), cols, 0.0f);
  for (const std::int64_t i : {7, 8, 90}) std::copy_n(x.row(20), cols, x.row(i));
  return x;
}

Matrix places(std::int64_t n, std::uint64_t seed) {
  std::mt19937_64 draw(seed);
  std::uniform_real_distribution<float> latitude(-1.57f, 1.57f), longitude(-3.14f, 3.14f);
  Matrix x(n, 2);
  for (std::int64_t i = 0; i < n; ++i) {
    x.row(i)[0] = latitude(draw);
    x.row(i)[1] = longitude(draw);
  }
  std::copy_n(x.row(20), 2, x.row(7));
  return x;
}

Matrix points_of(Metric metric, std::int64_t n) {
  const MetricRow& row = row_of(metric);
  if (row.points == PointsAs::places) return places(n, 4);
  if (row.points == PointsAs::bits) return counts(n, 131, 5, 2, 0.7);
  if (metric == Metric::hamming) return counts(n, 40, 6, 3);
  if (metric == Metric::hellinger || metric == Metric::braycurtis || metric == Metric::canberra)
    return counts(n, kColumns, 7, 30);
  return data::normals(n, kColumns, 8, 1.0, 0.3f);
}

/// I + v v', which is positive definite.
std::vector<double> inverse_covariance() {
  std::vector<double> square;
  for (std::int64_t r = 0; r < kColumns; ++r)
    for (std::int64_t c = 0; c < kColumns; ++c)
      square.push_back((r == c ? 1.0 : 0.0) + 0.1 * static_cast<double>((r + 1) * (c + 1)) / 9);
  return square;
}

std::vector<double> column_values() {
  std::vector<double> values;
  for (std::int64_t c = 0; c < kColumns; ++c) values.push_back(0.25 + static_cast<double>(c));
  return values;
}

float half_of_l1(const float* x, const float* y, std::int64_t dim) {
  double sum = 0;
  for (std::int64_t c = 0; c < dim; ++c)
    sum += std::abs(static_cast<double>(x[c]) - static_cast<double>(y[c]));
  return static_cast<float>(sum / 2);
}

/// Each metric that is not one of norms and directions, with what it may be told.
std::vector<Distance> distances() {
  std::vector<Distance> all;
  const std::vector<Metric> others = metrics_of_any_points();
  for (const Metric metric : all_metrics()) {
    if (std::count(others.begin(), others.end(), metric) > 0) continue;
    Distance by{metric, ZeroVectors::refuse, {}, {}};
    switch (row_of(metric).argument) {
      case MetricArgument::none:
        if (metric == Metric::custom) by.custom = half_of_l1;
        break;
      case MetricArgument::power:
        for (const double p : {1.0, 1.5, 2.0, 3.0, 100.0, std::numeric_limits<double>::infinity()})
          for (const std::vector<double>& w : {std::vector<double>(), column_values()}) {
            by.params = {.p = p, .w = w, .V = {}, .VI = {}};
            all.push_back(by);
          }
        continue;
      case MetricArgument::variances:
        by.params.V = column_values();
        break;
      case MetricArgument::inverse_covariance:
        by.params.VI = inverse_covariance();
        break;
    }
    all.push_back(by);
  }
  return all;
}

std::string text_of(const Distance& by) {
  return std::string(name(by.metric)) + (by.params.p ? " " + std::to_string(*by.params.p) : "") +
         (by.params.w.empty() ? "" : " weighted");
}

Row row_at(const Matrix& x, std::int64_t i) {
  return {x.row(i), x.row(i) + x.cols()};
}

/// Float32 rows of length 1 hold an angle near pi less exactly.
double allowed(const Distance& by, double wanted) {
  const double near_antipode = by.metric == Metric::haversine && wanted > 3 ? 1e-3 : 0;
  return 1e-6 * std::max(1.0, wanted) + near_antipode;
}

/// Distances are those of their ids; returns the share as near as the true k-th.
double share_right(const Matrix& x, const Distance& by, const KnnGraph& graph, std::int64_t step) {
  std::int64_t right = 0, all = 0;
  for (std::int64_t i = 0; i < x.rows(); i += step) {
    std::vector<double> wanted;
    for (std::int64_t j = 0; j < x.rows(); ++j)
      if (j != i) wanted.push_back(truth(by, row_at(x, i), row_at(x, j)));
    std::sort(wanted.begin(), wanted.end());
    const double reach = wanted[static_cast<std::size_t>(graph.k - 1)];
    for (std::int64_t e = i * graph.k; e < (i + 1) * graph.k; ++e, ++all) {
      const auto at = static_cast<std::size_t>(e);
      const double d = truth(by, row_at(x, i), row_at(x, graph.neighbors[at]));
      EXPECT_NEAR(static_cast<double>(graph.distances[at]), d, allowed(by, d))
          << text_of(by) << ", row " << i << ", neighbour " << graph.neighbors[at];
      right += d <= reach + allowed(by, reach) ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(all);
}

KnnGraph find(const Matrix& x, int k, const KnnParams& params, const Distance& by, int threads) {
  return find_neighbors(x, k, params, Cpu{threads}, 1, by);
}

void expect_same(const KnnGraph& a, const KnnGraph& b, const std::string& what) {
  EXPECT_EQ(a.neighbors, b.neighbors) << what;
  EXPECT_EQ(a.distances, b.distances) << what;
}

// ---- searches -----------------------------------------------------------------------------------

TEST(Metrics, AreExactByFlatAndTheSameOnAnyNumberOfThreads) {
  for (const Distance& by : distances()) {
    const Matrix x = points_of(by.metric, 400);
    const KnnGraph graph = find(x, 12, FlatKnn{}, by, 2);
    ASSERT_NO_THROW(graph.validate()) << text_of(by);
    EXPECT_EQ(graph.metric, name(by.metric));
    EXPECT_EQ(share_right(x, by, graph, 7), 1.0) << text_of(by);
    expect_same(graph, find(x, 12, FlatKnn{}, by, 1), text_of(by));
    expect_same(graph, find(x, 12, FlatKnn{}, by, 3), text_of(by));
  }
}

TEST(Metrics, GiveEveryOtherPointItsDistance) {
  for (const Distance& by : distances()) {
    const Matrix x = points_of(by.metric, 100);
    share_right(x, by, find(x, 99, FlatKnn{}, by, 2), 1);
  }
}

TEST(Metrics, ReachTheirTargetByEachMethodThatTakesThem) {
  for (const Distance& by : distances()) {
    // A power for every column of a pair takes long, and shows as much of fewer points.
    const bool slow = measure_for(by, kColumns).norm == Norm::lp;
    const Matrix x = points_of(by.metric, slow ? 300 : 800);
    for (const KnnParams& params : {KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}},
                                    KnnParams{NnDescentKnn{}}, KnnParams{AutoKnn{}}}) {
      const auto takes = [&](const auto& p) { return honours(p, row_of(by.metric)); };
      if (!std::visit(takes, params)) continue;
      const KnnGraph graph = find(x, 12, params, by, 2);
      EXPECT_GE(share_right(x, by, graph, 31), 0.9) << text_of(by) << " by " << graph.index;
      expect_same(graph, find(x, 12, params, by, 1), text_of(by) + " by " + graph.index);
    }
  }
}

TEST(Metrics, OfQueriesAreThoseOfPoints) {
  for (const Distance& by : distances()) {
    const Matrix x = points_of(by.metric, 200), q = points_of(by.metric, 210);
    const QueryResult found = find_neighbors(q, x, 5, FlatKnn{}, Cpu{2}, 1, by);
    for (std::int64_t i = 0; i < q.rows(); i += 9) {
      std::vector<double> wanted;
      for (std::int64_t j = 0; j < x.rows(); ++j)
        wanted.push_back(truth(by, row_at(q, i), row_at(x, j)));
      std::sort(wanted.begin(), wanted.end());
      for (std::size_t e = 0; e < 5; ++e)
        EXPECT_NEAR(static_cast<double>(found.distances[static_cast<std::size_t>(i) * 5 + e]),
                    wanted[e], allowed(by, wanted[e]))
            << text_of(by);
    }
  }
}

TEST(Metrics, OfPartsMakeTheGraphOfTheWhole) {
  for (const Distance& by : distances()) {
    const Matrix x = points_of(by.metric, 200);
    PointsScan scan(x.rows(), x.cols(), by, Cpu{1});
    scan.add(x);
    std::vector<KnnPart> parts;
    const std::vector<std::int64_t> cuts = {0, 60, 200};
    for (std::size_t d = 0; d + 1 < cuts.size(); ++d) {
      const std::int64_t from = cuts[d], rows = cuts[d + 1] - from;
      parts.push_back(find_part({{0, 200}, x}, {{from, from + rows}, {x.row(from), rows, x.cols()}},
                                scan.finish(), 8, Cpu{2}, 1, by));
    }
    expect_same(merge_parts(parts, Cpu{1}), find(x, 8, FlatKnn{}, by, 2), text_of(by));
  }
}

// ---- bits ---------------------------------------------------------------------------------------

TEST(Bits, OfAnyNumberOfColumnsAreCountedRight) {
  for (const std::int64_t cols : {1, 2, 63, 64, 65, 512, 1000})
    for (const Metric metric : {Metric::jaccard, Metric::yule, Metric::hamming}) {
      const Distance by{metric, ZeroVectors::refuse, {}, {}};
      const Matrix x = counts(150, cols, 9, 1, 0.6);
      EXPECT_EQ(share_right(x, by, find(x, 10, FlatKnn{}, by, 2), 5), 1.0)
          << name(metric) << " of " << cols;
    }
}

TEST(Bits, OfHammingAreThoseOfItsValues) {
  Matrix x = counts(300, 70, 10, 1);
  const Distance by{Metric::hamming, ZeroVectors::refuse, {}, {}};
  const KnnGraph bits = find(x, 9, FlatKnn{}, by, 2);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t c = 0; c < x.cols(); ++c) x.row(i)[c] = 2 * x.row(i)[c] + 1;
  expect_same(find(x, 9, FlatKnn{}, by, 2), bits, "other values");
}

// ---- what is refused ----------------------------------------------------------------------------

template <class Error>
std::string said(const Matrix& x, const Distance& by) {
  return error_of<Error>([&] { find(x, 3, FlatKnn{}, by, 1); });
}

TEST(Metrics, RefuseValuesThatTheyAreNotOf) {
  Matrix x = counts(100, 4, 11, 5);
  x.row(17)[2] = -1;
  for (const Metric metric : {Metric::hellinger, Metric::braycurtis})
    expect_contains(said<InvalidInput>(x, {metric, {}, {}, {}}), "row 17, column 2 is -1");
  Matrix y = places(50, 12);
  y.row(9)[0] = 52.5f;
  expect_contains(said<InvalidInput>(y, {Metric::haversine, {}, {}, {}}),
                  "row 9, column 0 is 52.5");
  expect_contains(said<InvalidInput>(x, {Metric::haversine, {}, {}, {}}), "have 4 columns");
  Matrix bits = counts(100, 20, 13, 1), queries = bits;
  queries.row(2)[5] = 3;
  const auto ask = [&] {
    find_neighbors(queries, bits, 3, FlatKnn{}, Cpu{1}, 1, {Metric::hamming, {}, {}, {}});
  };
  expect_contains(error_of<InvalidInput>(ask), "row 2, column 5 is 3");
}

TEST(Metrics, RefuseWhatTheyCannotBeTold) {
  const Matrix x = data::normals(50, 3, 14);
  const auto of = [&](Metric metric, const MetricParams& params) {
    return said<InvalidInput>(x, {metric, ZeroVectors::refuse, params, {}});
  };
  const auto power = [](double p, std::vector<double> w) {
    return MetricParams{.p = p, .w = std::move(w), .V = {}, .VI = {}};
  };
  expect_contains(of(Metric::minkowski, {}), "needs its power p");
  expect_contains(of(Metric::minkowski, power(0.5, {})), "p is 0.5");
  expect_contains(of(Metric::minkowski, power(std::nan(""), {})), "at least 1");
  expect_contains(of(Metric::minkowski, power(3, {1, -1, 1})), "w, column 1");
  expect_contains(of(Metric::minkowski, power(3, {1, 1})), "w has 2 values");
  expect_contains(of(Metric::euclidean, power(3, {})), "p is a parameter of minkowski");
  MetricParams params;
  expect_contains(of(Metric::seuclidean, params), "needs V");
  expect_contains(of(Metric::mahalanobis, params), "needs VI");
  params.V = {1, 0, 1};
  expect_contains(of(Metric::seuclidean, params), "V, column 1");
  params.V = {1, 1};
  expect_contains(of(Metric::seuclidean, params), "V has 2 values");
  params.V = {};
  params.VI = {1, 2, 0, 1};
  expect_contains(of(Metric::mahalanobis, params), "not symmetric");
  params.VI = {1, 2, 2, 1};
  expect_contains(of(Metric::mahalanobis, params), "not positive definite");
  params.VI = {1, 2, 3};
  expect_contains(of(Metric::mahalanobis, params), "no square");
  params.VI = {1, 0, 0, 1};
  expect_contains(of(Metric::mahalanobis, params), "VI has 4 values");
  expect_contains(of(Metric::custom, {}), "Distance::custom");
}

TEST(Metrics, ThatAGpuHasNotAreRefusedByName) {
  for (const Metric metric : {Metric::canberra, Metric::jaccard, Metric::haversine}) {
    const Settings settings{.distance = {metric, {}, {}, {}}, .device = Cuda{}};
    expect_contains(error_of<Unsupported>([&] { validate(settings); }), name(metric));
  }
}

}  // namespace
}  // namespace nearfold
