// Metrics: every method under every metric it takes, against all pairs in double; rows without a
// direction; what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "knn/honours.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"

namespace nearfold {
namespace {

std::vector<double> doubles(const Matrix& x, std::int64_t i, bool centred) {
  std::vector<double> row(x.row(i), x.row(i) + x.cols());
  double mean = 0;
  for (const double v : row) mean += v / static_cast<double>(x.cols());
  if (centred)
    for (double& v : row) v -= mean;
  return row;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

double longest(const Matrix& x) {
  double most = 0;
  for (std::int64_t i = 0; i < x.rows(); ++i)
    most = std::max(most, std::sqrt(dot(doubles(x, i, false), doubles(x, i, false))));
  return most;
}

/// The definition of params.hpp, of point j from point i.
double distance(const Matrix& x, Metric metric, std::int64_t i, std::int64_t j, double most) {
  const bool centred = metric == Metric::correlation;
  const std::vector<double> a = doubles(x, i, centred), b = doubles(x, j, centred);
  double l1 = 0, l2 = 0, linf = 0;
  for (std::size_t c = 0; c < a.size(); ++c) {
    const double d = std::abs(a[c] - b[c]);
    l1 += d;
    l2 += d * d;
    linf = std::max(linf, d);
  }
  switch (metric) {
    case Metric::euclidean:
      return std::sqrt(l2);
    case Metric::sqeuclidean:
      return l2;
    case Metric::manhattan:
      return l1;
    case Metric::chebyshev:
      return linf;
    case Metric::inner_product:
      return std::sqrt(dot(a, a)) * most - dot(a, b);
    case Metric::cosine:
    case Metric::correlation:
      return 1 - dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
    case Metric::minkowski:
    case Metric::seuclidean:
    case Metric::mahalanobis:
    case Metric::hellinger:
    case Metric::canberra:
    case Metric::braycurtis:
    case Metric::haversine:
    case Metric::hamming:
    case Metric::matching:
    case Metric::jaccard:
    case Metric::dice:
    case Metric::russellrao:
    case Metric::rogerstanimoto:
    case Metric::sokalsneath:
    case Metric::yule:
    case Metric::custom:
      break;  // metrics_test.cpp
  }
  return -1;
}

/// All distances from point i but its own, ascending.
std::vector<double> sorted_distances(const Matrix& x, Metric metric, std::int64_t i, double most) {
  std::vector<double> all;
  for (std::int64_t j = 0; j < x.rows(); ++j)
    if (j != i) all.push_back(distance(x, metric, i, j, most));
  std::sort(all.begin(), all.end());
  return all;
}

/// Absolute, for what is left of a difference of products: a few roundings of |a| |b|.
double allowed(Metric metric, double most, double wanted) {
  const double of_products = metric == Metric::inner_product ? 1e-6 * most * most : 0;
  const double of_directions = metric == Metric::cosine || metric == Metric::correlation ? 1e-7 : 0;
  return 4e-6 * std::abs(wanted) + of_products + of_directions;
}

/// Share of neighbours as near as the true k-th. Every distance must be that of its id.
double check(const Matrix& x, Metric metric, const KnnGraph& graph, std::int64_t stride) {
  const double most = longest(x);
  std::int64_t hits = 0, all = 0;
  for (std::int64_t i = 0; i < x.rows(); i += stride) {
    const std::vector<double> wanted = sorted_distances(x, metric, i, most);
    const double reach = wanted[static_cast<std::size_t>(graph.k - 1)];
    for (std::int64_t e = 0; e < graph.k; ++e, ++all) {
      const auto at = static_cast<std::size_t>(i * graph.k + e);
      const double true_one = distance(x, metric, i, graph.neighbors[at], most);
      EXPECT_NEAR(static_cast<double>(graph.distances[at]), true_one,
                  allowed(metric, most, true_one))
          << name(metric) << ", row " << i << ", neighbour " << e;
      hits += true_one <= reach + allowed(metric, most, reach) ? 1 : 0;
    }
  }
  return static_cast<double>(hits) / static_cast<double>(all);
}

KnnGraph find(const Matrix& x, int k, const KnnParams& params, const Distance& distance,
              int threads = 2) {
  return find_neighbors(x, k, params, Cpu{threads}, 1, distance);
}

TEST(Metric, FlatIsExactUnderEachInFewDimensions) {
  const Matrix x = data::normals(400, 7, 1, 1.0, 0.3f);
  for (const Metric metric : metrics_of_any_points()) {
    const KnnGraph graph = find(x, 12, FlatKnn{}, {metric});
    ASSERT_NO_THROW(graph.validate()) << name(metric);
    EXPECT_EQ(graph.metric, name(metric));
    EXPECT_EQ(check(x, metric, graph, 3), 1.0) << name(metric);
  }
}

TEST(Metric, FlatIsExactUnderEachThroughTheFilter) {
  const Matrix x = data::normals(2000, 130, 2, /*decay=*/0.95, /*offset=*/0.05f);
  for (const Metric metric : metrics_of_any_points())
    EXPECT_EQ(check(x, metric, find(x, 12, FlatKnn{}, {metric}), 23), 1.0) << name(metric);
}

TEST(Metric, ApproximateMethodsReachTheirTargetUnderEachThatTheyTake) {
  const Matrix x = data::normals(1500, 10, 3, 1.0, 0.3f);
  for (const Metric metric : metrics_of_any_points())
    for (const KnnParams& params :
         {KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}}, KnnParams{NnDescentKnn{}}}) {
      try {
        check_metric(params, metric);
      } catch (const Unsupported&) {
        continue;
      }
      const KnnGraph graph = find(x, 12, params, {metric});
      ASSERT_NO_THROW(graph.validate());
      EXPECT_GE(check(x, metric, graph, 7), 0.92) << name(metric) << " by " << graph.index;
      EXPECT_GE(graph.recall.value().mean, 0.95) << name(metric) << " by " << graph.index;
    }
}

TEST(Metric, GraphsAreTheSameForAnyNumberOfThreadsUnderEach) {
  const Matrix x = data::normals(700, 20, 4, 1.0, 0.3f);
  for (const Metric metric : metrics_of_any_points()) {
    const KnnGraph one = find(x, 9, FlatKnn{}, {metric}, 1);
    for (const int threads : {2, 3, 7}) {
      const KnnGraph more = find(x, 9, FlatKnn{}, {metric}, threads);
      EXPECT_EQ(more.neighbors, one.neighbors) << name(metric);
      EXPECT_EQ(more.distances, one.distances) << name(metric);
    }
  }
}

TEST(Metric, SquaredEuclideanHasTheNeighboursOfEuclidean) {
  const Matrix x = data::lattice(500, 6, 5, 9);
  const KnnGraph plain = find(x, 10, FlatKnn{}, {Metric::euclidean}),
                 squared = find(x, 10, FlatKnn{}, {Metric::sqeuclidean});
  EXPECT_EQ(plain.neighbors, squared.neighbors);
}

TEST(Metric, CosineIgnoresLengthsAndCorrelationOffsets) {
  const Matrix x = data::normals(300, 8, 6);
  Matrix longer = x, higher = x;
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t c = 0; c < x.cols(); ++c) {
      longer.row(i)[c] *= static_cast<float>(1 << (i % 5));
      higher.row(i)[c] = longer.row(i)[c] + 0.5f * static_cast<float>(i % 7);
    }
  EXPECT_EQ(find(x, 8, FlatKnn{}, {Metric::cosine}).distances,
            find(longer, 8, FlatKnn{}, {Metric::cosine}).distances);
  EXPECT_EQ(find(x, 8, FlatKnn{}, {Metric::correlation}).neighbors,
            find(higher, 8, FlatKnn{}, {Metric::correlation}).neighbors);
}

