// Which rows pull each other, against relations that are followed one by one and neighbours that
// are compared as sets.
#include "aligned/ties.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

Neighborhoods neighborhoods(std::int64_t n, std::uint64_t seed) {
  const KnnGraph graph = oracle::neighbors(data::normals(n, 4, seed), 6);
  return neighborhoods_of(weigh_edges(graph, UmapParams{.n_neighbors = 7}, Cpu{1}), Cpu{1});
}

/// Rows of sets of n and m rows, about two in three, shuffled by a step that divides neither.
Relation some_rows(std::int64_t n, std::int64_t m, std::int64_t step) {
  Relation out;
  for (std::int64_t i = 0; i < n; ++i)
    if (i % 3 != 1 && i < m) out.push_back({i, (i * step) % m});
  return out;
}

struct Sets {
  std::vector<Neighborhoods> sets;
  std::vector<Relation> relations;
};

Sets four_sets() {
  Sets s;
  const std::vector<std::int64_t> n = {60, 47, 61, 53};
  for (std::size_t i = 0; i < n.size(); ++i) s.sets.push_back(neighborhoods(n[i], i + 1));
  for (std::size_t i = 0; i + 1 < n.size(); ++i)
    s.relations.push_back(some_rows(n[i], n[i + 1], 5 + static_cast<std::int64_t>(i)));
  return s;
}

using Follow = std::map<std::int32_t, std::int32_t>;

Follow followed(const Sets& s, std::size_t from, std::size_t to) {
  Follow rows;
  for (std::int32_t i = 0; i < s.sets[from].n(); ++i) rows[i] = i;
  for (std::size_t r = from; r < to; ++r) {
    Follow next;
    for (const auto& [row, at] : rows)
      for (const RelatedRows& pair : s.relations[r])
        if (pair.row == at) next[row] = static_cast<std::int32_t>(pair.next);
    rows = next;
  }
  return rows;
}

TEST(Ties, ReachAllSetsOfTheWindowOnBothSides) {
  const Sets s = four_sets();
  for (int window = 1; window <= 4; ++window) {
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    for (const Tie& tie : ties_of(s.sets, s.relations, window, Cpu{1}))
      pairs.emplace(tie.from, tie.to);
    std::set<std::pair<std::size_t, std::size_t>> expected;
    for (std::size_t a = 0; a < 4; ++a)
      for (std::size_t b = a + 1; b < 4 && b - a <= static_cast<std::size_t>(window); ++b)
        expected.emplace(a, b);
    EXPECT_EQ(pairs, expected) << window;
  }
}

TEST(Ties, FollowRelationsThroughTheSetsInBetween) {
  const Sets s = four_sets();
  for (const Tie& tie : ties_of(s.sets, s.relations, 3, Cpu{2})) {
    const Follow expected = followed(s, tie.from, tie.to);
    EXPECT_EQ(tie.rows(), static_cast<std::int64_t>(expected.size()));
    for (std::int32_t i = 0; i < s.sets[tie.from].n(); ++i) {
      const auto found = expected.find(i);
      const std::int32_t other = found == expected.end() ? -1 : found->second;
      ASSERT_EQ(tie.ahead[static_cast<std::size_t>(i)], other);
      if (other >= 0) {
        ASSERT_EQ(tie.back[static_cast<std::size_t>(other)], i);
      }
    }
    EXPECT_EQ(std::count_if(tie.back.begin(), tie.back.end(), [](auto row) { return row >= 0; }),
              tie.rows());
  }
}

TEST(Ties, SimilarityIsTheShareOfCommonNeighbors) {
  const Sets s = four_sets();
  for (const Tie& tie : ties_of(s.sets, s.relations, 3, Cpu{2})) {
    const Follow counterpart = followed(s, tie.from, tie.to);
    std::set<std::int32_t> reached;
    for (const auto& [row, other] : counterpart) reached.insert(other);
    for (const auto& [row, other] : counterpart) {
      std::set<std::int32_t> mine, theirs, either, common;
      for (const std::int32_t j : s.sets[tie.from].row(row))
        if (const auto at = counterpart.find(j); at != counterpart.end()) mine.insert(at->second);
      for (const std::int32_t j : s.sets[tie.to].row(other))
        if (reached.contains(j)) theirs.insert(j);
      std::ranges::set_union(mine, theirs, std::inserter(either, either.end()));
      std::ranges::set_intersection(mine, theirs, std::inserter(common, common.end()));
      const double expected =
          either.empty() ? 1
                         : static_cast<double>(common.size()) / static_cast<double>(either.size());
      ASSERT_FLOAT_EQ(tie.similarity[static_cast<std::size_t>(row)], static_cast<float>(expected));
    }
  }
}

TEST(Ties, OfARowWhoseNeighborsHaveNoCounterpartsIsWhole) {
  const std::vector<Neighborhoods> sets = {neighborhoods(40, 1), neighborhoods(40, 2)};
  const std::vector<Relation> relations = {{{3, 5}}};
  const std::vector<Tie> ties = ties_of(sets, relations, 1, Cpu{1});
  ASSERT_EQ(ties.size(), 1u);
  EXPECT_EQ(ties[0].similarity[3], 1.0f);
}

TEST(Neighborhoods, AreThoseOfTheEdgesByPoint) {
  const KnnGraph graph = oracle::neighbors(data::normals(300, 4, 1), 6);
  const UmapParams umap{.n_neighbors = 7};
  Reordered<Cpu> local = reorder(KnnGraphView(graph), 6, Cpu{1});
  ASSERT_FALSE(local.point_of.empty());
  EdgeGraph by_vertex = weigh_edges(std::move(local.graph), umap, Cpu{1});
  by_vertex.point_of = std::move(local.point_of);
  const Neighborhoods made = neighborhoods_of(by_vertex, Cpu{3});
  const EdgeGraph by_point = weigh_edges(graph, umap, Cpu{1});
  EXPECT_EQ(made.offsets, by_point.offsets);
  EXPECT_EQ(made.columns, by_point.columns);
}

}  // namespace
}  // namespace nearfold
