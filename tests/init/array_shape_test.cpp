// The shape of an array that a map starts from: where forces could never leave a line or a
// plane, and how wide it is.
#include "init/array_shape.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "stages.hpp"
#include "support/data.hpp"
#include "support/init_data.hpp"

namespace nearfold {
namespace {

/// Normals of which the last column is what `of` makes of the others of its row.
template <class Of>
Matrix last_column(int dims, const Of& of) {
  Matrix x = data::normals(200, dims, 3);
  for (std::int64_t i = 0; i < x.rows(); ++i) x.row(i)[dims - 1] = of(x.row(i));
  return x;
}

TEST(ArrayShape, SeesLinesAndPlanesInAnyDirection) {
  const Matrix line = last_column(2, [](const float* row) { return 3 - 0.5f * row[0]; });
  const Matrix plane =
      last_column(3, [](const float* row) { return 0.25f * row[0] + 2 * row[1] - 7; });
  const Matrix level = last_column(3, [](const float*) { return 4.0f; });
  for (const Matrix* flat : {&line, &plane, &level}) EXPECT_TRUE(shape_of(*flat).flat);
  EXPECT_LT(shape_of(line).constant_column, 0);
  EXPECT_LT(shape_of(plane).constant_column, 0);
  EXPECT_EQ(shape_of(level).constant_column, 2);
  for (const int dims : {2, 3}) {
    EXPECT_FALSE(shape_of(data::normals(200, dims, 4)).flat);
    // Thin, and yet not flat.
    EXPECT_FALSE(shape_of(data::normals(200, dims, 4, 1e-3)).flat);
    EXPECT_FALSE(shape_of(last_column(dims, [&](const float* row) {
                   return row[0] + 1e-3f * row[dims - 1];
                 })).flat);
  }
}

TEST(ArrayShape, NamesTheFirstColumnThatTellsNoPointsApart) {
  Matrix x = data::normals(100, 3, 5);
  EXPECT_LT(shape_of(x).constant_column, 0);
  for (std::int64_t i = 0; i < 100; ++i) x.row(i)[1] = 1000 + 1e-4f * x.row(i)[1];  // rounding
  EXPECT_EQ(shape_of(x).constant_column, 1);
  for (std::int64_t i = 0; i < 100; ++i) x.row(i)[0] = -2;
  EXPECT_EQ(shape_of(x).constant_column, 0);
  EXPECT_FALSE(shape_of(x).one_place);
  EXPECT_TRUE(shape_of(Matrix(5, 2, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2})).one_place);
  EXPECT_FALSE(shape_of(Matrix(5, 2, {1, 2, 1, 2, 1, 2, 1, 2, 1, 3})).one_place);
}

TEST(ArrayShape, HasTheStandardDeviationOfItsWidestColumn) {
  const Matrix x(4, 2, {1, 10, 2, 30, 3, 10, 4, 30});
  EXPECT_NEAR(shape_of(x).width, 10, 1e-12);
  EXPECT_NEAR(shape_of(Matrix(4, 2, {1, 10, 2, 10, 3, 10, 4, 10})).width, std::sqrt(1.25), 1e-12);
}

// A hundredth of the width, in every direction; t-SNE takes the array as wide as it is.
TEST(ScaleStart, JittersWhatLiesOnALine) {
  const Matrix line = last_column(2, [](const float* row) { return 3 - 0.5f * row[0]; });
  Matrix tsne = line, umap = line;
  scale_init(tsne, ArrayInit{line}, TsneParams{}, kSeed, kOn);
  scale_init(umap, ArrayInit{line}, UmapParams{}, kSeed, kOn);
  const auto off_the_line = [](const Matrix& y, double slope, double at_zero) {
    double squares = 0;
    for (std::int64_t i = 0; i < y.rows(); ++i)
      squares += std::pow(
          static_cast<double>(y.row(i)[1]) - slope * static_cast<double>(y.row(i)[0]) - at_zero, 2);
    return std::sqrt(squares / static_cast<double>(y.rows()) / (1 + slope * slope));
  };
  EXPECT_NEAR(off_the_line(tsne, -0.5, 3), 0.01 * shape_of(line).width,
              0.0015 * shape_of(line).width);
  EXPECT_NEAR(off_the_line(umap, -1, 10), 0.1, 0.015);
  EXPECT_FALSE(shape_of(tsne).flat);
  EXPECT_FALSE(shape_of(umap).flat);
}

}  // namespace
}  // namespace nearfold
