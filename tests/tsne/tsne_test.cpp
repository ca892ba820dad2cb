// t-SNE's optimiser: forces against all pairs in double, the gradient against the loss, and that
// neither threads nor the way iterations are counted off change a bit.
#include "tsne/tsne.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"
#include "support/tsne_data.hpp"

namespace nearfold {
namespace {

using Kind = TsneParams::Repulsion;

EdgeGraph affinities(std::int64_t n, std::uint64_t seed = 1, double perplexity = 6) {
  const Matrix x = data::blobs(n, 4, seed);
  const auto k = std::min<std::int64_t>(n - 1, static_cast<std::int64_t>(3 * perplexity));
  return weigh_edges(oracle::neighbors(x, k), TsneParams{.perplexity = perplexity}, Cpu{2});
}

std::vector<float> layout_after(int iterations, const EdgeGraph& graph, const Matrix& start,
                                const TsneParams& params, int threads = 2) {
  const auto o = optimizer(graph, start, params, threads);
  o->advance(iterations);
  return layout_of(*o, start);
}

struct Error {
  double force, z;  // relative: root mean square over all points, and of Z
};

Error error_of(Repulsion& repulsion, const Matrix& y) {
  std::vector<float> force(y.values().size());
  const double z = repulsion.compute(y.values(), force);
  const oracle::Repulsion wanted =
      oracle::repulsion(oracle::doubles(y), static_cast<int>(y.cols()));
  double off = 0, size = 0;
  for (std::size_t c = 0; c < force.size(); ++c) {
    off += std::pow(static_cast<double>(force[c]) - wanted.force[c], 2);
    size += std::pow(wanted.force[c], 2);
  }
  return {std::sqrt(off / size), std::abs(z - wanted.z) / wanted.z};
}

// ---- repulsion ----------------------------------------------------------------------------------

TEST(ExactRepulsion, IsTheSumOverAllPairs) {
  for (const int dims : {1, 2, 3})
    for (const std::int64_t n : {4, 15, 16, 17, 500})
      for (const float span : {1e-4f, 5.0f, 200.0f}) {
        const Matrix y = data::layout(n, dims, 1, span);
        const Error error = error_of(*make_exact_repulsion(n, dims, Cpu{2}), y);
        EXPECT_LT(error.force, 1e-5) << n << " points, span " << span;
        EXPECT_LT(error.z, 2e-4) << n << " points, span " << span;
      }
}

// A far point's share of Z is far below its own similarity of 1, which must not swallow it.
TEST(ExactRepulsion, KeepsZOfPointsFarApart) {
  const Matrix y = data::layout(12, 2, 2, 2e4f, /*clusters=*/12);
  EXPECT_LT(error_of(*make_exact_repulsion(12, 2, Cpu{1}), y).z, 1e-3);
}

TEST(ExactRepulsion, CoincidentPointsDoNotPush) {
  const Matrix y(5, 2);
  std::vector<float> force(10, 7.0f);
  EXPECT_EQ(make_exact_repulsion(5, 2, Cpu{1})->compute(y.values(), force), 20.0);
  EXPECT_EQ(force, std::vector<float>(10, 0.0f));
}

// Quintic splines on a grid of 0.4 units: .5 % of the force, measured on t-SNE's own maps of MNIST.
TEST(FftRepulsion, IsWithinOnePercentOfAllPairs) {
  for (const float span : {5.0f, 40.0f, 200.0f}) {
    const Matrix y = data::layout(2500, 2, 3, span);
    const Error error = error_of(*make_fft_repulsion(2500, Cpu{2}), y);
    EXPECT_LT(error.force, 0.01) << span;
    EXPECT_LT(error.z, 5e-3) << span;  // clumps narrower than a cell meet one phase of the grid
  }
}

TEST(FftRepulsion, IsRightForUniformLayoutsToo) {
  for (const float span : {5.0f, 40.0f, 200.0f}) {
    const Matrix y = data::layout(2500, 2, 4, span, /*clusters=*/2500);
    const Error error = error_of(*make_fft_repulsion(2500, Cpu{2}), y);
    EXPECT_LT(error.force, 0.02) << span;
    EXPECT_LT(error.z, 1e-2) << span;  // sparse: Z is not much more than the points' own terms
  }
}

TEST(FftRepulsion, IsRightAtTheScaleOfTheStart) {
  const Matrix y = data::layout(2500, 2, 5, 1e-4f);
  const Error error = error_of(*make_fft_repulsion(2500, Cpu{2}), y);
  EXPECT_LT(error.force, 0.05);
  EXPECT_LT(error.z, 1e-3);
}

TEST(FftRepulsion, DoesNotCareWhereTheLayoutIs) {
  const Matrix y = data::layout(2500, 2, 6, 30.0f);
  const auto repulsion = make_fft_repulsion(2500, Cpu{2});
  std::vector<float> force(5000), moved_force(5000);
  const double z = repulsion->compute(y.values(), force);
  for (const float shift : {0.13f, 0.25f, 3.0f}) {  // within a cell, half of one, whole ones
    Matrix moved = y;
    for (std::int64_t i = 0; i < y.rows(); ++i) moved.row(i)[0] += shift, moved.row(i)[1] -= shift;
    EXPECT_NEAR(repulsion->compute(moved.values(), moved_force), z, 1e-3 * z);
    double off = 0, size = 0;
    for (std::size_t c = 0; c < force.size(); ++c) {
      off += std::pow(static_cast<double>(force[c] - moved_force[c]), 2);
      size += std::pow(static_cast<double>(force[c]), 2);
    }
    EXPECT_LT(std::sqrt(off / size), 0.015) << shift;
  }
}

TEST(FftRepulsion, IsAPureFunctionOfTheLayout) {
  const Matrix small = data::layout(600, 2, 7, 5.0f), large = data::layout(600, 2, 8, 90.0f);
  const auto used = make_fft_repulsion(600, Cpu{2}), fresh = make_fft_repulsion(600, Cpu{2});
  std::vector<float> first(1200), second(1200);
  used->compute(large.values(), first);
  const double z = used->compute(small.values(), first);
  EXPECT_EQ(fresh->compute(small.values(), second), z);
  EXPECT_EQ(first, second);
}

TEST(Repulsion, IsTheSameForAnyNumberOfThreads) {
  const Matrix y = data::layout(3000, 2, 9, 60.0f);
  for (const bool fft : {false, true}) {
    const auto make = [&](int threads) {
      return fft ? make_fft_repulsion(3000, Cpu{threads})
                 : make_exact_repulsion(3000, 2, Cpu{threads});
    };
    std::vector<float> one(6000), more(6000);
    const double z = make(1)->compute(y.values(), one);
    for (const int threads : {2, 3, 7}) {
      EXPECT_EQ(make(threads)->compute(y.values(), more), z) << threads;
      EXPECT_EQ(more, one) << threads;
    }
  }
}

// The interpolation's error in the points' own terms must not turn Z over: few points, far apart.
TEST(FftRepulsion, ZStaysPositiveForFewPoints) {
  for (const float span : {20.0f, 200.0f}) {
    const Matrix y = data::layout(6, 2, 10, span, /*clusters=*/6);
    std::vector<float> force(12);
    EXPECT_GT(make_fft_repulsion(6, Cpu{1})->compute(y.values(), force), 0.0) << span;
  }
}

// What a report says of a run is what the oracle finds.
TEST(FftRepulsion, ItsErrorIsMeasured) {
  const Matrix y = data::layout(2500, 2, 12, 80.0f);
  const auto repulsion = make_fft_repulsion(2500, Cpu{2});
  std::vector<float> force(y.values().size());
  repulsion->compute(y.values(), force);
  const ForceError measured = measure_force_error(force, y.values(), Cpu{2});
  const double wanted = error_of(*repulsion, y).force;
  EXPECT_EQ(measured.points, 400);
  EXPECT_NEAR(measured.relative, wanted, 0.25 * wanted);  // of a sample of a sixth
  EXPECT_EQ(measure_force_error(force, y.values(), Cpu{1}).relative, measured.relative);
}

// Points are sorted in chunks of 16 kGrain, by several threads.
TEST(FftRepulsion, SortsMoreThanAChunk) {
  constexpr std::int64_t kN = 40 * kGrain + 5;
  const Matrix y = data::layout(kN, 2, 13, 60.0f);
  std::vector<float> force(y.values().size());
  make_fft_repulsion(kN, Cpu{3})->compute(y.values(), force);
  EXPECT_LT(measure_force_error(force, y.values(), Cpu{2}).relative, 0.01);
}

TEST(FftRepulsion, RefusesALayoutThatHasRunAway) {
  std::vector<float> force(100);
  for (const float bad : {5000.0f, -HUGE_VALF, HUGE_VALF, std::nanf("")}) {
    Matrix y = data::layout(50, 2, 11, 10.0f);
    y.row(3)[1] = bad;
    EXPECT_THROW(make_fft_repulsion(50, Cpu{1})->compute(y.values(), force), nearfold::Error)
        << bad;
  }
}

// ---- the optimiser ------------------------------------------------------------------------------

/// The first step from y is -1.2 rate gradient (the gain of a first step is 1.2).
std::vector<double> gradient(const EdgeGraph& p, const Matrix& y, Kind kind) {
  constexpr double kRate = 64;
  const TsneParams params{.early_exaggeration_iter = 0,
                          .learning_rate = kRate,
                          .max_step_norm = 1e9,
                          .repulsion = kind};
  const std::vector<float> after = layout_after(1, p, y, params);
  std::vector<double> out(after.size());
  for (std::size_t c = 0; c < out.size(); ++c)
    out[c] = (static_cast<double>(y.values()[c]) - static_cast<double>(after[c])) / (1.2 * kRate);
  return out;
}

double relative_error(const std::vector<double>& found, const std::vector<double>& wanted) {
  double off = 0, size = 0;
  for (std::size_t c = 0; c < found.size(); ++c) {
    off += std::pow(found[c] - wanted[c], 2);
    size += std::pow(wanted[c], 2);
  }
  return std::sqrt(off / size);
}

TEST(Tsne, FirstStepIsDownTheLossInTwoAndThreeDimensions) {
  const EdgeGraph p = affinities(80);
  for (const int dims : {1, 2, 3}) {
    const Matrix y = data::layout(80, dims, 12, 8.0f);
    EXPECT_LT(relative_error(gradient(p, y, Kind::exact), slope(p, y)), 1e-4) << dims;
  }
}

TEST(Tsne, FirstStepByFftIsDownTheLoss) {
  const EdgeGraph p = affinities(80);
  const Matrix y = data::layout(80, 2, 12, 8.0f);
  EXPECT_LT(relative_error(gradient(p, y, Kind::fft), slope(p, y)), 0.02);
}

TEST(Tsne, LossIsTheDivergence) {
  const EdgeGraph p = affinities(200);
  for (const int dims : {1, 2, 3}) {
    const Matrix y = data::layout(200, dims, 13, 20.0f);
    const double wanted = oracle::divergence(oracle::dense(p), oracle::doubles(y), dims);
    EXPECT_NEAR(optimizer(p, y, {.repulsion = Kind::exact})->loss().value(), wanted, 1e-5 * wanted);
    if (dims != 2) continue;
    EXPECT_NEAR(optimizer(p, y, {.repulsion = Kind::fft})->loss().value(), wanted, 5e-3);
  }
}

TEST(Tsne, SaysHowFarItsForcesAreOffWhereTheyAreInterpolated) {
  const EdgeGraph p = affinities(300);
  const Matrix y = data::layout(300, 2, 13, 40.0f);
  const auto error = optimizer(p, y, {.repulsion = Kind::fft})->force_error();
  ASSERT_TRUE(error);
  const double wanted = error_of(*make_fft_repulsion(300, Cpu{1}), y).force;
  EXPECT_NEAR(error->relative, wanted, 1e-3 * wanted);  // all points are in the sample
  EXPECT_EQ(error->points, 300);
  EXPECT_FALSE(optimizer(p, y, {.repulsion = Kind::exact})->force_error());
}

TEST(Tsne, LossFallsToThatOfAGoodMap) {
  const EdgeGraph p = affinities(200);
  const Matrix start = data::layout(200, 2, 14, 1e-4f);
  for (const Kind kind : {Kind::exact, Kind::fft}) {
    const auto o = optimizer(p, start, {.max_iter = 400, .repulsion = kind});
    const double before = o->loss().value();
    o->advance(400);
    EXPECT_LT(o->loss().value(), 0.25 * before);
  }
}

TEST(Tsne, IterationsCanBeCountedOffInAnyWay) {
  const EdgeGraph p = affinities(150);
  const Matrix start = data::layout(150, 2, 15, 1e-4f);
  for (const Kind kind : {Kind::exact, Kind::fft}) {
    const TsneParams params{.early_exaggeration_iter = 50, .max_iter = 100, .repulsion = kind};
    const std::vector<float> whole = layout_after(100, p, start, params);
    const auto parts = optimizer(p, start, params);
    parts->advance(30);
    parts->loss();  // asking changes nothing
    parts->advance(0);
    parts->advance(-5);
    parts->advance(70);
    EXPECT_EQ(layout_of(*parts, start), whole);
    parts->advance(10);  // there are no more
    EXPECT_EQ(layout_of(*parts, start), whole);
  }
}

// In any phase, and what stops it early goes on, too. Vertices are in another order than points.
TEST(Tsne, GoesOnFromACheckpoint) {
  EdgeGraph p = affinities(60);
  for (std::int32_t v = 0; v < 60; ++v) p.point_of.push_back((v * 7 + 3) % 60);
  const Matrix start = data::layout(60, 2, 22, 1e-4f);
  const TsneParams params{.early_exaggeration_iter = 60,
                          .early_stop = true,
                          .max_iter = 400,
                          .initial_momentum = 0.5,
                          .repulsion = Kind::exact};
  const auto whole = optimizer(p, start, params);
  const int done = whole->advance(400);
  for (const int at : {1, 20, done - 2}) {
    const auto first = optimizer(p, start, params), second = optimizer(p, Matrix(60, 2), params);
    first->advance(at);
    second->restore(first->save());
    EXPECT_EQ(layout_of(*second, start), layout_of(*first, start)) << at;
    EXPECT_EQ(second->advance(400), done - at);
    EXPECT_EQ(layout_of(*second, start), layout_of(*whole, start)) << at;
    EXPECT_EQ(second->early_iterations(), whole->early_iterations()) << at;
  }
  const Checkpoint saved = whole->save();
  EXPECT_EQ(saved.iteration, done);
  EXPECT_EQ(saved.iterations, done);  // it knows that it has stopped
  EXPECT_EQ(saved.early_iterations, whole->early_iterations());
}

TEST(Tsne, StopsEarlyHoweverIterationsAreCountedOff) {
  const EdgeGraph p = affinities(300);
  const Matrix start = data::layout(300, 2, 21, 1e-4f);
  const TsneParams params{.early_stop = true, .max_iter = 5000};
  const auto whole = optimizer(p, start, params), parts = optimizer(p, start, params, 3);
  const int done = whole->advance(5000);
  EXPECT_LT(done, 2500);
  EXPECT_LT(whole->early_iterations(), 250);
  int counted = 0;
  while (const int more = parts->advance(7)) counted += more;
  EXPECT_EQ(counted, done);
  EXPECT_EQ(layout_of(*parts, start), layout_of(*whole, start));
  const auto full = optimizer(p, start, {.max_iter = 5000});
  full->advance(5000);
  EXPECT_LT(whole->loss().value(), 1.1 * full->loss().value());
}

TEST(Tsne, IsTheSameForAnyNumberOfThreads) {
  const EdgeGraph p = affinities(1100);
  const Matrix start = data::layout(1100, 2, 16, 1e-4f);
  for (const Kind kind : {Kind::exact, Kind::fft}) {
    const TsneParams params{.early_exaggeration_iter = 20, .max_iter = 40, .repulsion = kind};
    const std::vector<float> one = layout_after(40, p, start, params, 1);
    for (const int threads : {2, 3, 7})
      EXPECT_EQ(layout_after(40, p, start, params, threads), one) << threads;
  }
}

TEST(Tsne, StaysCentred) {
  const EdgeGraph p = affinities(150);
  Matrix start = data::layout(150, 3, 17, 5.0f);
  for (std::int64_t i = 0; i < 150; ++i) start.row(i)[1] += 3;
  const std::vector<float> y = layout_after(5, p, start, {.repulsion = Kind::exact});
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < 150; ++i) sum += static_cast<double>(y[3 * i + c]);
    EXPECT_NEAR(sum / 150, 0, 1e-5);
  }
}

