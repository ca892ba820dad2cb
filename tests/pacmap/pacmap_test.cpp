// PaCMAP's and LocalMAP's optimiser: its gradient against differences of the loss over all pairs in
// double, and its steps against Adam written out plainly.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "math/pacmap_force.hpp"
#include "pacmap/method.hpp"
#include "stages.hpp"
#include "support/oracle.hpp"
#include "support/pacmap_data.hpp"

namespace nearfold {
namespace {

// ---- the gradient -------------------------------------------------------------------------------

/// The loss of a layout in double, pair by pair. `reach`: of LocalMAP's last phase, whose near
/// pairs are those of PaCMAP times reach / sqrt(t) in the gradient: their loss is its integral.
double plain_loss(const std::vector<double>& y, int dims, const PacmapWeights& w, double reach) {
  const EdgeGraph& g = pairs();
  const auto t_of = [&](std::int64_t i, std::int64_t j) {
    double t = 1;
    for (int c = 0; c < dims; ++c) {
      const double d =
          y[static_cast<std::size_t>(i * dims + c)] - y[static_cast<std::size_t>(j * dims + c)];
      t += d * d;
    }
    return t;
  };
  // Of 10 / (10 + s)^2 reach / sqrt(s) from 1 to t: with s = u^2, of 20 reach / (10 + u^2)^2.
  const auto local = [&](double t) {
    const auto integral = [](double u) {
      return u / (20 * (10 + u * u)) + std::atan(u / std::sqrt(10.0)) / (20 * std::sqrt(10.0));
    };
    return 20 * reach * (integral(std::sqrt(t)) - integral(1));
  };
  double loss = 0;
  for (std::int64_t i = 0; i < g.n; ++i) {
    for (auto e = static_cast<std::size_t>(g.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(g.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      const double t = t_of(i, g.columns[e]);
      const double near = reach > 0 ? local(t) : t / (10 + t);
      loss += 0.5 * static_cast<double>(w.near) * static_cast<double>(g.weights[e]) * near;
    }
    for (std::int64_t j = 0; j < 4; ++j) {
      const double t = t_of(i, g.mid_near[static_cast<std::size_t>(i * 4 + j)]);
      loss += static_cast<double>(w.mid_near) * t / (10000 + t);
    }
    for (std::int64_t j = 0; j < 16; ++j)
      loss += static_cast<double>(w.further) /
              (1 + t_of(i, g.further[static_cast<std::size_t>(i * 16 + j)]));
  }
  return loss;
}

std::vector<double> plain_gradient(const std::vector<double>& y, int dims, const PacmapWeights& w,
                                   double reach) {
  std::vector<double> out(y.size());
  for (std::size_t at = 0; at < y.size(); ++at) {
    const double h = 1e-5;
    std::vector<double> there = y;
    there[at] += h;
    const double above = plain_loss(there, dims, w, reach);
    there[at] -= 2 * h;
    out[at] = (above - plain_loss(there, dims, w, reach)) / (2 * h);
  }
  return out;
}

/// Adam's mean after one iteration is a tenth of the gradient.
template <class Params>
void expect_gradient(const Params& params, const PacmapWeights& w, int dims, double reach = 0) {
  SCOPED_TRACE(std::string(method_name(params)) + " in " + std::to_string(dims));
  const Matrix start = data::layout(kPoints, dims, 3, 12.0f);
  const auto optimizer = make_optimizer(pairs(), start, params, 5, Cpu{2});
  ASSERT_EQ(optimizer->advance(1), 1);
  const Checkpoint after = optimizer->save();
  const std::vector<double> wanted =
      plain_gradient({start.values().begin(), start.values().end()}, dims, w, reach);
  double largest = 0;
  for (const double g : wanted) largest = std::max(largest, std::abs(g));
  ASSERT_GT(largest, 0.1);
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    ASSERT_NEAR(10 * static_cast<double>(after.update.values()[at]), wanted[at], 2e-6 * largest)
        << at;
    ASSERT_NEAR(1000 * static_cast<double>(after.gains.values()[at]), wanted[at] * wanted[at],
                1e-4 * wanted[at] * wanted[at] + 1e-5 * largest);
  }
}

TEST(Pacmap, GradientIsThatOfTheLoss) {
  for (const int dims : {1, 2, 3, 5}) {
    expect_gradient(PacmapParams{.n_neighbors = 8, .num_iters = {10, 0, 0}}, {2, 1000, 1}, dims);
    expect_gradient(PacmapParams{.n_neighbors = 8, .num_iters = {0, 1, 0}}, {3, 3, 1}, dims);
    expect_gradient(PacmapParams{.n_neighbors = 8, .num_iters = {0, 0, 1}}, {1, 0, 1}, dims);
    expect_gradient(LocalmapParams{{.n_neighbors = 8, .num_iters = {0, 0, 1}}, 7}, {1, 0, 1}, dims,
                    3.5);
    expect_gradient(LocalmapParams{{.n_neighbors = 8, .num_iters = {0, 1, 1}}, 7}, {3, 3, 1}, dims);
  }
}

TEST(Pacmap, WeightsFallFromPhaseToPhase) {
  const auto mid_near = [](int i) { return pacmap_weights(i, 100, 50).mid_near; };
  EXPECT_EQ(mid_near(0), 1000);
  EXPECT_FLOAT_EQ(mid_near(50), 501.5f);
  EXPECT_FLOAT_EQ(mid_near(99), 12.97f);
  EXPECT_EQ(mid_near(100), 3);
  EXPECT_EQ(mid_near(149), 3);
  EXPECT_EQ(mid_near(150), 0);
  EXPECT_EQ(pacmap_weights(99, 100, 50).near, 2);
  EXPECT_EQ(pacmap_weights(100, 100, 50).near, 3);
  EXPECT_EQ(pacmap_weights(150, 100, 50).near, 1);
}

TEST(Pacmap, StepsAreAdams) {
  constexpr int kSteps = 12;
  const PacmapParams params{.n_neighbors = 8, .num_iters = {6, 3, 3}, .lr = 0.5};
  const Matrix start = data::layout(kPoints, 2, 3, 12.0f);
  const auto optimizer = make_optimizer(pairs(), start, params, 5, Cpu{2});
  std::vector<double> y(start.values().begin(), start.values().end()), m(y.size()), v(y.size());
  for (int i = 0; i < kSteps; ++i) {
    const std::vector<double> g = plain_gradient(y, 2, pacmap_weights(i, 6, 3), 0);
    for (std::size_t at = 0; at < y.size(); ++at) {
      m[at] = 0.9 * m[at] + 0.1 * g[at];
      v[at] = 0.999 * v[at] + 0.001 * g[at] * g[at];
      const double rate = 0.5 * std::sqrt(1 - std::pow(0.999, i + 1)) / (1 - std::pow(0.9, i + 1));
      y[at] -= rate * m[at] / (std::sqrt(v[at]) + 1e-7);
    }
  }
  ASSERT_EQ(optimizer->advance(100), kSteps);
  const Checkpoint after = optimizer->save();
  for (std::size_t at = 0; at < y.size(); ++at)
    ASSERT_NEAR(static_cast<double>(after.layout.values()[at]), y[at], 2e-3) << at;
}

// ---- LocalMAP's further pairs -------------------------------------------------------------------

TEST(Localmap, DrawsFurtherPairsThatAreNearOnTheMap) {
  const Matrix start = data::layout(kPoints, 2, 3, 30.0f);
  const LocalmapParams params{{.n_neighbors = 8, .num_iters = {0, 0, 30}}, 6};
  const auto optimizer = make_optimizer(pairs(), start, params, 5, Cpu{2});
  EXPECT_TRUE(optimizer->save().further.empty());
  optimizer->advance(1);  // and draws
  const Checkpoint after = optimizer->save();
  ASSERT_EQ(after.further.size(), static_cast<std::size_t>(kPoints * 16));
  std::int64_t anew = 0, kept = 0;
  for (std::int64_t i = 0; i < kPoints; ++i)
    for (std::int64_t j = 0; j < 16; ++j) {
      const auto e = static_cast<std::size_t>(i * 16 + j);
      const std::int64_t other = after.further[e];
      ASSERT_NE(other, i);
      if (other == pairs().further[e]) {
        ++kept;
        continue;
      }
      ++anew;
      EXPECT_LE(oracle::distance(after.layout, i, other), 6 * (1 + 1e-6));
      const auto first = pairs().columns.begin() + pairs().offsets[static_cast<std::size_t>(i)];
      const auto last = pairs().columns.begin() + pairs().offsets[static_cast<std::size_t>(i) + 1];
      EXPECT_EQ(std::find(first, last, other), last) << "a near pair";
    }
  EXPECT_GT(anew, 100);
  EXPECT_GT(kept, 0);  // few points are within 6 that are not near pairs
  optimizer->advance(9);
  EXPECT_EQ(optimizer->save().further, after.further);
  optimizer->advance(1);
  EXPECT_NE(optimizer->save().further, after.further);
}

}  // namespace
}  // namespace nearfold
