// Maps of t-SNE's other kernels and affinities that go on, and starts by landmarks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/nearfold.hpp"
#include "run/check_run.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/sparse_data.hpp"
#include "support/stored_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 400;

const Matrix& points() {
  static const Matrix rows = data::blobs(kPoints, 6, 1);
  return rows;
}

const std::vector<TsneParams> kKinds = {
    {.perplexity = 12, .dof = 0.5, .max_iter = 300},
    {.perplexities = {6, 20}, .max_iter = 300},
    {.affinities = TsneParams::Affinities::uniform, .k_neighbors = 15, .max_iter = 300},
    {.perplexity = 12, .late_exaggeration = 3, .late_exaggeration_iter = 40, .max_iter = 300}};

double spread(const Matrix& map) {
  double sum = 0;
  for (const float x : map.values()) sum += double{x} * double{x};
  return std::sqrt(sum / static_cast<double>(map.rows()));
}

/// Share of rows that land nearer than a tenth of the map's spread to their point.
TEST(TsneKinds, PlaceNearlyEqualRowsBesideThemselves) {
  Matrix near = points();
  for (std::int64_t i = 0; i < kPoints; ++i) near.row(i)[0] += 1e-4f;
  for (const TsneParams& params : kKinds) {
    const Model model = fit(points(), {.method = params}).model;
    const Matrix placed = transform(model, near).map;
    int beside = 0;
    for (std::int64_t i = 0; i < kPoints; ++i)
      beside += std::hypot(double{placed.row(i)[0]} - double{model.map.row(i)[0]},
                           double{placed.row(i)[1]} - double{model.map.row(i)[1]}) <
                0.1 * spread(model.map);
    EXPECT_GT(beside, 380) << params.dof << ", " << params.k_neighbors;
  }
}

TEST(TsneKinds, GoOnAsModelsAndFromFiles) {
  const std::string path = ::testing::TempDir() + "tsne_kinds.nfm";
  const Matrix more = data::blobs(40, 6, 2);
  for (const TsneParams& params : kKinds) {
    const Model model = fit(points(), {.method = params}).model;
    io::write_model(path, model, io::Overwrite::yes);
    const Model read = io::read_model(path);
    EXPECT_EQ(transform(read, more).map.values(), transform(model, more).map.values());
    const Updated grown = update(read, more, {.iterations = 5});
    EXPECT_EQ(grown.model.map.rows(), kPoints + 40);
  }
  std::filesystem::remove(path);
}

TEST(TsneKinds, AreRefusedByAGpuByNameWhereItHasNoKernels) {
  const Settings mesh{
      .method = TsneParams{.repulsion = TsneParams::Repulsion::fft}, .dims = 3, .device = Cuda{}};
  expect_contains(why_not_on_gpu(mesh), "3 dimensions");
  expect_contains(error_of<Unsupported>([&] { embed(points(), mesh); }), "by FFT in 3 dimensions");
  for (const TsneParams& params : kKinds) EXPECT_EQ(why_not_on_gpu({.method = params}), "");
  EXPECT_EQ(why_not_on_gpu({.method = LocalmapParams{}}), "");
  for (const UmapParams& params :
       {UmapParams{.disconnection_distance = 1.0}, UmapParams{.densmap = true},
        UmapParams{.output_metric = OutputMetric::sphere}})
    EXPECT_EQ(why_not_on_gpu({.method = params, .targets = {ClassTarget{}}}), "");
}

TEST(TsneKinds, RefuseWhatCannotBe) {
  const auto error = [](const TsneParams& params) {
    return error_of<InvalidParameter>([&] { validate({.method = params}); });
  };
  for (const double dof : {0.0, -1.0, 101.0, std::nan("")})
    expect_contains(error({.dof = dof}), "dof");
  expect_contains(error({.perplexities = {30, 0.5}}), "perplexity");
  expect_contains(error({.k_neighbors = 0}), "k_neighbors");
  expect_contains(error({.late_exaggeration = 0.5}), "late_exaggeration");
  expect_contains(error({.late_exaggeration_iter = -1}), "late_exaggeration_iter");
  expect_contains(error({.late_exaggeration_iter = 501}), "750");
  EXPECT_NO_THROW(validate({.method = TsneParams{.late_exaggeration_iter = 500}}));
}

TEST(Landmarks, AreAStartThatKnowsClusters) {
  const Settings settings{.method = TsneParams{.perplexity = 12, .max_iter = 300}};
  const Matrix start = landmark_init(points(), settings, 150);
  ASSERT_EQ(start.rows(), kPoints);
  EXPECT_NEAR(spread(start), 1.4e-4, 1e-4);
  Settings again = settings;
  again.device = Cpu{3};
  EXPECT_EQ(landmark_init(points(), again, 150).values(), start.values());
  const QualityReport report = evaluate(points(), start, {});
  EXPECT_GT(report.find("knn_recall@10")->value, 0.1);  // by chance .025
  Settings run = settings;
  run.init = ArrayInit{start};
  EXPECT_TRUE(embed(points(), run).info.warnings.empty());
}

TEST(Landmarks, OfAllPointsAreTheMap) {
  const Settings settings{.method = UmapParams{.n_neighbors = 10, .n_epochs = 60}};
  EXPECT_EQ(landmark_init(points(), settings, kPoints).values(),
            embed(points(), settings).layout.values());
}

TEST(Landmarks, AreTheSameOfPointsHoweverTheyAreStored) {
  for (const bool unique : {false, true}) {
    const Settings settings{.method = UmapParams{.n_neighbors = 10, .n_epochs = 60},
                            .unique = unique};
    const Matrix counts = data::topics(kPoints, 60, 5);
    EXPECT_EQ(landmark_init(data::sparse_of(counts), settings, 150).values(),
              landmark_init(counts, settings, 150).values());
    const data::Stored bytes = data::stored_of(points(), ValueType::uint8);
    EXPECT_EQ(landmark_init(bytes.view(), settings, 150).values(),
              landmark_init(bytes.floats, settings, 150).values());
  }
}

TEST(Landmarks, NameBadRowsAsTheyAreInThePoints) {
  Matrix rows = points();
  std::fill_n(rows.row(kPoints - 1), rows.cols(), 0.0f);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Settings settings{.distance = {.metric = Metric::cosine}, .seed = seed};
    const auto start = [&](const auto& given) {
      return error_of<InvalidInput>([&] { landmark_init(given, settings, 399); });
    };
    expect_contains(start(rows), "row 399 holds only zeros");
    expect_contains(start(data::sparse_of(rows)), "row 399 holds only zeros");
  }
}

TEST(Landmarks, RefuseWhatCannotBe) {
  const auto with = [](std::int64_t landmarks) { landmark_init(points(), {}, landmarks); };
  EXPECT_THROW(with(3), InvalidParameter);
  EXPECT_THROW(with(kPoints + 1), InvalidInput);
  EXPECT_THROW(with(10), InvalidInput);  // too few for 15 neighbours
  EXPECT_THROW(landmark_init(points(), {.targets = {ClassTarget{}}}, 100), Unsupported);
  EXPECT_THROW(landmark_init(points(), {.device = Cuda{}}, 100), nearfold::Error);
  EXPECT_THROW(landmark_init(points(), {}, 100, [](const ProgressInfo&) { return false; }),
               Cancelled);
}

}  // namespace
}  // namespace nearfold
