// What the optimisers of kernels/ record and replay, and what a recording has no place for. That
// replays are right is in device_test.cpp and umap/hubs_test.cpp: layouts are the CPU's.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/core/replayed.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/on_device.hpp"

namespace nearfold {
namespace {

struct AddOne {
  int* to;
  void operator()(std::int64_t i) const { to[i] += 1; }
};

TEST(Recording, DoesNothingBeforeItIsReplayed) {
  const HostExecutor executor;
  auto values = executor.upload(std::vector<int>(5));
  const auto twice = executor.record([&] {
    executor.for_each(5, AddOne{values.data()});
    executor.for_each(3, AddOne{values.data()});
  });
  EXPECT_EQ(executor.download(values), std::vector<int>(5));
  twice.replay();
  twice.replay();
  EXPECT_EQ(executor.download(values), (std::vector<int>{4, 4, 4, 2, 2}));
  EXPECT_EQ(executor.counts().loops, 4);
}

TEST(Recording, HasNoPlaceForWhatTheHostHasAPartIn) {
  const HostExecutor executor;
  auto values = executor.upload(std::vector<int>(5)), others = values;
  const auto refusal = [&](const auto& work) {
    return error_of<std::logic_error>([&] { executor.record(work); });
  };
  expect_contains(refusal([&] { executor.buffer<int>(1); }), "no place for memory");
  expect_contains(refusal([&] { executor.upload(std::vector<int>{1}); }), "no place for memory");
  expect_contains(refusal([&] { executor.copy(values, others); }), "no place for a copy");
  expect_contains(refusal([&] { executor.write({1}, values); }), "no place for a copy");
  expect_contains(refusal([&] { executor.download(values); }), "no place for a copy");
  expect_contains(refusal([&] { executor.wait(); }), "no place for a wait");
  expect_contains(refusal([&] { executor.record([] {}); }), "no place for a recording");
  expect_contains(refusal([&] { Convolution<HostExecutor>(executor, 64); }), "no place for memory");
  EXPECT_EQ(executor.counts().recordings, 0);
  executor.for_each(5, AddOne{values.data()});  // nothing is recorded any more
  EXPECT_EQ(executor.download(values), std::vector<int>(5, 1));
}

TEST(Replayed, DoesItsWorkThenRecordsItThenReplays) {
  const HostExecutor executor;
  auto values = executor.upload(std::vector<int>(1));
  Replayed<HostExecutor> work;
  const auto add = [&] { executor.for_each(1, AddOne{values.data()}); };
  const auto after = [&](int times) {
    for (int i = 0; i < times; ++i) work(executor, add);
    return std::vector<int>{executor.download(values)[0], executor.counts().recordings,
                            executor.counts().replays};
  };
  EXPECT_EQ(after(1), (std::vector<int>{1, 0, 0}));
  EXPECT_EQ(after(1), (std::vector<int>{2, 1, 1}));
  EXPECT_EQ(after(8), (std::vector<int>{10, 1, 9}));
  work.forget();
  EXPECT_EQ(after(3), (std::vector<int>{13, 2, 11}));
}

// ---- the optimisers ---------------------------------------------------------------------------

struct Done {
  int recordings, replays;
  bool operator==(const Done&) const = default;
};
std::ostream& operator<<(std::ostream& to, const Done& done) {
  return to << done.recordings << " recordings, " << done.replays << " replays";
}

/// What a run of `steps` iterations has recorded and replayed.
template <class Params>
Done done_in(const EdgeGraph& graph, const Params& params, const std::vector<int>& steps) {
  const HostExecutor executor;
  const auto run = on_device<2>(graph, data::layout(graph.n, 2, 1, 3.0f), params, executor);
  for (const int n : steps) EXPECT_EQ(run->advance(n), n);
  return {executor.counts().recordings, executor.counts().replays};
}

TEST(UmapRecordings, AreOfOneEpoch) {
  const UmapParams params{.n_epochs = 200};
  int odd = 0, even = 0;
  for (const int k : {4, 5, 6, 8, 12, 16}) {
    const EdgeGraph graph = edges(200, k, params);
    const int parts = UmapEdges(graph, Cpu{2}).parts();
    SCOPED_TRACE(parts);
    // An odd number of steps leaves the layout in the other buffer: there are two kinds of epochs.
    const int kinds = parts % 2 == 0 ? 1 : 2;
    EXPECT_EQ(done_in(graph, params, {1, 30, 69}), (Done{kinds, 100 - kinds}));
    ++(parts % 2 == 0 ? even : odd);
  }
  EXPECT_GT(odd, 0);
  EXPECT_GT(even, 0);
}

TEST(UmapRecordings, AreGoodAfterARestore) {
  const UmapParams params{.n_epochs = 60};
  const EdgeGraph graph = edges(200, 8, params);
  const Matrix start = data::layout(200, 2, 1, 3.0f);
  const HostExecutor executor;
  const auto run = on_device<2>(graph, start, params, executor);
  run->advance(20);
  const Checkpoint at = run->save();
  run->advance(40);
  const std::vector<float> wanted = layout_of(*run, start);
  const int recordings = executor.counts().recordings;
  for (int again = 0; again < 2; ++again) {
    run->restore(at);
    EXPECT_EQ(run->advance(99), 40);
    EXPECT_EQ(layout_of(*run, start), wanted);
  }
  EXPECT_EQ(executor.counts().recordings, recordings);
}

// Tens are recorded, and single ones for what is left; the first of each is done as it is.
TEST(TsneRecordings, AreOfTenIterationsAndOfOne) {
  const TsneParams params{.perplexity = 5, .early_exaggeration_iter = 50, .max_iter = 200};
  const EdgeGraph graph = edges(200, 15, params);
  EXPECT_EQ(done_in(graph, params, {100}), (Done{1, 9}));
  EXPECT_EQ(done_in(graph, params, {1, 9, 90}), (Done{2, 9 + 8}));
  EXPECT_EQ(done_in(graph, params, {5, 40, 55}), (Done{2, 19 + 7}));
}

TEST(TsneRecordings, EndWhereThePhaseDoes) {
  const TsneParams params{.perplexity = 5, .early_exaggeration_iter = 45, .max_iter = 200};
  // 40 to 50 are two stretches of 5: ten single ones.
  EXPECT_EQ(done_in(edges(200, 15, params), params, {100}), (Done{2, 9 + 8}));
}

TEST(TsneRecordings, EndWhereTheRulesOfStoppingLook) {
  const TsneParams params{
      .perplexity = 5, .early_exaggeration_iter = 30, .early_stop = true, .max_iter = 200};
  // From 15 on every third is looked at, and done as it is: 15, 18, 21, 24, 27.
  EXPECT_EQ(done_in(edges(200, 15, params), params, {30}), (Done{1, 20 - 5 - 1}));
}

TEST(TsneRecordings, AreMadeAnewForAnotherGrid) {
  const TsneParams params{.perplexity = 10,
                          .early_exaggeration_iter = 100,
                          .max_iter = 300,
                          .repulsion = TsneParams::Repulsion::fft};
  const EdgeGraph graph = edges(400, 30, params);
  const HostExecutor executor;
  const auto run = on_device<2>(graph, data::layout(400, 2, 8, 1e-3f), params, executor);
  run->advance(300);
  EXPECT_GT(executor.counts().recordings, 1);
  EXPECT_LT(executor.counts().recordings, 15);
  EXPECT_GT(executor.counts().replays, 10);
}

}  // namespace
}  // namespace nearfold
