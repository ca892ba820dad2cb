// Generated sets: their statistics, and that a row depends on the seed and its number alone.
#include "data/generate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

template <class Kind>
Generated made(const Kind& kind, std::uint64_t seed = 7, int threads = 1) {
  return generate({.kind = kind, .seed = seed, .on = Cpu{threads}});
}

double mean(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// A bright ellipse off the middle of `count` images, each with its own brightness.
Matrix ellipses(std::int64_t count, std::int64_t width, std::int64_t height) {
  Matrix images(count, width * height);
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double u = (static_cast<double>(x) - 0.45 * static_cast<double>(width)) / 5.0;
        const double v = (static_cast<double>(y) - 0.55 * static_cast<double>(height)) / 3.0;
        const double value = (1.0 + static_cast<double>(i)) * std::exp(-u * u - v * v);
        images.row(i)[y * width + x] = static_cast<float>(value);
      }
    }
  }
  return images;
}

double mass(const float* image, std::int64_t pixels) {
  return std::accumulate(image, image + pixels, 0.0);
}

std::vector<float> first_rows(const Matrix& points, std::int64_t rows) {
  return {points.values().begin(), points.values().begin() + rows * points.cols()};
}

TEST(Blobs, HaveTheShapeOfThePrecomputedKnnExampleByDefault) {
  const Generated set = made(Blobs{});
  EXPECT_EQ(set.points.rows(), 5100);
  EXPECT_EQ(set.points.cols(), 60);
  std::vector<int> count(3, 0);
  for (const std::int32_t label : set.labels) ++count.at(static_cast<std::size_t>(label));
  EXPECT_EQ(count, (std::vector<int>{1700, 1700, 1700}));
}

TEST(Blobs, AreNormalAroundCentresInsideTheBox) {
  const Generated set = made(Blobs{.n = 12000, .centers = 3, .dim = 5, .spread = 2.0});
  std::set<int> corners;
  for (std::int64_t label = 0; label < 3; ++label) {
    for (std::int64_t j = 0; j < 5; ++j) {
      double sum = 0.0;
      double squares = 0.0;
      for (std::int64_t i = label; i < set.points.rows(); i += 3) {
        sum += double{set.points.row(i)[j]};
        squares += double{set.points.row(i)[j]} * double{set.points.row(i)[j]};
      }
      const double center = sum / 4000.0;
      EXPECT_LE(std::abs(center), 10.0 + 0.15);
      corners.insert(static_cast<int>(center * 100.0));
      // Five standard errors of a deviation of 2 from 4000 values.
      EXPECT_NEAR(std::sqrt(squares / 4000.0 - center * center), 2.0, 0.12);
    }
  }
  EXPECT_GE(corners.size(), 14u);  // 15 centre coordinates, none repeated but by accident
}

TEST(Blobs, HaveIndependentColumns) {
  const Generated set = made(Blobs{.n = 10000, .centers = 1, .dim = 4, .half_box = 0.0});
  for (std::int64_t a = 0; a < 4; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      double product = 0.0;
      for (std::int64_t i = 0; i < set.points.rows(); ++i) {
        product += double{set.points.row(i)[a]} * double{set.points.row(i)[b]};
      }
      EXPECT_NEAR(product / 10000.0, 0.0, 0.05) << a << ", " << b;  // five standard errors
    }
  }
}

TEST(Cubes, AreThePrecomputedKnnExampleByDefault) {
  const Generated set = made(Cubes{});
  EXPECT_EQ(set.points.rows(), 5100);
  EXPECT_EQ(set.points.cols(), 60);
  std::vector<std::int32_t> wanted;  // whole copies, one after the other
  for (const std::int32_t label : {0, 1, 2}) wanted.insert(wanted.end(), 1700, label);
  EXPECT_EQ(set.labels, wanted);
}

TEST(Cubes, AreOneUniformCubeShiftedTwice) {
  constexpr std::int64_t kPer = 400;
  const Generated set = made(Cubes{.n = 3 * kPer, .dim = 7});
  std::vector<int> tenth(10, 0);
  for (std::int64_t i = 0; i < kPer; ++i) {
    for (std::int64_t j = 0; j < 7; ++j) {
      const float middle = set.points.row(kPer + i)[j];
      ++tenth.at(static_cast<std::size_t>(middle * 10.0f));  // out of range if not in [0, 1)
      ASSERT_EQ(set.points.row(i)[j], middle + 20.0f) << "row " << i << ", column " << j;
      ASSERT_EQ(set.points.row(2 * kPer + i)[j], middle - 20.0f) << "row " << i << ", column " << j;
    }
  }
  for (const int count : tenth) EXPECT_NEAR(count, 280, 80);  // five standard errors
}

