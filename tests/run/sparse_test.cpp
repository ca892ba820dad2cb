// Maps of sparse points: those of the same points dense, for every method; plans; what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"
#include "nearfold/plan.hpp"
#include "run/check_run.hpp"
#include "support/expect.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

Settings settings(const Method& method, const Init& init) {
  return {.distance = {Metric::cosine}, .method = method, .init = init, .device = Cpu{2}};
}

TEST(SparseMaps, AreThoseOfTheSamePointsDenseWhereTheStartNeedsNoAxes) {
  const Matrix x = data::topics(400, 120, 4);
  const SparseMatrix points = data::sparse_of(x);
  UmapParams umap;
  umap.n_epochs = 30;
  TsneParams tsne;
  tsne.max_iter = 30;
  tsne.early_exaggeration_iter = 10;
  PacmapParams pacmap;
  pacmap.num_iters = {10, 10, 10};
  for (const Method& method : {Method{umap}, Method{tsne}, Method{pacmap}}) {
    const Settings how = settings(method, RandomInit{});
    const Result dense = embed(x, how), sparse = embed(points.view(), how);
    EXPECT_EQ(sparse.layout.values(), dense.layout.values()) << sparse.info.method;
    EXPECT_EQ(sparse.info.edges, dense.info.edges);
    EXPECT_EQ(sparse.info.dim, 120);
  }
}

TEST(SparseMaps, BeginWithTheirPrincipalAxes) {
  const Matrix x = data::topics(400, 120, 4);
  const SparseMatrix points = data::sparse_of(x);
  TsneParams tsne;
  tsne.max_iter = 1;
  tsne.early_exaggeration_iter = 0;
  const Result map = embed(points.view(), settings(tsne, PcaInit{}));
  EXPECT_EQ(map.info.init, "pca");
  const Result dense = embed(x, settings(tsne, PcaInit{}));
  float widest = 0;
  for (const float value : dense.layout.span()) widest = std::max(widest, std::fabs(value));
  for (std::int64_t at = 0; at < dense.layout.size(); ++at)
    EXPECT_NEAR(map.layout.data()[at], dense.layout.data()[at], 0.02f * widest);
}

TEST(SparseMaps, AGraphGivesTheSameMapAndIsCheckedAgainstThePoints) {
  const SparseMatrix points = data::sparse_of(data::topics(400, 120, 4));
  UmapParams umap;
  umap.n_epochs = 30;
  const Settings how = settings(umap, SpectralInit{});
  const KnnGraph graph =
      find_neighbors(points.view(), 14, FlatKnn{}, Cpu{2}, how.seed, how.distance);
  EXPECT_EQ(embed(graph, points.view(), how).layout.values(),
            embed(points.view(), how).layout.values());
  const SparseMatrix others = data::sparse_of(data::topics(400, 120, 5));
  expect_contains(error_of<InvalidInput>([&] { embed(graph, others.view(), how); }),
                  "the graph is not of these points");
}

TEST(SparseMaps, AreNotMadeOnAGpu) {
  const SparseMatrix points = data::sparse_of(data::topics(40, 12, 4));
  Settings how = settings(UmapParams{.n_neighbors = 5}, SpectralInit{});
  how.device = Cuda{};
  expect_contains(error_of<Unsupported>([&] { embed(points.view(), how); }),
                  "sparse points are mapped on the processor alone");
}

TEST(SparseMaps, ThePlanFollowsTheStoredValues) {
  const Settings how{.knn = NnDescentKnn{}, .distance = {Metric::cosine}};
  const auto bytes = [&](std::int64_t stored) {
    return plan({.n = 1'000'000, .dim = 30'000, .stored = stored}, how).host_bytes();
  };
  EXPECT_LT(bytes(100'000'000), 4'000'000'000);
  EXPECT_GT(bytes(100'000'000), 1'200'000'000);
  EXPECT_NEAR(static_cast<double>(bytes(200'000'000) - bytes(100'000'000)), 2.0e9, 0.1e9);
  EXPECT_GT(bytes(-1), 100'000'000'000);
}

}  // namespace
}  // namespace nearfold
