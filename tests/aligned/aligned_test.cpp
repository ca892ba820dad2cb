// Aligned maps as a whole: what they share with embed(), what aligns them, and what is refused.
#include "nearfold/aligned.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

Settings settings(int threads = 2) {
  return {.method = UmapParams{.n_neighbors = 10, .n_epochs = 60}, .device = Cpu{threads}};
}

/// Rows [begin, end) of points that drift as rows go on.
Matrix window(std::int64_t begin, std::int64_t end, std::int64_t dim = 6) {
  const Matrix all = data::blobs(400, 6, 3, 4, 8);
  Matrix out(end - begin, dim);
  for (std::int64_t i = begin; i < end; ++i)
    for (std::int64_t c = 0; c < std::min<std::int64_t>(dim, 6); ++c)
      out.row(i - begin)[c] = all.row(i)[c];
  return out;
}

Relation overlap(std::int32_t shift, std::int32_t rows) {
  Relation out;
  for (std::int32_t i = 0; i < rows; ++i) out.push_back({i + shift, i});
  return out;
}

/// Three windows of different sizes, one with a further column.
struct Windows {
  std::vector<Matrix> points = {window(0, 200), window(60, 270, 7), window(130, 320)};
  std::vector<Relation> relations = {overlap(60, 140), overlap(70, 140)};

  std::vector<AlignedSet> sets() const {
    std::vector<AlignedSet> out;
    for (const Matrix& x : points) out.push_back({.points = x});
    return out;
  }
};

AlignedResult maps_of(const Windows& w, const Settings& s, const AlignedParams& params = {}) {
  return embed_aligned(w.sets(), w.relations, s, params);
}

std::vector<Matrix> layouts(const AlignedResult& result) {
  std::vector<Matrix> out;
  for (const Result& map : result.maps) out.push_back(map.layout);
  return out;
}

void expect_equal(const AlignedResult& a, const AlignedResult& b) {
  ASSERT_EQ(a.maps.size(), b.maps.size());
  for (std::size_t s = 0; s < a.maps.size(); ++s)
    EXPECT_EQ(a.maps[s].layout.values(), b.maps[s].layout.values()) << s;
}

TEST(Aligned, TheSameBytesOnAnyNumberOfThreads) {
  const Windows w;
  const AlignedResult one = maps_of(w, settings(1));
  EXPECT_TRUE(one.finished());
  expect_equal(one, maps_of(w, settings(2)));
  expect_equal(one, maps_of(w, settings(7)));
}

TEST(Aligned, OneSetIsTheMapOfEmbed) {
  const Matrix x = window(0, 200);
  const std::vector<AlignedSet> sets = {{.points = x}};
  const AlignedResult aligned = embed_aligned(sets, {}, settings());
  EXPECT_EQ(aligned.maps[0].layout.values(), embed(x, settings()).layout.values());
  EXPECT_TRUE(aligned.related.empty());
}

TEST(Aligned, WithoutAPullTheFirstMapIsThatOfEmbed) {
  const Windows w;
  const AlignedResult free = maps_of(w, settings(), {.alignment_regularisation = 0});
  EXPECT_EQ(free.maps[0].layout.values(), embed(w.points[0], settings()).layout.values());
}

TEST(Aligned, GraphsInsteadOfPointsGiveTheSameMaps) {
  const Windows w;
  std::vector<KnnGraph> graphs;
  for (const Matrix& x : w.points) graphs.push_back(find_neighbors(x, 9, FlatKnn{}, Cpu{2}, 42));
  std::vector<KnnGraphView> views(graphs.begin(), graphs.end());
  std::vector<AlignedSet> sets;
  for (const KnnGraphView& view : views) sets.push_back({.graph = &view});
  expect_equal(embed_aligned(sets, w.relations, settings()), maps_of(w, settings()));
}

TEST(Aligned, EqualSetsStayTogether) {
  const Matrix x = window(0, 200);
  const std::vector<AlignedSet> sets(3, {.points = x});
  const std::vector<Relation> relations(2, same_rows(200));
  const AlignedResult same = embed_aligned(sets, relations, settings());
  for (const Relatedness& r : same.related) {
    EXPECT_EQ(r.rows, 200);
    EXPECT_EQ(r.similarity, 1.0);
    EXPECT_LT(r.distance, 0.02);
  }
}

