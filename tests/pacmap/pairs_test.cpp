// The pairs that PaCMAP draws: against the rules written out plainly, and their independence of
// vertices and threads.
#include "pacmap/pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "math/philox.hpp"
#include "nearfold/error.hpp"
#include "pacmap/method.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

const std::vector<std::int32_t> kAsPoints;

EdgeGraph pairs_in(const Matrix& x, const PacmapParams& params, std::uint64_t seed = 3,
                   int threads = 2, const Distance& distance = {}) {
  const KnnGraph graph = oracle::neighbors(x, k_needed(params, x.rows()));
  return weigh_edges(graph, params, PairSource{x, distance, kAsPoints, seed}, Cpu{threads});
}

std::vector<std::int32_t> row_of(const std::vector<std::int32_t>& rows, std::int64_t i,
                                 std::int64_t count) {
  return {rows.begin() + i * count, rows.begin() + (i + 1) * count};
}

bool holds(const std::vector<std::int32_t>& row, std::int32_t id) {
  return std::find(row.begin(), row.end(), id) != row.end();
}

/// The near pairs of point i by the paper's rule, in double, from all pairs.
std::vector<std::int32_t> plain_near(const Matrix& x, std::int64_t i, int k, int near) {
  const auto scale = [&](std::int64_t j) {
    const auto all = oracle::others(x, j);
    return std::max((all[3].first + all[4].first + all[5].first) / 3, 1e-10);
  };
  auto candidates = oracle::others(x, i);
  candidates.resize(static_cast<std::size_t>(k));
  for (auto& [d, j] : candidates) d = d * d / (scale(i) * scale(j));
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::int32_t> out;
  for (int j = 0; j < near; ++j) out.push_back(candidates[static_cast<std::size_t>(j)].second);
  return out;
}

/// What is drawn of a stream at a point, one by one.
struct PlainDraws {
  std::uint64_t seed;
  Stream stream;
  std::int64_t point;
  std::uint32_t at = 0;
  std::int32_t next(std::int64_t n) {
    const std::uint32_t word =
        random4(seed, stream, static_cast<std::uint64_t>(point), at / 4).v[at % 4];
    ++at;
    return static_cast<std::int32_t>(std::uint64_t{word} * static_cast<std::uint64_t>(n) >> 32);
  }
};

TEST(Pairs, NearOnesAreTheNearestByScaledDistance) {
  // Clusters of different widths, so that scales matter.
  Matrix x = data::blobs(150, 5, 1);
  for (std::int64_t i = 0; i < x.rows(); i += 3)
    for (std::int64_t c = 0; c < 5; ++c) x.row(i)[c] *= 0.05f;
  const KnnGraph near = near_pairs(oracle::neighbors(x, 60), 10, Cpu{2});
  std::int64_t other_than_nearest = 0;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    ASSERT_EQ(row_of(near.neighbors, i, 10), plain_near(x, i, 60, 10)) << i;
    const auto nearest = oracle::others(x, i);
    for (int j = 0; j < 10; ++j)
      other_than_nearest += near.neighbors[static_cast<std::size_t>(i * 10 + j)] !=
                            nearest[static_cast<std::size_t>(j)].second;
  }
  EXPECT_GT(other_than_nearest, 150);
}

TEST(Pairs, AreEdgesOfOneOrTwoDirections) {
  const Matrix x = data::blobs(120, 4, 2);
  const PacmapParams params{.n_neighbors = 6};
  const EdgeGraph graph = pairs_in(x, params);
  const KnnGraph near = near_pairs(oracle::neighbors(x, 56), 6, Cpu{1});
  std::vector<int> counts(120 * 120);
  for (std::size_t e = 0; e < near.neighbors.size(); ++e) {
    ++counts[e / 6 * 120 + static_cast<std::size_t>(near.neighbors[e])];
    ++counts[static_cast<std::size_t>(near.neighbors[e]) * 120 + e / 6];
  }
  std::vector<int> found(120 * 120);
  for (std::size_t i = 0; i < 120; ++i)
    for (std::int64_t e = graph.offsets[i]; e < graph.offsets[i + 1]; ++e)
      found[i * 120 + static_cast<std::size_t>(graph.columns[static_cast<std::size_t>(e)])] =
          static_cast<int>(graph.weights[static_cast<std::size_t>(e)]);
  EXPECT_EQ(found, counts);
}

