// Exact against approximate: what is compared is what the single calls give.
#include "nearfold/compare.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

constexpr int kNeighbors = 24;

const Matrix& points() {
  static const Matrix kX = data::blobs(1200, 8, 1);
  return kX;
}

Settings settings(int threads = 2) {
  return {.method = TsneParams{.perplexity = 8, .early_exaggeration_iter = 40, .max_iter = 90},
          .device = Cpu{threads}};
}

std::vector<KnnParams> methods() {
  return {IvfKnn{.nlist = 40, .nprobe = 2}, HnswKnn{}};
}

std::vector<Compared> compared(int threads = 2) {
  return compare_graphs(points(), {}, kNeighbors, methods(), settings(threads), {},
                        [](const Compared&) {});
}

TEST(Compare, MapsAndGraphsAreThoseOfTheSingleCalls) {
  std::vector<KnnParams> all = methods();
  all.insert(all.begin(), FlatKnn{});
  const std::vector<Compared> got = compared();
  ASSERT_EQ(got.size(), all.size());
  for (std::size_t c = 0; c < all.size(); ++c) {
    const KnnGraph graph = find_neighbors(points(), kNeighbors, all[c], Cpu{2}, settings().seed);
    EXPECT_EQ(got[c].layout.values(), embed(graph, points(), settings()).layout.values()) << c;
    EXPECT_EQ(got[c].info.index, graph.index);
    EXPECT_EQ(got[c].info.recall, graph.recall);
    const QualityReport quality = evaluate(points(), got[c].layout, {}, {});
    ASSERT_EQ(got[c].quality.scores.size(), quality.scores.size());
    for (std::size_t s = 0; s < quality.scores.size(); ++s)
      EXPECT_EQ(got[c].quality.scores[s].value, quality.scores[s].value);
  }
}

TEST(Compare, AgreesWithTheExactMap) {
  const std::vector<Compared> got = compared();
  EXPECT_FALSE(got[0].agreement);
  for (std::size_t c = 1; c < got.size(); ++c) {
    const Agreement wanted = compare_layouts(got[0].layout, got[c].layout);
    EXPECT_EQ(got[c].agreement->overlap.value, wanted.overlap.value);
    EXPECT_EQ(got[c].agreement->procrustes, wanted.procrustes);
  }
  EXPECT_LT(got[1].info.recall->mean, 1.0);  // two probes of forty miss something
}

TEST(Compare, TakesSparsePoints) {
  const Matrix x = data::topics(400, 200, 1);
  const SparseMatrix sparse = data::sparse_of(x);
  Settings by_cosine = settings();
  by_cosine.distance.metric = Metric::cosine;
  by_cosine.init = RandomInit{};  // principal axes of sparse points are summed in another order
  const std::vector<KnnParams> one{NnDescentKnn{}};
  const auto keep = [](const Compared&) {};
  const auto found = compare_graphs(sparse.view(), {}, kNeighbors, one, by_cosine, {}, keep);
  const auto dense = compare_graphs(x, {}, kNeighbors, one, by_cosine, {}, keep);
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].layout.values(), dense[0].layout.values());
  for (std::size_t s = 0; s < dense[0].quality.scores.size(); ++s)
    EXPECT_EQ(found[0].quality.scores[s].value, dense[0].quality.scores[s].value);
  EXPECT_GT(found[1].info.recall->mean, 0.9);
  EXPECT_GT(found[1].agreement->overlap.value, 0.2);
  EXPECT_EQ(break_even(sparse.view(), kNeighbors, found, by_cosine).size(), 1);
}

TEST(Compare, TellsTheSecondsOfEveryStage) {
  for (const Compared& one : compared()) {
    EXPECT_GT(one.build_seconds, 0.0);
    EXPECT_GT(one.search_seconds, 0.0);
    double stages = one.knn_seconds();
    for (const auto& [stage, seconds] : one.info.seconds) stages += seconds;
    EXPECT_DOUBLE_EQ(one.total_seconds(), stages);
    EXPECT_GT(one.total_seconds(), one.knn_seconds());
  }
}

