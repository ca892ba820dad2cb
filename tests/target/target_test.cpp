// Targets against umap-learn's formulas, dense and in double; what is unknown, what propagation
// reaches, and what a map and its model make of them.
#include "target/target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 160;
constexpr int kNeighbors = 10;
constexpr std::uint64_t kSeed = 3;
const float kUnknown = std::numeric_limits<float>::quiet_NaN();
const std::vector<std::int32_t> kAsPoints;

// So many epochs that hardly an edge is too light.
UmapParams every_edge() {
  return {.n_neighbors = kNeighbors, .n_epochs = 1'000'000};
}

const KnnGraph& graph() {
  static const KnnGraph made = oracle::neighbors(data::normals(kN, 4, 1), kNeighbors - 1);
  return made;
}

std::vector<std::int32_t> classes(int known_of_ten) {
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i < kN; ++i) {
    const bool known = data::bits(5, i, 0).v[0] % 10 < static_cast<std::uint32_t>(known_of_ten);
    out.push_back(known ? static_cast<std::int32_t>(data::bits(6, i, 0).v[0] % 3) : -1);
  }
  return out;
}

std::vector<float> values(int known_of_ten = 10) {
  std::vector<float> out;
  const Matrix drawn = data::normals(kN, 1, 9);
  for (std::int64_t i = 0; i < kN; ++i) {
    const bool known = data::bits(7, i, 0).v[0] % 10 < static_cast<std::uint32_t>(known_of_ten);
    out.push_back(known ? drawn.row(i)[0] : kUnknown);
  }
  return out;
}

EdgeGraph weighed(const std::vector<Target>& targets, const Cpu& on = Cpu{2}) {
  return weigh_edges(graph(), every_edge(), Steering{targets, kAsPoints, kSeed}, on);
}

// ---- the oracle: reset_local_connectivity and both intersections
// ---------------------------------

oracle::Square reconnected(oracle::Square w) {
  for (std::int64_t i = 0; i < w.n; ++i) {
    double most = 0;
    for (std::int64_t j = 0; j < w.n; ++j) most = std::max(most, w(i, j));
    for (std::int64_t j = 0; j < w.n; ++j) w(i, j) /= most > 0 ? most : 1;
  }
  oracle::Square out(w.n);
  for (std::int64_t i = 0; i < w.n; ++i)
    for (std::int64_t j = 0; j < w.n; ++j) out(i, j) = w(i, j) + w(j, i) - w(i, j) * w(j, i);
  return out;
}

oracle::Square by_classes(const std::vector<std::int32_t>& known, double weight) {
  oracle::Square w = oracle::memberships(graph(), 1, 1);
  for (std::int64_t i = 0; i < kN; ++i)
    for (std::int64_t j = 0; j < kN; ++j) {
      const auto a = known[static_cast<std::size_t>(i)], b = known[static_cast<std::size_t>(j)];
      w(i, j) *= a < 0 || b < 0 ? std::exp(-1) : a == b ? 1 : std::exp(-2.5 / (1 - weight));
    }
  return reconnected(w);
}

double least_of(const oracle::Square& w) {
  double least = 1;
  for (const double x : w.values)
    if (x > 0) least = std::min(least, x);
  return least;
}

