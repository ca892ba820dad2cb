// Runs that are resumed: the same bytes as one that was not interrupted, and what a checkpoint
// that is of another run, or damaged, gives.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "io/io.hpp"
#include "kernels/core/host_executor.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/tsne/host_convolution.hpp"
#include "kernels/tsne/tsne.hpp"
#include "kernels/umap/umap.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/io_files.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 240;

const Matrix& points() {
  static const Matrix kX = data::blobs(kPoints, 6, 1);
  return kX;
}

const KnnGraph& graph() {
  static const KnnGraph kGraph = find_neighbors(points(), 30, FlatKnn{}, Cpu{2}, 1);
  return kGraph;
}

Settings umap(int dims = 2) {
  return {.method = UmapParams{.n_neighbors = 10, .n_epochs = 50}, .dims = dims};
}
Settings tsne(TsneParams::Repulsion repulsion, bool early_stop = false, int dims = 2) {
  return {.method = TsneParams{.perplexity = 10,
                               .early_exaggeration_iter = 60,
                               .early_stop = early_stop,
                               .max_iter = 400,
                               .repulsion = repulsion},
          .dims = dims};
}

/// The map of a run that resumes from a checkpoint of iteration `at`, in another object.
Result interrupted(const Settings& settings, int at) {
  Embedder first(graph(), points(), settings);
  first.advance(at);
  const Checkpoint checkpoint = first.checkpoint();
  return Embedder(graph(), points(), settings, checkpoint).run_to_end();
}

TEST(Checkpoint, GoesOnAsIfNothingHadBeen) {
  using enum TsneParams::Repulsion;
  for (const Settings& settings :
       {umap(), umap(3), tsne(exact), tsne(exact, true, 3), tsne(fft), tsne(fft, true)}) {
    const Result whole = embed(graph(), points(), settings);
    for (const int at : {0, 1, 13, 37, 50}) {
      SCOPED_TRACE(whole.info.method + std::to_string(settings.dims) + " at " + std::to_string(at));
      const Result result = interrupted(settings, at);
      EXPECT_EQ(result.layout.values(), whole.layout.values());
      EXPECT_EQ(result.info.iterations, whole.info.iterations);
      EXPECT_EQ(result.info.early_iterations, whole.info.early_iterations);
      EXPECT_EQ(result.info.kl_divergence, whole.info.kl_divergence);
      EXPECT_EQ(result.info.init, whole.info.init);
      EXPECT_EQ(result.info.warnings, whole.info.warnings);
      EXPECT_TRUE(result.info.finished);
    }
  }
}

TEST(Checkpoint, OfAFinishedRunIsItsMap) {
  const Result whole = embed(graph(), points(), umap());
  const Result again = interrupted(umap(), 50);
  EXPECT_EQ(again.layout.values(), whole.layout.values());
  EXPECT_TRUE(again.info.finished);
}

/// An optimiser that takes up at iteration `at` what `first` has left is where `whole` is.
void expect_taken_up(Optimizer& whole, Optimizer& first, Optimizer& second, int at, int steps) {
  whole.advance(at + steps);
  first.advance(at);
  const Checkpoint left = first.save();
  second.restore(left);
  second.advance(at + steps - left.iteration);
  EXPECT_EQ(second.save().layout.values(), whole.save().layout.values()) << at;
}

TEST(CheckpointOnDevice, GoesOnBitForBit) {
  const UmapParams umap_params{.n_neighbors = 10, .n_epochs = 50};
  const EdgeGraph edges = weigh_edges(prune(graph(), 9), umap_params, Cpu{});
  const Matrix start = data::layout(kPoints, 2, 4, 3.0f);
  const auto begun = [&](const Matrix& from) {
    return UmapOn<HostExecutor, FlatSpace<2>>({}, graph_on(HostExecutor{}, edges), from,
                                              umap_params, 5);
  };
  auto whole = begun(start), first = begun(start), second = begun(Matrix(kPoints, 2));
  expect_taken_up(whole, first, second, 13, 20);
}