TEST(Cubes, OfMorePointsBeginWithThoseOfFewer) {
  const Generated few = made(Cubes{.n = 300, .dim = 6});
  const Generated many = made(Cubes{.n = 3000, .dim = 6});
  for (std::int64_t copy = 0; copy < 3; ++copy) {
    const float* a = few.points.row(100 * copy);
    const float* b = many.points.row(1000 * copy);
    EXPECT_EQ(std::vector<float>(a, a + 600), std::vector<float>(b, b + 600)) << copy;
  }
}

TEST(SwissRoll, LiesOnTheRollWithoutNoise) {
  const Generated set = made(SwissRoll{.n = 2000, .noise = 0.0, .bands = 6});
  constexpr double kPi = 3.14159265358979;
  for (std::int64_t i = 0; i < set.points.rows(); ++i) {
    const float* p = set.points.row(i);
    const double t = std::hypot(double{p[0]}, double{p[2]});
    EXPECT_NEAR(double{p[0]}, t * std::cos(t), 1e-4);
    EXPECT_GE(p[1], 0.0f);
    EXPECT_LE(p[1], 21.0f);
    const double part = (t / kPi - 1.5) / 3.0 * 6.0;
    EXPECT_NEAR(part, set.labels[static_cast<std::size_t>(i)] + 0.5, 0.5 + 1e-4);
  }
  EXPECT_EQ(std::set<std::int32_t>(set.labels.begin(), set.labels.end()).size(), 6u);
}

TEST(SwissRoll, IsAsNoisyAsAsked) {
  const Generated clean = made(SwissRoll{.n = 3000, .noise = 0.0});
  const Generated noisy = made(SwissRoll{.n = 3000, .noise = 0.5});
  double squares = 0.0;
  for (std::size_t e = 0; e < clean.points.values().size(); ++e) {
    const double error = double{noisy.points.values()[e]} - double{clean.points.values()[e]};
    squares += error * error;
  }
  EXPECT_NEAR(std::sqrt(squares / 9000.0), 0.5, 0.02);
}

TEST(Uniform, FillsTheUnitCubeEvenly) {
  const Generated set = made(Uniform{.n = 8000, .dim = 7});
  EXPECT_EQ(set.points.values().size(), 56000u);
  EXPECT_EQ(set.labels.size(), 0u);
  std::vector<int> tenth(10, 0);
  for (const float value : set.points.values()) {
    ++tenth.at(static_cast<std::size_t>(value * 10.0f));  // out of range if not in [0, 1)
  }
  for (const int count : tenth) EXPECT_NEAR(count, 5600, 360);  // five standard errors
  EXPECT_NEAR(mean(set.points.values()), 0.5, 0.01);
}

TEST(Deformed, IsTheSourceWithoutDeformation) {
  const Matrix images = ellipses(9, 20, 14);
  const std::vector<std::int32_t> labels = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  const Generated set = made(Deformed{.images = images,
                                      .labels = labels,
                                      .n = 200,
                                      .width = 20,
                                      .height = 14,
                                      .rotation = 0.0,
                                      .zoom = 0.0,
                                      .shear = 0.0,
                                      .shift = 0.0});
  for (std::int64_t i = 0; i < 200; ++i) {
    const std::int32_t source = set.labels[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j < images.cols(); ++j) {
      ASSERT_EQ(set.points.row(i)[j], images.row(source)[j]) << "image " << i << ", pixel " << j;
    }
  }
  EXPECT_EQ(std::set<std::int32_t>(set.labels.begin(), set.labels.end()).size(), 9u);
}

TEST(Deformed, KeepsTheMassOfAnImageUpToItsZoom) {
  const Matrix images = ellipses(4, 28, 28);
  const std::vector<std::int32_t> labels = {0, 1, 2, 3};
  const Generated set = made(Deformed{.images = images, .labels = labels, .n = 400});
  std::set<long> masses;
  for (std::int64_t i = 0; i < 400; ++i) {
    const std::int32_t source = set.labels[static_cast<std::size_t>(i)];
    const double ratio = mass(set.points.row(i), 784) / mass(images.row(source), 784);
    EXPECT_GE(ratio, 0.9 * 0.9 - 0.03) << "image " << i;
    EXPECT_LE(ratio, 1.1 * 1.1 + 0.03) << "image " << i;
    masses.insert(std::lround(ratio * 1e6));
  }
  EXPECT_GE(masses.size(), 390u);  // the images are all different
}

