// Matrices and views that cannot be held wrong: whatever shape is not that of the values is
// refused.
#include "nearfold/matrix.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "nearfold/error.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
using View = HostMatrix<const float>;

template <class Make>
std::string said(const Make& make) {
  return error_of<InvalidInput>(make);
}

TEST(Matrix, HasAsManyValuesAsItsShapeSays) {
  Matrix matrix(3, 2);
  EXPECT_EQ(matrix.values(), std::vector<float>(6));
  EXPECT_EQ(Matrix(0, 5).size(), 0);
  EXPECT_EQ(Matrix().values().size(), 0u);
  std::vector<float> values{1, 2, 3, 4, 5, 6};
  const float* const at = values.data();
  matrix = Matrix(2, 3, std::move(values));
  EXPECT_EQ(matrix.data(), at);  // taken, not copied
  EXPECT_EQ(matrix.row(1)[2], 6);
  EXPECT_EQ(matrix.span().size(), 6u);
}

TEST(Matrix, LeavesNothingBehindWhenItIsMoved) {
  Matrix from(2, 2, {1, 2, 3, 4});
  Matrix to = std::move(from);
  EXPECT_EQ(from.rows(), 0);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.cols(), 0);
  EXPECT_TRUE(from.values().empty());
  from = std::move(to);
  EXPECT_EQ(to.rows(), 0);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(std::move(from).values(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(from.rows(), 0);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.view().data(), nullptr);
}

TEST(Matrix, RefusesShapesThatCannotBe) {
  expect_contains(said([] { Matrix(-1, 2); }), "a matrix of -1 x 2 values cannot be");
  expect_contains(said([] { Matrix(2, -1); }), "rows and columns are >= 0");
  expect_contains(said([] { Matrix(-2, -3); }), "-2 x -3");
  expect_contains(said([] { Matrix(std::int64_t{1} << 32, std::int64_t{1} << 32); }),
                  "at most 2^60");
  expect_contains(said([] { Matrix(kMost, kMost); }), "cannot be");
  expect_contains(said([] {
                    Matrix(2, 3, {1, 2, 3, 4, 5});
                  }),
                  "a matrix of 2 x 3 values was given 5 of them; 6 are needed");
  expect_contains(said([] { Matrix(-2, -3, {1, 2, 3, 4, 5, 6}); }), "cannot be");
}

TEST(MatrixView, IsOfAPointerOrASpan) {
  const std::array<float, 6> x{1, 2, 3, 4, 5, 6};
  const View a(x.data(), 3, 2), b(x, 3, 2);
  EXPECT_EQ(a.row(2)[1], 6);
  EXPECT_EQ(b.data(), x.data());
  EXPECT_EQ(b.size(), 6);
  EXPECT_EQ(a.span().size(), 6u);
  std::vector<float> mine(6);
  const HostMatrix<float> out(mine, 2, 3);
  out.row(1)[0] = 7;
  EXPECT_EQ(mine[3], 7);
  EXPECT_EQ(View(out).row(1)[0], 7);
  EXPECT_EQ(View().size(), 0);
  EXPECT_EQ(View(nullptr, 0, 4).rows(), 0);  // nothing of something is no fault
  EXPECT_EQ(View(nullptr, 4, 0).cols(), 0);
}

TEST(MatrixView, RefusesWhatIsNotThere) {
  const std::array<float, 6> x{};
  expect_contains(said([] { View(nullptr, 3, 2); }), "3 x 2 values at a null pointer");
  expect_contains(said([&] { View(x.data(), -3, 2); }), "-3 x 2 values cannot be");
  expect_contains(said([&] { View(x.data(), 3, -2); }), "3 x -2 values cannot be");
  expect_contains(said([&] { View(x.data(), -3, -2); }), "cannot be");
  expect_contains(said([&] { View(x.data(), kMost / 2, 3); }), "cannot be");
  expect_contains(said([&] { View(x, 3, 3); }), "given 6 of them; 9 are needed");
  expect_contains(said([&] { View(x, -3, -2); }), "cannot be");
  expect_contains(said([&] { View(x, kMost, kMost); }), "cannot be");
  expect_contains(said([&] { DeviceMatrix<float>(nullptr, 1, 1); }), "null pointer");
}

// What is wrong is not compiled (compile_fail/ has the messages), and a view costs what a pointer
// does.
static_assert(std::is_trivially_copyable_v<View>);
static_assert(sizeof(View) == 3 * sizeof(std::int64_t));
static_assert(
    !std::is_constructible_v<HostMatrix<float>, const float*, std::int64_t, std::int64_t>);
static_assert(!std::is_constructible_v<HostMatrix<float>, std::span<const float>, std::int64_t,
                                       std::int64_t>);
static_assert(!std::is_convertible_v<const Matrix&, HostMatrix<float>>);
static_assert(!std::is_convertible_v<HostMatrix<const float>, DeviceMatrix<const float>>);
static_assert(!std::is_constructible_v<Matrix, std::int64_t, std::int64_t, std::vector<float>&>);
static_assert(std::is_nothrow_move_constructible_v<Matrix>);

}  // namespace
}  // namespace nearfold
