// What a run is planned to need: the arrays of every stage, sizes beyond 32 and 64 bits, and what
// was measured (docs/memory.md). That plans agree with peaks here: cli/cli_budget_test.cpp.
#include "nearfold/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/plan_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kGiga = 1'000'000'000;

std::int64_t bytes_of(std::int64_t n, std::int64_t dim, const Settings& settings = {}) {
  return plan({.n = n, .dim = dim}, settings).host_bytes();
}

TEST(Plan, NamesEveryStageInItsOrder) {
  const Plan p = plan({.n = 100'000, .dim = 50}, {.method = TsneParams{}});
  ASSERT_EQ(p.stages.size(), 4u);
  const char* const names[] = {"knn", "weights", "init", "optimize"};
  for (std::size_t s = 0; s < 4; ++s) {
    EXPECT_EQ(p.stages[s].name, names[s]);
    EXPECT_GT(p.stages[s].host_bytes, 100'000 * 50 * 4) << "the points are held";
    EXPECT_EQ(p.stages[s].device_bytes, 0);
    EXPECT_GT(p.stages[s].seconds, 0) << names[s];
  }
  EXPECT_EQ(p.host_bytes(), p.largest().host_bytes);
  EXPECT_GT(plan({.n = 100'000, .dim = 50}, {.device = Cuda{}}).device_bytes(), 100'000 * 50 * 4);
}

// n k and 2 n k just below, at and just above 2^31, where other libraries' 32-bit products turn.
TEST(Plan, CountsBeyondThirtyTwoBits) {
  const Settings settings{.method = TsneParams{.perplexity = 30}};  // k = 90
  std::int64_t before = 0;
  for (const std::int64_t product : {std::int64_t{1} << 31, std::int64_t{1} << 32})
    for (const std::int64_t off : {-90, 0, 90}) {
      const std::int64_t n = (product + off) / 90;
      const std::int64_t bytes = bytes_of(n, 784, settings);
      EXPECT_GT(bytes, n * (784 * 4 + 90 * 8));
      EXPECT_GT(bytes, before);
      before = bytes;
    }
}

TEST(Plan, EndsAtTheLargestNumberInsteadOfWrappingAround) {
  constexpr std::int64_t kMax = std::int64_t{1} << 62;
  EXPECT_GT(bytes_of(kMax, kMax), std::int64_t{1} << 62);
  EXPECT_GT(bytes_of((std::int64_t{1} << 31) - 1, 1'000'000), 8'000'000 * kGiga / 1000);
}

TEST(Plan, GrowsWithEverythingThatCosts) {
  const std::int64_t base = bytes_of(100'000, 200);
  EXPECT_GT(bytes_of(200'000, 200), base);
  EXPECT_GT(bytes_of(100'000, 300), base);
  EXPECT_GT(bytes_of(100'000, 200, {.knn = AutoKnn{}}), base);
  EXPECT_GT(bytes_of(100'000, 200, {.method = UmapParams{.n_neighbors = 200}}), base);
  EXPECT_GT(bytes_of(100'000, 200, {.distance = {Metric::cosine}}), base);
  EXPECT_LT(plan({.n = 100'000, .dim = 200, .search_width = 32}, {}).host_bytes(), base);
  EXPECT_LT(plan({.n = 100'000, .dim = 200, .counted = false}, {}).host_bytes(), base);
}

TEST(Plan, KnowsHowFewColumnsASearchKeeps) {
  Matrix flat(2000, 128);  // of three directions, and some noise
  const Matrix scores = data::normals(2000, 3, 1), axes = data::normals(3, 128, 2),
               noise = data::normals(2000, 128, 3);
  for (std::int64_t i = 0; i < 2000; ++i)
    for (std::int64_t c = 0; c < 128; ++c) {
      flat.row(i)[c] = 0.01f * noise.row(i)[c];
      for (std::int64_t a = 0; a < 3; ++a) flat.row(i)[c] += scores.row(i)[a] * axes.row(a)[c];
    }
  EXPECT_EQ(search_width(flat, {}), 16);
  EXPECT_EQ(search_width(noise, {}), 128);
  EXPECT_EQ(search_width(flat, {.distance = {Metric::manhattan}}), 128);
  EXPECT_LT(search_width(data::normals(4096, 400, 5, 0.9), {}), 100) << "a sample of many points";
}

const std::map<std::string, KnnParams>& indexes() {
  static const std::map<std::string, KnnParams> kIndexes{{"flat", FlatKnn{}},
                                                         {"ivf", IvfKnn{}},
                                                         {"hnsw", HnswKnn{}},
                                                         {"nndescent", NnDescentKnn{}},
                                                         {"auto", AutoKnn{}}};
  return kIndexes;
}

// The page has what was planned, beside what was measured, on real points.
TEST(Plan, IsWhatThePageOfMeasurementsHas) {
  std::ifstream page(NEARFOLD_MEMORY_PAGE);
  int rows = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.find("| umap |") == std::string::npos && line.find("| tsne |") == std::string::npos)
      continue;
    std::erase(line, ',');
    std::replace(line.begin(), line.end(), '|', ' ');
    std::istringstream fields(line);
    PlannedPoints points;
    std::string method, index;
    double planned = 0, peak = 0;
    fields >> points.n >> points.dim >> method >> index >> planned >> peak;
    // As searches report: MNIST's digits keep 112 columns, a million deformed ones 80.
    points.search_width = points.dim == 50 ? 64 : points.n == 70'000 ? 112 : 80;
    const Settings settings{.knn = indexes().at(index),
                            .method = method == "umap" ? Method{UmapParams{}} : TsneParams{},
                            .device = Cpu{2}};
    const double found = static_cast<double>(plan(points, settings).host_bytes()) * 1e-9;
    EXPECT_NEAR(found, planned, 0.0006) << line;
    EXPECT_NEAR(found / peak, 1, 0.15) << line;
    ++rows;
  }
  EXPECT_GE(rows, 25);
}

// Ids, floats and edges of 8 bytes; of a graph's neighbours 1.55 become edges.
TEST(Plan, CountsTheArraysOfEveryStage) {
  constexpr double kEdge = 1.55 * 8, kNeighbor = 8;
  for (const bool umap : {false, true}) {
    EXPECT_NEAR(bytes_per_neighbor(0, umap), 1.5 * kNeighbor, 1e-3) << "while it is put into order";
    EXPECT_NEAR(bytes_per_neighbor(1, umap, Cpu{1}), kNeighbor * (1 + 1.0 / 64) + kEdge, 1e-3)
        << "the graph, the edges, and a range of the transpose";
    EXPECT_NEAR(bytes_per_neighbor(2, umap), kEdge, 1e-3);
    EXPECT_NEAR(bytes_per_neighbor(3, umap), umap ? 1.5 * kEdge : kEdge, 1e-3)
        << "split into parts, weights first";
  }
}

TEST(Plan, OfSecondsIsSharedByThreads) {
  for (const auto& [index, knn] : indexes())
    for (const Method& method : {Method{TsneParams{}}, Method{UmapParams{}}})
      for (const Init& init : {Init{PcaInit{}}, Init{SpectralInit{}}}) {
        const PlannedPoints points{.n = 100'000, .dim = 50};
        Settings settings{.knn = knn, .method = method, .init = init, .device = Cpu{1}};
        const Plan one = plan(points, settings);
        settings.device = Cpu{4};
        const Plan four = plan(points, settings);
        double sum = 0;
        for (std::size_t s = 0; s < one.stages.size(); ++s) {
          EXPECT_NEAR(one.stages[s].seconds / four.stages[s].seconds, 4, 1e-9) << index << s;
          sum += one.stages[s].seconds;
        }
        EXPECT_DOUBLE_EQ(one.seconds(), sum);
      }
}

TEST(Plan, OfAGraphAloneEndsWithTheSearch) {
  PlannedPoints points{.n = 100'000, .dim = 50};
  const PlannedStage search = plan(points, {}).stages[0];
  points.graph_only = true;
  const Plan alone = plan(points, {});
  ASSERT_EQ(alone.stages.size(), 1u);
  EXPECT_EQ(alone.stages[0].host_bytes, search.host_bytes);
  EXPECT_EQ(alone.stages[0].seconds, search.seconds);
  points.n = 5;  // of fewer than a map needs, the others are all there are
  EXPECT_LT(plan(points, {}).host_bytes(), 20'000'000);
  points.graph_only = false;
  EXPECT_THROW(plan(points, {}), InvalidInput);
}

TEST(Plan, SearchesForNothingWhereThereIsAGraph) {
  const Plan found = plan({.n = 100'000, .dim = 50}, {});
  const Plan given = plan({.n = 100'000, .dim = 50, .has_graph = true}, {});
  EXPECT_EQ(given.stages[0].seconds, 0);
  EXPECT_LT(given.stages[0].host_bytes, found.stages[0].host_bytes);
  // The points, and a graph whose ids, then distances, are put into order beside themselves.
  EXPECT_NEAR(static_cast<double>(given.stages[0].host_bytes) / 1e5, 50 * 4 + 14 * 12 + 190, 1);
  const Plan larger = plan({.n = 100'000, .dim = 50, .has_graph = true, .graph_k = 90}, {});
  EXPECT_EQ(larger.stages[0].host_bytes - given.stages[0].host_bytes, 100'000 * 8 * (90 - 14));
  for (std::size_t s = 1; s < 4; ++s)
    EXPECT_EQ(given.stages[s].host_bytes, found.stages[s].host_bytes) << s;
}

// A search under cosine and correlation is of the rows' directions, of inner products of rows that
// one more column makes as long as each other: copies with a number each.
TEST(Plan, CountsTheCopiesThatAMetricTakes) {
  const auto bytes = [](Metric metric) {
    return plan({.n = 1'000'000, .dim = 40}, {.distance = {metric}}).stages[0].host_bytes;
  };
  for (const Metric metric : {Metric::sqeuclidean, Metric::manhattan, Metric::chebyshev})
    EXPECT_EQ(bytes(metric), bytes(Metric::euclidean)) << name(metric);
  for (const Metric metric : {Metric::cosine, Metric::correlation})
    EXPECT_EQ(bytes(metric) - bytes(Metric::euclidean), 1'000'000 * 4 * 41) << name(metric);
  EXPECT_EQ(bytes(Metric::inner_product) - bytes(Metric::euclidean), 1'000'000 * 4 * 82);
}

}  // namespace
}  // namespace nearfold
