// Rows made as a model's points were.
#include <gtest/gtest.h>

#include <cmath>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

TEST(Prepare, FillsScalesAndProjectsInThisOrder) {
  const Preparation how{.means = {1, 2}, .centers = {0, 2}, .spreads = {2, 4}};
  const Matrix made = prepare(how, Matrix(2, 2, {NAN, 6, 4, NAN}));
  EXPECT_EQ(made.values(), (std::vector<float>{0.5F, 1, 2, 0}));
  Preparation turned = how;
  turned.pca = {{0.5F, 0}, Matrix(1, 2, {0, 1})};
  EXPECT_EQ(prepare(turned, Matrix(1, 2, {NAN, 6})).values(), (std::vector<float>{1}));
}

TEST(Prepare, LeavesRowsAloneWithNothingToDo) {
  const Matrix rows = data::normals(5, 3, 1);
  EXPECT_EQ(prepare({}, rows).values(), rows.values());
}

TEST(Prepare, ProjectsARowAsAmongAll) {
  const Matrix rows = data::normals(100, 20, 1);
  const PcaAxes axes = pca_axes(rows, 5);
  const Matrix all = project(rows, axes);
  EXPECT_EQ(all.values(), pca(rows, 5).values());
  for (const std::int64_t i : {0, 33, 99}) {
    const Matrix one = project({rows.row(i), 1, 20}, axes);
    EXPECT_TRUE(std::equal(one.data(), one.data() + 5, all.row(i))) << i;
  }
}

TEST(Prepare, RefusesOtherColumnsAndWhatIsMissingWithoutAMean) {
  const Preparation how{.means = {1, 2}};
  expect_contains(error_of<InvalidInput>([&] { prepare(how, Matrix(1, 3)); }),
                  "3 columns, and the model 2 means");
  EXPECT_THROW(prepare({}, Matrix(1, 2, {NAN, 1})), InvalidInput);
  expect_contains(
      error_of<InvalidInput>([&] { project(Matrix(1, 3), pca_axes(data::normals(9, 4, 1), 2)); }),
      "3 columns, the axes 4");
}

}  // namespace
}  // namespace nearfold