/// The second nearest of six new points, again and again, by plain rejection.
std::vector<std::int32_t> plain_mid_near(const Matrix& x, std::int64_t i, int count,
                                         std::uint64_t seed) {
  PlainDraws draws{seed, Stream::mid_near, i};
  std::vector<std::int32_t> row;
  for (int j = 0; j < count; ++j) {
    std::vector<std::pair<double, std::int32_t>> six;
    while (six.size() < 6) {
      const std::int32_t other = draws.next(x.rows());
      const auto seen = [&](const auto& one) { return one.second == other; };
      if (other == i || holds(row, other) || std::any_of(six.begin(), six.end(), seen)) continue;
      six.emplace_back(oracle::distance(x, i, other), other);
    }
    std::sort(six.begin(), six.end());
    row.push_back(six[1].second);
  }
  return row;
}

TEST(Pairs, MidNearOnesAreTheSecondNearestOfSix) {
  const Matrix x = data::blobs(200, 4, 2);
  const EdgeGraph graph = pairs_in(x, {.n_neighbors = 10, .MN_ratio = 0.8}, 9);
  ASSERT_EQ(graph.mid_near.size(), 200U * 8);
  double rank = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    const std::vector<std::int32_t> row = row_of(graph.mid_near, i, 8);
    ASSERT_EQ(row, plain_mid_near(x, i, 8, 9)) << i;
    const auto all = oracle::others(x, i);
    for (const std::int32_t other : row)
      for (std::size_t r = 0; r < all.size(); ++r)
        if (all[r].second == other) rank += static_cast<double>(r) / 199;
  }
  EXPECT_NEAR(rank / 1600, 2.0 / 7, 0.02);  // the mean of the second of six uniform numbers
}

TEST(Pairs, MidNearOnesAreMeasuredByTheMetric) {
  // Directions are the same whatever the lengths.
  const Matrix x = data::normals(100, 4, 5);
  Matrix longer = x;
  for (std::int64_t i = 0; i < 100; ++i)
    for (std::int64_t c = 0; c < 4; ++c) longer.row(i)[c] *= static_cast<float>(1 << (i % 8));
  const KnnGraph graph = find_neighbors(x, 60, FlatKnn{}, Cpu{2}, 1, {Metric::cosine});
  const auto mid_near = [&](const Matrix& of, Metric metric) {
    return weigh_edges(graph, PacmapParams{}, PairSource{of, {metric}, kAsPoints, 3}, Cpu{2})
        .mid_near;
  };
  EXPECT_EQ(mid_near(x, Metric::cosine), mid_near(longer, Metric::cosine));
  EXPECT_NE(mid_near(x, Metric::cosine), mid_near(longer, Metric::euclidean));
}

TEST(Pairs, FurtherOnesAreDistinctAndNotNear) {
  const Matrix x = data::blobs(150, 4, 2);
  const EdgeGraph graph = pairs_in(x, {.n_neighbors = 10});
  const KnnGraph near = near_pairs(oracle::neighbors(x, 60), 10, Cpu{1});
  ASSERT_EQ(graph.further.size(), 150U * 20);
  std::vector<int> chosen(150);
  for (std::int64_t i = 0; i < 150; ++i) {
    const std::vector<std::int32_t> row = row_of(graph.further, i, 20);
    EXPECT_EQ(std::set<std::int32_t>(row.begin(), row.end()).size(), 20U) << i;
    EXPECT_FALSE(holds(row, static_cast<std::int32_t>(i)));
    for (const std::int32_t other : row) {
      ASSERT_TRUE(other >= 0 && other < 150);
      ++chosen[static_cast<std::size_t>(other)];
      EXPECT_FALSE(holds(row_of(near.neighbors, i, 10), other)) << i << " " << other;
    }
  }
  EXPECT_GT(*std::min_element(chosen.begin(), chosen.end()), 4);  // 20 are expected
  EXPECT_LT(*std::max_element(chosen.begin(), chosen.end()), 45);
}

TEST(Pairs, DoNotDependOnVerticesNorThreads) {
  const Matrix x = data::blobs(1500, 6, 4);
  const PacmapParams params;
  const KnnGraph graph = find_neighbors(x, 60, FlatKnn{}, Cpu{2}, 1);
  const EdgeGraph plain = weigh_edges(graph, params, PairSource{x, {}, kAsPoints, 7}, Cpu{1});
  for (const int threads : {1, 2, 5}) {
    const Reordered<Cpu> local = reorder(KnnGraphView(graph), 60, Cpu{threads});
    const std::vector<std::int32_t>& point_of = local.point_of;
    ASSERT_EQ(point_of.size(), 1500U);
    const EdgeGraph moved =
        weigh_edges(local.graph, params, PairSource{x, {}, point_of, 7}, Cpu{threads});
    for (std::size_t v = 0; v < point_of.size(); ++v) {
      const auto p = static_cast<std::size_t>(point_of[v]);
      for (std::size_t j = 0; j < 5; ++j)
        ASSERT_EQ(point_of[static_cast<std::size_t>(moved.mid_near[v * 5 + j])],
                  plain.mid_near[p * 5 + j]);
      for (std::size_t j = 0; j < 20; ++j)
        ASSERT_EQ(point_of[static_cast<std::size_t>(moved.further[v * 20 + j])],
                  plain.further[p * 20 + j]);
    }
    EXPECT_EQ(moved.edges(), plain.edges());
  }
  EXPECT_NE(pairs_in(data::blobs(99, 3, 1), params, 1).further,
            pairs_in(data::blobs(99, 3, 1), params, 2).further);
}

