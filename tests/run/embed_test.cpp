// The whole way from points or a graph to a map: what must be equal bit for bit, what is reported,
// and that maps are good. What is refused, and what difficult data give: embed_input_test.cpp.
#include "nearfold/embed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 240;

Settings umap_settings(int threads = 2) {
  return {.method = UmapParams{.n_neighbors = 10, .n_epochs = 100}, .device = Cpu{threads}};
}
Settings tsne_settings(int threads = 2, TsneParams::Repulsion repulsion = {}) {
  return {.method = TsneParams{.perplexity = 10,
                               .early_exaggeration_iter = 60,
                               .max_iter = 150,
                               .repulsion = repulsion},
          .device = Cpu{threads}};
}

const Matrix& points() {
  static const Matrix kX = data::blobs(kPoints, 6, 1);
  return kX;
}

KnnGraph graph_of(const Matrix& x, int k) {
  return find_neighbors(x, k, FlatKnn{}, Cpu{2}, 1);
}

std::vector<float> map_of(const Matrix& x, const Settings& settings) {
  return embed(x, settings).layout.values();
}

// ---- the same bytes -----------------------------------------------------------------------------

TEST(Embed, FromAGraphIsTheSameAsFromThePoints) {
  for (const Settings& settings : {umap_settings(), tsne_settings()}) {
    const int k = neighbors_needed(settings.method, kPoints);
    const std::vector<float> direct = map_of(points(), settings);
    EXPECT_EQ(embed(graph_of(points(), k), points(), settings).layout.values(), direct);
    EXPECT_EQ(embed(graph_of(points(), k + 37), points(), settings).layout.values(), direct);
  }
}

TEST(Embed, FromAGraphWithoutPointsIsTheSameUmap) {
  EXPECT_EQ(embed(graph_of(points(), 9), umap_settings()).layout.values(),
            map_of(points(), umap_settings()));
}

TEST(Embed, FromAnApproximateGraphIsTheSameAsFromThePoints) {
  Settings settings = umap_settings();
  settings.knn = IvfKnn{.nlist = 12, .nprobe = 3};
  const KnnGraph graph = find_neighbors(points(), 9, settings.knn, settings.device, settings.seed);
  EXPECT_EQ(embed(graph, points(), settings).layout.values(), map_of(points(), settings));
}

// Distances whose squares differ and whose roots are equal: whatever find_neighbors gives is taken.
TEST(Embed, TakesEveryGraphThatFindNeighborsMakes) {
  const Matrix x = data::normals(1500, 160, 3, 0.95);
  const Settings settings{.method = UmapParams{.n_neighbors = 60, .n_epochs = 2},
                          .init = RandomInit{}};
  EXPECT_EQ(embed(graph_of(x, 59), x, settings).layout.values(), map_of(x, settings));
}

TEST(Embed, IsTheSameForAnyNumberOfThreadsAndTwice) {
  using Kind = TsneParams::Repulsion;
  const std::vector<float> umap = map_of(points(), umap_settings(1));
  const std::vector<float> tsne = map_of(points(), tsne_settings(1));
  const std::vector<float> fft = map_of(points(), tsne_settings(1, Kind::fft));
  for (const int threads : {1, 2, 3, 7}) {
    EXPECT_EQ(map_of(points(), umap_settings(threads)), umap) << threads;
    EXPECT_EQ(map_of(points(), tsne_settings(threads)), tsne) << threads;
    EXPECT_EQ(map_of(points(), tsne_settings(threads, Kind::fft)), fft) << threads;
  }
}

TEST(Embed, IsTheSameForAnyNumberOfThreadsFromEveryStart) {
  for (const Init& init : {Init{PcaInit{}}, Init{SpectralInit{}}, Init{RandomInit{}}}) {
    Settings one = umap_settings(1), three = umap_settings(3);
    one.init = three.init = init;
    EXPECT_EQ(map_of(points(), one), map_of(points(), three));
  }
}

TEST(Embed, DependsOnTheSeed) {
  for (Settings settings : {umap_settings(), tsne_settings()}) {
    const std::vector<float> first = map_of(points(), settings);
    settings.seed = 43;
    EXPECT_NE(map_of(points(), settings), first);
  }
}

TEST(Embed, LeavesTheCallersArraysAlone) {
  const Matrix x = points();
  const KnnGraph graph = graph_of(x, 40), before = graph;
  const Matrix copy = x;
  embed(graph, x, tsne_settings());
  EXPECT_EQ(x.values(), copy.values());
  EXPECT_EQ(graph.neighbors, before.neighbors);
  EXPECT_EQ(graph.distances, before.distances);
  EXPECT_EQ(graph.k, before.k);
}

