// t-SNE beyond the plain map: heavy and light tails, three dimensions by a mesh and more by all
// pairs, and phases with an exaggeration of their own, against plain sums in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "core/parallel.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"
#include "support/tsne_data.hpp"
#include "tsne/near_field.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

using Kind = TsneParams::Repulsion;

struct Error {
  double force, z;  // relative: root mean square over all points, and of Z
};

Error error_of(Repulsion& repulsion, const Matrix& y, double dof = 1) {
  std::vector<float> force(y.values().size());
  const double z = repulsion.compute(y.values(), force);
  const oracle::Repulsion wanted =
      oracle::repulsion(oracle::doubles(y), static_cast<int>(y.cols()), dof);
  double off = 0, size = 0;
  for (std::size_t c = 0; c < force.size(); ++c) {
    off += std::pow(static_cast<double>(force[c]) - wanted.force[c], 2);
    size += std::pow(wanted.force[c], 2);
  }
  return {std::sqrt(off / size), std::abs(z - wanted.z) / wanted.z};
}

EdgeGraph affinities(std::int64_t n, const TsneParams& params = {.perplexity = 6}) {
  return weigh_edges(oracle::neighbors(data::blobs(n, 4, 1), k_needed(params, n)), params, Cpu{2});
}

// ---- forces -------------------------------------------------------------------------------------

TEST(Kernel, ExactRepulsionIsTheSumOverAllPairs) {
  for (const double dof : {0.1, 0.5, 0.8, 1.0, 2.0, 20.0})
    for (const int dims : {1, 2, 3, 4, 7, 10})
      for (const float span : {1e-4f, 5.0f, 100.0f}) {
        const Matrix y = data::layout(130, dims, 1, span);
        const Error error = error_of(*make_exact_repulsion(130, dims, Cpu{2}, dof), y, dof);
        EXPECT_LT(error.force, 5e-5) << dof << " in " << dims << ", span " << span;
        EXPECT_LT(error.z, 2e-4) << dof << " in " << dims << ", span " << span;
      }
}

TEST(Kernel, FftIsWithinOnePercentForEveryTail) {
  for (const double dof : {0.3, 0.5, 0.8, 1.0, 2.0})
    for (const float span : {5.0f, 40.0f, 200.0f}) {
      const Matrix y = data::layout(1500, 2, 3, span);
      const Error error = error_of(*make_fft_repulsion(1500, Cpu{2}, dof), y, dof);
      EXPECT_LT(error.force, 0.01) << dof << ", " << span;
      EXPECT_LT(error.z, 5e-3) << dof << ", " << span;
    }
}

TEST(Kernel, MeasuresItsOwnForceError) {
  const Matrix y = data::layout(1500, 2, 12, 80.0f);
  std::vector<float> force(y.values().size());
  const auto repulsion = make_fft_repulsion(1500, Cpu{2}, 0.5);
  repulsion->compute(y.values(), force);
  const double wanted = error_of(*repulsion, y, 0.5).force;
  EXPECT_NEAR(measure_force_error(force, y.values(), Cpu{2}, 2, 0.5).relative, wanted,
              0.25 * wanted);
}

// ---- three dimensions by a mesh -----------------------------------------------------------------

TEST(MeshRepulsion, IsWithinOnePercentOfAllPairs) {
  for (const double dof : {0.5, 1.0, 2.0})
    for (const float span : {5.0f, 30.0f, 200.0f, 2000.0f}) {
      const Matrix y = data::layout(2000, 3, 3, span);
      const Error error = error_of(*make_mesh_repulsion(2000, dof, Cpu{2}), y, dof);
      EXPECT_LT(error.force, 0.01) << dof << ", " << span;
      EXPECT_LT(error.z, 5e-3) << dof << ", " << span;
    }
}

TEST(MeshRepulsion, IsRightForUniformLayoutsToo) {
  for (const float span : {5.0f, 40.0f, 200.0f}) {
    const Matrix y = data::layout(2000, 3, 4, span, /*clusters=*/2000);
    const Error error = error_of(*make_mesh_repulsion(2000, 1, Cpu{2}), y);
    EXPECT_LT(error.force, 0.02) << span;
    EXPECT_LT(error.z, 1e-2) << span;
  }
}