// ---- rows without a direction -------------------------------------------------------------------

TEST(Metric, SeesAShiftWhereDistancesChange) {
  const Matrix x = data::lattice(60, 4, 23, 9);
  Matrix moved = x;
  for (std::int64_t i = 0; i < 60; ++i)
    for (std::int64_t c = 0; c < 4; ++c) moved.row(i)[c] += static_cast<float>(c * c + 1);
  for (const Metric metric : metrics_of_any_points()) {
    const auto distances = [&](const Matrix& points) {
      return find_neighbors(points, 59, FlatKnn{}, Cpu{2}, 1,
                            {.metric = metric, .zero_vectors = ZeroVectors::far})
          .distances;
    };
    EXPECT_EQ(sees_shift(metric), distances(x) != distances(moved)) << name(metric);
  }
}

TEST(Metric, ListsRowsWithoutADirection) {
  Matrix x = data::normals(50, 4, 7);
  for (const std::int64_t i : {3, 17}) std::fill_n(x.row(i), 4, 0.0f);
  std::fill_n(x.row(20), 4, 2.5f);
  const auto said = [&](Metric metric) {
    return error_of<InvalidInput>([&] { find(x, 3, FlatKnn{}, {metric}); });
  };
  expect_contains(said(Metric::cosine), "rows 3, 17 hold only zeros");
  expect_contains(said(Metric::correlation), "rows 3, 17, 20 hold one value only");
  EXPECT_NO_THROW(find(x, 3, FlatKnn{}, {Metric::euclidean}));
  for (std::int64_t i = 0; i < 30; ++i) std::fill_n(x.row(i), 4, 0.0f);
  expect_contains(said(Metric::cosine), "and 20 more");
}

TEST(Metric, FarZeroVectorsAreNeighboursOfEachOtherFirst) {
  Matrix x = data::normals(60, 4, 8);
  for (const std::int64_t i : {3, 17, 40}) std::fill_n(x.row(i), 4, 0.0f);
  for (const Metric metric : {Metric::cosine, Metric::correlation}) {
    const KnnGraph graph = find(x, 5, FlatKnn{}, {metric, ZeroVectors::far});
    ASSERT_NO_THROW(graph.validate());
    EXPECT_EQ(graph.neighbors[3 * 5], 17);
    EXPECT_EQ(graph.neighbors[3 * 5 + 1], 40);
    EXPECT_EQ(graph.distances[3 * 5 + 1], 0.0f);
    EXPECT_NEAR(graph.distances[3 * 5 + 2], 2.0f, 1e-6f);
    for (std::int64_t i = 0; i < 60; ++i) {
      if (i == 3 || i == 17 || i == 40) continue;
      for (std::int64_t e = i * 5; e < i * 5 + 5; ++e)
        EXPECT_LT(graph.distances[static_cast<std::size_t>(e)], 1.999f) << "row " << i;
    }
  }
}

