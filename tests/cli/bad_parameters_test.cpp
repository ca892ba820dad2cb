// Parameters that cannot be right, alone or together.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

using BadParameters = BadInput;

TEST_F(BadParameters, AreRefusedBeforeAnythingIsRead) {  // 41, 42
  const std::vector<std::pair<std::string, Says>> cases = {
      {"umap --n-neighbors -5", {"--n-neighbors is -5", ">= 2"}},
      {"umap --n-neighbors 1e3",
       {"--n-neighbors: '1e3' is not a whole number in range", "like 15"}},
      {"umap --n-neighbors 0x10", {"'0x10' is not a whole number"}},
      {"umap --n-neighbors 99999999999999999999", {"'99999999999999999999' is not a whole number"}},
      {"umap --n-neighbors ''", {"'' is not a whole number"}},
      {"tsne --perplexity nan", {"'nan' is not a number", "like 0.5"}},
      {"tsne --perplexity 1,5", {"perplexity is 1", "in (1, 1e6]"}},
      {"tsne --perplexity inf", {"perplexity is inf", "in (1, 1e6]"}},
      {"umap --min-dist 2 --spread 1", {"--min-dist is 2", "[0, spread]"}},
      {"umap --threads 10000", {"threads is 10000", "[0, 1024]"}},
      {"umap --seed -1", {"'-1' is not a whole number"}},
      {"umap --metric minkowski --p 0.5", {"p is 0.5", "at least 1"}},
      {"umap --metric cosine --p 3", {"p is a parameter of minkowski", "cosine"}},
      {"umap --metric minkowski", {"needs its power p"}},
      {"umap --metric wasserstein", {"wasserstein", "euclidean", "cosine", "chebyshev"}},
      {"umap --metric manhattan --index ivf", {"manhattan", "ivf"}},
      {"umap --missing drop", {"drop", "mean"}},
      {"umap --device gpu", {"device is 'gpu'", "cuda:i"}}};
  for (const auto& [parameters, says] : cases)
    expect_refused(
        "embed " + path("absent.npy") + " -o " + path("y.npy") + " --method " + parameters, kUsage,
        says);
}

TEST_F(BadParameters, AreDecimalWithLeadingZeros) {  // 41
  expect_says(run("knn " + path("x.npy") + " -k 010 -o " + path("g.npz")), kDone,
              {"10 neighbours of 300 points"}, "010 is ten, not eight");
}

// -k counts neighbours beside the point, --n-neighbors counts the point as well, in every command.
TEST_F(BadParameters, NeighboursAreCountedAlikeByEveryCommand) {  // 41
  const std::string embed = "embed " + path("x.npy") + " -m umap --n-epochs 3 --force -q -o " +
                            path("y.npy") + " --report " + path("r.json") + " ";
  const std::string knn = "knn " + path("x.npy") + " --force -q -o " + path("g.npz") + " ";
  for (const char* how : {"-k 9", "--n-neighbors 10"}) {
    ASSERT_EQ(run(embed + how).code, kDone);
    EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["k"], 9) << how;
    EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["settings"]["n_neighbors"], 10) << how;
    ASSERT_EQ(run(knn + how).code, kDone);
    EXPECT_EQ(io::read_graph(path("g.npz")).k, 9) << how;
  }
  for (const std::string& command : {embed, knn}) {
    EXPECT_EQ(run(command + "-k 9 --n-neighbors 10").code, kUsage);
    EXPECT_EQ(run(command + "-k 0").code, command == embed ? kUsage : kBadInput);
    EXPECT_EQ(run(command + "--n-neighbors 1").code, kUsage);
    EXPECT_EQ(run(command + "-k 2147483647").code, command == embed ? kUsage : kBadInput);
  }
}

TEST_F(BadParameters, AMetricThatTheGpuLacksIsNeverComputedElsewhere) {  // 42
  const Outcome o = run(map_of("x.npy", "--device cuda --metric manhattan"));
  EXPECT_TRUE(o.code == kUsage || o.code == kDevice) << o.out;
  EXPECT_FALSE(exists("y.npy"));
}

TEST_F(BadParameters, ManyNeighboursAndProbesAreServedOrRefusedByName) {  // 43
  expect_refused("knn " + path("x.npy") + " -k 2049 -o " + path("g.npz"), kBadInput,
                 {"2049", "300 points"});
  run("generate uniform -n 2200 --dim 2 -o " + path("u.npy"));
  expect_says(run("knn " + path("u.npy") + " -k 2100 -q -o " + path("g.npz")), kDone, {}, "k 2100");
  EXPECT_EQ(io::read_graph(path("g.npz")).k, 2100);
}

TEST_F(BadParameters, TheSeedIsAlwaysReported) {  // 44
  ASSERT_EQ(run(map_of("x.npy", "--report " + path("r.json"))).code, kDone);
  EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["seed"], 42);
  const std::string first = bytes("y.npy");
  ASSERT_EQ(run(map_of("x.npy", "--seed 42")).code, kDone);
  EXPECT_EQ(bytes("y.npy"), first);
}

TEST_F(BadParameters, ThatContradictEachOtherAreNamed) {  // 45
  const std::string knn = "knn " + path("x.npy") + " -o " + path("g.npz") + " ";
  expect_refused(knn + "--csr --include-self", kUsage, {"--csr", "--include-self"});
  expect_refused("embed --knn " + path("g.npz") + " --pca 3 --method umap -o " + path("y.npy"),
                 kUsage, {"--pca"});
  expect_refused("embed --method umap -o " + path("y.npy"), kUsage, {"nothing to embed", "--knn"});
  expect_refused(map_of("x.npy", "--a 1"), kUsage, {"--a and --b", "set both"});
}

}  // namespace
}  // namespace nearfold