TEST(Aligned, AStrongerPullBringsRelatedRowsNearer) {
  const Windows w;
  double before = 1e9;
  for (const double regularisation : {0.0, 0.01, 0.3}) {
    const AlignedResult maps = maps_of(w, settings(), {.alignment_regularisation = regularisation});
    const double now = maps.related[0].distance + maps.related[1].distance;
    EXPECT_LT(now, 0.8 * before) << regularisation;
    before = now;
  }
  EXPECT_LT(before, 0.1);
}

// Without a tie over two sets the first set would not notice the third: a window of one.
TEST(Aligned, TheWindowReachesBothWaysToTheLastSet) {
  Windows w;
  const auto first = [&](int reach) {
    const AlignedParams params{.alignment_window_size = reach};
    return embed_aligned(w.sets(), w.relations, settings(), params).maps;
  };
  const std::vector<Result> one = first(1), two = first(2), three = first(3);
  EXPECT_NE(one[0].layout.values(), two[0].layout.values());
  EXPECT_NE(one[2].layout.values(), two[2].layout.values());
  EXPECT_EQ(two[0].layout.values(), three[0].layout.values());
}

TEST(Aligned, SetsMayHaveParametersOfTheirOwn) {
  Windows w;
  std::vector<AlignedSet> sets = w.sets();
  sets[1].params = UmapParams{.n_neighbors = 25};
  const AlignedResult own = embed_aligned(sets, w.relations, settings());
  EXPECT_EQ(own.maps[0].info.k, 9);
  EXPECT_EQ(own.maps[1].info.k, 24);
  EXPECT_EQ(own.maps[1].info.iterations, 60);
}

TEST(Aligned, AMapThatIsGivenStaysAndTheNextJoinsIt) {
  const Windows w;
  std::vector<AlignedSet> sets = w.sets();
  const AlignedResult two =
      embed_aligned(std::span(sets).first(2), std::span(w.relations).first(1), settings());
  const std::vector<Matrix> made = layouts(two);
  sets[0].map = made[0];
  sets[1].map = made[1];
  const AlignedResult joined = embed_aligned(sets, w.relations, settings());
  EXPECT_EQ(joined.maps[0].layout.values(), made[0].values());
  EXPECT_EQ(joined.maps[1].layout.values(), made[1].values());
  EXPECT_LT(joined.related[1].distance, 0.25);
  EXPECT_EQ(joined.maps[2].info.iterations, 60);
  EXPECT_TRUE(joined.finished());
}

TEST(Aligned, DefaultsToTheEpochsOfTheReference) {
  const Matrix x = window(0, 100);
  const std::vector<AlignedSet> sets(2, {.points = x});
  const std::vector<Relation> relations = {same_rows(100)};
  EXPECT_EQ(embed_aligned(sets, relations, {}).maps[0].info.iterations, 200);
}

TEST(Aligned, TooFewRelatedRowsAreTold) {
  const Windows w;
  const std::vector<Relation> few = {{{60, 0}}, overlap(70, 140)};
  const AlignedResult maps = embed_aligned(w.sets(), few, settings());
  const std::vector<std::string>& warnings = maps.maps[1].info.warnings;
  ASSERT_FALSE(warnings.empty());
  EXPECT_NE(warnings.back().find("1 row(s) are related to set 0"), std::string::npos);
}

TEST(Aligned, StopsWhereItsProgressSaysSo) {
  const Windows w;
  const AlignedResult early =
      embed_aligned(w.sets(), w.relations, settings(), {},
                    [](const ProgressInfo& at) { return at.stage != Stage::weights; });
  EXPECT_FALSE(early.finished());
  EXPECT_EQ(early.maps[0].layout.rows(), 0);
  std::int64_t last = -1;
  const AlignedResult late =
      embed_aligned(w.sets(), w.relations, settings(), {}, [&](const ProgressInfo& at) {
        if (at.stage != Stage::optimize) return true;
        EXPECT_GT(at.done, last);
        EXPECT_EQ(at.total, 60);
        last = at.done;
        return at.done < 30;
      });
  EXPECT_FALSE(late.finished());
  EXPECT_EQ(late.maps[2].layout.rows(), 190);
  EXPECT_EQ(late.maps[2].info.iterations, 30);
}