TEST(MeshRepulsion, IsRightAtTheScaleOfTheStart) {
  const Matrix y = data::layout(2000, 3, 5, 1e-4f);
  const Error error = error_of(*make_mesh_repulsion(2000, 1, Cpu{2}), y);
  EXPECT_LT(error.force, 0.05);
  EXPECT_LT(error.z, 1e-3);
}

// A grid over all of it would be either too coarse or too large.
TEST(MeshRepulsion, TakesADenseMapWithAPointFarAway) {
  Matrix y = data::layout(2000, 3, 6, 10.0f);
  y.row(7)[2] = 900;
  const Error error = error_of(*make_mesh_repulsion(2000, 1, Cpu{2}), y);
  EXPECT_LT(error.force, 0.01);
  EXPECT_LT(error.z, 5e-3);
}

TEST(MeshRepulsion, IsAPureFunctionOfTheLayoutForAnyNumberOfThreads) {
  constexpr std::int64_t kN = 3 * kGrain + 7;
  const Matrix small = data::layout(kN, 3, 7, 5.0f), large = data::layout(kN, 3, 8, 90.0f);
  const auto used = make_mesh_repulsion(kN, 1, Cpu{2});
  std::vector<float> first(3 * kN), second(3 * kN);
  used->compute(small.values(), first);
  const double z = used->compute(large.values(), first);
  for (const int threads : {1, 2, 3, 7}) {
    EXPECT_EQ(make_mesh_repulsion(kN, 1, Cpu{threads})->compute(large.values(), second), z);
    EXPECT_EQ(first, second) << threads;
  }
}