/// Directed memberships among known values.
oracle::Square by_nearest(const std::vector<float>& y, std::int64_t k) {
  std::vector<std::int64_t> known;
  for (std::int64_t i = 0; i < kN; ++i)
    if (!std::isnan(y[static_cast<std::size_t>(i)])) known.push_back(i);
  Matrix line(std::ssize(known), 1);
  for (std::int64_t p = 0; p < line.rows(); ++p)
    line.row(p)[0] = y[static_cast<std::size_t>(known[static_cast<std::size_t>(p)])];
  const KnnGraph near = oracle::neighbors(line, k);
  double mean_all = 0;
  for (const float d : near.distances) mean_all += static_cast<double>(d);
  mean_all /= static_cast<double>(near.n * (k + 1));
  oracle::Square out(kN);
  for (std::int64_t p = 0; p < near.n; ++p) {
    const std::vector<double> d = oracle::row(near, p);
    const oracle::Smooth s = oracle::smooth_knn(d, 1, mean_all);
    for (std::int64_t e = 0; e < k; ++e) {
      const auto j = static_cast<std::size_t>(near.neighbors[static_cast<std::size_t>(p * k + e)]);
      const double beyond = d[static_cast<std::size_t>(e)] - s.rho;
      out(known[static_cast<std::size_t>(p)], known[j]) =
          beyond <= 0 ? 1 : std::exp(-beyond / s.sigma);
    }
  }
  return out;
}

oracle::Square by_values(const std::vector<float>& y, std::int64_t k, double weight) {
  const oracle::Square left = oracle::memberships(graph(), 1, 1), right = by_nearest(y, k);
  const double left_floor = std::max(least_of(left) / 2, 1e-8);
  const double right_floor = std::min(std::max(least_of(right) / 2, 1e-8), 1e-4);
  oracle::Square w(kN);
  for (std::int64_t i = 0; i < kN; ++i)
    for (std::int64_t j = 0; j < kN; ++j) {
      if (!(left(i, j) > 0) && !(right(i, j) > 0)) continue;
      const bool known =
          !std::isnan(y[static_cast<std::size_t>(i)] + y[static_cast<std::size_t>(j)]);
      const double l = left(i, j) > 0 ? left(i, j) : left_floor;
      const double r = !known ? std::exp(-1) : right(i, j) > 0 ? right(i, j) : right_floor;
      w(i, j) = weight < 0.5 ? l * std::pow(r, weight / (1 - weight))
                             : std::pow(l, (1 - weight) / weight) * r;
    }
  return reconnected(w);
}

void expect_near(const EdgeGraph& found, const oracle::Square& wanted) {
  const oracle::Square w = oracle::dense(found);
  for (std::int64_t i = 0; i < kN; ++i)
    for (std::int64_t j = 0; j < kN; ++j) {
      ASSERT_NEAR(w(i, j), wanted(i, j), 5e-5) << i << ", " << j;  // memberships are met to 1e-5
      ASSERT_EQ(w(i, j), w(j, i)) << i << ", " << j;
    }
}

// ---- weights ------------------------------------------------------------------------------------

TEST(ClassTargets, WeighEdgesByTheReferencesFormulas) {
  for (const int known : {10, 3})
    for (const double weight : {0.0, 0.5, 0.9}) {
      SCOPED_TRACE(std::to_string(known) + " of ten, " + std::to_string(weight));
      expect_near(weighed({ClassTarget{classes(known), weight}}),
                  by_classes(classes(known), weight));
    }
}

TEST(ClassTargets, OfFullWeightLeaveNoEdgeBetweenClasses) {
  const std::vector<std::int32_t> known = classes(10);
  const EdgeGraph edges = weighed({ClassTarget{known, 1.0}});
  ASSERT_GT(edges.edges(), kN);
  for (std::int64_t i = 0; i < kN; ++i)
    for (std::int64_t e = edges.offsets[static_cast<std::size_t>(i)];
         e < edges.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      const auto j = static_cast<std::size_t>(edges.columns[static_cast<std::size_t>(e)]);
      ASSERT_EQ(known[static_cast<std::size_t>(i)], known[j]);
    }
}

