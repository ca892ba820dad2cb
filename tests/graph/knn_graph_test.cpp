// The rules of every graph: what validate() says about those that break them, and prune().
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

std::string said(const KnnGraph& graph) {
  return error_of<InvalidInput>([&] { graph.validate(); });
}

/// Six points on a line, the two nearest of each; row 2: points 1 and 3, both at 1.
KnnGraph six_points() {
  KnnGraph graph = oracle::neighbors(data::line(6, 1), 2);
  for (auto row = graph.neighbors.begin() + 2; row != graph.neighbors.end() - 2; row += 2)
    std::sort(row, row + 2);  // inner points have both at 1
  return graph;
}

/// The graph with one entry of row 2 changed.
KnnGraph changed(std::size_t column, std::int32_t id, float distance) {
  KnnGraph graph = six_points();
  graph.neighbors[4 + column] = id;
  graph.distances[4 + column] = distance;
  return graph;
}

TEST(KnnGraph, WithEveryRowRightIsValid) {
  EXPECT_NO_THROW(six_points().validate());
  EXPECT_NO_THROW(oracle::neighbors(data::normals(300, 3, 1), 50).validate());
  EXPECT_NO_THROW(oracle::neighbors(data::line(2, 1), 1).validate());
}

TEST(KnnGraph, NamesEachFaultWithRowColumnAndValue) {
  EXPECT_EQ(said(changed(0, 6, 1)),
            "the graph is at fault: row 2, column 0: id 6 is outside [0, 6); rows hold distinct "
            "other points, ascending by distance");
  expect_contains(said(changed(0, -7, 1)), "row 2, column 0: id -7 is outside [0, 6);");
  expect_contains(said(changed(0, 2, 1)), "row 2, column 0: id 2, the point itself;");
  expect_contains(said(changed(1, 1, 1)), "row 2, column 1: id 1 again;");
  EXPECT_NO_THROW(changed(0, 4, 1).validate());  // equal distances are in any order
  expect_contains(said(changed(0, 1, 1.5f)), "row 2, column 1: distance 1 after 1.5;");
  expect_contains(said(changed(1, 3, std::nanf(""))), "row 2, column 1: distance nan;");
  expect_contains(said(changed(1, 3, HUGE_VALF)), "row 2, column 1: distance inf;");
  expect_contains(said(changed(0, 1, -1.0f)), "row 2, column 0: distance -1;");
}

TEST(KnnGraph, SaysThatMissingNeighboursMustBeFilled) {
  const std::string text = said(changed(1, -1, HUGE_VALF));
  expect_contains(text, "row 2, column 1: id -1, a missing neighbour; rows with missing");
  EXPECT_EQ(text.find("inf"), std::string::npos) << text;  // one fault, not two
}

TEST(KnnGraph, NamesTheFirstFiveFaultsOfAllRowsAndCountsTheRest) {
  KnnGraph graph = six_points();
  graph.neighbors[0] = 9;
  graph.distances[3] = -2;
  graph.neighbors[7] = graph.neighbors[6];
  for (std::size_t e = 8; e < 12; ++e) graph.distances[e] = std::numeric_limits<float>::quiet_NaN();
  expect_contains(said(graph),
                  "row 0, column 0: id 9 is outside [0, 6); row 1, column 1: distance -2; "
                  "row 3, column 1: id 2 again; row 4, column 0: distance nan; "
                  "row 4, column 1: distance nan; and 2 more; rows hold");
}

// A distance that is no number is one fault: what follows it is compared with the one before it.
TEST(KnnGraph, OneFaultDoesNotMakeItsNeighboursFaulty) {
  KnnGraph graph = oracle::neighbors(data::line(6, 1), 4);
  graph.distances[1] = HUGE_VALF;
  expect_contains(said(graph), "fault: row 0, column 1: distance inf; rows hold");
  graph = oracle::neighbors(data::line(6, 1), 4);
  graph.distances[3] = 0.5f;
  expect_contains(said(graph), "fault: row 0, column 3: distance 0.5 after 3; rows hold");
}

TEST(KnnGraph, MayHaveOneIdInEveryRow) {
  KnnGraph graph = empty_graph(40, 1);
  for (std::size_t i = 0; i < 40; ++i) graph.neighbors[i] = i == 7 ? 8 : 7;
  EXPECT_NO_THROW(graph.validate());
}

TEST(KnnGraph, NamesWrongSizes) {
  KnnGraph graph = six_points();
  graph.distances.pop_back();
  expect_contains(said(graph), "12 neighbours and 11 distances");
  graph = six_points();
  graph.k = 6;
  expect_contains(said(graph), "k = 6");
  graph.k = 0;
  expect_contains(said(graph), "k = 0");
  expect_contains(said(KnnGraph{}), "0 points");
  graph = six_points();
  graph.n = std::int64_t{1} << 31;
  expect_contains(said(graph), "2147483648 points");
}

TEST(Prune, KeepsTheFirstColumnsAndTheReport) {
  KnnGraph graph = oracle::neighbors(data::normals(100, 4, 45), 9);
  graph.metric = "cosine";
  graph.index = "hnsw";
  graph.recall = Recall{.mean = 0.97, .p1 = 0.5, .p5 = 0.75, .rows = 100};
  const KnnGraph before = graph;
  const KnnGraph pruned = prune(graph, 4);
  ASSERT_NO_THROW(pruned.validate());
  EXPECT_EQ(pruned.k, 4);
  EXPECT_EQ(pruned.neighbors[5], graph.neighbors[10]);
  EXPECT_EQ(pruned.distances[7], graph.distances[12]);
  EXPECT_EQ(pruned.metric, "cosine");
  EXPECT_EQ(pruned.index, "hnsw");
  EXPECT_EQ(pruned.recall, graph.recall);
  EXPECT_EQ(graph.neighbors, before.neighbors);
  EXPECT_EQ(prune(graph, 9).neighbors, graph.neighbors);
}

TEST(Prune, RefusesWhatTheGraphDoesNotHave) {
  const KnnGraph graph = six_points();
  expect_contains(error_of<InvalidInput>([&] { prune(graph, 3); }), "make it with k >= 3");
  EXPECT_THROW(prune(graph, 0), InvalidInput);
}

}  // namespace
}  // namespace nearfold
