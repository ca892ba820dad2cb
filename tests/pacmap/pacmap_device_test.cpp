// PaCMAP and LocalMAP of kernels/, run on a device that the host plays, against those of the CPU.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/pacmap/pacmap.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/pacmap_data.hpp"

namespace nearfold {
namespace {

const PacmapParams kParams{.n_neighbors = 8, .num_iters = {15, 15, 45}};
constexpr double kNear = 6;  // low_dist_thres of LocalMAP

std::unique_ptr<Optimizer> on_device(const EdgeGraph& graph, const Matrix& start,
                                     std::optional<double> local,
                                     const PacmapParams& params = kParams,
                                     const HostExecutor& executor = {}) {
  return make_pacmap_on(executor, graph_on(executor, graph), start, params, local, 4);
}
std::unique_ptr<Optimizer> on_cpu(const EdgeGraph& graph, const Matrix& start,
                                  std::optional<double> local,
                                  const PacmapParams& params = kParams) {
  if (local) return make_optimizer(graph, start, LocalmapParams{params, *local}, 4, Cpu{2});
  return make_optimizer(graph, start, params, 4, Cpu{2});
}

void expect_same(const Optimizer& device, const Optimizer& cpu) {
  const Checkpoint found = device.save(), wanted = cpu.save();
  EXPECT_EQ(found.iteration, wanted.iteration);
  EXPECT_EQ(found.iterations, wanted.iterations);
  ASSERT_EQ(found.layout.values(), wanted.layout.values());
  EXPECT_EQ(found.update.values(), wanted.update.values());
  EXPECT_EQ(found.gains.values(), wanted.gains.values());
  EXPECT_EQ(found.further, wanted.further);
}

EdgeGraph renamed_pairs() {
  std::vector<std::int32_t> point_of;
  for (std::int32_t v = 0; v < kPoints; ++v) point_of.push_back((v * 37 + 5) % kPoints);
  KnnGraph graph = find_neighbors(points(), 58, FlatKnn{}, Cpu{2}, 1);
  EdgeGraph made = weigh_edges(graph, kParams, PairSource{points(), {}, point_of, 4}, Cpu{2});
  made.point_of = point_of;
  return made;
}

// LocalMAP draws further pairs anew in iterations 30, 40, ...
TEST(PacmapOnDevice, IsTheCpusInEveryPhase) {
  for (const std::optional<double> local : {std::optional<double>{}, std::optional<double>{kNear}})
    for (const int dims : {2, 3})
      for (const EdgeGraph& graph : {pairs(), renamed_pairs()}) {
        const Matrix start = data::layout(kPoints, dims, 7, 1.0f);
        const auto device = on_device(graph, start, local), cpu = on_cpu(graph, start, local);
        for (const int steps : {1, 16, 14, 9, 40}) {
          EXPECT_EQ(device->advance(steps), cpu->advance(steps));
          expect_same(*device, *cpu);
        }
        EXPECT_EQ(cpu->save().iteration, 75);
        EXPECT_EQ(cpu->save().further.empty(), !local);
      }
}

TEST(PacmapOnDevice, IsTheCpusWithoutSomeOfThePairs) {
  for (const bool mid_near : {true, false}) {
    PacmapParams params = kParams;
    EdgeGraph graph = pairs();
    (mid_near ? params.FP_ratio : params.MN_ratio) = 0;
    (mid_near ? graph.further : graph.mid_near).clear();
    const Matrix start = data::layout(kPoints, 2, 7, 1.0f);
    const auto device = on_device(graph, start, {}, params), cpu = on_cpu(graph, start, {}, params);
    device->advance(75);
    cpu->advance(75);
    expect_same(*device, *cpu);
  }
}

TEST(PacmapOnDevice, ResumesWhatEitherHasLeft) {
  for (const std::optional<double> local : {std::optional<double>{}, std::optional<double>{kNear}})
    for (const int at : {0, 7, 30, 31, 44}) {
      const EdgeGraph graph = renamed_pairs();
      const Matrix start = data::layout(kPoints, 2, 7, 1.0f), nothing(kPoints, 2);
      const auto whole = on_cpu(graph, start, local), first = on_cpu(graph, start, local);
      whole->advance(75);
      first->advance(at);
      const auto second = on_device(graph, nothing, local), third = on_cpu(graph, nothing, local);
      second->restore(first->save());
      second->advance(12);
      third->restore(second->save());
      third->advance(75);
      expect_same(*third, *whole);
    }
}

TEST(PacmapOnDevice, TakesTwoLaunchesAnIteration) {
  const HostExecutor executor;
  const auto run = on_device(pairs(), data::layout(kPoints, 2, 7, 1.0f), kNear, kParams, executor);
  const auto loops_of = [&](int steps) {
    const int before = executor.counts().loops;
    run->advance(steps);
    return executor.counts().loops - before;
  };
  EXPECT_EQ(loops_of(30), 60);
  EXPECT_EQ(loops_of(10), 20 + 5);  // draws, and four for the mirrors of what is drawn
}

// Who has a vertex among its pairs comes in order, though the host's loops go backwards.
TEST(PacmapOnDevice, MirrorsPairsAsTheCpuDoes) {
  const HostExecutor executor;
  const EdgeGraph& graph = pairs();
  for (const std::vector<std::int32_t>& others : {graph.mid_near, graph.further}) {
    const MirroredPairs wanted(kPoints, others);
    const MirroredPairsOn<HostExecutor> found(executor, kPoints, executor.upload(others));
    const PairRows rows = found.rows();
    EXPECT_EQ(rows.offsets[kPoints], 2 * std::ssize(others));
    for (std::int64_t i = 0; i < kPoints; ++i) {
      const auto row = wanted.row(i);
      ASSERT_EQ(std::vector<std::int32_t>(rows.columns + rows.offsets[i],
                                          rows.columns + rows.offsets[i + 1]),
                std::vector<std::int32_t>(row.begin(), row.end()))
          << i;
    }
  }
}

}  // namespace
}  // namespace nearfold
