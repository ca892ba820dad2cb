// Graphs from the arrays that FAISS, hnswlib and others leave, and graphs that are not owned.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 60, kK = 5;  // of the graph; searches find one more

template <class Id>
struct Found {
  std::vector<Id> ids;
  std::vector<float> distances;
  std::int64_t k = kK + 1;
};

KnnGraph wanted() {
  return oracle::neighbors(data::normals(kN, 4, 11), kK);
}

/// What a search for the points themselves gives: the point first, at distance 0.
template <class Id>
Found<Id> searched(bool squared = false) {
  const KnnGraph graph = wanted();
  Found<Id> found;
  for (std::int64_t i = 0; i < kN; ++i) {
    found.ids.push_back(static_cast<Id>(i));
    found.distances.push_back(0);
    for (auto e = static_cast<std::size_t>(i * kK); e < static_cast<std::size_t>((i + 1) * kK);
         ++e) {
      const float d = graph.distances[e];
      found.ids.push_back(static_cast<Id>(graph.neighbors[e]));
      found.distances.push_back(squared ? d * d : d);
    }
  }
  return found;
}

/// Every row from its last column to its first, as it comes out of hnswlib's queue.
template <class Id>
Found<Id> reversed(const Found<Id>& found) {
  Found<Id> out = found;
  for (std::int64_t i = 0; i < kN; ++i) {
    std::reverse(out.ids.begin() + i * out.k, out.ids.begin() + (i + 1) * out.k);
    std::reverse(out.distances.begin() + i * out.k, out.distances.begin() + (i + 1) * out.k);
  }
  return out;
}

template <class Id>
KnnGraph made(const Found<Id>& found, const GraphOptions& options = {.has_self = true}) {
  return graph_from(found.ids, found.distances, kN, found.k, options);
}

template <class Kind = InvalidInput, class Id>
std::string said(const Found<Id>& found, const GraphOptions& options = {.has_self = true}) {
  return error_of<Kind>([&] { made(found, options); });
}

void expect_same_rows(const KnnGraph& a, const KnnGraph& b) {
  EXPECT_EQ(a.n, b.n);
  EXPECT_EQ(a.k, b.k);
  EXPECT_EQ(a.neighbors, b.neighbors);
  EXPECT_EQ(a.distances, b.distances);
}

TEST(GraphFrom, TakesIdsOfAnyWidth) {
  expect_same_rows(made(searched<std::int64_t>()), wanted());
  expect_same_rows(made(searched<std::uint64_t>()), wanted());
  expect_same_rows(made(searched<std::int32_t>()), wanted());
  const KnnGraph graph = wanted();
  expect_same_rows(graph_from(graph.neighbors, graph.distances, kN, kK), graph);
}

TEST(GraphFrom, TakesRootsAndSaysOfWhat) {
  const KnnGraph graph = made(searched<std::int64_t>(true),
                              {.squared = true, .has_self = true, .index = "faiss: Flat"});
  ASSERT_NO_THROW(graph.validate());
  EXPECT_EQ(graph.neighbors, wanted().neighbors);
  for (std::size_t e = 0; e < graph.distances.size(); ++e)
    EXPECT_FLOAT_EQ(graph.distances[e], wanted().distances[e]);
  EXPECT_EQ(graph.metric, "euclidean");
  EXPECT_EQ(graph.index, "faiss: Flat");
  expect_contains(
      said<InvalidParameter>(searched<std::int64_t>(), {.squared = true, .metric = "sqeuclidean"}),
      "leave squared out");
}

TEST(GraphFrom, PutsRowsInOrder) {
  expect_same_rows(made(reversed(searched<std::uint64_t>())), wanted());
}

// A duplicate at distance 0 came first, or pushed the point out of its row.
TEST(GraphFrom, TakesThePointOutWhereverItStandsOrTheLastNeighbour) {
  auto found = searched<std::int64_t>();
  found.distances[1] = 0;
  std::swap(found.ids[0], found.ids[1]);
  KnnGraph graph = wanted();
  graph.distances[0] = 0;
  expect_same_rows(made(found), graph);

  found = searched<std::int64_t>();
  for (auto c = std::size_t{0}; c < kK; ++c) {  // row 0 without its point: six others
    found.ids[c] = wanted().neighbors[c];
    found.distances[c] = wanted().distances[c];
  }
  found.ids[kK] = (wanted().neighbors[0] + 1) % kN;
  while (std::count(found.ids.begin(), found.ids.begin() + kK, found.ids[kK]) > 0 ||
         found.ids[kK] == 0)
    found.ids[kK] = (found.ids[kK] + 1) % kN;
  found.distances[kK] = 100;
  expect_same_rows(made(found), wanted());
}

TEST(GraphFrom, RoundsDistancesBelowZeroUp) {
  auto found = searched<std::int64_t>();
  found.distances[0] = -1e-7F;
  expect_same_rows(made(found), wanted());
}

TEST(GraphFrom, NamesWhatFaissDidNotFind) {
  auto found = searched<std::int64_t>();
  found.ids[2 * 6 + 4] = found.ids[2 * 6 + 5] = -1;
  found.distances[2 * 6 + 4] = found.distances[2 * 6 + 5] = std::numeric_limits<float>::max();
  expect_contains(said(found), "row 2, column 4: id -1, a missing neighbour; row 2, column 5");
  expect_contains(said(found), "search wider");
  auto unsigned_ids = searched<std::uint64_t>();
  unsigned_ids.ids[9] = std::numeric_limits<std::uint64_t>::max();
  expect_contains(said(unsigned_ids), "row 1, column 3: id -1, a missing neighbour");
}

