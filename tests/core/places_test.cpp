// Sorting by a key keeps the order of what has one key; a matrix of which the zeros are left out.
#include "core/places.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/take_rows.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold {
namespace {

TEST(Places, SortByKeyAndKeepTheOrderWithinIt) {
  const std::vector<int> keys = {3, 0, 3, 1, 0, 3};
  Places places(5);
  for (const int key : keys) places.count(key);
  EXPECT_EQ(places.begin(), (std::vector<std::int64_t>{0, 2, 3, 3, 6, 6}));
  std::vector<int> sorted(keys.size());
  for (std::size_t e = 0; e < keys.size(); ++e) sorted[places.next(keys[e])] = static_cast<int>(e);
  EXPECT_EQ(sorted, (std::vector<int>{1, 4, 3, 0, 2, 5}));
}

TEST(SparseRowsOfDense, HoldWhatIsNotZero) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Matrix x(3, 3, {0, 2, -0.0f, 0, 0, 0, nan, 0, -1});
  const SparseMatrix rows = to_sparse(x);
  EXPECT_EQ(rows.indptr, (std::vector<std::int64_t>{0, 1, 1, 3}));
  EXPECT_EQ(rows.indices, (std::vector<std::int32_t>{1, 0, 2}));
  EXPECT_EQ(rows.values[0], 2);
  EXPECT_TRUE(std::isnan(rows.values[1]));
  EXPECT_NO_THROW(rows.view().validate());
  EXPECT_EQ(to_sparse(Matrix(0, 4)).indptr, std::vector<std::int64_t>{0});
}

TEST(SparseRowsOfDense, AreCutAndStackedAgain) {
  const Matrix x(4, 3, {0, 2, 1, 0, 0, 0, 5, 0, -1, 0, 0, 7});
  const SparseMatrix rows = to_sparse(x);
  const SparseMatrix below = rows_of(rows, 2, 2);
  EXPECT_EQ(below.indptr, (std::vector<std::int64_t>{0, 2, 3}));
  EXPECT_EQ(below.indices, (std::vector<std::int32_t>{0, 2, 2}));
  const SparseMatrix again = stacked(rows_of(rows, 0, 2), below);
  EXPECT_EQ(again.rows, 4);
  EXPECT_EQ(again.indptr, rows.indptr);
  EXPECT_EQ(again.indices, rows.indices);
  EXPECT_EQ(again.values, rows.values);
}

}  // namespace
}  // namespace nearfold
