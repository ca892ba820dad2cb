// What embed refuses and how it says so, and what it makes of difficult data.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "init/array_shape.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 240;

Settings umap_settings() {
  return {.method = UmapParams{.n_neighbors = 10, .n_epochs = 100}};
}

const Matrix& points() {
  static const Matrix kX = data::blobs(kPoints, 6, 1);
  return kX;
}

KnnGraph graph_of(const Matrix& x, int k) {
  return find_neighbors(x, k, FlatKnn{}, Cpu{2}, 1);
}

/// A map of finite numbers, or an error that is one of ours.
void expect_finite(const Matrix& x, const Settings& settings, const std::string& what) {
  const Result result = embed(x, settings);
  ASSERT_EQ(result.layout.rows(), x.rows()) << what;
  for (const float y : result.layout.values()) ASSERT_TRUE(std::isfinite(y)) << what;
  EXPECT_TRUE(result.info.finished) << what;
}

// ---- what is refused ----------------------------------------------------------------------------

void expect_refused(const Settings& settings, const std::string& message) {
  // No points at all: the parameter is found before any data is looked at.
  expect_contains(error_of<InvalidParameter>([&] { embed(Matrix(), settings); }), message);
}

TEST(Embed, NamesEveryBadParameterOfTsne) {
  const std::pair<TsneParams, const char*> cases[] = {
      {{.perplexity = 1}, "perplexity is 1,"},
      {{.perplexity = -3}, "perplexity is -3"},
      {{.perplexity = std::nan("")}, "perplexity is nan"},
      {{.early_exaggeration = 0.5}, "early_exaggeration is 0.5"},
      {{.early_exaggeration_iter = -1}, "early_exaggeration_iter is -1"},
      {{.exaggeration = 0.5}, "exaggeration is 0.5"},
      {{.max_iter = 0}, "max_iter is 0"},
      {{.learning_rate = 0.0}, "learning_rate is 0"},
      {{.learning_rate = HUGE_VAL}, "learning_rate is inf"},
      {{.initial_momentum = 1}, "initial_momentum is 1"},
      {{.final_momentum = -0.1}, "final_momentum is -0.1"},
      {{.max_step_norm = 0}, "max_step_norm is 0"}};
  for (const auto& [params, message] : cases) expect_refused({.method = params}, message);
}

TEST(Embed, NamesEveryBadParameterOfUmap) {
  const std::pair<UmapParams, const char*> cases[] = {
      {{.n_neighbors = 1}, "n_neighbors is 1,"},
      {{.min_dist = -0.1}, "min_dist is -0.1"},
      {{.min_dist = 1.5}, "min_dist is 1.5"},
      {{.min_dist = std::nan("")}, "min_dist is nan"},
      {{.spread = 0}, "spread is 0"},
      {{.a = 1}, "a and b"},
      {{.a = 0, .b = 1}, "a is 0"},
      {{.a = 1, .b = -1}, "b is -1"},
      {{.set_op_mix_ratio = 1.1}, "set_op_mix_ratio is 1.1"},
      {{.local_connectivity = -1}, "local_connectivity is -1"},
      {{.repulsion_strength = -1}, "repulsion_strength is -1"},
      {{.negative_sample_rate = -1}, "negative_sample_rate is -1"},
      {{.n_epochs = 0}, "n_epochs is 0"},
      {{.learning_rate = 0}, "learning_rate is 0"}};
  for (const auto& [params, message] : cases) expect_refused({.method = params}, message);
}

TEST(Embed, NamesEveryOtherBadSetting) {
  expect_refused({.dims = 0}, "is 0,");
  expect_refused({.dims = 101}, "in [1, 100]");
  expect_refused({.method = TsneParams{}, .dims = 11}, "UMAP makes maps of up to 100");
  expect_refused({.device = Cpu{-1}}, "threads is -1");
  expect_refused({.device = Cpu{5000}}, "threads is 5000");
  expect_refused({.knn = IvfKnn{.nprobe = -1}}, "nprobe is -1");
  EXPECT_THROW(embed(points(), {.device = Cuda{}}), NoDevice);
}

