// From neighbours to weights: t-SNE's probabilities and UMAP's memberships against plain double
// formulas, their symmetry, and the rows that no bandwidth fits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "math/perplexity.hpp"
#include "math/smooth_knn.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/weights.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/golden.hpp"
#include "support/oracle.hpp"
#include "weights/conditional_row.hpp"
#include "weights/weights.hpp"

namespace nearfold {
namespace {

using Index = std::size_t;

/// A graph of given rows of distances; row i's neighbours are i+1, i+2, ... around the ring.
KnnGraph ring(const std::vector<std::vector<float>>& rows) {
  KnnGraph graph;
  graph.n = static_cast<std::int64_t>(rows.size());
  graph.k = static_cast<std::int64_t>(rows[0].size());
  for (std::int64_t i = 0; i < graph.n; ++i)
    for (std::int64_t e = 0; e < graph.k; ++e) {
      graph.neighbors.push_back(static_cast<std::int32_t>((i + e + 1) % graph.n));
      graph.distances.push_back(rows[static_cast<Index>(i)][static_cast<Index>(e)]);
    }
  return graph;
}

KnnGraph scaled(KnnGraph graph, float factor) {
  for (float& d : graph.distances) d *= factor;
  return graph;
}

std::vector<float> tsne_row(const std::vector<float>& d, double perplexity) {
  std::vector<float> p(d.size());
  perplexity_row(d.data(), static_cast<std::int64_t>(d.size()),
                 static_cast<float>(std::log(perplexity)), p.data());
  return p;
}

double perplexity_of(const std::vector<float>& p) {
  return oracle::perplexity({p.begin(), p.end()});
}

void expect_near(const oracle::Square& found, const oracle::Square& wanted, double tolerance) {
  for (std::int64_t i = 0; i < wanted.n; ++i)
    for (std::int64_t j = 0; j < wanted.n; ++j)
      ASSERT_NEAR(found(i, j), wanted(i, j), tolerance) << i << ", " << j;
}

/// The rules of EdgeGraph.
void expect_well_formed(const EdgeGraph& graph) {
  ASSERT_EQ(static_cast<std::int64_t>(graph.offsets.size()), graph.n + 1);
  ASSERT_EQ(graph.offsets.front(), 0);
  ASSERT_EQ(graph.offsets.back(), graph.edges());
  ASSERT_EQ(graph.weights.size(), graph.columns.size());
  for (std::int64_t i = 0; i < graph.n; ++i)
    for (std::int64_t e = graph.offsets[static_cast<Index>(i)];
         e < graph.offsets[static_cast<Index>(i) + 1]; ++e) {
      const auto at = static_cast<Index>(e);
      ASSERT_NE(graph.columns[at], i);
      ASSERT_TRUE(graph.weights[at] > 0 && graph.weights[at] <= 1) << graph.weights[at];
      if (e == graph.offsets[static_cast<Index>(i)]) continue;
      ASSERT_LT(graph.columns[at - 1], graph.columns[at]);
    }
  const oracle::Square w = oracle::dense(graph);
  for (std::int64_t i = 0; i < graph.n; ++i)
    for (std::int64_t j = 0; j < i; ++j) ASSERT_EQ(w(i, j), w(j, i)) << i << ", " << j;
}

double total(const EdgeGraph& graph) {
  double sum = 0;
  for (const float w : graph.weights) sum += static_cast<double>(w);
  return sum;
}

// ---- t-SNE --------------------------------------------------------------------------------------

TEST(SeveralPerplexities, AreTheMeanOfTheSingleOnes) {
  const std::vector<double> scales = {2, 5, 9};
  const Matrix x = data::blobs(90, 4, 5);
  const auto graph_of = [&](const TsneParams& params) {
    return oracle::neighbors(x, k_needed(params, 90));
  };
  const TsneParams several{.perplexities = scales};
  EXPECT_EQ(k_needed(several, 90), 27);
  oracle::Square wanted(90);
  for (const double one : scales) {
    const oracle::Square p = oracle::affinities(graph_of({.perplexity = one}), one);
    for (std::size_t e = 0; e < p.values.size(); ++e) wanted.values[e] += p.values[e] / 3;
  }
  const EdgeGraph found = weigh_edges(graph_of(several), several, Cpu{2});
  expect_well_formed(found);
  EXPECT_NEAR(total(found), 1, 1e-5);
  expect_near(oracle::dense(found), wanted, 1e-7);
  EXPECT_EQ(weigh_edges(graph_of(several), several, Cpu{3}).weights, found.weights);
}

TEST(SeveralPerplexities, HaveRowsThatSumToOne) {
  const ConditionalRow conditional(std::vector<double>{2, 30, 4});
  std::vector<float> distance, p(90);
  for (int j = 0; j < 90; ++j) distance.push_back(1 + 0.03f * static_cast<float>(j));
  conditional(distance.data(), 90, p.data());
  double sum = 0;
  for (const float one : p) sum += static_cast<double>(one);
  EXPECT_NEAR(sum, 1, 1e-6);
  EXPECT_GT(p[0], p[80]);
  EXPECT_GT(p[80], 0);  // the largest scale reaches that far
}

TEST(SeveralPerplexities, OfOneAreThatOne) {
  const Matrix x = data::blobs(60, 4, 6);
  const KnnGraph graph = oracle::neighbors(x, 18);
  EXPECT_EQ(weigh_edges(graph, TsneParams{.perplexities = {6}}, Cpu{2}).weights,
            weigh_edges(graph, TsneParams{.perplexity = 6}, Cpu{2}).weights);
}

TEST(UniformAffinities, CountNeighboursAlone) {
  const Matrix x = data::blobs(70, 4, 7);
  const KnnGraph graph = oracle::neighbors(x, 8);
  for (const auto symmetrize : {TsneParams::Symmetrize::max, TsneParams::Symmetrize::mean}) {
    const TsneParams params{
        .affinities = TsneParams::Affinities::uniform, .k_neighbors = 8, .symmetrize = symmetrize};
    EXPECT_EQ(k_needed(params, 70), 8);
    const bool larger = symmetrize == TsneParams::Symmetrize::max;
    oracle::Square wanted(70);
    double sum = 0;
    for (std::int64_t i = 0; i < 70; ++i)
      for (std::int64_t e = 8 * i; e < 8 * (i + 1); ++e) {
        const std::int32_t j = graph.neighbors[static_cast<Index>(e)];
        wanted(i, j) = larger ? 1 : wanted(i, j) + 0.5;
        wanted(j, i) = larger ? 1 : wanted(j, i) + 0.5;
      }
    for (const double w : wanted.values) sum += w;
    for (double& w : wanted.values) w /= sum;
    const EdgeGraph found = weigh_edges(graph, params, Cpu{2});
    expect_well_formed(found);
    EXPECT_NEAR(total(found), 1, 1e-5);
    expect_near(oracle::dense(found), wanted, 1e-9);
    EXPECT_EQ(weigh_edges(graph, params, Cpu{1}).weights, found.weights);
  }
  EXPECT_THROW(
      k_needed(TsneParams{.affinities = TsneParams::Affinities::uniform, .k_neighbors = 70}, 70),
      InvalidInput);
}

// Entropy is met to 1e-6 in float: two more for its own rounding.
TEST(TsneWeights, EveryRowHasTheRequestedPerplexity) {
  const KnnGraph graph = oracle::neighbors(data::blobs(200, 5, 1), 60);
  for (const double wanted : {1.5, 5.0, 20.0, 55.0})
    for (std::int64_t i = 0; i < graph.n; ++i) {
      const std::vector<double> d = oracle::row(graph, i);
      const double found = perplexity_of(tsne_row({d.begin(), d.end()}, wanted));
      ASSERT_NEAR(found, wanted, 3e-6 * wanted) << i;
    }
}

TEST(TsneWeights, AreTheOraclesAffinities) {
  const KnnGraph graph = oracle::neighbors(data::blobs(200, 5, 1), 30);
  const EdgeGraph p = weigh_edges(graph, TsneParams{.perplexity = 10}, Cpu{2});
  expect_well_formed(p);
  EXPECT_NEAR(total(p), 1, 1e-6);
  // 1e-6 of the mean weight of a neighbour, 1 / (n k); entropies are met to 1e-6.
  expect_near(oracle::dense(p), oracle::affinities(graph, 10), 1e-5 / (200 * 30));
}

TEST(TsneWeights, DoNotDependOnTheScaleOfTheData) {
  const KnnGraph graph = oracle::neighbors(data::blobs(150, 5, 2), 30);
  const TsneParams params{.perplexity = 10};
  const oracle::Square wanted = oracle::dense(weigh_edges(graph, params, Cpu{2}));
  for (const float scale : {1e-15f, 1e-10f, 1e10f, 1e16f})
    expect_near(oracle::dense(weigh_edges(scaled(graph, scale), params, Cpu{2})), wanted,
                1e-8);  // weights are up to 0.003, entropies met to 1e-6
}

TEST(TsneWeights, DoNotDependOnThreads) {
  const KnnGraph graph = oracle::neighbors(data::normals(1500, 2, 3), 15);
  const EdgeGraph one = weigh_edges(graph, TsneParams{.perplexity = 5}, Cpu{1});
  for (const int threads : {2, 3, 7}) {
    const EdgeGraph more = weigh_edges(graph, TsneParams{.perplexity = 5}, Cpu{threads});
    EXPECT_EQ(more.weights, one.weights);
    EXPECT_EQ(more.columns, one.columns);
  }
}

TEST(TsneWeights, EqualDistancesHaveEqualWeights) {
  for (const float distance : {0.0f, 1e-20f, 1.0f, 1e16f})
    for (const float p : tsne_row(std::vector<float>(12, distance), 4)) EXPECT_EQ(p, 1.0f / 12);
}

// Twenty neighbours at one distance have perplexity 20 or more whatever the bandwidth.
TEST(TsneWeights, AnUnreachablePerplexityComesAsNearAsItCan) {
  std::vector<float> d(20, 1.0f);
  for (int far = 0; far < 10; ++far) d.push_back(2.0f);
  const std::vector<float> p = tsne_row(d, 5);
  for (Index j = 0; j < 20; ++j) EXPECT_NEAR(static_cast<double>(p[j]), 0.05, 1e-6);
  for (Index j = 20; j < 30; ++j) EXPECT_NEAR(static_cast<double>(p[j]), 0, 1e-6);
}

TEST(TsneWeights, DuplicatesBesideFartherPointsMeetThePerplexity) {
  std::vector<float> d(5, 0.0f);
  for (int far = 1; far <= 25; ++far) d.push_back(static_cast<float>(far));
  EXPECT_NEAR(perplexity_of(tsne_row(d, 10)), 10, 1e-4);
}

TEST(TsneWeights, APerplexityNearTheNumberOfNeighboursIsMet) {
  const std::vector<float> d{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_NEAR(perplexity_of(tsne_row(d, 8.99)), 8.99, 1e-4);
}

// A tight clump whose row reaches far beyond it: the bandwidth is 10^-20 of the row's extent.
TEST(TsneWeights, ARowOfVeryDifferentDistancesHasItsPerplexity) {
  for (const float far : {1e3f, 1e6f, 1e9f, 1e12f}) {
    std::vector<float> d;
    for (int near = 1; near <= 20; ++near) d.push_back(static_cast<float>(near));
    for (int j = 0; j < 10; ++j) d.push_back(far);
    EXPECT_NEAR(perplexity_of(tsne_row(d, 5)), 5, 1e-4) << far;
  }
}

TEST(TsneWeights, OfDuplicatesInMassAreFiniteAndSumToOne) {
  for (const Matrix& x : {data::duplicates(120, 3, 4, 2), Matrix(60, 3), data::line(90, 1)}) {
    const EdgeGraph p = weigh_edges(oracle::neighbors(x, 15), TsneParams{.perplexity = 5}, Cpu{2});
    expect_well_formed(p);
    EXPECT_NEAR(total(p), 1, 1e-6);
  }
}

// ---- UMAP ---------------------------------------------------------------------------------------

double mean_of(const KnnGraph& graph) {
  double sum = 0;
  for (const float d : graph.distances) sum += static_cast<double>(d);
  return sum / static_cast<double>(graph.n * (graph.k + 1));
}

// The sum of memberships is met to 1e-5 by both; sigma follows it with a factor of a few.
TEST(UmapWeights, RadiusAndWidthAreUmapLearns) {
  Matrix x = data::blobs(200, 5, 5);
  for (std::int64_t c = 0; c < 5; ++c)
    x.row(4)[c] = x.row(7)[c] = x.row(1)[c];  // three points in one place
  const KnnGraph graph = oracle::neighbors(x, 14);
  const double mean_all = mean_of(graph);
  for (const double connectivity : {0.0, 0.5, 1.0, 1.5, 3.0, 100.0})
    for (std::int64_t i = 0; i < graph.n; ++i) {
      const std::vector<double> d = oracle::row(graph, i);
      const std::vector<float> row(d.begin(), d.end());
      const SmoothKnn found = smooth_knn_row(row.data(), graph.k, static_cast<float>(connectivity),
                                             static_cast<float>(mean_all));
      const oracle::Smooth wanted = oracle::smooth_knn(d, connectivity, mean_all);
      ASSERT_NEAR(static_cast<double>(found.rho), wanted.rho, 1e-6 * wanted.rho) << i;
      // Where all are within rho, sigma runs off and means nothing.
      if (connectivity > 50) continue;
      ASSERT_NEAR(static_cast<double>(found.sigma), wanted.sigma, 1e-4 * wanted.sigma) << i;
    }
}

TEST(UmapWeights, WidthHasAFloor) {
  std::vector<float> d{1.0f, 1.0f, 1.0f, 1.0f, 1.0f};
  EXPECT_FLOAT_EQ(smooth_knn_row(d.data(), 5, 1.0f, 7.0f).sigma, 1e-3f * 5 / 6);
  d.assign(5, 0.0f);
  EXPECT_FLOAT_EQ(smooth_knn_row(d.data(), 5, 1.0f, 7.0f).sigma, 7e-3f);
  EXPECT_EQ(smooth_knn_row(d.data(), 5, 1.0f, 7.0f).rho, 0.0f);
}

TEST(UmapWeights, AreTheOraclesMemberships) {
  const KnnGraph graph = oracle::neighbors(data::blobs(200, 5, 6), 9);
  for (const double mix : {1.0, 0.5, 0.0}) {
    // Enough epochs that no edge is light enough to be dropped.
    const UmapParams params{.set_op_mix_ratio = mix, .n_epochs = 1'000'000};
    const EdgeGraph w = weigh_edges(graph, params, Cpu{2});
    expect_well_formed(w);
    expect_near(oracle::dense(w), oracle::memberships(graph, 1, mix), 1e-5);
  }
}

TEST(UmapWeights, AreTheOraclesForOtherConnectivities) {
  const KnnGraph graph = oracle::neighbors(data::duplicates(180, 5, 7, 90), 9);
  for (const double connectivity : {0.0, 0.3, 2.5}) {
    const UmapParams params{.local_connectivity = connectivity, .n_epochs = 1'000'000};
    expect_near(oracle::dense(weigh_edges(graph, params, Cpu{2})),
                oracle::memberships(graph, connectivity, 1), 2e-5);
  }
}

TEST(UmapWeights, DropEdgesThatWouldNeverFire) {
  const KnnGraph graph = oracle::neighbors(data::blobs(150, 5, 8), 14);
  for (const int epochs : {10, 11, 200}) {
    const int enough = epochs > 10 ? epochs : 500;
    oracle::Square wanted = oracle::memberships(graph, 1, 1);
    const double heaviest = *std::max_element(wanted.values.begin(), wanted.values.end());
    for (double& w : wanted.values)
      if (w < heaviest / enough) w = 0;
    const EdgeGraph found = weigh_edges(graph, UmapParams{.n_epochs = epochs}, Cpu{2});
    expect_well_formed(found);
    expect_near(oracle::dense(found), wanted, 1e-5);
  }
}

// umap-learn's threshold: the largest weight over n_epochs, or over its default where they are 10
// or fewer.
TEST(UmapWeights, TheLightestEdgeIsUmapLearns) {
  const auto least = [](std::optional<int> epochs, std::int64_t n) {
    return lightest_edge({.n_epochs = epochs}, n, 3.0f);
  };
  for (const std::optional<int> few : {std::optional<int>{}, std::optional<int>{10}}) {
    EXPECT_EQ(least(few, 10'000), 3.0f / 500);
    EXPECT_EQ(least(few, 10'001), 3.0f / 200);
  }
  EXPECT_EQ(least(11, 10'000), 3.0f / 11);
  EXPECT_EQ(least(700, 10'001), 3.0f / 700);
  for (const float none : {0.0f, -1.0f})
    EXPECT_THROW(lightest_edge({.set_op_mix_ratio = 0.25}, 50, none), InvalidInput);
  expect_contains(error_of<InvalidInput>([] { lightest_edge({.set_op_mix_ratio = 0.25}, 50, 0); }),
                  "set_op_mix_ratio 0.25");
  expect_contains(
      error_of<InvalidInput>([] { lightest_edge({.disconnection_distance = 1e-7}, 50, 0); }),
      "disconnection_distance 1e-07 leaves no edge");
}

// Without a neighbour at membership 1 a width has its floor from the mean of all distances: rows of
// a tight clump stand on it.
TEST(UmapWeights, AFloorIsOfTheMeanOfAllDistances) {
  Matrix x = data::normals(160, 3, 14);
  for (std::int64_t i = 0; i < 160; ++i)
    for (std::int64_t c = 0; c < 3; ++c)
      x.row(i)[c] = i < 60 ? 1e-4f * x.row(i)[c] : 20 + x.row(i)[c];
  const KnnGraph graph = oracle::neighbors(x, 9);
  const UmapParams params{.local_connectivity = 0, .n_epochs = 1'000'000};
  const oracle::Square wanted = oracle::memberships(graph, 0, 1);
  expect_near(oracle::dense(weigh_edges(graph, params, Cpu{2})), wanted, 2e-5);
  const auto j = static_cast<std::int64_t>(graph.neighbors[8]);
  EXPECT_GT(wanted(0, j), 0.5);  // a width of its own would leave the last of nine a fourth
}

TEST(UmapWeights, DoNotDependOnTheScaleOfTheData) {
  const KnnGraph graph = oracle::neighbors(data::blobs(150, 5, 9), 14);
  const oracle::Square wanted = oracle::dense(weigh_edges(graph, UmapParams{}, Cpu{2}));
  for (const float scale : {1e-8f, 1e8f})
    expect_near(oracle::dense(weigh_edges(scaled(graph, scale), UmapParams{}, Cpu{2})), wanted,
                3e-5);
}

TEST(UmapWeights, DoNotDependOnThreads) {
  const KnnGraph graph = oracle::neighbors(data::normals(1500, 2, 10), 14);
  const EdgeGraph one = weigh_edges(graph, UmapParams{}, Cpu{1});
  for (const int threads : {2, 3, 7}) {
    const EdgeGraph more = weigh_edges(graph, UmapParams{}, Cpu{threads});
    EXPECT_EQ(more.weights, one.weights);
    EXPECT_EQ(more.columns, one.columns);
    EXPECT_EQ(more.offsets, one.offsets);
  }
}

TEST(UmapWeights, OfEqualPointsAreOne) {
  const EdgeGraph w = weigh_edges(oracle::neighbors(Matrix(40, 2), 9), UmapParams{}, Cpu{2});
  expect_well_formed(w);
  EXPECT_EQ(w.weights, std::vector<float>(w.weights.size(), 1.0f));
}

TEST(UmapWeights, OfDuplicatesInMassAreWellFormed) {
  for (const Matrix& x : {data::duplicates(120, 3, 11, 2), data::line(90, 1),
                          data::outlier(100, 3, 12, 50), data::duplicates(100, 3, 13, 40)})
    expect_well_formed(weigh_edges(oracle::neighbors(x, 9), UmapParams{}, Cpu{2}));
}

TEST(UmapWeights, AnIntersectionWithoutAMutualPairIsRefused) {
  const KnnGraph graph = ring({{1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}});  // always onwards
  const UmapParams params{.n_neighbors = 3, .set_op_mix_ratio = 0};
  EXPECT_THROW(weigh_edges(graph, params, Cpu{1}), InvalidInput);
}

// ---- what umap-learn and openTSNE say -----------------------------------------------------------

// Ties by id, as they take them.
TEST(UmapWeights, AreUmapLearns) {
  const KnnGraph graph = oracle::neighbors(golden::points(), 9, std::nullopt);
  const EdgeGraph found = weigh_edges(graph, UmapParams{.n_epochs = 1'000'000}, Cpu{2});
  expect_near(oracle::dense(found), golden::weights("umap_0.5.12.txt", 200), 1e-5);
}

TEST(UmapWeights, AreUmapLearnsOfOtherParametersToo) {
  const KnnGraph graph = oracle::neighbors(golden::points(), 9, std::nullopt);
  const UmapParams params{
      .set_op_mix_ratio = 0.4, .local_connectivity = 2.5, .n_epochs = 1'000'000};
  const EdgeGraph found = weigh_edges(graph, params, Cpu{2});
  expect_near(oracle::dense(found), golden::weights("umap_0.5.12_other.txt", 200), 1e-5);
}

TEST(TsneWeights, AreOpenTsnes) {
  const KnnGraph graph = oracle::neighbors(golden::points(), 15, std::nullopt);
  const EdgeGraph found = weigh_edges(graph, TsneParams{.perplexity = 5}, Cpu{2});
  expect_near(oracle::dense(found), golden::weights("opentsne_1.0.4.txt", 200), 1e-8);
}

TEST(EdgeWeights, AreThoseOfTheStage) {
  const Matrix x = data::normals(120, 6, 12);
  const KnnGraph graph = find_neighbors(x, 40, FlatKnn{}, Cpu{2}, 1);
  for (const Method& method : {Method(UmapParams{}), Method(TsneParams{.perplexity = 8})}) {
    const EdgeGraph stage = std::visit(
        [&](const auto& params) {
          return weigh_edges(prune(graph, neighbors_needed(method, 120)), params, Cpu{1});
        },
        method);
    const EdgeWeights edges = edge_weights(graph, method, Cpu{2});
    EXPECT_EQ(edges.n, 120);
    EXPECT_EQ(edges.offsets, stage.offsets);
    EXPECT_EQ(edges.columns, stage.columns);
    EXPECT_EQ(edges.weights, stage.weights);
  }
}

TEST(EdgeWeights, RefuseWhatIsNoGraphOfTheMethod) {
  const Matrix x = data::normals(50, 6, 12);
  KnnGraph graph = find_neighbors(x, 10, FlatKnn{}, Cpu{1}, 1);
  EXPECT_THROW(edge_weights(graph, UmapParams{.n_neighbors = 30}), InvalidInput);
  EXPECT_THROW(edge_weights(graph, UmapParams{.spread = -1}), InvalidParameter);
  graph.neighbors[3] = 77;
  EXPECT_THROW(edge_weights(graph, UmapParams{.n_neighbors = 8}), InvalidInput);
}

}  // namespace
}  // namespace nearfold