std::string refused(const std::vector<AlignedSet>& sets, const std::vector<Relation>& relations,
                    const Settings& s = settings(), const AlignedParams& params = {}) {
  try {
    embed_aligned(sets, relations, s, params);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

void expect_says(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

TEST(Aligned, RefusesRelationsThatAreNotOfTheSets) {
  const Windows w;
  std::vector<Relation> bad = w.relations;
  bad[1].push_back({5, 190});
  expect_says(refused(w.sets(), bad), {"relation 1", "row 190 of set 2", "rows 0 to 189"});
  bad[1].back() = {-1, 150};
  expect_says(refused(w.sets(), bad), {"row -1 of set 1", "0 to 209"});
  bad[1].back() = {70, 150};
  expect_says(refused(w.sets(), bad), {"row 70 of set 1 twice", "pair 140", "one counterpart"});
  bad[1].back() = {3, 20};
  expect_says(refused(w.sets(), bad), {"row 20 of set 2 twice"});
  bad.pop_back();
  expect_says(refused(w.sets(), bad), {"3 sets and 1 relations", "2 in all"});
  bad.emplace_back();
  expect_says(refused(w.sets(), bad), {"relation 1", "no pairs"});
  expect_says(refused({}, {}), {"no sets"});
}

TEST(Aligned, NamesTheSetWhoseDataAreWrong) {
  Windows w;
  w.points[1].row(3)[2] = std::numeric_limits<float>::quiet_NaN();
  expect_says(refused(w.sets(), w.relations), {"set 1: ", "row 3"});
  Settings many = settings();
  many.method = UmapParams{.n_neighbors = 195};
  expect_says(refused(Windows{}.sets(), w.relations, many), {"set 2: ", "195", "190"});
}

TEST(Aligned, RefusesParametersOutOfRange) {
  const Windows w;
  expect_says(refused(w.sets(), w.relations, settings(), {.alignment_regularisation = -1}),
              {"alignment_regularisation is -1", ">= 0"});
  expect_says(refused(w.sets(), w.relations, settings(), {.alignment_window_size = 0}),
              {"alignment_window_size is 0", ">= 1"});
  Settings s = settings();
  s.method = TsneParams{};
  expect_says(refused(w.sets(), w.relations, s), {"umap", "tsne"});
  s.method = UmapParams{.output_metric = OutputMetric::sphere};
  expect_says(refused(w.sets(), w.relations, s), {"euclidean", "sphere"});
  s = settings();
  s.device = Cuda{};
  EXPECT_THROW(embed_aligned(w.sets(), w.relations, s), Error);
  s = settings();
  s.init = ArrayInit{Matrix(200, 2)};
  expect_says(refused(w.sets(), w.relations, s), {"init array"});
  s.init = {};
  s.memory_limit = 1000;
  EXPECT_THROW(embed_aligned(w.sets(), w.relations, s), OutOfMemory);
  std::vector<AlignedSet> sets = w.sets();
  sets[1].params = UmapParams{.n_epochs = 7};
  expect_says(refused(sets, w.relations), {"set 1", "n_epochs 7"});
}

TEST(Aligned, RefusesMapsOfOtherShapeOrOrder) {
  const Windows w;
  std::vector<AlignedSet> sets = w.sets();
  const Matrix wrong(199, 2), right = data::normals(210, 2, 1);
  sets[0].map = wrong;
  expect_says(refused(sets, w.relations), {"map of set 0 is 199 x 2", "200 x 2"});
  sets = w.sets();
  sets[1].map = right;
  expect_says(refused(sets, w.relations), {"set 1 has a map", "come first"});
}

TEST(AlignedBytes, AreThoseOfAllSetsAndOneThatIsPrepared) {
  const PlannedPoints one{.n = 100'000, .dim = 50, .counted = false};
  const std::vector<PlannedPoints> single = {one}, three(3, one);
  const std::int64_t alone = aligned_bytes(single, settings());
  EXPECT_EQ(alone, plan(one, settings()).host_bytes());
  EXPECT_GT(aligned_bytes(three, settings()), alone);
  EXPECT_LT(aligned_bytes(three, settings()), 3 * alone);
}

}  // namespace
}  // namespace nearfold
