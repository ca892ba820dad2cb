// Maps that points join: old ones stay or move, as asked, and the result is a model again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 300, kAdded = 90, kColumns = 6;

const Method kUmap = UmapParams{.n_neighbors = 12, .n_epochs = 80};
const Method kTsne = TsneParams{.perplexity = 12, .max_iter = 400};
const std::vector<Method> kMethods = {kUmap, kTsne};

const Matrix& old_rows() {
  static const Matrix rows = data::blobs(kPoints, kColumns, 1);
  return rows;
}
const Matrix& new_rows() {
  static const Matrix rows = data::blobs(kAdded, kColumns, 2);
  return rows;
}
Matrix all_rows() {
  std::vector<float> values = old_rows().values();
  values.insert(values.end(), new_rows().values().begin(), new_rows().values().end());
  return Matrix(kPoints + kAdded, kColumns, std::move(values));
}

Settings settings_of(const Method& method) {
  return {.method = method, .seed = 3};
}
const Model& model_of(const Method& method) {
  static const Model umap = fit(old_rows(), settings_of(kUmap)).model;
  static const Model tsne = fit(old_rows(), settings_of(kTsne)).model;
  return std::holds_alternative<UmapParams>(method) ? umap : tsne;
}

std::vector<float> first_values(const Matrix& map, std::int64_t rows) {
  return {map.data(), map.data() + rows * map.cols()};
}
double distance(const float* a, const float* b) {
  return std::hypot(double{a[0]} - double{b[0]}, double{a[1]} - double{b[1]});
}

TEST(Update, WithoutRowsIsTheModel) {
  for (const Method& method : kMethods) {
    const Model& model = model_of(method);
    const Updated same = update(model, Matrix(0, kColumns));
    EXPECT_EQ(same.model.map.values(), model.map.values());
    EXPECT_EQ(same.model.graph.neighbors, model.graph.neighbors);
    EXPECT_EQ(same.moved, std::vector<float>(kPoints));
  }
}

TEST(Update, KeepsFixedPointsToTheBitAndMovesNewOnesFromWhereTheyArePlaced) {
  for (const Method& method : kMethods) {
    const Model& model = model_of(method);
    const Matrix placed = transform(model, new_rows()).map;
    const Updated grown = update(model, new_rows());
    EXPECT_EQ(first_values(grown.model.map, kPoints), model.map.values());
    EXPECT_EQ(grown.moved, std::vector<float>(kPoints));
    int moved = 0;
    for (std::int64_t i = 0; i < kAdded; ++i)
      moved += distance(grown.model.map.row(kPoints + i), placed.row(i)) > 0 ? 1 : 0;
    EXPECT_EQ(moved, kAdded);
  }
}

TEST(Update, WithoutIterationsPutsNewPointsWhereTransformDoes) {
  const Model& model = model_of(kUmap);
  const Updated grown = update(model, new_rows(), {.iterations = 0});
  std::vector<float> both = model.map.values();
  const Matrix placed = transform(model, new_rows()).map;
  both.insert(both.end(), placed.values().begin(), placed.values().end());
  EXPECT_EQ(grown.model.map.values(), both);
}

TEST(Update, IsTheSameForAnyNumberOfThreads) {
  for (const Method& method : kMethods)
    for (const OldPoints old : {OldPoints::fixed, OldPoints::free}) {
      const auto map_by = [&](int threads) {
        return update(model_of(method), new_rows(), {.old_points = old}, Cpu{threads}).model.map;
      };
      EXPECT_EQ(map_by(1).values(), map_by(3).values());
    }
}

TEST(Update, SaysHowFarFreePointsMoved) {
  for (const Method& method : kMethods) {
    const Model& model = model_of(method);
    const Updated grown = update(model, new_rows(), {.old_points = OldPoints::free});
    ASSERT_EQ(std::ssize(grown.moved), kPoints);
    for (std::int64_t i = 0; i < kPoints; ++i)
      EXPECT_NEAR(static_cast<double>(grown.moved[static_cast<std::size_t>(i)]),
                  distance(grown.model.map.row(i), model.map.row(i)), 1e-5);
    EXPECT_GT(*std::max_element(grown.moved.begin(), grown.moved.end()), 0);
  }
}

