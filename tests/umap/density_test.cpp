// densMAP: radii against plain sums, the term against the slope of the correlation it is meant to
// raise, and their effect on a map.
#include "umap/density.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"
#include "weights/radii.hpp"

namespace nearfold {
namespace {

constexpr UmapCurve kCurve{1.577f, 0.895f, 1.0f};
constexpr std::int64_t kN = 120;

UmapParams dense_params() {
  return {.n_neighbors = 10, .n_epochs = 100, .densmap = true, .dens_lambda = 0.01};
}

const KnnGraph& graph() {
  static const KnnGraph made = oracle::neighbors(data::normals(kN, 4, 1), 9);
  return made;
}

EdgeGraph edges(const UmapParams& params = dense_params()) {
  return weigh_edges(graph(), params, Cpu{2});
}

/// corr(re, R) of a map, in double; the variance of re is widened by `shift`.
double correlation(const EdgeGraph& e, const std::vector<float>& radii,
                   const std::vector<double>& y, int dims, double shift) {
  std::vector<double> re;
  for (std::int64_t i = 0; i < e.n; ++i) {
    double phis = 0, squares = 0;
    for (std::int64_t at = e.offsets[static_cast<std::size_t>(i)];
         at < e.offsets[static_cast<std::size_t>(i) + 1]; ++at) {
      double d2 = 0;
      for (int c = 0; c < dims; ++c) {
        const auto mine = static_cast<std::size_t>(i * dims + c);
        const auto theirs =
            static_cast<std::size_t>(e.columns[static_cast<std::size_t>(at)] * dims + c);
        d2 += (y[mine] - y[theirs]) * (y[mine] - y[theirs]);
      }
      const double phi =
          1 / (1 + static_cast<double>(kCurve.a) * std::pow(d2, static_cast<double>(kCurve.b)));
      phis += phi;
      squares += phi * d2;
    }
    re.push_back(std::log(1e-8 + squares / phis));
  }
  const auto n = static_cast<double>(e.n);
  const double mean = std::accumulate(re.begin(), re.end(), 0.0) / n;
  double variance = 0, covariance = 0;
  for (std::size_t i = 0; i < re.size(); ++i) {
    variance += (re[i] - mean) * (re[i] - mean) / n;
    covariance += (re[i] - mean) * static_cast<double>(radii[i]) / (n - 1);
  }
  return covariance / std::sqrt(variance + shift);
}

double pearson(const std::vector<float>& a, const std::vector<float>& b) {
  const auto mean = [](const std::vector<float>& x) {
    return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  };
  const double of_a = mean(a), of_b = mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = static_cast<double>(a[i]) - of_a, db = static_cast<double>(b[i]) - of_b;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / std::sqrt(aa * bb);
}

TEST(Densities, RadiiAreMeansOfSquaredDistances) {
  const EdgeGraph e = edges();
  const std::vector<float> found = log_radii(graph(), e, Cpu{3});
  const Matrix points = data::normals(kN, 4, 1);
  for (std::int64_t i = 0; i < kN; ++i) {
    double sum = 0, weights = 0;
    for (std::int64_t at = e.offsets[static_cast<std::size_t>(i)];
         at < e.offsets[static_cast<std::size_t>(i) + 1]; ++at) {
      const auto w = static_cast<double>(e.weights[static_cast<std::size_t>(at)]);
      const double d = oracle::distance(points, i, e.columns[static_cast<std::size_t>(at)]);
      sum += w * d * d;
      weights += w;
    }
    ASSERT_NEAR(static_cast<double>(found[static_cast<std::size_t>(i)]), std::log(sum / weights),
                1e-5);
  }
  EXPECT_EQ(found, local_radii(graph(), dense_params()));
}

TEST(Densities, OfOtherUnitsAreTheSame) {
  KnnGraph small = graph();
  for (float& d : small.distances) d *= 1e-12f;
  const std::vector<float> wanted = edges().radii;
  const std::vector<float> found = weigh_edges(small, dense_params(), Cpu{1}).radii;
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 1e-4) << i;
}

TEST(Densities, AreFiniteForDuplicatesAndNothingWhereAllAreAlike) {
  std::vector<float> values(200 * 3);
  for (std::size_t i = 300; i < values.size(); ++i)
    values[i] = data::normals(200, 3, 2).values()[i];
  const Matrix half_equal(200, 3, std::move(values));
  for (const float r : weigh_edges(oracle::neighbors(half_equal, 9), dense_params(), Cpu{2}).radii)
    ASSERT_TRUE(std::isfinite(r));
  KnnGraph ring;
  ring.n = 50;
  ring.k = 4;
  for (std::int32_t i = 0; i < 50; ++i)
    for (const std::int32_t step : {1, 49, 2, 48}) {
      ring.neighbors.push_back((i + step) % 50);
      ring.distances.push_back(1);
    }
  UmapParams params = dense_params();
  params.n_neighbors = 5;
  EXPECT_TRUE(weigh_edges(ring, params, Cpu{1}).radii.empty());
}

TEST(Densities, MoveUpTheSlopeOfTheCorrelation) {
  for (const int dims : {2, 3, 5}) {
    SCOPED_TRACE(dims);
    EdgeGraph e = edges();
    const std::vector<float> radii = e.radii;
    const std::vector<float> y = data::normals(kN, dims, 5).values();
    const float rate = 1;
    std::vector<float> next(y.size()), again(y.size());
    EdgeGraph copy = e;
    DensityTerm(e, dense_params(), kCurve, Cpu{1}).move(y, dims, rate, {}, next);
    DensityTerm(copy, dense_params(), kCurve, Cpu{3}).move(y, dims, rate, {}, again);
    EXPECT_EQ(next, again);
    // A quarter of lambda sum of weights / heaviest times the slope.
    double total = 0;
    float heaviest = 0;
    for (const float w : copy.weights) {
      total += static_cast<double>(w);
      heaviest = std::max(heaviest, w);
    }
    const double scale = 0.25 * 0.01 * total / static_cast<double>(heaviest);
    double miss = 0, size = 0;
    std::vector<double> at(y.begin(), y.end());
    for (std::size_t c = 0; c < at.size(); ++c) {
      constexpr double kStep = 1e-5;
      const double here = at[c];
      at[c] = here + kStep;
      const double above = correlation(copy, radii, at, dims, 0.1);
      at[c] = here - kStep;
      const double below = correlation(copy, radii, at, dims, 0.1);
      at[c] = here;
      const double wanted = scale * (above - below) / (2 * kStep);
      const double found = static_cast<double>(next[c]) - static_cast<double>(y[c]);
      miss += (found - wanted) * (found - wanted);
      size += wanted * wanted;
    }
    EXPECT_LT(std::sqrt(miss / size), 0.03);  // the covariance has n - 1, its deviations n
  }
}

TEST(Densities, OfHeldPointsDoNotMoveThem) {
  EdgeGraph e = edges();
  const std::vector<float> y = data::normals(kN, 2, 5).values();
  std::vector<float> next(y.size());
  std::vector<std::uint8_t> held(kN, 0);
  held[7] = 1;
  DensityTerm(e, dense_params(), kCurve, Cpu{2}).move(y, 2, 1, held, next);
  EXPECT_EQ(next[14], y[14]);
  EXPECT_NE(next[16], y[16]);
}

/// Two clouds, one four times as wide as the other.
Matrix two_widths() {
  Matrix points = data::normals(600, 5, 3);
  for (std::int64_t i = 0; i < 300; ++i)
    for (int c = 0; c < 5; ++c) points.row(i)[c] = points.row(i)[c] * 4 + (c == 0 ? 40 : 0);
  return points;
}

TEST(DensMap, KeepsDensitiesForAnyThreads) {
  const Matrix points = two_widths();
  Settings settings{.method = UmapParams{.n_epochs = 300, .densmap = true}, .device = Cpu{1}};
  const Result one = embed(points, settings);
  settings.device = Cpu{3};
  const Result three = embed(points, settings);
  EXPECT_EQ(one.layout.values(), three.layout.values());
  const UmapParams plain{.n_epochs = 300};
  settings.method = plain;
  const Result without = embed(points, settings);
  const std::vector<float> wanted =
      local_radii(find_neighbors(points, 14, FlatKnn{}, Cpu{}, 1), plain);
  const auto kept = [&](const Matrix& map) {
    return pearson(wanted, local_radii(find_neighbors(map, 14, FlatKnn{}, Cpu{}, 1), plain));
  };
  EXPECT_GT(kept(one.layout), 0.7);
  EXPECT_GT(kept(one.layout), kept(without.layout) + 0.3);
}

TEST(DensMap, ActsInItsShareOfTheEpochsAndTakesMoreOfThem) {
  EdgeGraph e = edges();
  UmapParams params = dense_params();
  params.dens_frac = 0.25;
  const DensityTerm term(e, params, kCurve, Cpu{1});
  EXPECT_FALSE(term.acts(75, 100));
  EXPECT_TRUE(term.acts(76, 100));
  params.n_epochs.reset();
  EXPECT_EQ(iterations_of(params, kN), 700);
  const Matrix points = data::normals(kN, 4, 1);
  params = {.n_epochs = 50, .densmap = true, .dens_frac = 0};
  const std::vector<float> none = embed(points, {.method = params}).layout.values();
  params.densmap = false;
  EXPECT_EQ(embed(points, {.method = params}).layout.values(), none);
}

}  // namespace
}  // namespace nearfold
