// Runs of the distinct rows alone: the map of these, whatever is asked of it, and each point at its
// row's place.
#include "nearfold/unique.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/take_rows.hpp"
#include "nearfold/error.hpp"
#include "nearfold/grid.hpp"
#include "nearfold/model.hpp"
#include "nearfold/plan.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 400, kDistinct = 160;

/// 160 rows in two orders, one after the other, and half of them a third time.
const Matrix& points() {
  static const Matrix kX = [] {
    const Matrix rows = data::blobs(kDistinct, 6, 1);
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < kPoints; ++i) order.push_back(i * (i < 200 ? 7 : 11) % kDistinct);
    return take_rows(rows, order);
  }();
  return kX;
}

const UniqueRows& unique() {
  static const UniqueRows kUnique = unique_rows(points());
  return kUnique;
}

Matrix distinct() {
  return take_rows(points(), unique().rows);
}

std::vector<Method> methods() {
  return {UmapParams{.n_neighbors = 10, .n_epochs = 40},
          UmapParams{.n_neighbors = 10, .n_epochs = 40, .densmap = true},
          TsneParams{.perplexity = 10, .early_exaggeration_iter = 30, .max_iter = 60},
          TsneParams{.perplexity = 10,
                     .early_exaggeration_iter = 30,
                     .max_iter = 60,
                     .repulsion = TsneParams::Repulsion::fft},
          PacmapParams{.n_neighbors = 8, .num_iters = {10, 10, 20}},
          LocalmapParams{{.n_neighbors = 8, .num_iters = {10, 10, 20}}}};
}

Settings settings_of(const Method& method, bool by_unique = true) {
  return {.method = method, .unique = by_unique};
}
Settings umap(bool by_unique = true) {
  return settings_of(methods()[0], by_unique);
}

void expect_places_of(const Matrix& of_distinct, const Matrix& layout, const std::string& what) {
  EXPECT_EQ(layout.values(), take_rows(of_distinct, unique().of).values()) << what;
}

// ---- which rows are distinct -----------------------------------------------------------------

TEST(UniqueRows, AreThoseThatComparingAllPairsFinds) {
  for (const Matrix& x : {points(), data::lattice(300, 2, 1, 3), data::normals(90, 70, 2)}) {
    UniqueRows wanted;
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      const auto same = std::find_if(wanted.rows.begin(), wanted.rows.end(), [&](std::int64_t j) {
        return std::equal(x.row(i), x.row(i) + x.cols(), x.row(j));
      });
      wanted.of.push_back(static_cast<std::int32_t>(same - wanted.rows.begin()));
      if (same == wanted.rows.end()) wanted.rows.push_back(i);
    }
    for (const int threads : {1, 3}) {
      const UniqueRows found = unique_rows(x, Cpu{threads});
      EXPECT_EQ(found.rows, wanted.rows);
      EXPECT_EQ(found.of, wanted.of);
      const UniqueRows sparse = unique_rows(data::sparse_of(x).view(), Cpu{threads});
      EXPECT_EQ(sparse.rows, wanted.rows);
      EXPECT_EQ(sparse.of, wanted.of);
    }
  }
}

TEST(UniqueRows, AreEqualByValue) {
  Matrix x(4, 70);
  x.row(0)[66] = 0.0f;
  x.row(1)[66] = -0.0f;
  x.row(2)[66] = 2.0f;
  x.row(3)[1] = -0.0f;
  EXPECT_EQ(unique_rows(x).of, (std::vector<std::int32_t>{0, 0, 1, 0}));
  EXPECT_EQ(unique_rows(data::sparse_of(x, 0.5).view()).of,
            (std::vector<std::int32_t>{0, 0, 1, 0}));
}

TEST(UniqueRows, OfBadPointsAreRefused) {
  Matrix x = data::normals(20, 3, 1);
  x.row(7)[2] = std::numeric_limits<float>::quiet_NaN();
  expect_contains(error_of<InvalidInput>([&] { unique_rows(x); }), "row 7");
  expect_contains(error_of<InvalidInput>([&] { embed(x, umap()); }), "row 7");
}

// ---- the map ---------------------------------------------------------------------------------