// Memory of a GPU that was not asked for, or cannot be had, is never touched.
TEST(Embed, NamesADeviceThatIsNotThePointsOwn) {
  float there = 0;
  const DeviceMatrix<const float> from{&there, 100, 5};
  const DeviceMatrix<float> to{&there, 100, 2};
  expect_contains(error_of<InvalidParameter>([&] { embed(from, to, {.device = Cpu{}}); }),
                  "the memory given is a GPU's and device is the cpu");
  expect_contains(error_of<InvalidParameter>([&] { Embedder(from, {.device = Cpu{}}); }),
                  "the memory given is a GPU's and device is the cpu");
  Settings quick;
  quick.method = UmapParams{.n_epochs = 1};
  const Embedder on_cpu(points(), quick);
  expect_contains(error_of<InvalidParameter>([&] { on_cpu.copy_layout(to); }),
                  "the memory given is a GPU's and device is the cpu");
  EXPECT_THROW(embed(from, {&there, 99, 2}, {.device = Cuda{}}), InvalidInput);
  EXPECT_THROW(embed(from, to, {.device = Cuda{99}}), NoDevice);
}

TEST(Embed, NamesDataItCannotTake) {
  const auto said = [](const Matrix& x, const Settings& settings) {
    return error_of<InvalidInput>([&] { embed(x, settings); });
  };
  for (const std::int64_t n : {0, 1, 2, 3}) {
    Settings settings = umap_settings();
    settings.method = UmapParams{.n_neighbors = 2};
    expect_contains(said(data::normals(n, 3, 2), settings), std::to_string(n) + " points");
    settings.method = TsneParams{.perplexity = 1.1};
    expect_contains(said(data::normals(n, 3, 2), settings), std::to_string(n) + " points");
  }
  Matrix bad = points();
  bad.row(17)[3] = std::nanf("");
  expect_contains(said(bad, umap_settings()), "row 17, column 3");
  expect_contains(said(data::normals(8, 3, 2), umap_settings()), "n_neighbors is 10");
  expect_contains(said(data::normals(31, 3, 2), {.method = TsneParams{}}), "perplexity 30");
  // What is advised is taken, and nothing is reduced.
  const auto perplexity = [&](std::int64_t n, double value) {
    return said(data::normals(n, 3, 2), {.method = TsneParams{.perplexity = value, .max_iter = 5}});
  };
  expect_contains(perplexity(10, 30),
                  "perplexity 30 takes 90 neighbours, three times as many, and 10 points have 9 "
                  "others; use a perplexity of at most 3");
  expect_contains(perplexity(4, 1.4), "at most 1.33");
  expect_contains(perplexity(100, 34), "at most 33");
  expect_contains(perplexity(101, 34), "at most 33.33");
  const std::pair<std::int64_t, double> largest[] = {
      {10, 3}, {4, 1.33}, {5, 1.33}, {100, 33}, {101, 33.33}};
  for (const auto& [n, most] : largest)
    EXPECT_EQ(
        embed(data::normals(n, 3, 2), {.method = TsneParams{.perplexity = most, .max_iter = 5}})
            .info.k,
        static_cast<int>(3 * most))
        << n;
}

TEST(Embed, NamesGraphsItCannotTake) {
  const auto said = [](const KnnGraph& graph, const Matrix& x, const Settings& settings) {
    return error_of<InvalidInput>([&] { embed(graph, x, settings); });
  };
  const KnnGraph small = graph_of(points(), 5);
  expect_contains(said(small, points(), umap_settings()),
                  "5 neighbours per point and 9 are needed");
  const KnnGraph graph = graph_of(points(), 30);
  expect_contains(said(graph, data::normals(100, 3, 2), umap_settings()), "100");
  KnnGraph broken = graph;
  broken.neighbors[3 * 30] = 3;
  expect_contains(said(broken, points(), umap_settings()),
                  "row 3, column 0: id 3, the point itself");
  Settings pca = umap_settings();
  pca.init = PcaInit{};
  expect_contains(error_of<InvalidInput>([&] { embed(graph, pca); }),
                  "PCA initialization needs the points");
}

