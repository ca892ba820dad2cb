// New points on maps that lie on a surface: they stay there, each has its own place, and a map that
// grows keeps what is fixed.
#include "nearfold/surface.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "io/io.hpp"
#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 300, kAdded = 90, kColumns = 6, kBlobs = 5;
const std::array kSurfaces = {OutputMetric::sphere, OutputMetric::torus, OutputMetric::hyperboloid};

Settings settings_of(OutputMetric metric) {
  return {.method = UmapParams{.n_neighbors = 12, .n_epochs = 150, .output_metric = metric},
          .seed = 3};
}
const Matrix& old_rows() {
  static const Matrix rows = data::blobs(kPoints, kColumns, 1, kBlobs);
  return rows;
}
const Matrix& new_rows() {
  static const Matrix rows = data::blobs(kAdded, kColumns, 2, kBlobs);
  return rows;
}
Model model_of(OutputMetric metric) {
  return fit(old_rows(), settings_of(metric)).model;
}
HostMatrix<const float> rows_of(const Matrix& map, std::int64_t first, std::int64_t count) {
  return {map.row(first), count, map.cols()};
}

class OnSurface : public testing::TestWithParam<OutputMetric> {};
INSTANTIATE_TEST_SUITE_P(Each, OnSurface, testing::ValuesIn(kSurfaces),
                         [](const auto& one) { return name(one.param); });

TEST_P(OnSurface, ARowHasItsPlaceAloneAndForAnyNumberOfThreads) {
  const Model model = model_of(GetParam());
  const Matrix all = transform(model, new_rows()).map;
  EXPECT_NO_THROW(check_map(GetParam(), all));
  EXPECT_EQ(all.values(), transform(model, new_rows(), {}, Cpu{3}).map.values());
  const Transformer one_by_one(model, {}, Cpu{1});
  for (const std::int64_t r : {0, 17, 89}) {
    const Matrix alone = one_by_one.place(rows_of(new_rows(), r, 1)).map;
    EXPECT_TRUE(std::equal(alone.data(), alone.data() + alone.cols(), all.row(r))) << r;
  }
}

TEST_P(OnSurface, NewPointsLieAmongTheirOwnAndTwinsCoincide) {
  const Model model = model_of(GetParam());
  std::vector<std::int32_t> blobs(kPoints), new_blobs(kAdded);
  for (std::size_t i = 0; i < blobs.size(); ++i) blobs[i] = static_cast<std::int32_t>(i % kBlobs);
  std::copy_n(blobs.begin(), kAdded, new_blobs.begin());
  const Matrix placed = transform(model, new_rows()).map;
  const QualityReport scores =
      evaluate_new(old_rows(), model.map, blobs, {new_rows(), placed, new_blobs},
                   {.ks = {10}, .map_metric = GetParam()});
  EXPECT_GT(scores.find("knn_label_accuracy")->value, 0.95);
  EXPECT_GT(scores.find("trustworthiness@15")->value, 0.85);
  EXPECT_EQ(transform(model, old_rows()).map.values(), model.map.values());
}

TEST_P(OnSurface, AFileOfAModelPlacesAsTheModel) {
  const Model model = model_of(GetParam());
  const std::string path =
      (std::filesystem::temp_directory_path() / (std::string(name(GetParam())) + ".nfm")).string();
  io::write_model(path, model, io::Overwrite::yes);
  EXPECT_EQ(transform(io::read_model(path), new_rows()).map.values(),
            transform(model, new_rows()).map.values());
  std::filesystem::remove(path);
}

TEST_P(OnSurface, AMapGrowsAndWhatIsFixedStays) {
  const Model model = model_of(GetParam());
  const Updated grown = update(model, new_rows());
  const Matrix& map = grown.model.map;
  EXPECT_NO_THROW(check_map(GetParam(), map));
  EXPECT_TRUE(std::equal(model.map.values().begin(), model.map.values().end(), map.data()));
  EXPECT_EQ(grown.moved, std::vector<float>(kPoints));
  EXPECT_EQ(map.values(), update(model, new_rows(), {}, Cpu{3}).model.map.values());

  const Updated freed = update(model, new_rows(), {.old_points = OldPoints::free});
  const auto columns = static_cast<int>(map.cols());
  for (std::int64_t i = 0; i < kPoints; ++i)
    EXPECT_EQ(freed.moved[static_cast<std::size_t>(i)],
              map_distance(GetParam(), freed.model.map.row(i), model.map.row(i), columns));
  EXPECT_GT(*std::max_element(freed.moved.begin(), freed.moved.end()), 0);
}

TEST(OnSurfaces, WhatIsNotDoneIsRefusedByName) {
  const Model model = model_of(OutputMetric::hyperboloid);
  expect_contains(error_of<Unsupported>([&] { Inverter(model, Cpu{}); }), "hyperboloid");
  Settings settings = settings_of(OutputMetric::sphere);
  expect_contains(error_of<Unsupported>([&] { landmark_init(old_rows(), settings, 50); }),
                  "sphere");
  Model off = model_of(OutputMetric::sphere);
  off.map.row(4)[0] += 1;
  expect_contains(error_of<InvalidInput>([&] { transform(off, new_rows()); }), "row 4");
}

}  // namespace
}  // namespace nearfold