TEST(ClassTargets, SpreadToWhatIsNear) {
  // Two clouds far apart, a class of each known for one point: 50 sweeps know all others.
  const Matrix points = data::blobs(200, 3, 4, 2);
  const EdgeGraph edges =
      weigh_edges(oracle::neighbors(points, 9), UmapParams{.n_neighbors = 10}, Cpu{1});
  std::vector<std::int32_t> known(200, -1);
  known[0] = 7;
  known[1] = 2;
  const ClassShares one = spread_classes(edges, known, Cpu{1});
  EXPECT_EQ(one.classes, 2);
  EXPECT_EQ(one.of, spread_classes(edges, known, Cpu{3}).of);
  const auto nearer = [&](std::int64_t i) {
    return oracle::distance(points, i, 0) < oracle::distance(points, i, 1) ? 1 : 0;
  };
  ASSERT_NE(nearer(0), nearer(1));
  for (std::int64_t i = 0; i < 200; ++i) {
    const float* const row = one.row(i);
    ASSERT_NEAR(static_cast<double>(row[0]) + static_cast<double>(row[1]), 1, 1e-6) << i;
    ASSERT_GT(row[nearer(i)], 0.5f) << i;
  }
}

TEST(ClassTargets, ThatReachNothingCountAsUnknown) {
  ClassTarget none{std::vector<std::int32_t>(kN, -1)};
  const EdgeGraph plain = weighed({none});
  none.propagate = true;
  EXPECT_EQ(weighed({none}).weights, plain.weights);
}

TEST(ValueTargets, WeighEdgesByTheReferencesFormulas) {
  for (const double weight : {0.0, 0.3, 0.5, 0.8, 1.0}) {
    SCOPED_TRACE(weight);
    expect_near(weighed({ValueTarget{values(), weight}}),
                by_values(values(), kNeighbors - 1, weight));
  }
  expect_near(weighed({ValueTarget{values(), 0.5, 25}}), by_values(values(), 24, 0.5));
}

TEST(ValueTargets, ThatAreUnknownCountAsUnknownClasses) {
  for (const double weight : {0.3, 0.6})
    expect_near(weighed({ValueTarget{values(5), weight}}),
                by_values(values(5), kNeighbors - 1, weight));
}

TEST(ValueTargets, ThatAreEqualHaveNoHubs) {
  std::vector<float> two;
  for (std::int64_t i = 0; i < 1000; ++i) two.push_back(i % 2 == 0 ? 0.0f : 1.0f);
  const ValueNeighbors near = nearest_values(two, 14, Steering{{}, kAsPoints, kSeed}, Cpu{2});
  std::vector<int> taken(two.size());
  for (std::size_t e = 0; e < near.ids.size(); ++e) {
    const auto id = static_cast<std::size_t>(near.ids[e]);
    ++taken[id];
    EXPECT_EQ(two[id], two[e / 14]);
    EXPECT_EQ(near.memberships[e], 1.0f);
    EXPECT_NE(id, e / 14);
  }
  EXPECT_LE(*std::max_element(taken.begin(), taken.end()), 28);
}

TEST(Targets, DoNotDependOnThreadsOrOnTheNumberingOfVertices) {
  const std::vector<Target> both = {ClassTarget{classes(4), 0.5, true},
                                    ValueTarget{values(8), 0.4}};
  const EdgeGraph one = weighed(both, Cpu{1});
  EXPECT_EQ(weighed(both, Cpu{3}).weights, one.weights);
  // Rows in reverse.
  std::vector<std::int32_t> point_of(kN);
  for (std::int64_t v = 0; v < kN; ++v)
    point_of[static_cast<std::size_t>(v)] = static_cast<std::int32_t>(kN - 1 - v);
  KnnGraph reversed = graph();
  for (std::int64_t v = 0; v < kN; ++v)
    for (std::int64_t e = 0; e < graph().k; ++e) {
      const auto from = static_cast<std::size_t>((kN - 1 - v) * graph().k + e);
      const auto to = static_cast<std::size_t>(v * graph().k + e);
      reversed.neighbors[to] = static_cast<std::int32_t>(kN - 1 - graph().neighbors[from]);
      reversed.distances[to] = graph().distances[from];
    }
  const oracle::Square w = oracle::dense(one);
  const oracle::Square other =
      oracle::dense(weigh_edges(reversed, every_edge(), Steering{both, point_of, kSeed}, Cpu{2}));
  for (std::int64_t i = 0; i < kN; ++i)
    for (std::int64_t j = 0; j < kN; ++j)
      ASSERT_NEAR(w(i, j), other(kN - 1 - i, kN - 1 - j), 1e-5) << i << ", " << j;
}