TEST(Embed, NamesStartsItCannotTake) {
  const auto said = [](Matrix start) {
    Settings settings = umap_settings();
    settings.init = ArrayInit{std::move(start)};
    return error_of<InvalidInput>([&] { embed(points(), settings); });
  };
  expect_contains(said(Matrix(kPoints, 3)), "240 x 3; 240 x 2 is needed");
  expect_contains(said(Matrix(10, 2)), "10 x 2");
  Matrix start(kPoints, 2);
  start.row(9)[1] = HUGE_VALF;
  expect_contains(said(start), "row 9");
  start.row(9)[1] = 0;
  expect_contains(said(start), "all rows of the init array are equal");
  std::fill(start.span().begin(), start.span().end(), 3.3e7f);
  expect_contains(said(start), "all rows of the init array are equal");
}

Settings tsne_settings() {
  return {.method = TsneParams{.perplexity = 10, .early_exaggeration_iter = 60, .max_iter = 150}};
}

/// A start of the points on a line or wider.
Matrix start_of(float slope, float width, float offset = 0) {
  Matrix start = data::layout(kPoints, 2, 10, 1.0f);
  for (std::int64_t i = 0; i < kPoints; ++i) {
    if (slope < HUGE_VALF) start.row(i)[1] = slope * start.row(i)[0];
    for (int c = 0; c < 2; ++c) start.row(i)[c] = start.row(i)[c] * width + offset;
  }
  return start;
}

// Forces between points of a line act along it: no map ever leaves it.
TEST(Embed, JittersAStartOnALine) {
  for (const float slope : {0.0f, 1.0f, -3.0f})
    for (const float offset : {0.0f, 5.0f})
      for (Settings settings : {umap_settings(), tsne_settings()}) {
        settings.init = ArrayInit{start_of(slope, 1e-4f, offset * 1e-4f)};
        const Result map = embed(points(), settings);
        ASSERT_EQ(map.info.warnings.size(), 1u);
        expect_contains(map.info.warnings[0], "lies on a line");
        const ArrayShape shape = shape_of(map.layout);
        EXPECT_FALSE(shape.flat) << slope;
        EXPECT_EQ(embed(points(), settings).layout.values(), map.layout.values());
      }
  Settings swapped = tsne_settings();  // the first column is constant
  Matrix start = start_of(0, 1e-4f);
  for (std::int64_t i = 0; i < kPoints; ++i) std::swap(start.row(i)[0], start.row(i)[1]);
  swapped.init = ArrayInit{start};
  EXPECT_FALSE(shape_of(embed(points(), swapped).layout).flat);
  Settings solid = umap_settings();
  solid.dims = 3;
  Matrix plane = data::layout(kPoints, 3, 10, 1.0f);
  for (std::int64_t i = 0; i < kPoints; ++i)
    plane.row(i)[2] = plane.row(i)[0] - 2 * plane.row(i)[1];
  solid.init = ArrayInit{plane};
  expect_contains(embed(points(), solid).info.warnings.at(0), "lies on a plane");
}

TEST(Embed, SaysWhenAStartIsTooWideForTsne) {
  const auto with = [](float width, Settings settings) {
    settings.init = ArrayInit{start_of(HUGE_VALF, width)};
    return settings;
  };
  EXPECT_TRUE(embed(points(), with(1e-4f, tsne_settings())).info.warnings.empty());
  expect_contains(embed(points(), with(1, tsne_settings())).info.warnings.at(0), "may never meet");
  expect_contains(error_of<InvalidInput>([&] { embed(points(), with(1e4f, tsne_settings())); }),
                  "hardly act on each other: 240 points may begin with 155 at most");
  EXPECT_TRUE(embed(points(), with(1e4f, umap_settings())).info.warnings.empty());  // is scaled
}