TEST(Embedder, CanBeDrivenByHand) {
  for (const Settings& settings : {umap_settings(), tsne_settings()}) {
    const Result whole = embed(points(), settings);
    Embedder embedder(points(), settings);
    EXPECT_EQ(embedder.iteration(), 0);
    EXPECT_EQ(embedder.iterations(), whole.info.iterations);
    embedder.advance(7);
    EXPECT_EQ(embedder.iteration(), 7);
    EXPECT_EQ(embedder.loss().has_value(), std::holds_alternative<TsneParams>(settings.method));
    EXPECT_FALSE(embedder.info().finished);
    Embedder moved = std::move(embedder);
    moved.advance(1000);
    Matrix out(kPoints, 2);
    moved.copy_layout(out.view());
    EXPECT_EQ(out.values(), whole.layout.values());
    EXPECT_EQ(moved.iteration(), whole.info.iterations);
    EXPECT_TRUE(moved.info().finished);
    EXPECT_EQ(moved.loss(), whole.info.kl_divergence);
  }
}

TEST(Embedder, CountsOnlyIterationsThatWereDone) {
  Embedder embedder(points(), umap_settings());
  embedder.advance(0);
  embedder.advance(-5);
  EXPECT_EQ(embedder.iteration(), 0);
  EXPECT_FALSE(embedder.info().finished);
}

TEST(Embedder, NamesAWrongShapeOfTheOutput) {
  Embedder embedder(points(), umap_settings());
  Matrix out(kPoints, 3);
  expect_contains(error_of<InvalidInput>([&] { embedder.copy_layout(out.view()); }), "240 x 3");
}

// ---- reports and stops --------------------------------------------------------------------------

TEST(Embed, ReportsWhatItDid) {
  const Result tsne = embed(points(), tsne_settings());
  EXPECT_EQ(tsne.info.version, version());
  EXPECT_EQ(tsne.info.method, "tsne");
  EXPECT_EQ(tsne.info.device, "cpu (2 threads)");
  EXPECT_EQ(tsne.info.index, "flat");
  EXPECT_EQ(tsne.info.init, "pca");
  EXPECT_EQ(tsne.info.seed, 42u);
  EXPECT_EQ(tsne.info.n, kPoints);
  EXPECT_EQ(tsne.info.dim, 6);
  EXPECT_EQ(tsne.info.k, 30);
  EXPECT_GE(tsne.info.edges, kPoints * 30);
  EXPECT_EQ(tsne.info.iterations, 150);
  EXPECT_TRUE(tsne.info.finished);
  EXPECT_GT(tsne.info.kl_divergence.value(), 0.0);
  EXPECT_GT(tsne.info.peak_bytes, 1'000'000);
  std::vector<std::string> stages;
  for (const auto& [stage, seconds] : tsne.info.seconds) {
    stages.push_back(stage);
    EXPECT_GE(seconds, 0.0);
  }
  EXPECT_EQ(stages,
            (std::vector<std::string>{"check", "knn", "reorder", "weights", "init", "optimize"}));

  const Result umap = embed(graph_of(points(), 14), umap_settings());
  EXPECT_EQ(umap.info.method, "umap");
  EXPECT_EQ(umap.info.k, 9);
  EXPECT_EQ(umap.info.dim, 0);
  EXPECT_EQ(umap.info.kl_divergence, std::nullopt);
  EXPECT_NE(umap.info.init.find("spectral"), std::string::npos) << umap.info.init;
}

TEST(Embed, ReportsTheDivergenceOfItsMap) {
  const Result result = embed(points(), tsne_settings());
  const oracle::Square p = oracle::affinities(oracle::neighbors(points(), 30), 10);
  const double wanted = oracle::divergence(p, oracle::doubles(result.layout), 2);
  EXPECT_NEAR(result.info.kl_divergence.value(), wanted, 1e-4 * wanted);
}