TEST(Targets, ThatAreNoneChangeNothing) {
  const EdgeGraph plain = weigh_edges(graph(), every_edge(), Cpu{2});
  EXPECT_EQ(weighed({}).weights, plain.weights);
  EXPECT_EQ(edge_weights(graph(), Settings{.method = every_edge()}).weights, plain.weights);
}

// ---- runs ---------------------------------------------------------------------------------------

Settings steered_settings(std::vector<Target> targets) {
  return {.method = UmapParams{.n_neighbors = kNeighbors, .n_epochs = 50},
          .targets = std::move(targets),
          .seed = kSeed};
}

template <class E>
void expect_refused(const Settings& settings, const std::string& part) {
  try {
    embed(data::normals(kN, 4, 1), settings);
    FAIL() << "nothing was wrong where the message should have " << part;
  } catch (const E& error) {
    expect_contains(error.what(), part);
  }
}

TEST(Targets, SteerAMapTheSameForAnyThreads) {
  const Matrix points = data::normals(kN, 4, 1);
  Settings settings = steered_settings({ClassTarget{classes(10)}});
  settings.device = Cpu{1};
  const Result one = embed(points, settings);
  settings.device = Cpu{3};
  EXPECT_EQ(embed(points, settings).layout.values(), one.layout.values());
  settings.targets.clear();
  EXPECT_NE(embed(points, settings).layout.values(), one.layout.values());
  const auto separation = [&](const Matrix& layout) {
    for (const Score& score : evaluate(points, layout, classes(10), {}).scores)
      if (score.name == "silhouette") return score.value;
    return -2.0;
  };
  EXPECT_GT(separation(one.layout), separation(embed(points, settings).layout) + 0.2);
}

TEST(Targets, ThatCannotBeAreRefused) {
  std::vector<std::int32_t> few = classes(10);
  few.pop_back();
  expect_refused<InvalidInput>(steered_settings({ClassTarget{few}}), "target 0 has 159 entries");
  expect_refused<InvalidInput>(steered_settings({ClassTarget{classes(10)}, ValueTarget{values(0)}}),
                               "target 1 has 0 known values");
  std::vector<float> endless = values();
  endless[17] = std::numeric_limits<float>::infinity();
  expect_refused<InvalidInput>(steered_settings({ValueTarget{endless}}), "infinite in row 17");
  expect_refused<InvalidParameter>(steered_settings({ClassTarget{classes(10), 1.5}}),
                                   "target_weight is 1.5");
  expect_refused<InvalidParameter>(steered_settings({ClassTarget{classes(10), 1.0, true}}),
                                   "below 1 where classes are propagated");
  expect_refused<InvalidParameter>(steered_settings({ValueTarget{values(), 0.5, 1}}),
                                   "target_n_neighbors is 1");
  Settings tsne = steered_settings({ClassTarget{classes(10)}});
  tsne.method = TsneParams{.perplexity = 5};
  expect_refused<InvalidParameter>(tsne, "targets steer UMAP");
}

TEST(Targets, ModelsPlaceNewRowsAndRefuseToGoOn) {
  const Fit made = fit(data::normals(kN, 4, 1), steered_settings({ClassTarget{classes(10)}}));
  EXPECT_TRUE(made.model.steered);
  EXPECT_TRUE(made.model.settings.targets.empty());
  const Matrix rows = data::normals(5, 4, 2);
  EXPECT_EQ(transform(made.model, rows).map.rows(), 5);
  EXPECT_EQ(update(made.model, rows, {.iterations = 0}).model.map.rows(), kN + 5);
  EXPECT_THROW(update(made.model, rows), Unsupported);
}

}  // namespace
}  // namespace nearfold
