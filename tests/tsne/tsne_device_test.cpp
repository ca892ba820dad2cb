// t-SNE of kernels/, run on a device that the host plays (kernels/core/host_executor.hpp), against
// that of the CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "support/data.hpp"
#include "support/on_device.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

TEST(ExactTsneOnDevice, IsTheCpusLayout) {
  const TsneParams params{.perplexity = 10, .early_exaggeration_iter = 20, .max_iter = 35};
  for (const std::int64_t n : {100, 1111}) {
    const EdgeGraph graph = edges(n, 30, params);
    expect_the_cpus<2>(graph, data::layout(n, 2, 5, 1e-3f), params);
    expect_the_cpus<3>(graph, data::layout(n, 3, 5, 1e-3f), params);
  }
}

TEST(ExactTsneOnDevice, StopsWhereTheCpuStops) {
  const TsneParams params{.perplexity = 10, .early_stop = true};
  const EdgeGraph graph = edges(300, 30, params);
  const Matrix start = data::layout(300, 2, 6, 1e-3f);
  const auto device = on_device<2>(graph, start, params);
  const auto cpu = make_optimizer(graph, start, params, 5, Cpu{2});
  const int done = cpu->advance(750);
  EXPECT_LT(done, 750);
  EXPECT_EQ(device->advance(750), done);
  EXPECT_EQ(device->early_iterations(), cpu->early_iterations());
  EXPECT_EQ(layout_of(*device, start), layout_of(*cpu, start));
}

// Sixteen partial sums of powers, in the order that registers of the CPU add them in.
TEST(ExactTsneOnDevice, IsTheCpusLayoutForEveryTail) {
  for (const double dof : {0.3, 0.8, 2.5}) {
    const TsneParams params{
        .perplexity = 10, .dof = dof, .early_exaggeration_iter = 20, .max_iter = 35};
    const EdgeGraph graph = edges(301, 30, params);
    expect_the_cpus<2>(graph, data::layout(301, 2, 5, 1e-3f), params);
    expect_the_cpus<3>(graph, data::layout(301, 3, 5, 1e-3f), params);
  }
}

TEST(ExactTsneOnDevice, HasALatePhaseThatFollowsAnEarlyStop) {
  const TsneParams params{
      .perplexity = 10, .late_exaggeration = 4, .late_exaggeration_iter = 30, .early_stop = true};
  const EdgeGraph graph = edges(300, 30, params);
  const Matrix start = data::layout(300, 2, 6, 1e-3f);
  const auto cpu = make_optimizer(graph, start, params, 5, Cpu{2});
  const auto device = on_device<2>(graph, start, params);
  const int done = cpu->advance(750);
  EXPECT_LT(done, 750);
  EXPECT_EQ(device->advance(750), done);
  EXPECT_EQ(layout_of(*device, start), layout_of(*cpu, start));
  for (const int at : {done - 31, done - 17}) {  // before it begins, and within it
    const auto first = on_device<2>(graph, start, params);
    const auto second = on_device<2>(graph, Matrix(300, 2), params);
    first->advance(at);
    second->restore(first->save());
    EXPECT_EQ(second->advance(750), done - at);
    EXPECT_EQ(layout_of(*second, start), layout_of(*cpu, start)) << at;
  }
}

const TsneParams by_fft{.perplexity = 10,
                        .early_exaggeration_iter = 100,
                        .max_iter = 300,
                        .repulsion = TsneParams::Repulsion::fft};

// Two grids: forces differ by their errors, and maps by what comes of that.
void expect_the_forces_of_the_cpu(double dof) {
  SCOPED_TRACE(dof);
  const Matrix y = data::layout(2500, 2, 7, 60.0f);
  const auto cpu = make_fft_repulsion(2500, Cpu{2}, dof);
  std::vector<float> wanted(y.values().size());
  const double z = cpu->compute(y.values(), wanted);
  FftOn<HostExecutor> device(HostExecutor{}, 2500, dof);
  HostExecutor::Buffer<float> found(y.values().size());
  HostExecutor::Buffer<double> found_z(1);
  device.look(y.data(), false);
  device.compute(y.data(), found.data(), found_z.data());
  EXPECT_FALSE(device.lost());
  EXPECT_NEAR(*found_z.data() / z, 1.0, 1e-5);
  const double largest = std::abs(static_cast<double>(*std::max_element(
      wanted.begin(), wanted.end(), [](float a, float b) { return std::abs(a) < std::abs(b); })));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    ASSERT_NEAR(static_cast<double>(found.data()[i]), static_cast<double>(wanted[i]),
                1e-4 * largest);
}

TEST(FftTsneOnDevice, FindsTheForcesOfTheCpu) {
  for (const double dof : {0.3, 0.5, 1.0, 2.0}) expect_the_forces_of_the_cpu(dof);
}

