// Many maps of one graph: each is the map that embed() makes, whatever it shares with others.
#include "nearfold/grid.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

const Matrix& points() {
  static const Matrix kX = data::blobs(240, 6, 1);
  return kX;
}

const KnnGraph& graph() {
  static const KnnGraph kGraph = find_neighbors(points(), 60, FlatKnn{}, Cpu{2}, 1);
  return kGraph;
}

std::vector<Method> umap_methods() {
  return grid(UmapParams{.n_epochs = 60}, std::vector<int>{5, 20}, std::vector<double>{0, 0.4, 1});
}
std::vector<Method> tsne_methods() {
  const TsneParams base{.early_exaggeration_iter = 30, .max_iter = 80};
  return grid(base, std::vector<double>{5, 20}, std::vector<double>{1, 4});
}

std::vector<Result> maps_of(const std::vector<Method>& methods, const Settings& settings = {}) {
  std::vector<Result> maps(methods.size());
  const std::size_t done =
      embed_grid(graph(), points(), methods, settings,
                 [&](std::size_t m, Result&& result) { maps[m] = std::move(result); });
  EXPECT_EQ(done, methods.size());
  return maps;
}

TEST(Grid, HoldsEveryCombinationRowByRow) {
  const std::vector<Method> umap = umap_methods();
  ASSERT_EQ(umap.size(), 6u);
  EXPECT_EQ(std::get<UmapParams>(umap[1]).n_neighbors, 5);
  EXPECT_EQ(std::get<UmapParams>(umap[1]).min_dist, 0.4);
  EXPECT_EQ(std::get<UmapParams>(umap[3]).n_neighbors, 20);
  EXPECT_EQ(std::get<UmapParams>(umap[3]).min_dist, 0.0);
  EXPECT_EQ(std::get<UmapParams>(umap[3]).n_epochs, 60);
  const std::vector<Method> tsne = tsne_methods();
  ASSERT_EQ(tsne.size(), 4u);
  EXPECT_EQ(std::get<TsneParams>(tsne[2]).perplexity, 20.0);
  EXPECT_EQ(std::get<TsneParams>(tsne[1]).exaggeration, 4.0);
}

TEST(Grid, NeedsTheNeighborsOfItsLargestMethod) {
  EXPECT_EQ(neighbors_needed(umap_methods(), 240), 19);
  EXPECT_EQ(neighbors_needed(tsne_methods(), 240), 60);
}

TEST(Grid, MapsAreThoseOfEmbed) {
  for (std::vector<Method> methods : {umap_methods(), tsne_methods()}) {
    const std::vector<Result> maps = maps_of(methods);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const Result alone = embed(graph(), points(), {.method = methods[m]});
      EXPECT_EQ(maps[m].layout.values(), alone.layout.values()) << m;
      EXPECT_EQ(maps[m].info.init, alone.info.init);
      EXPECT_EQ(maps[m].info.edges, alone.info.edges);
      EXPECT_EQ(maps[m].info.k, alone.info.k);
      EXPECT_EQ(maps[m].info.kl_divergence, alone.info.kl_divergence);
      EXPECT_EQ(maps[m].info.warnings, alone.info.warnings);
    }
  }
}

// Methods of both kinds, in an order that shares and stops sharing.
TEST(Grid, SharesOnlyBetweenNeighborsThatWeighEdgesAlike) {
  const UmapParams few{.n_neighbors = 6, .n_epochs = 40}, many{.n_neighbors = 25, .n_epochs = 40};
  UmapParams mixed = few, linked = few;
  mixed.set_op_mix_ratio = 0.3;
  linked.local_connectivity = 2;
  const TsneParams tsne{.perplexity = 6, .max_iter = 40};
  UmapParams far = few;
  far.repulsion_strength = 2;
  UmapParams round = few, flat_torus = few;
  round.output_metric = OutputMetric::sphere;
  flat_torus.output_metric = OutputMetric::torus;
  const std::vector<Method> methods{few, far, mixed, linked, many, tsne, few, round, flat_torus};
  const std::vector<Result> maps = maps_of(methods);
  const auto weighed = [&](std::size_t m) {
    for (const auto& [stage, seconds] : maps[m].info.seconds)
      if (stage == "weights") return true;
    return false;
  };
  for (std::size_t m = 0; m < methods.size(); ++m) {
    EXPECT_EQ(weighed(m), m != 1) << m;
    EXPECT_EQ(maps[m].layout.values(),
              embed(graph(), points(), {.method = methods[m]}).layout.values())
        << m;
  }
}

TEST(Grid, TakesSparsePoints) {
  const SparseMatrix sparse = data::sparse_of(points());
  const std::vector<Method> methods = umap_methods();
  std::vector<Result> maps;
  const auto keep = [&](std::size_t, Result&& map) { maps.push_back(std::move(map)); };
  EXPECT_EQ(embed_grid(graph(), sparse.view(), methods, {.init = PcaInit{}}, keep), methods.size());
  for (std::size_t m = 0; m < methods.size(); ++m)
    EXPECT_EQ(
        maps[m].layout.values(),
        embed(graph(), sparse.view(), {.method = methods[m], .init = PcaInit{}}).layout.values())
        << m;
}

TEST(Grid, IsTheSameForAnyNumberOfThreads) {
  const std::vector<Result> one = maps_of(umap_methods(), {.device = Cpu{1}});
  const std::vector<Result> three = maps_of(umap_methods(), {.device = Cpu{3}});
  for (std::size_t m = 0; m < one.size(); ++m)
    EXPECT_EQ(one[m].layout.values(), three[m].layout.values()) << m;
}

TEST(Grid, HandsOverOnlyWhatWasFinishedWhenStopped) {
  const std::vector<Method> methods = umap_methods();
  std::vector<std::size_t> handed;
  const auto on_map = [&](std::size_t m, const Result& result) {
    EXPECT_TRUE(result.info.finished);
    handed.push_back(m);
  };
  const Progress stop_in_third = [&](const ProgressInfo& info) {
    return handed.size() < 2 || info.stage != Stage::optimize || info.done < 30;
  };
  EXPECT_EQ(embed_grid(graph(), points(), methods, {}, on_map, stop_in_third), 2u);
  EXPECT_EQ(handed, (std::vector<std::size_t>{0, 1}));
}

TEST(Grid, ChecksAllMethodsBeforeTheFirstIsRun) {
  std::vector<Method> methods = umap_methods();
  std::get<UmapParams>(methods.back()).min_dist = -1;
  const auto none = [](std::size_t, Result&&) { ADD_FAILURE() << "nothing should be run"; };
  EXPECT_THROW(embed_grid(graph(), points(), methods, {}, none), InvalidParameter);
  methods = umap_methods();
  std::get<UmapParams>(methods.back()).n_neighbors = 1000;
  EXPECT_THROW(embed_grid(graph(), points(), methods, {}, none), InvalidInput);
}

TEST(Grid, WithTooFewNeighborsSaysHowManyAreNeeded) {
  const std::vector<Method> methods =
      grid(UmapParams{}, std::vector<int>{100}, std::vector<double>{0.1});
  expect_contains(error_of<InvalidInput>([&] {
                    embed_grid(graph(), points(), methods, {}, [](std::size_t, Result&&) {});
                  }),
                  "99 are needed");
}

}  // namespace
}  // namespace nearfold