TEST(Pairs, OfMirrorsAreBothEndsOfEach) {
  const std::vector<std::int32_t> others = {1, 2, 2, 3, 0, 3, 1, 0};  // two of each of four
  const MirroredPairs pairs(4, others);
  const auto row = [&](std::int64_t i) {
    const auto found = pairs.row(i);
    return std::vector<std::int32_t>(found.begin(), found.end());
  };
  EXPECT_EQ(row(0), (std::vector<std::int32_t>{1, 2, 2, 3}));
  EXPECT_EQ(row(1), (std::vector<std::int32_t>{2, 3, 0, 3}));
  EXPECT_EQ(row(2), (std::vector<std::int32_t>{0, 3, 0, 1}));
  EXPECT_EQ(row(3), (std::vector<std::int32_t>{1, 0, 1, 2}));
  EXPECT_TRUE(MirroredPairs(4, {}).row(2).empty());
}

TEST(Pairs, CountsAreRoundedAsNumpyRounds) {
  const PairCounts five = pairs_of({.n_neighbors = 5}, 1000);  // 2.5 mid-near
  EXPECT_EQ(five.mid_near, 2);
  EXPECT_EQ(five.further, 10);
  EXPECT_EQ(pairs_of({.n_neighbors = 7}, 1000).mid_near, 4);  // 3.5
  const PacmapParams automatic{.n_neighbors = {}};
  EXPECT_EQ(pairs_of(automatic, 10'000).near, 10);
  EXPECT_EQ(pairs_of(automatic, 70'000).near, 23);
  EXPECT_EQ(pairs_of(automatic, 1'000'000).near, 40);
  EXPECT_EQ(k_needed(automatic, 70'000), 73);
  EXPECT_EQ(k_needed(PacmapParams{}, 40), 39);
}

TEST(Pairs, OfFewPointsAreAllThatThereAre) {
  // 10 near and 20 further ones of 30 others leave no choice.
  const Matrix x = data::normals(31, 3, 8);
  const EdgeGraph graph = pairs_in(x, {});
  const KnnGraph near = near_pairs(oracle::neighbors(x, 30), 10, Cpu{1});
  for (std::int64_t i = 0; i < 31; ++i) {
    std::vector<std::int32_t> all = row_of(graph.further, i, 20),
                              own = row_of(near.neighbors, i, 10);
    all.insert(all.end(), own.begin(), own.end());
    EXPECT_EQ(std::set<std::int32_t>(all.begin(), all.end()).size(), 30U);
  }
  const std::string text = error_of<InvalidInput>([] { pairs_of({}, 30); });
  expect_contains(text, "n_neighbors 10");
  expect_contains(text, "30 points have 29 others");
  expect_contains(text, "use n_neighbors of at most 9");
  EXPECT_EQ(pairs_of({.n_neighbors = 9}, 30).further, 18);
  EXPECT_EQ(pairs_of({.n_neighbors = 1}, 4).further, 2);
  expect_contains(error_of<InvalidInput>([] { pairs_of({.n_neighbors = 2, .FP_ratio = 9}, 6); }),
                  "use smaller ratios");
  // Six candidates are drawn for a mid-near pair.
  EXPECT_EQ(pairs_of({.n_neighbors = 2, .FP_ratio = 0}, 7).mid_near, 1);
  expect_contains(error_of<InvalidInput>([] { pairs_of({.n_neighbors = 2, .FP_ratio = 0}, 6); }),
                  "at most 1");
}

TEST(Pairs, OfDuplicatesAreFinite) {
  const Matrix x = data::duplicates(90, 3, 1, 3);  // 29 of every 30 at distance 0
  const EdgeGraph graph = pairs_in(x, {});
  EXPECT_EQ(graph.offsets.back(), graph.edges());
  for (const float weight : graph.weights) EXPECT_TRUE(weight == 1.0f || weight == 2.0f);
}

}  // namespace
}  // namespace nearfold