TEST(Embed, StopsWhereItIsTold) {
  const Stage stages[] = {Stage::check, Stage::knn, Stage::weights, Stage::init, Stage::optimize};
  for (const Stage stop : stages) {
    std::vector<Stage> seen;
    const Result result = embed(points(), umap_settings(), [&](const ProgressInfo& at) {
      seen.push_back(at.stage);
      return at.stage != stop;
    });
    EXPECT_FALSE(result.info.finished) << name(stop);
    EXPECT_EQ(seen.back(), stop);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), stop), 1) << name(stop);
    EXPECT_EQ(result.info.iterations, 0);
    EXPECT_EQ(result.info.seconds.size(), static_cast<std::size_t>(stop)) << name(stop);
    EXPECT_EQ(result.layout.rows(), stop == Stage::optimize ? kPoints : 0);
  }
}

TEST(Embed, StopsWithinTheLoopWithTheLayoutSoFar) {
  std::int64_t last = 0;
  const Result result = embed(points(), umap_settings(), [&](const ProgressInfo& at) {
    if (at.stage == Stage::optimize) last = at.done;
    return at.stage != Stage::optimize || at.done < 40;
  });
  EXPECT_EQ(last, 40);
  EXPECT_EQ(result.info.iterations, 40);
  EXPECT_FALSE(result.info.finished);
  Embedder same(points(), umap_settings());
  same.advance(40);
  Matrix out(kPoints, 2);
  same.copy_layout(out.view());
  EXPECT_EQ(result.layout.values(), out.values());
}

TEST(Embed, LetsTheCallersExceptionThrough) {
  const auto thrower = [](const ProgressInfo&) -> bool { throw std::string("enough"); };
  EXPECT_THROW(embed(points(), umap_settings(), thrower), std::string);
}

TEST(Embed, BeginsAtTheStartItIsGiven) {
  const Matrix start = data::layout(kPoints, 2, 10, 3.0f);
  Settings settings = tsne_settings();
  settings.init = ArrayInit{start};
  const Embedder tsne(points(), settings);
  Matrix out(kPoints, 2);
  tsne.copy_layout(out.view());
  EXPECT_EQ(out.values(), start.values());
  EXPECT_EQ(tsne.info().init, "array");

  settings = umap_settings();
  settings.init = ArrayInit{start};
  Embedder(points(), settings).copy_layout(out.view());
  for (std::size_t c = 0; c < 2; ++c) {  // each axis to [0, 10], order kept
    float low = 1e9f, high = -1e9f;
    for (std::int64_t i = 0; i < kPoints; ++i) {
      low = std::min(low, out.row(i)[c]);
      high = std::max(high, out.row(i)[c]);
    }
    EXPECT_EQ(low, 0.0f);
    EXPECT_FLOAT_EQ(high, 10.0f);
  }
}

// ---- quality ------------------------------------------------------------------------------------

/// Share of the 10 nearest in the map that are among the 10 nearest in the data.
double kept_neighbors(const Matrix& x, const Matrix& y) {
  const KnnGraph high = oracle::neighbors(x, 10), low = oracle::neighbors(y, 10);
  double kept = 0;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    const auto row = high.neighbors.begin() + i * 10;
    for (std::int64_t e = i * 10; e < i * 10 + 10; ++e)
      kept += std::count(row, row + 10, low.neighbors[static_cast<std::size_t>(e)]) > 0 ? 1 : 0;
  }
  return kept / static_cast<double>(10 * x.rows());
}

double same_label(const Matrix& y) {
  const KnnGraph low = oracle::neighbors(y, 10);
  double same = 0;
  for (std::size_t e = 0; e < low.neighbors.size(); ++e)
    same += static_cast<std::int64_t>(e / 10) % 3 == low.neighbors[e] % 3 ? 1 : 0;
  return same / static_cast<double>(low.neighbors.size());
}

TEST(Embed, MapsKeepClustersAndNeighboursBetterThanPca) {
  const Matrix x = data::blobs(300, 6, 11);
  Settings pca{.method = UmapParams{.n_neighbors = 10}, .init = PcaInit{}};
  Matrix flat(300, 2);
  Embedder(x, pca).copy_layout(flat.view());  // not a single epoch
  const double of_pca = kept_neighbors(x, flat);
  for (const Settings& settings :
       {Settings{.method = UmapParams{.n_epochs = 200}},
        Settings{.method = UmapParams{.n_epochs = 200}, .dims = 3},
        Settings{.method = TsneParams{.max_iter = 500}},
        Settings{.method = TsneParams{.max_iter = 500, .repulsion = TsneParams::Repulsion::fft}}}) {
    const Matrix y = embed(x, settings).layout;
    EXPECT_GE(same_label(y), 0.99);
    EXPECT_GE(kept_neighbors(x, y), of_pca + 0.05);
  }
}

}  // namespace
}  // namespace nearfold