TEST(Unique, IsTheMapOfTheDistinctRowsByEveryMethod) {
  ASSERT_EQ(std::ssize(unique().rows), kDistinct);
  for (const Method& method : methods()) {
    const Result of_distinct = embed(distinct(), settings_of(method, false));
    Settings settings = settings_of(method);
    for (const int threads : {1, 3}) {
      settings.device = Cpu{threads};
      const Result all = embed(points(), settings);
      expect_places_of(of_distinct.layout, all.layout, all.info.method);
      EXPECT_EQ(all.info.n, kPoints);
      EXPECT_EQ(all.info.distinct, kDistinct);
      EXPECT_EQ(all.info.duplicates, 0);
      EXPECT_EQ(all.info.edges, of_distinct.info.edges);
      EXPECT_EQ(all.info.iterations, of_distinct.info.iterations);
      EXPECT_EQ(all.info.kl_divergence, of_distinct.info.kl_divergence);
      EXPECT_TRUE(all.info.finished);
    }
  }
}

TEST(Unique, ChangesNothingWhereNoRowsAreEqual) {
  const Matrix x = data::blobs(200, 6, 3);
  for (const Method& method : methods()) {
    const Result once = embed(x, settings_of(method)), plain = embed(x, settings_of(method, false));
    EXPECT_EQ(once.layout.values(), plain.layout.values()) << plain.info.method;
    EXPECT_EQ(once.info.distinct, 200);
    EXPECT_EQ(plain.info.distinct, std::nullopt);
  }
}

TEST(Unique, TakesSparsePoints) {
  const SparseMatrix all = data::sparse_of(points()), some = data::sparse_of(distinct());
  expect_places_of(embed(some.view(), umap(false)).layout, embed(all.view(), umap()).layout,
                   "sparse");
}

TEST(Unique, TakesAnArrayOfAllPoints) {
  Settings all = umap(), some = umap(false);
  const Matrix start = data::normals(kPoints, 2, 5);
  all.init = ArrayInit{start};
  some.init = ArrayInit{take_rows(start, unique().rows)};
  expect_places_of(embed(distinct(), some).layout, embed(points(), all).layout, "array");
  all.init = some.init;
  expect_contains(error_of<InvalidInput>([&] { embed(points(), all); }), "400 x 2 is needed");
}

TEST(Unique, TakesTheGraphOfTheDistinctRowsAlone) {
  const KnnGraph some = find_neighbors(distinct(), 9, FlatKnn{}, Cpu{2}, 42);
  const KnnGraph all = find_neighbors(points(), 9, FlatKnn{}, Cpu{2}, 42);
  EXPECT_EQ(embed(some, points(), umap()).layout.values(), embed(points(), umap()).layout.values());
  const std::string wrong = error_of<InvalidInput>([&] { embed(all, points(), umap()); });
  expect_contains(wrong, "160 distinct rows of 400 points");
  expect_contains(wrong, "leave the graph out");
  expect_contains(error_of<InvalidInput>([&] { embed(some, umap()); }), "graph alone");
}

TEST(Unique, TakesTheFirstTargetThatIsKnown) {
  ClassTarget all, some;
  for (const std::int32_t row : unique().of) all.classes.push_back(row % 3);
  for (std::int32_t row = 0; row < kDistinct; ++row) some.classes.push_back(row % 3);
  const auto first = static_cast<std::size_t>(unique().rows[5]);
  all.classes[first] = -1;  // its copies know
  const auto copy = static_cast<std::size_t>(
      std::find(unique().of.begin() + 200, unique().of.end(), 2) - unique().of.begin());
  all.classes[copy] = 7;  // and this one disagrees
  Settings of_all = umap(), of_some = umap(false);
  of_all.targets = {all};
  of_some.targets = {some};
  const Result result = embed(points(), of_all);
  expect_places_of(embed(distinct(), of_some).layout, result.layout, "classes");
  ASSERT_FALSE(result.info.warnings.empty());
  expect_contains(result.info.warnings.back(), "target 0 is another in 1 points");

  ValueTarget values, of_rows;
  for (const std::int32_t row : unique().of) values.values.push_back(static_cast<float>(row));
  for (std::int32_t row = 0; row < kDistinct; ++row)
    of_rows.values.push_back(static_cast<float>(row));
  values.values[first] = std::numeric_limits<float>::quiet_NaN();
  of_all.targets = {values};
  of_some.targets = {of_rows};
  expect_places_of(embed(distinct(), of_some).layout, embed(points(), of_all).layout, "values");
  values.values.pop_back();
  of_all.targets = {values};
  expect_contains(error_of<InvalidInput>([&] { embed(points(), of_all); }),
                  "399 entries for 400 points");
}

