// Queries on a device (kernels/knn/query_search.hpp) that the host plays are answered as the CPU's
// flat search answers them, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/knn/query_search.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/metrics.hpp"

namespace nearfold {
namespace {

struct Answers {
  std::vector<std::int32_t> ids;
  std::vector<float> distances;
};

Answers on_device(const Matrix& queries, const Matrix& points, int k, const Distance& distance,
                  std::int64_t tile) {
  const HostExecutor executor;
  const QuerySearchOn<HostExecutor> search(executor, points, k, distance, Cpu{2}, tile);
  const MetricRows rows = search.queries(queries, Cpu{2});
  auto ids = executor.buffer<std::int32_t>(queries.rows() * k);
  auto distances = executor.buffer<float>(queries.rows() * k);
  const std::int64_t half = queries.rows() / 2;  // in two calls
  search(rows, 0, half, {ids.data(), distances.data(), k});
  search(rows, half, queries.rows() - half,
         {ids.data() + half * k, distances.data() + half * k, k});
  return {executor.download(ids), executor.download(distances)};
}

void expect_the_cpus(const Matrix& queries, const Matrix& points, int k, const Distance& distance,
                     std::int64_t tile) {
  SCOPED_TRACE(std::string(name(distance.metric)) + ", k " + std::to_string(k) + ", tile " +
               std::to_string(tile));
  const QueryResult wanted = find_neighbors(queries, points, k, FlatKnn{}, Cpu{2}, 1, distance);
  const Answers found = on_device(queries, points, k, distance, tile);
  EXPECT_EQ(found.ids, wanted.neighbors);
  EXPECT_EQ(found.distances, wanted.distances);
}

TEST(QueriesOnDevice, AreTheCpusUnderEveryMetric) {
  const Matrix points = data::blobs(301, 21, 1);
  const Matrix queries = data::blobs(90, 21, 2);
  for (const Metric metric : metrics_of_any_points())
    for (const int k : {1, 10, 301})
      for (const std::int64_t tile : {7, 64, 1000})
        expect_the_cpus(queries, points, k, {.metric = metric}, tile);
}

TEST(QueriesOnDevice, InMoreThanOneBatchAndPiece) {
  expect_the_cpus(data::normals(150, 5, 3), data::normals(3000, 5, 4), 12, {}, 2500);
  expect_the_cpus(data::normals(2, 900, 5), data::normals(40, 900, 6), 3, {}, 40);
}

TEST(QueriesOnDevice, FindThePointThatTheyAreAndTakeEquallyFarOnesById) {
  Matrix points = data::lattice(400, 3, 7, 3);  // 27 places
  Matrix queries(60, 3);
  std::copy_n(points.data(), queries.size(), queries.data());
  for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::chebyshev})
    for (const std::int64_t tile : {30, 400}) {
      expect_the_cpus(queries, points, 25, {.metric = metric}, tile);
      EXPECT_EQ(on_device(queries, points, 1, {.metric = metric}, tile).distances,
                std::vector<float>(60, 0.0f));
    }
}

TEST(QueriesOnDevice, WithoutADirectionAreFarOrRefused) {
  Matrix points = data::normals(80, 6, 8), queries = data::normals(9, 6, 9);
  std::fill_n(points.row(17), 6, 0.0f);
  std::fill_n(queries.row(4), 6, 0.0f);
  for (const Metric metric : {Metric::cosine, Metric::correlation})
    expect_the_cpus(queries, points, 5, {metric, ZeroVectors::far}, 30);
  expect_the_cpus(queries, points, 5, {.metric = Metric::inner_product}, 30);
  EXPECT_THROW(on_device(queries, points, 5, {.metric = Metric::cosine}, 30), InvalidInput);
  points.row(17)[0] = 1;
  EXPECT_THROW(on_device(queries, points, 5, {.metric = Metric::cosine}, 30), InvalidInput);
}

}  // namespace
}  // namespace nearfold