TEST(Metric, FarChangesNothingWhereThereAreNoZeroVectors) {
  const Matrix x = data::normals(200, 30, 9);
  const KnnGraph refuse = find(x, 6, FlatKnn{}, {Metric::cosine}),
                 far = find(x, 6, FlatKnn{}, {Metric::cosine, ZeroVectors::far});
  EXPECT_EQ(refuse.neighbors, far.neighbors);
  EXPECT_EQ(refuse.distances, far.distances);
}

TEST(Metric, InnerProductTakesAZeroVector) {
  Matrix x = data::normals(60, 4, 10);
  std::fill_n(x.row(5), 4, 0.0f);
  const KnnGraph graph = find(x, 5, FlatKnn{}, {Metric::inner_product});
  ASSERT_NO_THROW(graph.validate());
  for (std::size_t e = 25; e < 30; ++e) EXPECT_EQ(graph.distances[e], 0.0f);  // all are as near
  EXPECT_EQ(graph.tied_rows, 1);
  EXPECT_NO_THROW(find(Matrix(20, 3), 5, FlatKnn{}, {Metric::inner_product}).validate());
}

// ---- names and refusals -------------------------------------------------------------------------

static_assert(row_of(Metric::cosine).distance == DistanceForm::half);
static_assert(norm_of(Metric::manhattan) == Norm::l1 && norm_of(Metric::chebyshev) == Norm::linf);
static_assert(directed(Metric::correlation) && !directed(Metric::inner_product));

TEST(Metric, HasNamesAndIsFoundByEach) {
  std::size_t words = 0;
  for (const Metric metric : all_metrics()) {
    EXPECT_STREQ(name(metric), row_of(metric).names[0]);
    for (const char* const word : row_of(metric).names) {
      if (word == nullptr) continue;
      EXPECT_EQ(metric_named(word), metric) << word;
      ++words;
    }
  }
  EXPECT_EQ(metric_words().size(), words);
  EXPECT_EQ(metric_named("l1"), Metric::manhattan);
  EXPECT_EQ(metric_named("dot"), Metric::inner_product);
  const std::string said = error_of<InvalidParameter>([] { metric_named("wasserstein"); });
  expect_contains(said, "'wasserstein'");
  for (const std::string& word : metric_words()) expect_contains(said, word);
}

TEST(Metric, MeasuresComeBackFromTheirDistances) {
  for (const Metric metric : all_metrics()) {
    const DistanceForm form = row_of(metric).distance;
    if (form == DistanceForm::angle) continue;  // chords end at 2
    EXPECT_NEAR(measured_in(form, static_cast<double>(distance_in(form, 5.0f, 3.0f)), 3.0), 5, 1e-6)
        << name(metric);
  }
}

TEST(Metric, AreInTheDocumentationAsInTheTable) {
  std::ostringstream pages;
  for (const char* page : {"/tool.md", "/gpu.md"})
    pages << std::ifstream(std::string(NEARFOLD_DOCS) + page).rdbuf();
  const std::string text = pages.str();
  const auto all_but = [&](const auto& index) {
    const auto names = metrics_that([&](const MetricRow& m) { return !honours(index, m); });
    std::string list = names.empty() ? "all |" : "all but ";
    for (const std::string& word : names) list += word + (word == names.back() ? " |" : ", ");
    return list;
  };
  std::string all = "Metrics:", on_gpu = "`auto`;";
  for (const MetricRow& row : kMetrics) all += std::string(" ") + row.names[0] + ",";
  for (const std::string& word : metrics_that(honours_on_gpu)) on_gpu += " " + word + ",";
  all.back() = '.';
  on_gpu.back() = ')';
  expect_contains(text, all);
  expect_contains(text, on_gpu);
  for_each_alternative<KnnParams>([&](const auto& index) {
    const std::size_t row = text.find(std::string("| `") + index_name(index) + "` |");
    ASSERT_NE(row, std::string::npos) << index_name(index);
    expect_contains(text.substr(row, text.find('\n', row) - row), all_but(index));
  });
}

TEST(Metric, MethodsThatCannotHonourOneNameThoseThatCan) {
  const Matrix x = data::normals(100, 4, 11);
  const auto said = [&](const KnnParams& params, Metric metric) {
    return error_of<Unsupported>([&] { find(x, 5, params, {metric}); });
  };
  expect_contains(said(IvfKnn{}, Metric::manhattan), "ivf cannot search by manhattan");
  expect_contains(said(IvfKnn{}, Metric::chebyshev), "hnsw or nndescent");
  expect_contains(said(NnDescentKnn{}, Metric::inner_product), "flat (exact), ivf or hnsw");
}

}  // namespace
}  // namespace nearfold