TEST(Tsne, NoPointMovesFartherThanTheLimit) {
  const EdgeGraph p = affinities(150);
  const Matrix start = data::layout(150, 2, 18, 20.0f);
  const std::vector<float> y =
      layout_after(1, p, start, {.learning_rate = 1e6, .max_step_norm = 0.5});
  double farthest = 0, mean[2] = {0, 0};
  for (std::size_t c = 0; c < 300; ++c)
    mean[c % 2] += static_cast<double>(y[c] - start.values()[c]) / 150;
  for (std::size_t i = 0; i < 150; ++i)  // up to the re-centring, which moves all alike
    farthest = std::max(farthest,
                        std::hypot(static_cast<double>(y[2 * i] - start.values()[2 * i]),
                                   static_cast<double>(y[2 * i + 1] - start.values()[2 * i + 1])));
  EXPECT_LE(farthest, 0.5 + 0.51);
  EXPECT_GE(farthest, 0.3);
}

TEST(Tsne, TakesFourPointsInTwoAndThreeDimensions) {
  const EdgeGraph p = affinities(4, 1, 1.2);
  for (const int dims : {2, 3}) {
    const Matrix start = data::layout(4, dims, 19, 1e-4f, 4);
    for (const float y : layout_after(750, p, start, {})) ASSERT_TRUE(std::isfinite(y));
  }
}

