// Where a set begins beside another: turns that are known are found again.
#include "aligned/start.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 50;

/// Every row with a counterpart, in reverse order; but for each third where `some`.
std::vector<std::int32_t> reversed_rows(bool some = false) {
  std::vector<std::int32_t> out;
  for (std::int32_t i = 0; i < kN; ++i)
    out.push_back(some && i % 3 == 0 ? -1 : static_cast<std::int32_t>(kN) - 1 - i);
  return out;
}

/// fixed in reverse order, turned by an angle in columns 0 and 1, mirrored in the last, scaled and
/// moved.
Matrix turned(const Matrix& fixed, double angle, double scale) {
  Matrix out(fixed.rows(), fixed.cols());
  for (std::int64_t i = 0; i < fixed.rows(); ++i) {
    const float* const from = fixed.row(fixed.rows() - 1 - i);
    float* const to = out.row(i);
    for (std::int64_t c = 0; c < fixed.cols(); ++c) to[c] = from[c];
    const double x = static_cast<double>(from[0]), y = static_cast<double>(from[1]);
    to[0] = static_cast<float>(std::cos(angle) * x - std::sin(angle) * y);
    to[1] = static_cast<float>(std::sin(angle) * x + std::cos(angle) * y);
    to[fixed.cols() - 1] *= -1;
    for (std::int64_t c = 0; c < fixed.cols(); ++c)
      to[c] = static_cast<float>(scale) * to[c] + 3.0f * static_cast<float>(c + 1);
  }
  return out;
}

TEST(TurnTowards, FindsRotationReflectionAndPlaceAgain) {
  for (const std::int64_t dims : {2, 3, 6})
    for (const bool some : {false, true}) {
      const Matrix fixed = data::normals(kN, dims, 1, 0.8);
      Matrix own = turned(fixed, 2.1, 1);
      turn_towards(own, fixed, reversed_rows(some), Scaling::none);
      for (std::int64_t i = 0; i < kN; ++i)
        for (std::int64_t c = 0; c < dims; ++c)
          ASSERT_NEAR(own.row(i)[c], fixed.row(kN - 1 - i)[c], 2e-5);
    }
}

TEST(TurnTowards, FindsTheScaleAgainWhereItIsAskedFor) {
  const Matrix fixed = data::normals(kN, 2, 1, 0.8);
  Matrix own = turned(fixed, 0.4, 0.25);
  turn_towards(own, fixed, reversed_rows(), Scaling::fitted);
  for (std::int64_t i = 0; i < kN; ++i) ASSERT_NEAR(own.row(i)[0], fixed.row(kN - 1 - i)[0], 2e-5);
}

double distance(const Matrix& own, const Matrix& fixed, const std::vector<std::int32_t>& rows) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] >= 0)
      for (std::int64_t c = 0; c < own.cols(); ++c) {
        const double d = static_cast<double>(own.row(static_cast<std::int64_t>(i))[c]) -
                         static_cast<double>(fixed.row(rows[i])[c]);
        sum += d * d;
      }
  return sum;
}

// Of unrelated shapes no other angle of a fine grid, mirrored or not, is nearer.
TEST(TurnTowards, IsTheNearestOfAllTurns) {
  const Matrix fixed = data::normals(kN, 2, 1, 0.7), other = data::normals(kN, 2, 2, 0.5);
  const std::vector<std::int32_t> rows = reversed_rows();
  Matrix best = other;
  turn_towards(best, fixed, rows, Scaling::none);
  const double least = distance(best, fixed, rows);
  double mean[2] = {}, centre[2] = {};
  for (std::int64_t i = 0; i < kN; ++i)
    for (int c = 0; c < 2; ++c) {
      mean[c] += static_cast<double>(other.row(i)[c]) / kN;
      centre[c] += static_cast<double>(fixed.row(i)[c]) / kN;
    }
  for (int step = 0; step < 720; ++step) {
    const double angle = 2 * 3.14159265358979 * (step % 360) / 360, mirror = step < 360 ? 1 : -1;
    Matrix one(kN, 2);
    for (std::int64_t i = 0; i < kN; ++i) {
      const double x = static_cast<double>(other.row(i)[0]) - mean[0];
      const double y = mirror * (static_cast<double>(other.row(i)[1]) - mean[1]);
      one.row(i)[0] = static_cast<float>(centre[0] + std::cos(angle) * x - std::sin(angle) * y);
      one.row(i)[1] = static_cast<float>(centre[1] + std::sin(angle) * x + std::cos(angle) * y);
    }
    ASSERT_GE(distance(one, fixed, rows), least * (1 - 1e-6)) << step;
  }
}

TEST(TurnTowards, ByOneRowIsAMoveAlone) {
  const Matrix fixed = data::normals(kN, 3, 1);
  Matrix own = data::normals(kN, 3, 2);
  const Matrix before = own;
  std::vector<std::int32_t> rows(kN, -1);
  rows[7] = 9;
  turn_towards(own, fixed, rows, Scaling::fitted);
  for (std::int64_t i = 0; i < kN; ++i)
    for (int c = 0; c < 3; ++c)
      ASSERT_NEAR(own.row(i)[c] - before.row(i)[c], fixed.row(9)[c] - before.row(7)[c], 1e-5);
}

TEST(TurnTowards, ByTwoRowsIsFiniteAndKeepsDistances) {
  const Matrix fixed = data::normals(kN, 3, 1);
  Matrix own = data::normals(kN, 3, 2);
  const Matrix before = own;
  std::vector<std::int32_t> rows(kN, -1);
  rows[7] = 9;
  rows[8] = 3;
  turn_towards(own, fixed, rows, Scaling::none);
  const auto between = [](const Matrix& m, std::int64_t i, std::int64_t j) {
    double sum = 0;
    for (int c = 0; c < 3; ++c)
      sum += std::pow(static_cast<double>(m.row(i)[c] - m.row(j)[c]), 2.0);
    return std::sqrt(sum);
  };
  for (std::int64_t i = 1; i < kN; ++i)
    ASSERT_NEAR(between(own, 0, i), between(before, 0, i), 1e-4);
}

TEST(TakePlaces, OfCounterpartsAndOfNeighborsThatHaveOne) {
  const Matrix fixed = data::normals(3, 2, 1);
  Matrix own = data::normals(4, 2, 2);
  const Matrix before = own;
  // Row 2 has neighbours 0 and 1, which have counterparts; row 3 has none.
  const Neighborhoods neighbors{{0, 1, 2, 4, 4}, {2, 2, 0, 1}};
  take_places(own, fixed, {2, 0, -1, -1}, neighbors);
  for (int c = 0; c < 2; ++c) {
    EXPECT_EQ(own.row(0)[c], fixed.row(2)[c]);
    EXPECT_EQ(own.row(1)[c], fixed.row(0)[c]);
    EXPECT_NEAR(own.row(2)[c], (fixed.row(2)[c] + fixed.row(0)[c]) / 2, 1e-6);
    EXPECT_EQ(own.row(3)[c], before.row(3)[c]);
  }
}

}  // namespace
}  // namespace nearfold