TEST(FftTsneOnDevice, MeasuresTheErrorThatTheCpuMeasures) {
  for (const std::int64_t n : {7, 3000})
    for (const double dof : {0.5, 1.0}) {
      const Matrix y = data::layout(n, 2, 8, 20.0f), force = data::layout(n, 2, 9, 2.0f);
      const ForceError found = force_error_on(HostExecutor{}, y.data(), force.data(), n, dof);
      const ForceError wanted = measure_force_error(force.values(), y.values(), Cpu{2}, 2, dof);
      EXPECT_NEAR(found.relative / wanted.relative, 1.0, 1e-9);
      EXPECT_EQ(found.points, wanted.points);
    }
}

// On its way from nothing to a map points leave the grid between two looks, and iterations are done
// again.
TEST(FftTsneOnDevice, FindsAMapAsGoodAsTheCpus) {
  TsneParams heavy = by_fft, late = by_fft;
  heavy.dof = 0.5;
  late.late_exaggeration = 2;
  late.late_exaggeration_iter = 60;
  for (const TsneParams& params : {by_fft, heavy, late}) {
    const EdgeGraph graph = edges(600, 30, params);
    const Matrix start = data::layout(600, 2, 8, 1e-3f);
    const auto device = on_device<2>(graph, start, params);
    const auto cpu = make_optimizer(graph, start, params, 5, Cpu{2});
    device->advance(300);
    cpu->advance(300);
    EXPECT_NEAR(*device->loss(), *cpu->loss(), 0.02 * *cpu->loss());
    EXPECT_LT(device->force_error()->relative, 0.02);
  }
}

/// Loops of an iteration that nobody looks at.
int loops_of_one(const EdgeGraph& graph, const TsneParams& params) {
  const HostExecutor executor;
  const auto run = on_device<2>(graph, data::layout(graph.n, 2, 8, 1e-3f), params, executor);
  run->advance(11);
  const int before = executor.counts().loops;
  for (int i = 0; i < 5; ++i) run->advance(1);
  EXPECT_EQ((executor.counts().loops - before) % 5, 0);
  return (executor.counts().loops - before) / 5;
}

// Repulsion is two by all pairs, and four by the grid beside its transforms; attraction, gradient,
// step and move are one, the mean one, and taking it off.
TEST(TsneOnDevice, TakesFewLaunchesAnIteration) {
  const EdgeGraph graph = edges(200, 30, by_fft);
  EXPECT_EQ(loops_of_one(graph, by_fft), 4 + 3);
  TsneParams by_pairs = by_fft;
  by_pairs.repulsion = TsneParams::Repulsion::exact;
  EXPECT_EQ(loops_of_one(graph, by_pairs), 2 + 3);
}

// As many sizes as a map has on its way from nothing to the largest, and no more than a quarter
// too large.
TEST(QuarterOctave, HasFewSizesThatAreCloseEnough) {
  std::int64_t sizes = 0, last = 0;
  for (std::int64_t needed = 256; needed <= 8192; ++needed) {
    const std::int64_t nodes = quarter_octave(needed);
    EXPECT_GE(nodes, needed);
    EXPECT_LE(4 * nodes, 5 * needed);
    EXPECT_GE(nodes, last);
    sizes += nodes != last ? 1 : 0;
    last = nodes;
  }
  EXPECT_EQ(sizes, 21);
  for (std::int64_t needed = 16; needed < 256; ++needed) EXPECT_GE(quarter_octave(needed), needed);
}

TEST(FftTsneOnDevice, IterationsCanBeCountedOffInAnyWay) {
  TsneParams params = by_fft;
  params.dof = 0.7;
  params.max_iter = 120;
  params.late_exaggeration = 2;
  params.late_exaggeration_iter = 15;
  const EdgeGraph graph = edges(200, 30, params);
  const Matrix start = data::layout(200, 2, 9, 1e-3f);
  const auto whole = on_device<2>(graph, start, params);
  whole->advance(120);
  const auto parts = on_device<2>(graph, start, params);
  for (const int steps : {1, 9, 13, 0, 47, 50}) {
    parts->advance(steps);
    parts->loss();
  }
  EXPECT_EQ(layout_of(*parts, start), layout_of(*whole, start));
}

TEST(FftTsneOnDevice, NoticesAPointThatLeavesTheGrid) {
  Matrix y = data::layout(100, 2, 10, 10.0f);
  FftOn<HostExecutor> device(HostExecutor{}, 100);
  HostExecutor::Buffer<float> force(y.values().size());
  HostExecutor::Buffer<double> z(1);
  device.look(y.data(), false);
  for (const float away : {30.0f, -1e30f, std::numeric_limits<float>::quiet_NaN()}) {
    Matrix moved = y;
    moved.row(17)[1] = away;
    device.compute(moved.data(), force.data(), z.data());
    EXPECT_TRUE(device.lost()) << away;
    device.look(y.data(), false);
    EXPECT_FALSE(device.lost());
  }
  device.look(y.data(), true);  // four times the room
  y.row(17)[1] = 15.0f;
  device.compute(y.data(), force.data(), z.data());
  EXPECT_FALSE(device.lost());
}

}  // namespace
}  // namespace nearfold
