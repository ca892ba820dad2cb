// The formulas that both devices share: random numbers, elementary functions, distances, splines,
// and UMAP's curve.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "core/simd.hpp"
#include "math/distance.hpp"
#include "math/elementary.hpp"
#include "math/normal.hpp"
#include "math/philox.hpp"
#include "math/tie_order.hpp"
#include "math/tsne_force.hpp"
#include "math/umap_force.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"
#include "umap/curve_fit.hpp"

namespace nearfold {
namespace {

constexpr double kElementary = 2e-7;  // the relative errors elementary.hpp promises
constexpr double kPow = 3e-7;

double relative(double found, double wanted) {
  return std::abs(found - wanted) / std::abs(wanted);
}

std::vector<std::uint32_t> words(const Random4& r) {
  return {r.v[0], r.v[1], r.v[2], r.v[3]};
}

// Random123's published answers for philox4x32-10.
TEST(Philox, GivesThePublishedAnswers) {
  using Words = std::vector<std::uint32_t>;
  EXPECT_EQ(words(philox(0u, 0u, 0u, 0u, 0)),
            (Words{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}));
  EXPECT_EQ(words(philox(~0u, ~0u, ~0u, ~0u, ~std::uint64_t{0})),
            (Words{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}));
  EXPECT_EQ(
      words(philox(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ull)),
      (Words{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}));
}

// Graphs with ties depend on these numbers.
TEST(TieOrder, GivesEveryIdAKeyOfItsOwn) {
  const TieOrder order(42, 7);
  std::set<std::uint32_t> keys;
  for (std::int32_t id = 0; id < 5000; ++id) {
    EXPECT_EQ(order.id(order.key(id)), id);
    keys.insert(order.key(id));
  }
  EXPECT_EQ(keys.size(), 5000u);
  for (const std::int32_t id : {0, 1, 0x7ffffffe, 0x7fffffff})
    EXPECT_EQ(order.id(order.key(id)), id);
  EXPECT_EQ(order.key(0), 684382947u);
  EXPECT_EQ(order.key(123'456'789), 2997406281u);
  EXPECT_EQ(TieOrder().key(77), 77u);
  EXPECT_EQ(TieOrder().id(77), 77);
}

TEST(TieOrder, IsAnotherForEverySeedAndPoint) {
  std::set<std::uint32_t> seen;
  for (const std::uint64_t seed : {0ull, 1ull, 2ull, 1ull << 40})
    for (std::int64_t point = 0; point < 100; ++point) seen.insert(TieOrder(seed, point).key(3));
  EXPECT_EQ(seen.size(), 400u);
}

TEST(Simd, RunningSumsAreThoseOfALoop) {
  Ints x, wanted;
  for (int l = 0, sum = 0; l < kSimd; ++l) {
    x[l] = 3 * l - 7;
    wanted[l] = sum += x[l];
  }
  const Ints found = running_sum(x);
  for (int l = 0; l < kSimd; ++l) EXPECT_EQ(found[l], wanted[l]) << l;
}

// src/core/simd.hpp promises that a register gives the bits that its lanes give one by one.
TEST(Philox, SideBySideGivesTheSameWords) {
  std::int64_t counters[kSimd / 2];
  for (int l = 0; l < kSimd / 2; ++l) counters[l] = l * 7919;
  const FourWords<LongWords> all = philox(LongWords{} + 3u, load(counters), LongWords{} + ~0u,
                                          LongWords{} + 5u, ~std::uint64_t{1});
  for (int l = 0; l < kSimd / 2; ++l) {
    const Random4 one =
        philox(3u, static_cast<std::uint32_t>(counters[l]), ~0u, 5u, ~std::uint64_t{1});
    for (int w = 0; w < 4; ++w) {
      EXPECT_EQ(static_cast<std::uint32_t>(all.v[w][l]), one.v[w]);
      EXPECT_EQ(to_range(all.v[w], 70'000)[l], to_range(one.v[w], 70'000));
    }
  }
}

TEST(Philox, StreamsSeedsCountersAndLanesAllDiffer) {
  std::set<std::uint32_t> seen;
  for (const Stream stream :
       {Stream::knn, Stream::init, Stream::jitter, Stream::layout, Stream::sample, Stream::data})
    seen.insert(random4(1, stream, 0).v[0]);
  seen.insert(random4(2, Stream::knn, 0).v[0]);
  seen.insert(random4(std::uint64_t{1} << 32, Stream::knn, 0).v[0]);
  seen.insert(random4(1, Stream::knn, std::uint64_t{1} << 32).v[0]);
  seen.insert(random4(1, Stream::knn, 0, 1).v[0]);
  EXPECT_EQ(seen.size(), 10u);
}

TEST(Philox, UnitsAndRangesStayInside) {
  EXPECT_EQ(to_unit(0), 0.0f);
  EXPECT_EQ(to_unit(~0u), 1.0f - 0x1p-24f);
  EXPECT_EQ(to_range(0u, 7), 0u);
  EXPECT_EQ(to_range(~0u, 7), 6u);
  EXPECT_EQ(to_range(~0u, 1), 0u);
  EXPECT_EQ(to_range(~0u, ~0u), ~0u - 1);
}

TEST(Philox, RangesAreUniform) {
  std::vector<int> count(7, 0);
  for (std::uint64_t i = 0; i < 70'000; ++i)
    ++count[to_range(random4(3, Stream::sample, i).v[i % 4], 7)];
  for (const int c : count) EXPECT_NEAR(c, 10'000, 450);  // 4.9 standard deviations
}

TEST(Normal, HasTheMomentsOfAStandardNormal) {
  double sum = 0, squares = 0, cubes = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const auto x = static_cast<double>(to_normal(data::bits(1, i, 0)));
    sum += x;
    squares += x * x;
    cubes += x * x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.016);  // five standard deviations each
  EXPECT_NEAR(squares / kCount, 1, 0.022);
  EXPECT_NEAR(cubes / kCount, 0, 0.06);
}

TEST(Elementary, ExpIsRightToTwoTenthsOfAMillionth) {
  double worst = 0;
  for (int i = -86'998; i <= 88'000; i += 3) {
    const float x = static_cast<float>(i) * 1e-3f;
    worst = std::fmax(worst, relative(static_cast<double>(exp_f(x)), std::exp(double{x})));
  }
  EXPECT_LT(worst, kElementary);
  EXPECT_EQ(exp_f(0.0f), 1.0f);
  EXPECT_EQ(exp_f(-0.0f), 1.0f);
}

TEST(Elementary, ExpEndsInZeroAndInALargeNumber) {
  EXPECT_EQ(exp_f(-87.01f), 0.0f);
  EXPECT_EQ(exp_f(-1e30f), 0.0f);
  EXPECT_EQ(exp_f(-HUGE_VALF), 0.0f);
  EXPECT_EQ(exp_f(1e30f), exp_f(88.0f));
  EXPECT_EQ(exp_f(HUGE_VALF), exp_f(88.0f));
}

TEST(Elementary, LogIsRightToTwoTenthsOfAMillionth) {
  double worst = 0;
  for (float x = 1.2e-38f; x < 3.3e38f; x *= 1.00037f)
    worst = std::fmax(worst, relative(static_cast<double>(log_f(x)), std::log(double{x})));
  for (int i = -9000; i < 9000; ++i) {  // around 1, where the logarithm vanishes
    const float x = 1.0f + static_cast<float>(i) * 1e-4f;
    if (i != 0)
      worst = std::fmax(worst, relative(static_cast<double>(log_f(x)), std::log(double{x})));
  }
  EXPECT_LT(worst, kElementary);
  EXPECT_EQ(log_f(1.0f), 0.0f);
  EXPECT_EQ(log_f(0.0f), log_f(1.17549435e-38f));
}

TEST(Elementary, PowIsRightToItsBound) {
  double worst = 0;
  for (const float b : {0.1f, 0.5f, 0.79f, 0.9f, 1.0f, 1.33f, 2.0f})
    for (float x = 1e-12f; x < 1e12f; x *= 1.013f) {
      const double error =
          relative(static_cast<double>(pow_f(x, b)), std::pow(double{x}, double{b}));
      worst = std::fmax(worst, error / (1 + std::abs(double{b} * std::log(double{x}))));
    }
  EXPECT_LT(worst, kPow);
}

TEST(Distance, AgreesWithDoubleForEveryTailLength) {
  for (std::int64_t dim = 1; dim <= 70; ++dim) {
    const Matrix x = data::normals(2, dim, 5);
    const double wanted = std::pow(oracle::distance(x, 0, 1), 2);
    EXPECT_LT(relative(static_cast<double>(squared_distance(x.row(0), x.row(1), dim)), wanted),
              5e-7)
        << dim;
    EXPECT_EQ(squared_distance(x.row(0), x.row(1), dim), squared_distance(x.row(1), x.row(0), dim));
    EXPECT_EQ(squared_distance(x.row(0), x.row(0), dim), 0.0f);
  }
}

TEST(Splines, SumToOneAndReproduceTheirPlace) {
  for (int i = 0; i < 1000; ++i) {
    const float f = static_cast<float>(i) / 1000.0f;
    float w[8], slope[8];
    spline_weights(f, w, slope);
    double sum = 0, mean = 0, rise = 0, mean_rise = 0;
    for (int node = 0; node < 8; ++node) {
      sum += static_cast<double>(w[node]);
      mean += (node - 2) * static_cast<double>(w[node]);
      rise += static_cast<double>(slope[node]);
      mean_rise += (node - 2) * static_cast<double>(slope[node]);
      EXPECT_GE(w[node], -1e-8f);
    }
    EXPECT_NEAR(sum, 1, 5e-7);
    EXPECT_NEAR(mean, static_cast<double>(f), 1e-6);
    EXPECT_NEAR(rise, 0, 2e-6);
    EXPECT_NEAR(mean_rise, 1, 4e-6);
    EXPECT_EQ(w[6], 0.0f);
    EXPECT_EQ(w[7], 0.0f);
  }
}

TEST(Splines, AreContinuousFromCellToCell) {
  float first[8], last[8], first_slope[8], last_slope[8];
  spline_weights(0.0f, first, first_slope);
  spline_weights(1.0f - 0x1p-24f, last, last_slope);
  EXPECT_NEAR(static_cast<double>(last[0]), 0, 1e-6);
  EXPECT_NEAR(static_cast<double>(last_slope[0]), 0, 1e-6);
  for (int node = 0; node < 5; ++node) {
    EXPECT_NEAR(static_cast<double>(last[node + 1]), static_cast<double>(first[node]), 1e-6);
    EXPECT_NEAR(static_cast<double>(last_slope[node + 1]), static_cast<double>(first_slope[node]),
                1e-6);
  }
  EXPECT_EQ(first[5], 0.0f);
}

TEST(Splines, SlopesAreThoseOfTheWeights) {
  for (float f = 0.01f; f < 0.99f; f += 0.07f) {
    float low[8], high[8], slope[8], unused[8];
    spline_weights(f - 0.01f, low, unused);
    spline_weights(f + 0.01f, high, unused);
    spline_weights(f, unused, slope);
    for (int node = 0; node < 6; ++node)
      EXPECT_NEAR(static_cast<double>(high[node] - low[node]) / 0.02,
                  static_cast<double>(slope[node]), 2e-4);
  }
}

TEST(TsneUpdate, GainGrowsAgainstTheGradientAndShrinksAlongIt) {
  float gain = 1.0f;
  EXPECT_FLOAT_EQ(tsne_update(2.0f, 0.0f, 0.8f, 10.0f, gain), -24.0f);  // no update yet: a flip
  EXPECT_FLOAT_EQ(gain, 1.2f);
  EXPECT_FLOAT_EQ(tsne_update(2.0f, -24.0f, 0.8f, 10.0f, gain), -0.8f * 24.0f - 28.0f);
  EXPECT_FLOAT_EQ(gain, 1.4f);
  EXPECT_NEAR(static_cast<double>(tsne_update(-2.0f, -24.0f, 0.8f, 10.0f, gain)), 3.4, 1e-5);
  EXPECT_FLOAT_EQ(gain, 1.4f * 0.8f + 0.01f);
}

TEST(UmapForce, SideBySideGivesTheSameBits) {
  const UmapCurve curve{1.57694f, 0.895061f, 1.0f};
  for (float first = 0; first < 1e30f; first = first * 1.7f + 1e-30f) {
    Floats d2;
    Floats rate;
    for (int l = 0; l < kSimd; ++l) {
      d2[l] = first * (1.0f + 0.05f * static_cast<float>(l));
      rate[l] = static_cast<float>(l + 1) / 17.0f;
    }
    const Floats push = umap_repulsion(d2, curve), pull = umap_attraction(d2, curve);
    const Ints fired = firings(123, rate);
    for (int l = 0; l < kSimd; ++l) {
      EXPECT_EQ(push[l], umap_repulsion(static_cast<float>(d2[l]), curve));
      EXPECT_EQ(pull[l], umap_attraction(static_cast<float>(d2[l]), curve));
      EXPECT_EQ(clip4(push)[l], clip4(static_cast<float>(push[l])));
      EXPECT_EQ(fired[l], firings(123, static_cast<float>(rate[l])));
    }
  }
}

TEST(UmapForce, IsUmapLearnsGradient) {
  const UmapCurve curve{1.57694f, 0.895061f, 1.0f};
  const double a = 1.57694, b = 0.895061;
  for (double d2 = 1e-6; d2 < 1e6; d2 *= 1.7) {
    const double p = std::pow(d2, b);
    const double pull = -2 * a * b * p / (d2 * (a * p + 1));
    const double push = 2 * b / ((0.001 + d2) * (a * p + 1));
    const auto x = static_cast<float>(d2);
    EXPECT_LT(relative(static_cast<double>(umap_attraction(x, curve)), pull), 1e-5) << d2;
    EXPECT_LT(relative(static_cast<double>(umap_repulsion(x, curve)), push), 1e-5) << d2;
  }
  EXPECT_EQ(umap_attraction(0.0f, curve), 0.0f);
  EXPECT_EQ(umap_repulsion(0.0f, curve), 0.0f);
}

// Every a and b that src/run/params.cpp lets through, at distances that layouts have.
TEST(UmapForce, IsFiniteForEveryCurve) {
  for (const float a : {1e-3f, 1.0f, 100.0f})
    for (const float b : {0.1f, 0.9f, 2.0f, 5.0f, 20.0f, 100.0f})
      for (float d2 = 1e-14f; d2 < 1e5f; d2 *= 10.0f) {
        const UmapCurve curve{a, b, 1.0f};
        ASSERT_TRUE(std::isfinite(umap_attraction(d2, curve))) << a << " " << b << " " << d2;
        ASSERT_TRUE(std::isfinite(umap_repulsion(d2, curve))) << a << " " << b << " " << d2;
      }
}

TEST(UmapForce, EdgesFireTheirShareOfAllEpochs) {
  for (const float rate : {1.0f, 0.5f, 1.0f / 3.0f, 0.0021f}) {
    int fired = 0;
    for (std::int32_t epoch = 1; epoch <= 500; ++epoch) {
      const int now = firings(epoch, rate) - firings(epoch - 1, rate);
      EXPECT_GE(now, 0);
      EXPECT_LE(now, 1);
      fired += now;
    }
    EXPECT_NEAR(fired, 500.0 * static_cast<double>(rate), 1.0);
  }
}

TEST(UmapForce, SamplesFollowTheirRate) {
  for (const std::uint32_t step : {0u, 1u, 2u, 1000u, 0xFFFFFFFFu})
    for (const std::uint32_t vertex : {0u, 1u, 2u, 70000u}) {
      EXPECT_EQ(samples_due(0, 2.5f, vertex, step), 0);
      EXPECT_EQ(samples_due(7, 0.0f, vertex, step), 0);
      EXPECT_EQ(samples_due(7, 5.0f, vertex, step), 35);
      EXPECT_EQ(samples_due(200, 5.0f, vertex, step), 1000);
    }
}

// Over the steps of one vertex, and over the vertices of one step.
TEST(UmapForce, SamplesFollowABrokenRateInTheMean) {
  for (const float rate : {0.1f, 0.5f, 2.3f})
    for (const int pulls : {1, 3}) {
      double of_vertex = 0, of_step = 0;
      for (std::uint32_t t = 0; t < 1000; ++t) {
        of_vertex += samples_due(pulls, rate, 12345, t);
        of_step += samples_due(pulls, rate, t, 678);
      }
      EXPECT_NEAR(of_vertex / 1000, static_cast<double>(rate) * pulls, 0.01);
      EXPECT_NEAR(of_step / 1000, static_cast<double>(rate) * pulls, 0.01);
    }
}

TEST(UmapForce, CoordinatesAreClippedAtFour) {
  EXPECT_EQ(clip4(1e30f), 4.0f);
  EXPECT_EQ(clip4(-1e30f), -4.0f);
  EXPECT_EQ(clip4(-3.5f), -3.5f);
}

struct FitCase {
  double spread, min_dist, a, b;
};

// umap-learn 0.5's find_ab_params with scipy 1.17; six digits are kept, so 1e-5 is allowed.
TEST(Curve, IsUmapLearnsFit) {
  const FitCase cases[] = {{1, 0.1, 1.5769434602697652, 0.8950608778515733},
                           {1, 0.0, 1.9328083973431500, 0.7904949732233831},
                           {1, 0.001, 1.9290733959350850, 0.7915045334274393},
                           {1, 0.01, 1.8956058664339035, 0.8006378442860499},
                           {1, 0.25, 1.1214363422305684, 1.0574998766836710},
                           {1, 0.5, 0.5830300203414425, 1.3341669924314914},
                           {1, 0.8, 0.2320627270129324, 1.6812316033251284},
                           {1, 0.99, 0.1193052999240788, 1.9163904168802517},
                           {0.5, 0.1, 5.0693093291234780, 1.0030054228261729},
                           {2, 0.1, 0.5446605399418663, 0.8420554268341789}};
  for (const FitCase& c : cases) {
    const Curve fit = fit_curve(UmapParams{.min_dist = c.min_dist, .spread = c.spread});
    EXPECT_LT(relative(fit.a, c.a), 1e-5) << c.spread << " " << c.min_dist;
    EXPECT_LT(relative(fit.b, c.b), 1e-5) << c.spread << " " << c.min_dist;
  }
}

// Stretching the layout by s turns (a, b) into (a s^-2b, b).
TEST(Curve, FollowsTheScaleOfTheLayout) {
  for (const double s : {1e-3, 0.03, 30.0, 1e3}) {
    const Curve fit = fit_curve(UmapParams{.min_dist = 0.1 * s, .spread = s});
    EXPECT_LT(relative(fit.b, 0.8950608778515733), 2e-5) << s;
    EXPECT_LT(relative(fit.a, 1.5769434602697652 * std::pow(s, -2 * 0.8950608778515733)), 2e-4)
        << s;
  }
}

TEST(Curve, GivenValuesAreTaken) {
  const Curve fit = fit_curve(UmapParams{.a = 1.25, .b = 0.75});
  EXPECT_EQ(fit.a, 1.25);
  EXPECT_EQ(fit.b, 0.75);
}

}  // namespace
}  // namespace nearfold