TEST(Tsne, TakesCoincidentPoints) {
  const EdgeGraph p = affinities(60);
  for (const Kind kind : {Kind::exact, Kind::fft}) {
    Matrix start = data::layout(60, 2, 20, 1e-4f);
    for (int c = 0; c < 2; ++c) start.row(7)[c] = start.row(4)[c];
    for (const float y : layout_after(300, p, start, {.repulsion = kind}))
      ASSERT_TRUE(std::isfinite(y));
    std::fill(start.span().begin(), start.span().end(), 0.0f);
    EXPECT_EQ(layout_after(3, p, start, {.repulsion = Kind::exact}), start.values());
  }
}

TEST(Tsne, HasAnFftInTwoAndThreeDimensionsAlone) {
  const EdgeGraph p = affinities(30);
  for (const int dims : {1, 4})
    EXPECT_THROW(optimizer(p, data::layout(30, dims, 21, 1.0f), {.repulsion = Kind::fft}),
                 Unsupported);
  EXPECT_NO_THROW(optimizer(p, data::layout(30, 3, 21, 1.0f), {.repulsion = Kind::fft}));
}

TEST(Tsne, RefusesToSumAllPairsOfVeryManyPointsUnasked) {
  EdgeGraph empty;
  empty.n = 30'001;
  empty.offsets.assign(30'002, 0);
  for (const int dims : {1, 4}) {
    EXPECT_THROW(optimizer(empty, Matrix(30'001, dims), {}), Unsupported);
    EXPECT_NO_THROW(optimizer(empty, Matrix(30'001, dims), {.repulsion = Kind::exact}));
  }
  for (const int dims : {2, 3}) EXPECT_NO_THROW(optimizer(empty, Matrix(30'001, dims), {}));
}

}  // namespace
}  // namespace nearfold
