// k-means: what its centroids are, cells that fall empty, and that nothing but the seed changes a
// bit of them.
#include "knn/kmeans.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "support/data.hpp"

namespace nearfold {
namespace {

/// Rows around `count` places that are far from each other, row r around place r % count.
Matrix around_places(std::int64_t n, int count) {
  Matrix x = data::normals(n, 8, 3);
  for (std::int64_t r = 0; r < n; ++r) x.row(r)[(r % count) % 8] += 100.0f * float(1 + r % count);
  return x;
}

std::vector<double> mean_of_place(const Matrix& x, int place, int count) {
  std::vector<double> mean(static_cast<std::size_t>(x.cols()));
  int rows = 0;
  for (std::int64_t r = place; r < x.rows(); r += count, ++rows)
    for (std::int64_t c = 0; c < x.cols(); ++c)
      mean[static_cast<std::size_t>(c)] += static_cast<double>(x.row(r)[c]);
  for (double& m : mean) m /= rows;
  return mean;
}

double distance(const float* row, const std::vector<double>& to) {
  double sum = 0;
  for (std::size_t c = 0; c < to.size(); ++c) {
    const double d = static_cast<double>(row[c]) - to[c];
    sum += d * d;
  }
  return std::sqrt(sum);
}

TEST(KMeans, OneCentroidIsTheMeanOfAllRows) {
  const Matrix x = around_places(31, 3);
  const Matrix one = kmeans(x, 1, 5, Cpu{2});
  EXPECT_LT(distance(one.row(0), mean_of_place(x, 0, 1)), 1e-3);
}

TEST(KMeans, CentroidsAreTheMeansOfTheirCells) {
  constexpr int kPlaces = 6;
  const Matrix x = around_places(180, kPlaces);  // fewer than 32 for each: all of them are taken
  const Matrix centroids = kmeans(x, 12, 7, Cpu{2});
  const PackedRows panels(centroids, squares_of(centroids), Cpu{1});
  const Cells cells = cells_of(nearest_of(panels, x, Cpu{1}), 12);
  for (std::int64_t c = 0; c < 12; ++c) {
    std::set<std::int32_t> places;
    for (std::int64_t r = cells.begin[static_cast<std::size_t>(c)];
         r < cells.begin[static_cast<std::size_t>(c) + 1]; ++r)
      places.insert(cells.order[static_cast<std::size_t>(r)] % kPlaces);
    EXPECT_LE(places.size(), 1u) << "cell " << c << " is of several places";
  }
}

TEST(KMeans, AsManyAsRowsAreTheRows) {
  const Matrix x = data::normals(40, 5, 4);
  const Matrix centroids = kmeans(x, 40, 9, Cpu{2});
  std::multiset<float> wanted, found;
  for (std::int64_t r = 0; r < 40; ++r) {
    wanted.insert(x.row(r)[0]);
    found.insert(centroids.row(r)[0]);
  }
  EXPECT_EQ(found, wanted);
}

TEST(KMeans, MoreThanThereAreDifferentRowsAreFiniteAndNearThem) {
  Matrix x(400, 3);
  for (std::int64_t r = 0; r < 400; ++r) x.row(r)[0] = static_cast<float>(r % 4);
  const Matrix centroids = kmeans(x, 60, 1, Cpu{2});
  for (std::int64_t c = 0; c < 60; ++c) {
    EXPECT_TRUE(std::isfinite(centroids.row(c)[0]));
    EXPECT_NEAR(centroids.row(c)[0], std::round(centroids.row(c)[0]), 0.1f);
  }
}

TEST(KMeans, ThreadsChangeNothingAndTheSeedDoes) {
  const Matrix x = data::normals(3000, 20, 6);  // of which a sample is taken
  const Matrix one = kmeans(x, 50, 11, Cpu{1});
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(kmeans(x, 50, 11, Cpu{threads}).values(), one.values());
  EXPECT_NE(kmeans(x, 50, 12, Cpu{1}).values(), one.values());
}

TEST(KMeans, CellsHoldEveryRowOnceAscending) {
  const std::vector<std::int32_t> cell_of = {2, 0, 2, 3, 0, 2};
  const Cells cells = cells_of(cell_of, 5);
  EXPECT_EQ(cells.begin, (std::vector<std::int64_t>{0, 2, 2, 5, 6, 6}));
  EXPECT_EQ(cells.order, (std::vector<std::int32_t>{1, 4, 0, 2, 5, 3}));
}

}  // namespace
}  // namespace nearfold
