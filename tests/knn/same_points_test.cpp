// Graphs that are not of the points given with them are refused, with the reason as far as it
// shows.
#include "knn/same_points.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "knn/metric_table.hpp"
#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/metrics.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 400;

KnnGraph graph_of(HostMatrix<const float> points, Metric metric = Metric::euclidean) {
  return find_neighbors(points, 10, FlatKnn{}, Cpu{1}, 1, {metric});
}

Matrix points() {
  return data::blobs(kN, 6, 3);
}

void expect_refused(const KnnGraph& graph, HostMatrix<const float> points,
                    std::initializer_list<const char*> says) {
  std::string message = "(nothing was thrown)";
  try {
    require_same_points(graph, points);
  } catch (const InvalidInput& error) {
    message = error.what();
  }
  for (const char* const part : says)
    EXPECT_NE(message.find(part), std::string::npos) << part << " is not in: " << message;
}

TEST(SamePoints, AreTakenUnderEveryMetric) {
  const Matrix x = points();
  for (const Metric metric : metrics_of_any_points())
    EXPECT_NO_THROW(require_same_points(graph_of(x, metric), x)) << name(metric);
}

TEST(SamePoints, AreTakenInFewRowsAndWithManyDuplicates) {
  const Matrix few = data::normals(4, 2, 1), doubled = data::duplicates(200, 3, 2, 20);
  EXPECT_NO_THROW(require_same_points(find_neighbors(few, 2, FlatKnn{}, Cpu{1}, 1), few));
  EXPECT_NO_THROW(require_same_points(graph_of(doubled), doubled));
  KnnGraph noisy = graph_of(doubled);  // what |a|^2 + |b|^2 - 2 ab leaves of equal rows
  for (float& d : noisy.distances) d += 3e-4F;
  EXPECT_NO_THROW(require_same_points(noisy, doubled));
}

TEST(SamePoints, AreMissedInAnotherOrder) {
  const Matrix x = points();
  Matrix reversed(kN, x.cols());
  for (std::int64_t i = 0; i < kN; ++i) std::copy_n(x.row(kN - 1 - i), x.cols(), reversed.row(i));
  expect_refused(graph_of(reversed), x,
                 {"row 0 has point", "at distance", "by euclidean it lies at",
                  "of 100 rows that were measured disagree", "in another order"});
}

TEST(SamePoints, AreMissedWhereOnlySomeRowsMoved) {
  const Matrix x = points();
  Matrix moved = x;
  for (std::int64_t i = 350; i < kN; ++i)
    for (std::int64_t c = 0; c < x.cols(); ++c)
      moved.row(i)[c] += 50.0F * static_cast<float>(i % 7);
  expect_refused(graph_of(x), moved, {"the graph is not of these points: row 3"});
}

TEST(SamePoints, AreMissedAmongPointsThatAreAllAboutAsFar) {
  const Matrix x = data::normals(kN, 500, 1), other = data::normals(kN, 500, 2);
  expect_refused(graph_of(x), other, {"the graph is not of these points"});
}

TEST(SamePoints, AreMissedForSquaresIdsFromOneAndOtherMetrics) {
  const Matrix x = points();
  KnnGraph squares = graph_of(x);
  for (float& d : squares.distances) d *= d;
  expect_refused(squares, x, {"squares: give their roots"});
  KnnGraph from_one = graph_of(x);
  for (std::int32_t& id : from_one.neighbors) ++id;
  for (std::int32_t& id : from_one.neighbors) id = std::min(id, std::int32_t{kN - 1});
  expect_refused(from_one, x, {"count the points from 1: subtract 1"});
  KnnGraph cosine = graph_of(x, Metric::cosine);
  cosine.metric = "euclidean";
  expect_refused(cosine, x, {"are by cosine, not by euclidean"});
}

TEST(SamePoints, AreTakenOnTrustByUnknownMetrics) {
  KnnGraph graph = graph_of(points());
  graph.metric = "wasserstein";
  EXPECT_NO_THROW(require_same_points(graph, data::normals(kN, 6, 9)));
}

TEST(SamePoints, AreAskedForByEveryMap) {
  const Matrix x = points(), other = data::normals(kN, 6, 9);
  const KnnGraph graph = graph_of(x);
  EXPECT_THROW(embed(graph, other, {.method = UmapParams{.n_neighbors = 5}}), InvalidInput);
  EXPECT_NO_THROW(embed(graph, x, {.method = UmapParams{.n_neighbors = 5, .n_epochs = 2}}));
}

// ---- a matrix of distances ----------------------------------------------------------------------

Matrix distances_of(HostMatrix<const float> x) {
  Matrix distances(x.rows(), x.rows());
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.rows(); ++j)
      distances.row(i)[j] = std::sqrt(squared_distance(x.row(i), x.row(j), x.cols()));
  return distances;
}

TEST(GraphFromDistances, IsThatOfThePoints) {
  const Matrix x = data::normals(80, 4, 7);
  const KnnGraph graph = graph_from_distances(distances_of(x), 10, 1), want = graph_of(x);
  EXPECT_EQ(graph.neighbors, want.neighbors);
  EXPECT_EQ(graph.distances, want.distances);
  EXPECT_EQ(graph.metric, "precomputed");
  EXPECT_NO_THROW(graph.validate());
}

TEST(GraphFromDistances, RefusesWhatIsNone) {
  const auto refused = [](Matrix distances, std::int64_t k, const char* says) {
    try {
      graph_from_distances(distances, k, 1);
      FAIL() << says;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    }
  };
  const Matrix good = distances_of(data::normals(5, 2, 1));
  const auto with = [&](std::int64_t i, std::int64_t j, float value) {
    Matrix bad = good;
    bad.row(i)[j] = value;
    return bad;
  };
  refused(Matrix(4, 5), 2, "4 x 5");
  refused(good, 5, "k = 5");
  refused(with(1, 2, NAN), 2, "row 1, column 2 of the distances is nan");
  refused(with(3, 0, -2), 2, "row 3, column 0 of the distances is -2");
  refused(with(2, 2, 1), 2, "1 - s");
  Matrix rounded = with(1, 2, -1e-7F);
  rounded.row(2)[1] = -1e-7F;
  EXPECT_NO_THROW(graph_from_distances(rounded, 2, 1));
  refused(with(1, 2, good.row(1)[2] + 0.1F), 2, "row 2, column 1 of the distances");
}

}  // namespace
}  // namespace nearfold