TEST(Compare, IsTheSameForAnyNumberOfThreads) {
  const std::vector<Compared> one = compared(1), three = compared(3);
  for (std::size_t c = 0; c < one.size(); ++c) {
    EXPECT_EQ(one[c].layout.values(), three[c].layout.values());
    EXPECT_EQ(one[c].quality.scores[0].value, three[c].quality.scores[0].value);
  }
}

TEST(Compare, GivesWhatIsReadyWhenStopped) {
  int ready = 0;
  const std::vector<Compared> got = compare_graphs(
      points(), {}, kNeighbors, methods(), settings(), {}, [&](const Compared&) { ++ready; },
      [&](const ProgressInfo&) { return ready == 0; });
  EXPECT_EQ(got.size(), 1u);
}

TEST(Compare, ChecksAllMethodsBeforeTheFirstIsRun) {
  const std::vector<KnnParams> wrong{HnswKnn{}, IvfKnn{.target_recall = 2}};
  const auto none = [](const Compared&) { ADD_FAILURE() << "nothing should be run"; };
  EXPECT_THROW(compare_graphs(points(), {}, kNeighbors, wrong, settings(), {}, none),
               InvalidParameter);
  Settings manhattan = settings();
  manhattan.distance.metric = Metric::manhattan;
  const std::vector<KnnParams> unable{HnswKnn{}, IvfKnn{}};
  EXPECT_THROW(compare_graphs(points(), {}, kNeighbors, unable, manhattan, {}, none), Unsupported);
}

// ---- the number of points from which approximation pays
// ------------------------------------------

Compared taking(double seconds, KnnParams knn) {
  Compared out;
  out.knn = std::move(knn);
  out.search_seconds = seconds;
  return out;
}

TEST(BreakEven, IsMeasuredOnSmallerAndSmallerSubsets) {
  const Matrix x = data::normals(4200, 4, 1);
  const std::vector<Compared> all{taking(1, FlatKnn{}), taking(2, HnswKnn{}), taking(3, IvfKnn{})};
  const std::vector<BreakEven> at = break_even(x, 5, all, {});
  ASSERT_EQ(at.size(), 2u);
  for (const BreakEven& one : at) {
    ASSERT_EQ(one.times.size(), 3u);
    EXPECT_EQ(one.times[0].n, 1050);
    EXPECT_EQ(one.times[1].n, 2100);
    EXPECT_EQ(one.times[2].n, 4200);
    EXPECT_FALSE(one.n);  // slower with all points, whatever it was before
    EXPECT_FALSE(one.pays_at_most());
  }
  EXPECT_EQ(at[0].times[1].exact, at[1].times[1].exact);  // measured once
  EXPECT_EQ(at[1].times[2].approximate, 3.0);             // taken as given
}

// With all points the exact search is said to take for ever, so that it crosses below them.
TEST(BreakEven, LiesBetweenTwoSizesMeasured) {
  const Matrix x = data::normals(4000, 4, 1);
  const std::vector<Compared> all{taking(1e6, FlatKnn{}), taking(1e-6, HnswKnn{})};
  const BreakEven at = break_even(x, 5, all, {})[0];
  EXPECT_TRUE(at.pays_at_most());
  if (!at.n) {
    for (const SearchTimes& t : at.times) EXPECT_LT(t.approximate, t.exact);
    return;
  }
  std::int64_t below = 0, above = x.rows();
  for (const SearchTimes& t : at.times) {
    if (t.approximate >= t.exact) below = t.n;
    if (t.approximate < t.exact && t.n > below) above = std::min(above, t.n);
  }
  EXPECT_GE(*at.n, below);
  EXPECT_LE(*at.n, above);
}

}  // namespace
}  // namespace nearfold
