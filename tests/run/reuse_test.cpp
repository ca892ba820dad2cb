// The contract of reuse: what a graph and a map depend on, and that a graph made once serves every
// later map. On the data of umap-learn's page on precomputed neighbours: one uniform cube of 60
// dimensions three times, 1,700 points each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "data/generate.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::uint64_t kKnnSeed = 10;

/// Three cubes of `points_per` points.
Matrix cubes(std::int64_t points_per) {
  return generate({.kind = Cubes{.n = 3 * points_per}, .seed = 7}).points;
}

const Matrix& points() {
  static const Matrix kX = cubes(1700);
  return kX;
}

/// A method with so little effort that it misses neighbours.
struct Sloppy {
  std::string name;
  KnnParams params;
};

const std::vector<Sloppy>& sloppy() {
  static const std::vector<Sloppy> kMethods = {
      {"ivf", IvfKnn{.nlist = 64, .nprobe = 4}},
      {"hnsw", HnswKnn{.M = 6, .ef_construction = 20, .ef = 20}},
      {"nndescent", NnDescentKnn{.n_iters = 1, .max_candidates = 8}}};
  return kMethods;
}

/// All methods: the exact one, the sloppy ones, and the one that chooses.
std::vector<Sloppy> all_methods() {
  std::vector<Sloppy> methods = sloppy();
  methods.push_back({"flat", FlatKnn{}});
  methods.push_back({"auto", AutoKnn{}});
  return methods;
}

KnnGraph graph_of(const Matrix& x, int k, const KnnParams& params, std::uint64_t seed = kKnnSeed,
                  int threads = 2) {
  return find_neighbors(x, k, params, Cpu{threads}, seed);
}

/// Short runs: whatever differs at the start of one differs at its end.
Settings umap(int n_neighbors = 30, std::uint64_t seed = kKnnSeed, int threads = 2) {
  return {.method = UmapParams{.n_neighbors = n_neighbors, .n_epochs = 10},
          .seed = seed,
          .device = Cpu{threads}};
}
Settings tsne(double perplexity = 10, std::uint64_t seed = kKnnSeed, int threads = 2) {
  return {.method = TsneParams{.perplexity = perplexity,
                               .early_exaggeration_iter = 10,
                               .max_iter = 20,
                               .repulsion = TsneParams::Repulsion::fft},
          .seed = seed,
          .device = Cpu{threads}};
}

std::vector<float> map_of(const KnnGraph& graph, const Matrix& x, const Settings& settings) {
  return embed(graph, x, settings).layout.values();
}

void expect_same(const KnnGraph& a, const KnnGraph& b) {
  EXPECT_EQ(a.n, b.n);
  EXPECT_EQ(a.k, b.k);
  EXPECT_EQ(a.neighbors, b.neighbors);
  EXPECT_EQ(a.distances, b.distances);
  EXPECT_EQ(a.metric, b.metric);
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.recall, b.recall);
}

/// What no seed changes of an exact graph: the distances, and the set of ids at each but a row's
/// last, of which there may be more than the row holds.
KnnGraph without_ties(KnnGraph graph) {
  const auto k = static_cast<std::size_t>(graph.k);
  for (std::size_t from = 0, to = 0; from < graph.neighbors.size(); from = to) {
    const std::size_t row_end = (from / k + 1) * k;
    for (to = from; to < row_end && graph.distances[to] == graph.distances[from];) ++to;
    const auto ids = graph.neighbors.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = graph.neighbors.begin() + static_cast<std::ptrdiff_t>(to);
    if (to == row_end) {
      std::fill(ids, end, -1);
    } else {
      std::sort(ids, end);
    }
  }
  return graph;
}

/// The arrays of a graph and nothing of how it was made, as from another program.
KnnGraph bare(const KnnGraph& graph) {
  KnnGraph copy;
  copy.n = graph.n;
  copy.k = graph.k;
  copy.neighbors = graph.neighbors;
  copy.distances = graph.distances;
  return copy;
}

// ---- the three numbers that a map depends on ----------------------------------------------------

TEST(Reuse, SameSeedsAndNeighborsGiveTheSameBytes) {
  for (const auto& [name, params] : all_methods()) {
    SCOPED_TRACE(name);
    expect_same(graph_of(points(), 50, params), graph_of(points(), 50, params));
  }
  const KnnGraph graph = graph_of(points(), 50, sloppy()[0].params);
  EXPECT_EQ(map_of(graph, points(), umap()), map_of(graph, points(), umap()));
}

TEST(Reuse, AnotherSeedOfTheGraphGivesAnotherMapWhenItIsApproximate) {
  for (const auto& [name, params] : sloppy()) {
    SCOPED_TRACE(name);
    const KnnGraph one = graph_of(points(), 50, params, 10);
    const KnnGraph other = graph_of(points(), 50, params, 15);
    ASSERT_TRUE(one.recall.has_value());
    EXPECT_LT(one.recall->mean, 0.99);  // or there is nothing that a seed could change
    EXPECT_NE(one.neighbors, other.neighbors);
    EXPECT_NE(map_of(one, points(), umap()), map_of(other, points(), umap()));
  }
}

// The effort that reaches a recall follows from the length.
TEST(Reuse, AnotherLengthOfTheGraphGivesAnotherMapWhenItIsApproximate) {
  for (const auto& [name, params] : std::vector<Sloppy>{
           {"ivf", IvfKnn{.nlist = 64, .target_recall = 0.5}},
           {"hnsw", HnswKnn{.M = 6, .ef_construction = 20, .target_recall = 0.5}},
           {"nndescent", NnDescentKnn{.max_candidates = 20, .target_recall = 0.8}}}) {
    SCOPED_TRACE(name);
    const KnnGraph shorter = graph_of(points(), 30, params);
    const KnnGraph longer = graph_of(points(), 200, params);
    EXPECT_NE(prune(longer, 30).neighbors, shorter.neighbors);
    EXPECT_NE(map_of(longer, points(), umap()), map_of(shorter, points(), umap()));
  }
}