TEST(Unique, RefusesWhatLeavesTooFewRows) {
  Matrix x(50, 3);
  const std::string one = error_of<InvalidInput>([&] { embed(x, umap()); });
  expect_contains(one, "1 distinct rows of 50 points");
  expect_contains(one, "4");
  const Matrix nine = data::lattice(200, 2, 1, 3);  // of nine rows
  const std::string few = error_of<InvalidInput>([&] { embed(nine, umap()); });
  expect_contains(few, "9 distinct rows of 200 points");
  expect_contains(few, "n_neighbors");
  const Result seven = embed(nine, settings_of(UmapParams{.n_neighbors = 7, .n_epochs = 30}));
  EXPECT_EQ(seven.info.distinct, 9);
}

TEST(Unique, IsRefusedWhereItsCopyDoesNotFit) {
  Settings settings = umap();
  settings.memory_limit = 2000;
  expect_contains(error_of<OutOfMemory>([&] { embed(points(), settings); }), "160 distinct rows");
}

TEST(Unique, CostsACopyInPlans) {
  const PlannedPoints points{.n = 1'000'000, .dim = 100};
  const Plan with = plan(points, umap()), without = plan(points, umap(false));
  EXPECT_GE(with.stages[0].host_bytes - without.stages[0].host_bytes, 400'000'000);
  EXPECT_LE(with.stages[0].host_bytes - without.stages[0].host_bytes, 450'000'000);
  EXPECT_LE(with.stages[3].host_bytes - without.stages[3].host_bytes, 20'000'000);
}

// ---- what goes on from it ----------------------------------------------------------------------

TEST(Unique, GoesOnFromACheckpoint) {
  for (const Method& method : methods()) {
    const KnnGraph graph =
        find_neighbors(distinct(), neighbors_needed(method, kDistinct), FlatKnn{}, Cpu{2}, 42);
    Embedder first(graph, points(), settings_of(method));
    first.advance(15);
    const Checkpoint checkpoint = first.checkpoint();
    EXPECT_EQ(checkpoint.layout.rows(), kDistinct);
    Matrix so_far(kPoints, 2);
    first.copy_layout(so_far.view());
    expect_places_of(checkpoint.layout, so_far, "so far");
    Embedder second(graph, points(), settings_of(method), checkpoint);
    EXPECT_EQ(second.run_to_end().layout.values(),
              embed(points(), settings_of(method)).layout.values());
  }
}

TEST(Unique, StopsWhereItIsTold) {
  const Result none = embed(points(), umap(), [](const ProgressInfo&) { return false; });
  EXPECT_EQ(none.layout.rows(), 0);
  EXPECT_FALSE(none.info.finished);
  const Result some = embed(points(), umap(), [](const ProgressInfo& info) {
    return info.stage != Stage::optimize || info.done < 20;
  });
  EXPECT_EQ(some.layout.rows(), kPoints);
  EXPECT_EQ(some.info.iterations, 20);
}

TEST(Unique, IsOneOfAGrid) {
  const std::vector<Method> all =
      grid(UmapParams{.n_epochs = 30}, std::vector<int>{5, 10}, std::vector<double>{0, 0.5});
  const KnnGraph graph = find_neighbors(distinct(), 9, FlatKnn{}, Cpu{2}, 42);
  std::size_t seen = 0;
  embed_grid(graph, points(), all, umap(), [&](std::size_t m, Result&& map) {
    const Settings alone = settings_of(all[m]);
    EXPECT_EQ(map.layout.values(), embed(points(), alone).layout.values());
    EXPECT_EQ(map.info.n, kPoints);
    EXPECT_EQ(map.info.distinct, kDistinct);
    ++seen;
  });
  EXPECT_EQ(seen, 4u);
}

TEST(Unique, ModelsAreOfTheDistinctRows) {
  const Fit fitted = fit(points(), umap());
  EXPECT_EQ(fitted.model.points.values(), distinct().values());
  EXPECT_EQ(fitted.info.n, kPoints);
  EXPECT_FALSE(fitted.model.settings.unique);
  const Matrix map = embed(points(), umap()).layout;
  EXPECT_EQ(transform(fitted.model, points()).map.values(), map.values());
  const KnnGraph graph = find_neighbors(distinct(), 9, FlatKnn{}, Cpu{2}, 42);
  const Model made = make_model(points(), graph, map, umap());
  EXPECT_EQ(made.map.values(), fitted.model.map.values());
  expect_contains(
      error_of<InvalidInput>([&] { make_model(points(), graph, Matrix(kDistinct, 2), umap()); }),
      "160 rows for 400 points");
}

TEST(Unique, LandmarksAreDrawnOfTheDistinctRows) {
  expect_places_of(landmark_init(distinct(), umap(false), 60), landmark_init(points(), umap(), 60),
                   "landmarks");
}

}  // namespace
}  // namespace nearfold