TEST(Embed, CountsTiesAndDuplicatesAndWarnsOfMany) {
  const Result apart = embed(points(), umap_settings());
  EXPECT_EQ(apart.info.tied_rows, 0);
  EXPECT_EQ(apart.info.duplicates, 0);
  for (const std::string& warning : apart.info.warnings)
    EXPECT_EQ(warning.find("points have more"), std::string::npos) << warning;
  const Matrix x = data::duplicates(120, 3, 5, 4);
  const Result places = embed(x, umap_settings());
  EXPECT_EQ(places.info.tied_rows, 120);
  EXPECT_EQ(places.info.duplicates, 116);
  expect_contains(places.info.warnings.at(0), "116 of 120 points are duplicates of earlier ones");
  expect_contains(places.info.warnings.at(1),
                  "120 of 120 points have ties at the distance of the last of their 9");
  const KnnGraph graph = find_neighbors(x, 29, FlatKnn{}, Cpu{2}, 42);
  const Result again = embed(graph, x, umap_settings());  // of the first 9 of 29
  EXPECT_EQ(again.layout.values(), places.layout.values());
  EXPECT_EQ(again.info.warnings, places.info.warnings);
}

// A step that leaves the range of float must end in an error that says so, not in a crash.
TEST(Embed, NamesARunThatDiverged) {
  for (const auto repulsion : {TsneParams::Repulsion::exact, TsneParams::Repulsion::fft})
    for (const double rate : {1e37, 1e300}) {
      const TsneParams params{
          .max_iter = 30, .learning_rate = rate, .max_step_norm = HUGE_VAL, .repulsion = repulsion};
      expect_contains(error_of<Error>([&] { embed(points(), {.method = params}); }), "learning");
    }
}

// ---- difficult data -----------------------------------------------------------------------------

TEST(Embed, TakesDifficultData) {
  Matrix constant = data::blobs(120, 6, 3);
  for (std::int64_t i = 0; i < 120; ++i) constant.row(i)[2] = constant.row(i)[5] = 4;
  Matrix apart = data::blobs(120, 5, 4, 3, 1e5f);
  const std::pair<Matrix, const char*> cases[] = {
      {Matrix(60, 3), "equal points"},
      {data::duplicates(120, 3, 5, 2), "two places"},
      {data::duplicates(120, 3, 5, 30), "thirty places"},
      {data::line(100, 1), "one column"},
      {data::lattice(150, 2, 6, 5), "lattice"},
      {data::outlier(120, 4, 7, 60), "outlier"},
      {constant, "constant columns"},
      {apart, "separate pieces"},
      {data::scaled(data::blobs(120, 4, 8), 1e-10f), "tiny"},
      {data::scaled(data::blobs(120, 4, 8), 1e10f), "huge"},
      {data::scaled(data::blobs(120, 4, 8), 1e14f), "as large as allowed"}};
  for (const auto& [x, what] : cases)
    for (const int dims : {2, 3})
      for (const Init& init : {Init{PcaInit{}}, Init{SpectralInit{}}}) {
        Settings umap{.method = UmapParams{.n_epochs = 40}, .init = init, .dims = dims};
        Settings tsne{
            .method = TsneParams{.perplexity = 8, .max_iter = 60}, .init = init, .dims = dims};
        expect_finite(x, umap, std::string("UMAP of ") + what);
        expect_finite(x, tsne, std::string("t-SNE of ") + what);
      }
}

TEST(Embed, TakesFourPoints) {
  const Matrix x = data::normals(4, 3, 9);
  for (const int dims : {2, 3})
    for (const Init& init : {Init{PcaInit{}}, Init{SpectralInit{}}, Init{RandomInit{}}}) {
      for (const int neighbors : {2, 3, 4})
        expect_finite(x,
                      {.method = UmapParams{.n_neighbors = neighbors}, .init = init, .dims = dims},
                      "UMAP");
      expect_finite(x, {.method = TsneParams{.perplexity = 1.3}, .init = init, .dims = dims},
                    "t-SNE");
      expect_finite(Matrix(4, 3),
                    {.method = UmapParams{.n_neighbors = 3}, .init = init, .dims = dims},
                    "UMAP of equal points");
    }
}

}  // namespace
}  // namespace nearfold