TEST(Reuse, AnotherSeedOrLengthOfAnExactGraphGivesTheSameMap) {
  const std::vector<float> wanted = map_of(graph_of(points(), 50, FlatKnn{}), points(), umap());
  const KnnGraph other_seed = graph_of(points(), 50, FlatKnn{}, 15);
  const KnnGraph other_length = graph_of(points(), 40, FlatKnn{});
  expect_same(without_ties(other_seed), without_ties(graph_of(points(), 50, FlatKnn{})));
  EXPECT_EQ(map_of(other_seed, points(), umap()), wanted);
  EXPECT_EQ(map_of(other_length, points(), umap()), wanted);
}

TEST(Reuse, AnotherSeedOfTheEmbeddingGivesAnotherMapOfTheSameGraph) {
  const KnnGraph graph = graph_of(points(), 50, FlatKnn{});
  EXPECT_NE(map_of(graph, points(), umap(30, 10)), map_of(graph, points(), umap(30, 15)));
}

// ---- one call or two ----------------------------------------------------------------------------

TEST(Reuse, AMapFromPointsIsTheMapFromTheirGraphForEveryMethodAndThreads) {
  for (const auto& [name, params] : all_methods()) {
    SCOPED_TRACE(name);
    Settings settings = umap(15, 12, 1);
    settings.knn = params;
    const std::vector<float> wanted = embed(points(), settings).layout.values();
    for (const int threads : {1, 2}) {
      SCOPED_TRACE(threads);
      settings.device = Cpu{threads};
      const KnnGraph graph = bare(graph_of(points(), 14, params, 12, threads));
      EXPECT_EQ(map_of(graph, points(), settings), wanted);
      if (threads > 1) {
        EXPECT_EQ(embed(points(), settings).layout.values(), wanted);
      }
    }
  }
}

TEST(Reuse, AMapByTsneFromPointsIsTheMapFromTheirGraph) {
  for (const int threads : {1, 2}) {
    Settings settings = tsne(10, 12, threads);
    settings.knn = sloppy()[0].params;
    const KnnGraph graph = bare(graph_of(points(), 30, settings.knn, 12, threads));
    EXPECT_EQ(map_of(graph, points(), settings), embed(points(), settings).layout.values());
  }
}

TEST(Reuse, AMapNeedsNothingButTheGraph) {
  const KnnGraph graph = bare(graph_of(points(), 14, FlatKnn{}));
  EXPECT_EQ(embed(graph, umap(15)).layout.values(), embed(points(), umap(15)).layout.values());
}

TEST(Reuse, TheChoiceOfAutoDoesNotDependOnThreads) {
  const Matrix many = generate({.kind = Uniform{.n = 40'000, .dim = 4}, .seed = 7}).points;
  const auto choice = [](const Matrix& x) {
    const KnnGraph one = graph_of(x, 5, AutoKnn{}, kKnnSeed, 1);
    expect_same(one, graph_of(x, 5, AutoKnn{}, kKnnSeed, 2));
    return one.index.substr(0, 4);
  };
  EXPECT_EQ(choice(points()), "flat");
  EXPECT_NE(choice(many), "flat");  // or only one of its ways was tried
}

// ---- one graph for many maps --------------------------------------------------------------------

// Above and below 4,096 points, under which umap-learn takes all of a graph that is too long.
TEST(Reuse, OneLongGraphServesEveryShorterNeed) {
  for (const std::int64_t points_per : {std::int64_t{1700}, std::int64_t{500}}) {
    const Matrix x = cubes(points_per);
    SCOPED_TRACE(x.rows());
    const KnnGraph longest = graph_of(x, 60, FlatKnn{});
    std::vector<float> before;
    for (const Settings& settings : {umap(5), umap(15), umap(30), tsne(10)}) {
      const int k = neighbors_needed(settings.method, x.rows());
      SCOPED_TRACE(k);
      const Result result = embed(longest, x, settings);
      EXPECT_EQ(result.info.k, k);
      EXPECT_EQ(result.layout.values(), map_of(graph_of(x, k, FlatKnn{}), x, settings));
      EXPECT_NE(result.layout.values(), before);
      before = result.layout.values();
    }
  }
}

TEST(Reuse, LeavesTheCallersGraphAlone) {
  const Matrix x = cubes(500);
  const KnnGraph graph = graph_of(x, 60, FlatKnn{}), copy = graph;
  for (const Settings& settings : {umap(5), tsne(10)}) {
    embed(graph, x, settings);
    expect_same(graph, copy);
  }
}

TEST(Reuse, ATooShortGraphIsRefusedWithTheLengthThatIsNeeded) {
  const Matrix x = cubes(100);
  const KnnGraph graph = graph_of(x, 20, FlatKnn{});
  const auto said = [&](const Settings& settings) {
    return error_of<InvalidInput>([&] { embed(graph, x, settings); });
  };
  for (const auto& [settings, needed] :
       {std::pair{umap(30), "29"}, std::pair{umap(22), "21"}, std::pair{tsne(30), "90"}}) {
    const std::string message = said(settings);
    expect_contains(message, needed);
    expect_contains(message, "20");
  }
  EXPECT_NO_THROW(embed(graph, x, umap(21)));  // 20 others and the point itself: just enough
}

}  // namespace
}  // namespace nearfold