TEST(GraphFrom, NamesIdsAndDistancesThatCannotBe) {
  auto found = searched<std::int64_t>();
  found.ids[7] = std::int64_t{1} << 40;
  expect_contains(said(found), "row 1, column 1: id 1099511627776 is outside [0, 60)");
  found = searched<std::int64_t>();
  found.ids[7] = 60;
  expect_contains(said(found), "row 1, column 1: id 60 is outside [0, 60)");
  found = searched<std::int64_t>();
  found.ids[8] = found.ids[9];
  expect_contains(said(found), "row 1, column 3: id " + std::to_string(found.ids[9]) + " again");
  found = searched<std::int64_t>();
  found.distances[8] = -0.5F;
  expect_contains(said(found, {.squared = true, .has_self = true}),
                  "row 1, column 2: distance -0.5");
  found.distances[8] = std::nanf("");
  expect_contains(said(found), "row 1, column 2: distance nan");
}

TEST(GraphFrom, SaysWhenHasSelfIsWrong) {
  expect_contains(said(searched<std::int64_t>(), {}), "need has_self = true");
  const KnnGraph graph = wanted();
  expect_contains(error_of<InvalidInput>([&] {
                    graph_from(graph.neighbors, graph.distances, kN, kK, {.has_self = true});
                  }),
                  "has_self is true, and 0 of 60 rows hold the point itself");
}

TEST(GraphFrom, RefusesSizesThatDisagree) {
  const auto found = searched<std::int64_t>();
  const auto refused = [&](std::int64_t n, std::int64_t k, const GraphOptions& options = {}) {
    return error_of<InvalidInput>([&] { graph_from(found.ids, found.distances, n, k, options); });
  };
  expect_contains(refused(kN, kK), "360 neighbours and 360 distances; n * k = 300");
  expect_contains(refused(-1, 6), "-1 points");
  expect_contains(refused(kN, -6, {.has_self = true}), "k = -6");
  expect_contains(refused(kN, 1, {.has_self = true}), "k = 0");
  expect_contains(refused(std::int64_t{1} << 62, 6), "points and k = 6");
  expect_contains(
      error_of<InvalidInput>([&] { graph_from(std::span<const std::int64_t>(), {}, kN, 6); }),
      "0 neighbours and 0 distances");
}

TEST(KnnGraphView, IsWhatEveryFunctionReads) {
  const Matrix points = data::normals(kN, 4, 11);
  const KnnGraph graph = wanted();
  const KnnGraphView view(graph.neighbors, graph.distances, kN, kK);
  EXPECT_NO_THROW(view.validate());
  const Settings settings{.method = UmapParams{.n_neighbors = 6, .n_epochs = 20}};
  const Result owned = embed(graph, points, settings), viewed = embed(view, points, settings);
  EXPECT_EQ(owned.layout.values(), viewed.layout.values());
  EXPECT_EQ(viewed.info.index, "given");
  EXPECT_EQ(Embedder(view, points, settings).run_to_end().layout.values(), owned.layout.values());
  const std::vector<Method> methods{settings.method};
  embed_grid(view, points, methods, settings, [&](std::size_t, Result&& map) {
    EXPECT_EQ(map.layout.values(), owned.layout.values());
  });
  EXPECT_EQ(prune(view, 3).neighbors, prune(graph, 3).neighbors);
}

TEST(KnnGraphView, IsRefusedWhenSizesDisagree) {
  const KnnGraph graph = wanted();
  const auto refused = [&](std::int64_t n, std::int64_t k) {
    return error_of<InvalidInput>(
        [&] { return KnnGraphView(graph.neighbors, graph.distances, n, k); });
  };
  expect_contains(refused(kN, kK + 1), "n * k = 360");
  expect_contains(refused(-kN, kK), "-60 points");
  expect_contains(refused(kN, -1), "k = -1");
  KnnGraphView changed = graph;
  changed.n = 70;
  expect_contains(error_of<InvalidInput>([&] { changed.validate(); }), "n * k = 350");
  EXPECT_THROW(prune(changed, 2), InvalidInput);
  EXPECT_THROW(embed(changed, Settings{}), InvalidInput);
  EXPECT_THROW(embed(KnnGraphView(), Settings{}), InvalidInput);
  EXPECT_THROW(prune(KnnGraphView(), 1), InvalidInput);
}

TEST(GraphFrom, NamesIdsFromOneAndSimilarities) {
  const auto refused = [](const Found<std::int64_t>& found, const char* says) {
    try {
      graph_from(std::span<const std::int64_t>(found.ids), found.distances, kN, found.k,
                 {.has_self = true});
      FAIL() << says;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    }
  };
  Found<std::int64_t> from_one = searched<std::int64_t>();
  for (std::int64_t& id : from_one.ids) ++id;
  refused(from_one, "subtract 1");
  Found<std::int64_t> similar = searched<std::int64_t>();
  for (float& d : similar.distances) d = 1 / (1 + d);  // the point itself: 1
  refused(similar, "rows of similarities");
}

}  // namespace
}  // namespace nearfold