TEST(CheckpointOnDevice, OfTsneGoesOnAtTheLastLookAtTheGrid) {
  for (const auto repulsion : {TsneParams::Repulsion::fft, TsneParams::Repulsion::exact})
    for (const int at : {10, 13, 20}) {
      const TsneParams params{.perplexity = 10, .max_iter = 60, .repulsion = repulsion};
      const EdgeGraph edges = weigh_edges(graph(), params, Cpu{});
      const Matrix start = data::layout(kPoints, 2, 4, 3.0f);
      const auto begun = [&](const Matrix& from) {
        return TsneOn<HostExecutor, 2>({}, graph_on(HostExecutor{}, edges), from, params);
      };
      auto whole = begun(start), first = begun(start), second = begun(Matrix(kPoints, 2));
      expect_taken_up(whole, first, second, at, 17);
    }
}

// ---- what cannot be resumed
// -----------------------------------------------------------------------

std::string refusal(Checkpoint from, const Settings& settings) {
  return error_of<InvalidInput>([&] { Embedder(graph(), points(), settings, from); });
}

TEST(Checkpoint, OfAnotherRunIsRefused) {
  const Checkpoint of_umap = Embedder(graph(), points(), umap()).checkpoint();
  expect_contains(refusal(of_umap, umap(3)), "layout is 240 x 2; this run's is 240 x 3");
  expect_contains(refusal(of_umap, tsne({})), "update is 0 x 0");
  Checkpoint broken = of_umap;
  broken.iteration = 51;
  expect_contains(refusal(broken, umap()), "iteration 51 of 50; this run has 50");
  broken = of_umap;
  broken.layout.span()[7] = std::numeric_limits<float>::quiet_NaN();
  expect_contains(refusal(broken, umap()), "not finite");
  Checkpoint of_tsne = Embedder(graph(), points(), tsne({})).checkpoint();
  of_tsne.early_iterations = 61;
  expect_contains(refusal(of_tsne, tsne({})), "61 iterations of early exaggeration");
}

using CheckpointFiles = io::FolderTest;

TEST_F(CheckpointFiles, ComeBackAsTheyWere) {
  Embedder run(graph(), points(), tsne(TsneParams::Repulsion::exact, true));
  run.advance(40);
  Checkpoint checkpoint = run.checkpoint();
  checkpoint.warnings = {"one", "two"};
  io::write_checkpoint(path("c.npz"), checkpoint, io::Overwrite::no);
  const Checkpoint back = io::read_checkpoint(path("c.npz"));
  EXPECT_EQ(back.iteration, 40);
  EXPECT_EQ(back.iterations, checkpoint.iterations);
  EXPECT_EQ(back.early_iterations, checkpoint.early_iterations);
  EXPECT_EQ(back.memory.divergence, checkpoint.memory.divergence);
  EXPECT_EQ(back.memory.steepest, checkpoint.memory.steepest);
  EXPECT_EQ(back.layout.values(), checkpoint.layout.values());
  EXPECT_EQ(back.update.values(), checkpoint.update.values());
  EXPECT_EQ(back.gains.values(), checkpoint.gains.values());
  EXPECT_EQ(back.init, "pca");
  EXPECT_EQ(back.warnings, checkpoint.warnings);
}

TEST_F(CheckpointFiles, WithABitFlippedAreRefused) {
  io::write_checkpoint(path("c.npz"), Embedder(graph(), points(), umap()).checkpoint(),
                       io::Overwrite::no);
  const std::string whole = content("c.npz");
  int refused = 0;
  for (std::size_t at = 40; at < whole.size(); at += 97) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    make("f.npz", flipped);
    try {
      const Checkpoint back = io::read_checkpoint(path("f.npz"));
      EXPECT_EQ(back.layout.rows(), kPoints) << at;  // the bit is in nothing that is read
    } catch (const InvalidInput&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 15);
}

}  // namespace
}  // namespace nearfold