TEST(MeshRepulsion, RefusesALayoutThatHasRunAway) {
  std::vector<float> force(150);
  for (const float bad : {50'000.0f, -HUGE_VALF, HUGE_VALF, std::nanf("")}) {
    Matrix y = data::layout(50, 3, 11, 10.0f);
    y.row(3)[1] = bad;
    EXPECT_THROW(make_mesh_repulsion(50, 1, Cpu{1})->compute(y.values(), force), nearfold::Error)
        << bad;
  }
}

TEST(NearField, IsTheShortRangeOfAllPairs) {
  constexpr std::int64_t kN = 300;
  const Matrix y = data::layout(kN, 3, 9, 12.0f);
  for (const double dof : {0.5, 1.0, 2.0}) {
    constexpr double kSplit = 9;
    const double reach = std::sqrt(dof * (kSplit - 1));
    NearField near(kN);
    near.sort(y.values(), {-20, -20, -20}, {40, 40, 40}, static_cast<float>(reach));
    std::vector<float> force(3 * kN);
    const double z = near.add(ShortRange(TsneKernel(dof), kSplit), force, Cpu{2});
    double wanted_z = 0, off = 0, size = 0;
    for (std::int64_t i = 0; i < kN; ++i) {
      double wanted[3] = {};
      for (std::int64_t j = 0; j < kN; ++j) {
        if (i == j) continue;
        const double d2 = std::pow(oracle::distance(y, i, j), 2), t = 1 + d2 / dof;
        const auto part = [&](double at) {
          const double u = std::max(0.0, 1 - at / kSplit);
          if (u == 0) return 0.0;
          return std::pow(at, -dof) -
                 std::pow(kSplit, -dof) * (1 + dof * u + 0.5 * dof * (dof + 1) * u * u);
        };
        wanted_z += part(t);
        const double slope = -(part(t + 1e-6) - part(t - 1e-6)) / 2e-6 / dof;
        for (int c = 0; c < 3; ++c)
          wanted[c] +=
              slope * (static_cast<double>(y.row(i)[c]) - static_cast<double>(y.row(j)[c]));
      }
      for (std::size_t c = 0; c < 3; ++c) {
        const double found = static_cast<double>(force[3 * static_cast<std::size_t>(i) + c]);
        off += std::pow(found - wanted[c], 2);
        size += std::pow(wanted[c], 2);
      }
    }
    EXPECT_NEAR(z, wanted_z, 1e-4 * wanted_z);
    EXPECT_LT(std::sqrt(off / size), 1e-4) << dof;
  }
}

// ---- the optimiser ------------------------------------------------------------------------------

TEST(Kernel, FirstStepIsDownTheDivergenceOfThatKernel) {
  const EdgeGraph p = affinities(60);
  constexpr double kRate = 64;
  for (const double dof : {0.5, 1.0, 3.0})
    for (const int dims : {2, 3, 5}) {
      const Matrix y = data::layout(60, dims, 12, 8.0f);
      const auto o = optimizer(p, y,
                               {.dof = dof,
                                .early_exaggeration_iter = 0,
                                .learning_rate = kRate,
                                .max_step_norm = 1e9,
                                .repulsion = Kind::exact});
      const double wanted = oracle::divergence(oracle::dense(p), oracle::doubles(y), dims, dof);
      EXPECT_NEAR(o->loss().value(), wanted, 2e-5 * wanted) << dof;
      o->advance(1);
      const std::vector<float> after = layout_of(*o, y);
      const std::vector<double> down = slope(p, y, dof);
      double off = 0, size = 0;
      for (std::size_t c = 0; c < down.size(); ++c) {
        const double moved = static_cast<double>(y.values()[c]) - static_cast<double>(after[c]);
        off += std::pow(moved / (1.2 * kRate) - down[c], 2);
        size += down[c] * down[c];
      }
      EXPECT_LT(std::sqrt(off / size), 2e-4) << dof << " in " << dims;
    }
}

TEST(Tsne, ByMeshIsTheSameForAnyNumberOfThreadsAndGoesOn) {
  const EdgeGraph p = affinities(300);
  const Matrix start = data::layout(300, 3, 16, 1e-4f);
  const TsneParams params{
      .dof = 0.8, .early_exaggeration_iter = 30, .max_iter = 90, .repulsion = Kind::fft};
  const auto whole = optimizer(p, start, params, 1);
  whole->advance(90);
  EXPECT_TRUE(whole->force_error());
  const auto first = optimizer(p, start, params, 3), second = optimizer(p, Matrix(300, 3), params);
  first->advance(37);
  second->restore(first->save());
  second->advance(90);
  EXPECT_EQ(layout_of(*second, start), layout_of(*whole, start));
}

// ---- late exaggeration --------------------------------------------------------------------------

TEST(LateExaggeration, IsAPhaseOfItsOwn) {
  const EdgeGraph p = affinities(150);
  const Matrix start = data::layout(150, 2, 15, 1e-4f);
  const TsneParams plain{.early_exaggeration_iter = 40, .max_iter = 100};
  TsneParams late = plain;
  late.late_exaggeration = 4;
  late.late_exaggeration_iter = 25;
  const auto one = optimizer(p, start, plain), other = optimizer(p, start, late);
  one->advance(75);
  other->advance(75);
  EXPECT_EQ(layout_of(*one, start), layout_of(*other, start));
  one->advance(1);
  other->advance(1);
  EXPECT_NE(layout_of(*one, start), layout_of(*other, start));
}

TEST(LateExaggeration, OfNoIterationsIsNone) {
  const EdgeGraph p = affinities(150);
  const Matrix start = data::layout(150, 2, 15, 1e-4f);
  const auto run = [&](const TsneParams& params) {
    const auto o = optimizer(p, start, params);
    o->advance(60);
    return layout_of(*o, start);
  };
  const TsneParams plain{.early_exaggeration_iter = 20, .max_iter = 60};
  TsneParams late = plain;
  late.late_exaggeration = 4;
  EXPECT_EQ(run(late), run(plain));
  late.late_exaggeration_iter = 40;  // all that is not early
  TsneParams exaggerated = plain;
  exaggerated.exaggeration = 4;
  EXPECT_EQ(run(late), run(exaggerated));
}

TEST(LateExaggeration, FollowsAnEarlyStopAndResumes) {
  const EdgeGraph p = affinities(300);
  const Matrix start = data::layout(300, 2, 21, 1e-4f);
  const TsneParams params{
      .late_exaggeration = 4, .late_exaggeration_iter = 30, .early_stop = true, .max_iter = 5000};
  TsneParams plain = params;
  plain.late_exaggeration_iter = 0;
  const auto stopped = optimizer(p, start, plain), whole = optimizer(p, start, params);
  const int done = stopped->advance(5000);
  ASSERT_LT(done, 2500);
  EXPECT_EQ(whole->advance(5000), done + 30);
  for (const int at : {done - 3, done + 1, done + 29}) {
    const auto first = optimizer(p, start, params), second = optimizer(p, Matrix(300, 2), params);
    first->advance(at);
    second->restore(first->save());
    EXPECT_EQ(second->advance(5000), done + 30 - at) << at;
    EXPECT_EQ(layout_of(*second, start), layout_of(*whole, start)) << at;
  }
}

}  // namespace
}  // namespace nearfold