TEST(Deformed, ShiftsByAtMostTheShareAsked) {
  const Matrix images = ellipses(1, 28, 28);
  const Generated set =
      made(Deformed{.images = images, .n = 300, .rotation = 0.0, .zoom = 0.0, .shear = 0.0});
  const auto center_x = [](const float* image) {
    double sum = 0.0;
    for (int p = 0; p < 784; ++p) sum += double{image[p]} * (p % 28);
    return sum / mass(image, 784);
  };
  double least = 0.0;
  double most = 0.0;
  for (std::int64_t i = 0; i < 300; ++i) {
    const double moved = center_x(set.points.row(i)) - center_x(images.row(0));
    least = std::min(least, moved);
    most = std::max(most, moved);
  }
  EXPECT_NEAR(least, -2.0, 0.1);  // 2 of 28 pixels
  EXPECT_NEAR(most, 2.0, 0.1);
}

TEST(Deformed, TurnsAnImageAboutItsMiddle) {
  Matrix image(1, 21 * 21);
  for (int x = 2; x <= 18; ++x) image.row(0)[10 * 21 + x] = 1.0f;  // a bar through the middle
  const Generated set = made(Deformed{
      .images = image, .n = 100, .rotation = 90.0, .zoom = 0.0, .shear = 0.0, .shift = 0.0});
  double most_upright = 0.0;
  for (std::int64_t i = 0; i < 100; ++i) {
    const float* turned = set.points.row(i);
    EXPECT_GT(turned[10 * 21 + 10], 0.99f);
    most_upright = std::max(most_upright, double{turned[4 * 21 + 10]});
  }
  EXPECT_GT(most_upright, 0.8);
}

TEST(Generate, GivesTheSameBytesForTheSameSeedAndAnyThreads) {
  const Matrix images = ellipses(5, 12, 12);
  const auto expect_same = [](const auto& kind) {
    const Generated one = made(kind, 3, 1);
    const Generated three = made(kind, 3, 3);
    EXPECT_EQ(one.points.values(), three.points.values());
    EXPECT_EQ(one.labels, three.labels);
    EXPECT_NE(one.points.values(), made(kind, 4, 1).points.values());
  };
  expect_same(Blobs{.dim = 7});
  expect_same(Cubes{.dim = 7});
  expect_same(SwissRoll{});
  expect_same(Uniform{});
  expect_same(Deformed{.images = images, .n = 500});
}

TEST(Generate, BeginsALongerSetWithTheShorterOne) {
  const Matrix images = ellipses(5, 12, 12);
  const auto expect_prefix = [](const auto& shorter, const auto& longer) {
    const Generated a = made(shorter);
    const Generated b = made(longer);
    EXPECT_GT(b.points.rows(), a.points.rows());
    EXPECT_EQ(a.points.values(), first_rows(b.points, a.points.rows()));
  };
  expect_prefix(Blobs{.n = 300, .dim = 6}, Blobs{.n = 3000, .dim = 6});
  expect_prefix(SwissRoll{.n = 100}, SwissRoll{.n = 3000});
  expect_prefix(Uniform{.n = 100}, Uniform{.n = 3000});
  expect_prefix(Deformed{.images = images, .n = 50}, Deformed{.images = images, .n = 300});
}

TEST(Generate, RefusesNumbersOutsideTheirRanges) {
  EXPECT_THROW(made(Blobs{.centers = 0}), InvalidParameter);
  EXPECT_THROW(made(Blobs{.spread = -1.0}), InvalidParameter);
  EXPECT_THROW(made(Blobs{.half_box = std::nan("")}), InvalidParameter);
  EXPECT_THROW(made(Cubes{.n = 0}), InvalidParameter);
  EXPECT_THROW(made(Cubes{.n = 2'400'000'000}), InvalidParameter);  // ids are 32 bits
  EXPECT_THROW(made(Cubes{.dim = 0}), InvalidParameter);
  EXPECT_THROW(made(SwissRoll{.n = 0}), InvalidParameter);
  EXPECT_THROW(made(SwissRoll{.bands = 0}), InvalidParameter);
  EXPECT_THROW(made(Uniform{.dim = -3}), InvalidParameter);
  const Matrix images = ellipses(2, 4, 4);
  EXPECT_THROW(made(Deformed{.images = images, .n = 3, .zoom = 1.0}), InvalidParameter);
}

TEST(Generate, RefusesImagesAndLabelsThatDoNotFit) {
  const Matrix images = ellipses(2, 5, 4);
  const std::vector<std::int32_t> labels = {1, 2, 3};
  EXPECT_THROW(made(Deformed{.images = images, .n = 3}), InvalidInput);  // 20 is no square
  EXPECT_THROW(made(Deformed{.images = images, .n = 3, .width = 4, .height = 4}), InvalidInput);
  EXPECT_THROW(made(Deformed{.images = {}, .n = 3}), InvalidInput);
  EXPECT_THROW(made(Deformed{.images = images, .labels = labels, .n = 3, .width = 5, .height = 4}),
               InvalidInput);
}

}  // namespace
}  // namespace nearfold
