// The start of an embedding: what each kind of start gives, what depends on the seed, and the scale
// that each optimiser gets it at. Spectral starts by themselves: spectral_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "stages.hpp"
#include "support/init_data.hpp"

namespace nearfold {
namespace {

TEST(PcaStart, IsTheSameForTranslatedPoints) {
  const EdgeGraph none;
  const Matrix near =
      initial_layout(PcaInit{}, normal_points(500, 10, 4.0f), none, 2, 1, kOn).layout;
  const Matrix far =
      initial_layout(PcaInit{}, normal_points(500, 10, 4.0f, 100.0f), none, 2, 1, kOn).layout;
  EXPECT_LT(largest_difference(near, far),
            2e-3);  // floats near 100 are 8e-6 apart; axes nearly tie
  EXPECT_GT(largest_difference(near, Matrix(500, 2)), 5.0);
}

TEST(PcaStart, FillsColumnsThatThePointsDoNotHaveAndSaysSo) {
  const InitialLayout start =
      initial_layout(PcaInit{}, normal_points(100, 1, 2.0f), {}, 3, kSeed, kOn);
  EXPECT_EQ(start.description, "pca");
  ASSERT_EQ(start.warnings.size(), 1u);
  EXPECT_GT(product(&start.layout.values()[0], &start.layout.values()[0], 100, 3), 100.0);
  for (const int c : {1, 2}) {
    const double squares =
        product(&start.layout.values()[0] + c, &start.layout.values()[0] + c, 100, 3);
    EXPECT_GT(squares, 0.0);
    EXPECT_LT(squares, 1.0);
  }
}

TEST(InitialLayout, DependsOnTheSeedOnlyWhereItIsRandom) {
  const Matrix x = normal_points(400, 5, 1.0f);
  const EdgeGraph graph = neighbor_graph(x, 8);
  const auto run = [&](const Init& init, std::uint64_t seed) {
    return initial_layout(init, x, graph, 2, seed, kOn).layout.values();
  };
  EXPECT_EQ(run(PcaInit{}, 1), run(PcaInit{}, 2));
  EXPECT_EQ(run(SpectralInit{}, 1), run(SpectralInit{}, 2));
  EXPECT_NE(run(RandomInit{}, 1), run(RandomInit{}, 2));
  const ArrayInit given{normal_points(400, 2, 3.0f)};
  EXPECT_EQ(run(given, 1), given.start.values());
}

TEST(InitialLayout, HasAPositivePeakInEveryColumn) {
  const Matrix x = normal_points(400, 5, 1.0f);
  const EdgeGraph graph = neighbor_graph(x, 8);
  for (const Init& init : {Init{PcaInit{}}, Init{SpectralInit{}}}) {
    const Matrix y = initial_layout(init, x, graph, 3, kSeed, kOn).layout;
    for (int c = 0; c < 3; ++c) {
      float low = 0, high = 0;
      for (std::int64_t i = 0; i < y.rows(); ++i) {
        low = std::min(low, y.row(i)[c]);
        high = std::max(high, y.row(i)[c]);
      }
      EXPECT_GE(high, -low);
    }
  }
}

/// Mean and standard deviation of column c.
std::pair<double, double> moments(const Matrix& y, std::int64_t c) {
  double sum = 0, squares = 0;
  const auto n = static_cast<double>(y.rows());
  for (std::int64_t i = 0; i < y.rows(); ++i) sum += static_cast<double>(y.row(i)[c]);
  for (std::int64_t i = 0; i < y.rows(); ++i) {
    squares += std::pow(static_cast<double>(y.row(i)[c]) - sum / n, 2);
  }
  return {sum / n, std::sqrt(squares / n)};
}

TEST(ScaleStart, MakesTheFirstColumnOfTsneAsWideAsItShouldBe) {
  Matrix y = normal_points(5'000, 2, 30.0f);
  const Matrix before = y;
  scale_init(y, PcaInit{}, TsneParams{}, kSeed, Cpu{2});
  EXPECT_NEAR(moments(y, 0).second, 1e-4, 5e-7);
  EXPECT_NEAR(moments(y, 1).second, 0.5e-4, 2e-6);  // the second column keeps its proportion
  const double factor = 1e-4 / moments(before, 0).second;
  double squares = 0;
  for (std::size_t i = 0; i < y.values().size(); ++i) {
    const double off =
        static_cast<double>(y.values()[i]) - factor * static_cast<double>(before.values()[i]);
    squares += off * off / static_cast<double>(y.values().size());
  }
  EXPECT_NEAR(std::sqrt(squares), 1e-6, 5e-8);  // the jitter
}

TEST(ScaleStart, DrawsNormalNumbersForARandomTsne) {
  Matrix y = initial_layout(RandomInit{}, {}, graph_of(20'000, {}), 2, kSeed, kOn).layout;
  EXPECT_NEAR(moments(y, 0).second, std::sqrt(1.0 / 12), 5e-3);
  scale_init(y, RandomInit{}, TsneParams{}, kSeed, Cpu{2});
  for (const int c : {0, 1}) {
    EXPECT_NEAR(moments(y, c).first, 0.0, 3e-6);
    EXPECT_NEAR(moments(y, c).second, 1e-4, 2e-6);
  }
}

TEST(ScaleStart, PutsEveryAxisOfUmapIntoTheBox) {
  const Matrix given = normal_points(1'000, 3, 0.01f);
  for (const Init& init :
       {Init{PcaInit{}}, Init{SpectralInit{}}, Init{RandomInit{}}, Init{ArrayInit{given}}}) {
    Matrix y = given;
    scale_init(y, init, UmapParams{}, kSeed, Cpu{2});
    for (int c = 0; c < 3; ++c) {
      float low = 99, high = -99;
      for (std::int64_t i = 0; i < y.rows(); ++i) {
        low = std::min(low, y.row(i)[c]);
        high = std::max(high, y.row(i)[c]);
      }
      EXPECT_EQ(low, 0.0f);
      EXPECT_EQ(high, 10.0f);
    }
  }
}

TEST(ScaleStart, LeavesAnArrayForTsneAlone) {
  Matrix y = normal_points(50, 2, 3.0f);
  const Matrix before = y;
  scale_init(y, ArrayInit{before}, TsneParams{}, kSeed, Cpu{2});
  EXPECT_EQ(y.values(), before.values());
}

TEST(ScaleStart, KeepsEqualPointsFinite) {
  Matrix x(4, 6);
  std::fill(x.span().begin(), x.span().end(), 2.5f);
  const InitialLayout start = initial_layout(PcaInit{}, x, {}, 3, kSeed, kOn);
  EXPECT_EQ(start.warnings.size(), 1u);
  Matrix tsne = start.layout, umap = start.layout, flat(4, 3);
  scale_init(tsne, PcaInit{}, TsneParams{}, kSeed, Cpu{2});
  scale_init(umap, PcaInit{}, UmapParams{}, kSeed, Cpu{2});
  scale_init(flat, ArrayInit{flat}, UmapParams{}, kSeed, Cpu{2});
  EXPECT_TRUE(all_finite(tsne));
  EXPECT_TRUE(all_finite(umap));
  EXPECT_GT(moments(tsne, 0).second, 1e-5);
  EXPECT_LT(moments(tsne, 0).second, 1e-3);
  EXPECT_EQ(flat.values(), Matrix(4, 3).values());
}

TEST(Normal, HasTheMomentsOfANormal) {
  double power[5] = {};
  constexpr int n = 200'000;
  for (int i = 0; i < n; ++i) {
    const auto v =
        static_cast<double>(to_normal(random4(kSeed, Stream::data, static_cast<std::uint64_t>(i))));
    for (int p = 1; p <= 4; ++p) power[p] += std::pow(v, p) / n;
  }
  EXPECT_NEAR(power[1], 0.0, 0.01);
  EXPECT_NEAR(power[2], 1.0, 0.01);
  EXPECT_NEAR(power[3], 0.0, 0.03);
  EXPECT_NEAR(power[4], 2.85, 0.05);  // 3 for a true normal
}

}  // namespace
}  // namespace nearfold
