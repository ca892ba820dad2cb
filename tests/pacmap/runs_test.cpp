// Runs of PaCMAP and LocalMAP: threads, checkpoints, edges, refusals, grids, models.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "nearfold/grid.hpp"
#include "nearfold/model.hpp"
#include "nearfold/weights.hpp"
#include "pacmap/method.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/io_files.hpp"
#include "support/pacmap_data.hpp"

namespace nearfold {
namespace {

Settings pacmap(int dims = 2) {
  return {.method = PacmapParams{.n_neighbors = 8, .num_iters = {20, 20, 50}}, .dims = dims};
}
Settings localmap(int dims = 2) {
  return {.method = LocalmapParams{{.n_neighbors = 8, .num_iters = {20, 20, 50}}, 6}, .dims = dims};
}

TEST(Pacmap, DoesNotDependOnThreads) {
  const Matrix x = data::blobs(1500, 6, 2);
  for (Settings settings : {pacmap(), pacmap(3), localmap(), localmap(1)}) {
    settings.device = Cpu{1};
    const Result one = embed(x, settings);
    for (const int threads : {2, 5}) {
      settings.device = Cpu{threads};
      EXPECT_EQ(embed(x, settings).layout.values(), one.layout.values()) << one.info.method;
    }
    EXPECT_EQ(one.info.iterations, 90);
    EXPECT_EQ(one.info.init, "pca");
    EXPECT_FALSE(one.info.kl_divergence);
    settings.seed = 43;
    EXPECT_NE(embed(x, settings).layout.values(), one.layout.values());
  }
}

class PacmapFiles : public io::FolderTest {};

TEST_F(PacmapFiles, AResumedRunIsTheWholeOne) {
  const KnnGraph graph = find_neighbors(points(), 58, FlatKnn{}, Cpu{2}, 42);
  for (const Settings& settings : {pacmap(), localmap(), localmap(3)}) {
    const Result whole = embed(points(), settings);
    EXPECT_EQ(embed(graph, points(), settings).layout.values(), whole.layout.values());
    for (const int at : {0, 1, 25, 40, 41, 57, 90}) {
      SCOPED_TRACE(whole.info.method + " at " + std::to_string(at));
      Embedder first(graph, points(), settings);
      first.advance(at);
      io::write_checkpoint(path("c.npz"), first.checkpoint(), io::Overwrite::yes);
      const Checkpoint left = io::read_checkpoint(path("c.npz"));
      const Result rest = Embedder(graph, points(), settings, left).run_to_end();
      EXPECT_EQ(rest.layout.values(), whole.layout.values());
      EXPECT_TRUE(rest.info.finished);
    }
  }
}

TEST(Pacmap, RefusesCheckpointsThatAreNotItsOwn) {
  const KnnGraph graph = find_neighbors(points(), 58, FlatKnn{}, Cpu{2}, 42);
  Embedder run(graph, points(), localmap());
  run.advance(60);
  const auto refusal = [&](const Checkpoint& from, const Settings& settings) {
    return error_of<InvalidInput>([&] { Embedder(graph, points(), settings, from); });
  };
  Checkpoint broken = run.checkpoint();
  broken.further[17] = kPoints;
  expect_contains(refusal(broken, localmap()), "pairs point 1 with 80, which is no other point");
  broken.further[17] = 1;
  expect_contains(refusal(broken, localmap()), "pairs point 1 with 1");
  broken.further.pop_back();
  expect_contains(refusal(broken, localmap()), "has 1279 further pairs; this run has 1280");
  broken = run.checkpoint();
  broken.gains.span()[3] = -1;
  expect_contains(refusal(broken, localmap()), "gains are not all >= 0");
  broken.update = {};
  expect_contains(refusal(broken, pacmap()), "update is 0 x 0");
}

TEST(Pacmap, KeepsClustersTogether) {
  for (const Settings& settings : {pacmap(1), pacmap(2), pacmap(3), localmap(2), pacmap(10)}) {
    const Matrix x = data::blobs(300, 10, 3);
    const Result result = embed(x, settings);
    ASSERT_EQ(result.layout.cols(), settings.dims);
    std::int64_t same = 0;
    for (std::int64_t i = 0; i < 300; ++i)
      for (int j = 0; j < 10; ++j)
        same += oracle::others(result.layout, i)[static_cast<std::size_t>(j)].second % 3 == i % 3;
    EXPECT_GT(same, 2900) << settings.dims;
  }
}

TEST(Pacmap, MapsWhatIsSmallFlatOrEqual) {
  PacmapParams tiny{.n_neighbors = 1, .num_iters = {10, 10, 10}};
  for (const int n : {4, 5, 7})
    for (const int dims : {1, 2, 3})
      EXPECT_EQ(embed(data::normals(n, 3, 1), {.method = tiny, .dims = dims}).layout.rows(), n);
  const Settings few{.method = PacmapParams{.num_iters = {10, 10, 10}}};
  Matrix constant = data::normals(60, 4, 1);
  for (std::int64_t i = 0; i < 60; ++i) constant.row(i)[1] = 7, constant.row(i)[3] = 0;
  EXPECT_FALSE(embed(constant, few).info.warnings.empty());
  EXPECT_NO_THROW(embed(data::duplicates(60, 3, 1, 2), few));
  EXPECT_NO_THROW(embed(data::line(60, 1), few));
  EXPECT_NO_THROW(embed(Matrix(60, 3), few));  // all equal: jitter
  for (const Init& init :
       {Init(RandomInit{}), Init(SpectralInit{}), Init(ArrayInit{data::layout(60, 2, 1, 5)}),
        Init(ArrayInit{data::line(60, 2)})}) {
    Settings one = few;
    one.init = init;
    EXPECT_NO_THROW(embed(data::normals(60, 4, 1), one));
  }
  expect_contains(
      error_of<InvalidInput>([] { embed(data::normals(20, 3, 1), {.method = PacmapParams{}}); }),
      "use n_neighbors of at most 6");
}

TEST(Pacmap, DoesNotDependOnTheScaleOfThePoints) {
  const Result one = embed(points(), pacmap());
  EXPECT_EQ(embed(data::scaled(points(), 64.0f), pacmap()).layout.values(), one.layout.values());
}

TEST(Pacmap, NeedsThePointsOfAGraph) {
  const KnnGraph graph = find_neighbors(points(), 58, FlatKnn{}, Cpu{2}, 42);
  for (const Settings& settings : {pacmap(), localmap()}) {
    const std::string text = error_of<InvalidInput>([&] { embed(graph, settings); });
    expect_contains(text, "mid-near pairs");
    expect_contains(text, "give the points with it, or set MN_ratio to 0");
  }
  const Settings without{.method = PacmapParams{.n_neighbors = 8, .MN_ratio = 0}};
  const Result alone = embed(graph, without);
  EXPECT_EQ(alone.info.init.substr(0, 8), "spectral");
  EXPECT_EQ(alone.layout.rows(), kPoints);
}

TEST(Pacmap, WarnsOfWidePoints) {
  const auto warned = [](std::int64_t cols, const Method& method) {
    const std::vector<std::string> all =
        embed(data::normals(110, cols, 1), {.method = method}).info.warnings;
    return std::any_of(all.begin(), all.end(), [](const std::string& text) {
      return text.find("pca(points, 100)") != std::string::npos;
    });
  };
  const PacmapParams quick{.num_iters = {3, 0, 0}};
  EXPECT_TRUE(warned(101, quick));
  EXPECT_TRUE(warned(101, LocalmapParams{quick, 10}));
  EXPECT_FALSE(warned(100, quick));
  EXPECT_FALSE(warned(101, UmapParams{.n_epochs = 3}));
}

TEST(Pacmap, OfOtherDimensionsIsRefusedToAGpuByName) {
  Settings settings = localmap(4);
  settings.device = Cuda{0};
  expect_contains(error_of<Unsupported>([&] { embed(points(), settings); }),
                  "a GPU makes maps of 2 or 3 dimensions, and n_components is 4; use device cpu");
  const Model model = fit(points(), localmap(4)).model;
  expect_contains(error_of<Unsupported>([&] { transform(model, points(), {}, Cuda{0}); }),
                  "maps of 2 or 3 dimensions, and the model's has 4; use device cpu");
}

TEST(Pacmap, RangesAreChecked) {
  const auto refusal = [](const Method& method, int dims = 2) {
    return error_of<InvalidParameter>([&] { validate({.method = method, .dims = dims}); });
  };
  expect_contains(refusal(PacmapParams{.n_neighbors = 0}), "n_neighbors is 0");
  expect_contains(refusal(PacmapParams{.MN_ratio = -1}), "MN_ratio is -1");
  expect_contains(refusal(PacmapParams{.MN_ratio = NAN}), "MN_ratio is nan");
  expect_contains(refusal(PacmapParams{.FP_ratio = 101}), "FP_ratio is 101");
  expect_contains(refusal(PacmapParams{.num_iters = {5, -1, 3}}), "num_iters is -1");
  expect_contains(refusal(PacmapParams{.num_iters = {0, 0, 0}}), "sum of num_iters is 0");
  expect_contains(refusal(PacmapParams{.lr = 0}), "lr is 0");
  expect_contains(refusal(LocalmapParams{{}, 0}), "low_dist_thres is 0");
  expect_contains(refusal(LocalmapParams{{.lr = NAN}, 1}), "lr is nan");
  expect_contains(refusal(PacmapParams{}, 101), "n_components is 101");
  EXPECT_NO_THROW(validate({.method = LocalmapParams{}, .dims = 100}));
}

TEST(Pacmap, AGridIsItsMapsOneByOne) {
  const KnnGraph graph = find_neighbors(points(), 60, FlatKnn{}, Cpu{2}, 42);
  std::vector<Method> methods = grid(std::get<PacmapParams>(pacmap().method),
                                     std::vector<int>{5, 8}, std::vector<double>{1, 2});
  for (const Method& method : grid(std::get<LocalmapParams>(localmap().method), std::vector<int>{8},
                                   std::vector<double>{4, 8}))
    methods.push_back(method);
  std::vector<Matrix> made(methods.size());
  embed_grid(graph, points(), methods, pacmap(),
             [&](std::size_t m, Result&& result) { made[m] = std::move(result.layout); });
  for (std::size_t m = 0; m < methods.size(); ++m)
    EXPECT_EQ(embed(graph, points(), {.method = methods[m]}).layout.values(), made[m].values())
        << m;
}

TEST(Pacmap, EdgesOfAGraphAreNearPairs) {
  const KnnGraph graph = find_neighbors(points(), 58, FlatKnn{}, Cpu{2}, 1);
  const EdgeWeights edges = edge_weights(graph, PacmapParams{.n_neighbors = 8});
  EXPECT_EQ(edges.columns, pairs().columns);
  EXPECT_EQ(edges.weights, pairs().weights);
}

// ---- models -------------------------------------------------------------------------------------

TEST(Pacmap, PlacesNewPointsWhereTheirNeighboursAttractThem) {
  const Matrix x = data::blobs(300, 6, 3), rows = data::blobs(30, 6, 9);
  for (const Settings& settings : {pacmap(), localmap(), pacmap(3)}) {
    const Model model = fit(x, settings).model;
    const Matrix placed = transform(model, rows).map;
    for (std::int64_t r = 0; r < 30; ++r) {
      // At rest: the sum of attractions is 0.
      const QueryResult near = find_neighbors(rows, x, 8, FlatKnn{}, Cpu{2}, 1);
      for (std::int64_t c = 0; c < settings.dims; ++c) {
        double sum = 0, all = 0;
        for (std::int64_t j = 0; j < 8; ++j) {
          const float* const at =
              model.map.row(near.neighbors[static_cast<std::size_t>(r * 8 + j)]);
          double t = 1;
          for (std::int64_t b = 0; b < settings.dims; ++b)
            t += std::pow(static_cast<double>(placed.row(r)[b]) - static_cast<double>(at[b]), 2);
          const double g = 20 / ((10 + t) * (10 + t));
          sum += g * (static_cast<double>(placed.row(r)[c]) - static_cast<double>(at[c]));
          all += g;
        }
        EXPECT_NEAR(sum / all, 0, 2e-3) << r;
      }
    }
    const Matrix alone = transform(model, HostMatrix<const float>(rows.row(7), 1, 6)).map;
    for (std::int64_t c = 0; c < settings.dims; ++c) EXPECT_EQ(alone.row(0)[c], placed.row(7)[c]);
  }
}

TEST(Pacmap, UpdatesGoOnFromTheMap) {
  const Matrix x = data::blobs(300, 6, 3), rows = data::blobs(30, 6, 9);
  for (const Settings& settings : {pacmap(), localmap()}) {
    const Model model = fit(x, settings).model;
    const Updated held = update(model, rows, {.old_points = OldPoints::fixed}, Cpu{2});
    EXPECT_EQ(held.model.map.rows(), 330);
    EXPECT_EQ(held.info.iterations, 100);
    EXPECT_EQ(*std::max_element(held.moved.begin(), held.moved.end()), 0);
    const Updated free = update(model, rows, {.old_points = OldPoints::free}, Cpu{2});
    double width = 0, moved = 0;
    for (const float y : model.map.values())
      width = std::max(width, std::abs(static_cast<double>(y)));
    for (const float by : free.moved) moved += static_cast<double>(by) / 300;
    EXPECT_GT(moved, 0);
    EXPECT_LT(moved, 0.2 * width);
    std::int64_t same = 0;
    for (std::int64_t i = 300; i < 330; ++i)
      same += oracle::others(free.model.map, i)[0].second % 3 == i % 3;
    EXPECT_GE(same, 29);
  }
}

TEST(Pacmap, UpdatesOfFewPointsFindMoreNeighbours) {
  const Matrix x = data::blobs(40, 4, 3), rows = data::blobs(30, 4, 9);
  const Model model = fit(x, pacmap()).model;
  EXPECT_EQ(model.graph.k, 39);
  const Updated grown = update(model, rows, {}, Cpu{2});
  EXPECT_EQ(grown.model.graph.k, 58);
  EXPECT_EQ(grown.model.map.rows(), 70);
}

TEST_F(PacmapFiles, AModelIsReadAsItWasWritten) {
  const Model model = fit(points(), localmap()).model;
  io::write_model(path("m.nfm"), model, io::Overwrite::yes);
  const Model read = io::read_model(path("m.nfm"));
  const auto& params = std::get<LocalmapParams>(read.settings.method);
  EXPECT_EQ(params.num_iters, (std::array<int, 3>{20, 20, 50}));
  EXPECT_EQ(params.low_dist_thres, 6);
  EXPECT_EQ(transform(read, points()).map.values(), transform(model, points()).map.values());
}

}  // namespace
}  // namespace nearfold
