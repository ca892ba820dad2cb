// What lies at a place of a map.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 300, kColumns = 6;

const Model& model() {
  static const Model made = fit(data::blobs(kPoints, kColumns, 1),
                                {.method = UmapParams{.n_neighbors = 12, .n_epochs = 60}})
                                .model;
  return made;
}

/// Between points that are neighbours in the list: most of these lie on the map.
Matrix places() {
  Matrix out(40, 2);
  for (std::int64_t i = 0; i < 40; ++i)
    for (int c = 0; c < 2; ++c)
      out.row(i)[c] = 0.5F * (model().map.row(i)[c] + model().map.row(i + 3)[c]);
  return out;
}

TEST(Inverse, IsTheMeanOfTheNearestByTheirDistances) {
  const Matrix rows = inverse_transform(model(), places()).rows;
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    std::vector<std::pair<double, std::int64_t>> near;
    for (std::int64_t j = 0; j < kPoints; ++j)
      near.emplace_back(std::hypot(double{places().row(i)[0]} - double{model().map.row(j)[0]},
                                   double{places().row(i)[1]} - double{model().map.row(j)[1]}),
                        j);
    std::sort(near.begin(), near.end());
    near.resize(15);
    for (std::int64_t c = 0; c < kColumns; ++c) {
      double sum = 0, all = 0;
      for (const auto& [d, j] : near) {
        const double weight = std::exp(-0.5 * std::pow(d / near[2].first, 2));
        sum += weight * double{model().points.row(j)[c]};
        all += weight;
      }
      EXPECT_NEAR(double{rows.row(i)[c]}, sum / all, 1e-4) << i;
    }
  }
}

TEST(Inverse, IsTheSameAloneAndForAnyNumberOfThreads) {
  const Inverted all = inverse_transform(model(), places(), Cpu{1});
  EXPECT_EQ(inverse_transform(model(), places(), Cpu{3}).rows.values(), all.rows.values());
  for (const std::int64_t i : {0, 21, 39}) {
    const Inverted one =
        inverse_transform(model(), Matrix(1, 2, {places().row(i)[0], places().row(i)[1]}));
    EXPECT_TRUE(std::equal(one.rows.data(), one.rows.data() + kColumns, all.rows.row(i)));
    EXPECT_EQ(one.remoteness[0], all.remoteness[static_cast<std::size_t>(i)]);
  }
}

TEST(Inverse, IsARowOfTheSameBlob) {
  const Matrix rows = inverse_transform(model(), model().map).rows;
  for (std::int64_t i = 0; i < kPoints; ++i)
    EXPECT_EQ(std::max_element(rows.row(i), rows.row(i) + 3) - rows.row(i), i % 3) << i;
}

TEST(Inverse, StaysInTheRangeOfTheDataAndTellsWhatIsOffTheMap) {
  const Inverter inverter(model());
  const Inverted far = inverter.rows(Matrix(2, 2, {1000, 1000, -1e6F, 3}));
  const auto [low, high] =
      std::minmax_element(model().points.values().begin(), model().points.values().end());
  for (const float x : far.rows.values()) EXPECT_TRUE(x >= *low && x <= *high);
  for (const float r : far.remoteness) EXPECT_GT(r, inverter.remote());
  const Inverted own = inverter.rows(model().map);
  for (const float r : own.remoteness) EXPECT_EQ(r, 0);
  EXPECT_GT(inverter.remote(), 0);
}

TEST(Inverse, UndoesThePreparation) {
  Model prepared = model();
  prepared.preparation = {.centers = {1, 2, 3, 4, 5, 6}, .spreads = {2, 2, 2, 2, 2, 4}};
  const Matrix plain = inverse_transform(model(), places()).rows;
  const Matrix back = inverse_transform(prepared, places()).rows;
  EXPECT_FLOAT_EQ(back.row(7)[0], 2 * plain.row(7)[0] + 1);
  EXPECT_FLOAT_EQ(back.row(7)[5], 4 * plain.row(7)[5] + 6);
}

TEST(Inverse, ProjectsBackAsFarAsTheAxesReach) {
  const Matrix rows = data::normals(200, 9, 3, 0.5);
  const PcaAxes all = pca_axes(rows, 9);
  const Matrix back = unprepare({.pca = all}, project(rows, all));
  for (std::int64_t i = 0; i < rows.size(); ++i) EXPECT_NEAR(back.data()[i], rows.data()[i], 1e-4F);
  const PcaAxes few = pca_axes(rows, 4);
  EXPECT_LT(std::abs(double{unproject(project(rows, few), few).row(0)[0]} - double{rows.row(0)[0]}),
            0.1);
}

TEST(Inverse, OfNothingIsNothingAndOthersAreRefused) {
  EXPECT_EQ(inverse_transform(model(), Matrix(0, 2)).rows.cols(), kColumns);
  expect_contains(error_of<InvalidInput>([] { inverse_transform(model(), Matrix(2, 3)); }),
                  "3 columns, and the map 2");
  EXPECT_THROW(inverse_transform(model(), Matrix(1, 2, {NAN, 0})), InvalidInput);
}

}  // namespace
}  // namespace nearfold