// A map that lies elsewhere stays there; umap-learn scales it anew, openTSNE centres it.
TEST(Update, NeitherScalesNorCentres) {
  for (const Method& method : kMethods) {
    Model model = model_of(method);
    for (std::int64_t i = 0; i < kPoints; ++i) model.map.row(i)[0] += 100;
    const Updated grown = update(model, new_rows(), {.old_points = OldPoints::free});
    const auto spread = [](const Matrix& map) {
      double sum = 0, squares = 0;
      for (std::int64_t i = 0; i < kPoints; ++i) {
        sum += double{map.row(i)[0]} / kPoints;
        squares += double{map.row(i)[0]} * double{map.row(i)[0]} / kPoints;
      }
      return std::pair{sum, std::sqrt(squares - sum * sum)};
    };
    const auto [middle, width] = spread(model.map);
    const auto [middle_after, width_after] = spread(grown.model.map);
    EXPECT_NEAR(middle_after, middle, 0.3 * width);
    EXPECT_NEAR(width_after / width, 1, 0.5);  // more points take more room
  }
}

TEST(Update, IsAModelOfAllPoints) {
  for (const Method& method : kMethods) {
    const Model grown = update(model_of(method), new_rows()).model;
    EXPECT_EQ(grown.points.values(), all_rows().values());
    EXPECT_EQ(
        grown.graph.neighbors,
        find_neighbors(all_rows(), static_cast<int>(grown.graph.k), FlatKnn{}, Cpu{}, 3).neighbors);
    EXPECT_EQ(transform(grown, all_rows()).map.values(), grown.map.values());
    const Model twice = update(grown, data::blobs(5, kColumns, 9)).model;
    EXPECT_EQ(first_values(twice.map, grown.map.rows()), grown.map.values());
  }
}

TEST(Update, PutsNewPointsAmongTheirOwn) {
  for (const Method& method : kMethods)
    for (const OldPoints old : {OldPoints::fixed, OldPoints::free}) {
      const Matrix map = update(model_of(method), new_rows(), {.old_points = old}).model.map;
      int right = 0;
      for (std::int64_t i = 0; i < kAdded; ++i) {
        std::int64_t nearest = 0;
        for (std::int64_t j = 1; j < kPoints; ++j)
          if (distance(map.row(kPoints + i), map.row(j)) <
              distance(map.row(kPoints + i), map.row(nearest)))
            nearest = j;
        right += nearest % 3 == i % 3 ? 1 : 0;
      }
      EXPECT_EQ(right, kAdded);
    }
}

TEST(Update, TakesMoreRowsThanThereAre) {
  for (const Method& method : kMethods) {
    const Matrix many = data::blobs(700, kColumns, 4);
    const Updated grown = update(model_of(method), many);
    EXPECT_EQ(grown.model.map.rows(), kPoints + 700);
    EXPECT_EQ(first_values(grown.model.map, kPoints), model_of(method).map.values());
  }
}

TEST(Update, GoesOnWithAMapByIterationsAlone) {
  const Settings short_run = settings_of(TsneParams{.perplexity = 12, .max_iter = 260});
  const Fit begun = fit(old_rows(), short_run);
  const Updated longer =
      update(begun.model, Matrix(0, kColumns), {OldPoints::free, /*iterations=*/300});
  EXPECT_EQ(longer.info.iterations, 300);
  EXPECT_LT(longer.info.kl_divergence.value(), begun.info.kl_divergence.value());
  const Updated epochs =
      update(model_of(kUmap), Matrix(0, kColumns), {OldPoints::free, /*iterations=*/20});
  EXPECT_EQ(epochs.info.iterations, 20);
  EXPECT_EQ(epochs.model.points.rows(), kPoints);
  EXPECT_GT(*std::max_element(epochs.moved.begin(), epochs.moved.end()), 0);
}

TEST(Update, BuildsTheIndexAnew) {
  Settings settings = settings_of(kUmap);
  settings.knn = IvfKnn{.nlist = 10};
  const Model model = fit(old_rows(), settings).model;
  const Model grown = update(model, new_rows()).model;
  ASSERT_TRUE(grown.index.has_value());
  EXPECT_EQ(transform(grown, all_rows()).map.values(), grown.map.values());
}

TEST(Update, RefusesWhatCannotBe) {
  const Model& model = model_of(kUmap);
  expect_contains(
      error_of<InvalidParameter>([&] { update(model, new_rows(), {.iterations = -1}); }),
      "iterations is -1, and must be in [0, 250000]");
  expect_contains(error_of<InvalidInput>([&] { update(model, Matrix(2, 5)); }), "5 columns");
  EXPECT_THROW(update(model, new_rows(), {}, Cpu{},
                      [](const ProgressInfo& p) { return p.stage != Stage::weights; }),
               Cancelled);
}

}  // namespace
}  // namespace nearfold
