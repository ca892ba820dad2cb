// nearfold plan: plans of points that are not there, on one machine and on several; and what a run
// from a graph file takes, which such plans are of.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "nearfold/plan.hpp"
#include "support/bad_inputs.hpp"
#include "support/cli_run.hpp"

namespace nearfold {
namespace {

using Json = nlohmann::json;

class PlanCommand : public BadInput {
 protected:
  Json planned(const std::string& how) const {
    const Outcome o = run("plan " + how + " --json");
    EXPECT_EQ(o.code, 0) << o.out;
    return Json::parse(o.out);
  }
};

TEST_F(PlanCommand, IsThePlanOfTheLibrary) {
  const Json tool = planned("100000000 768 -m umap --n-neighbors 16 --threads 4");
  const Plan library = plan({.n = 100'000'000, .dim = 768},
                            {.method = UmapParams{.n_neighbors = 16}, .device = Cpu{4}});
  EXPECT_EQ(tool["planned_bytes"], library.host_bytes());
  EXPECT_EQ(tool["stages"].size(), library.stages.size());
  EXPECT_DOUBLE_EQ(tool["seconds"], library.seconds());
  EXPECT_EQ(tool["k"], 15);
  EXPECT_EQ(tool["graph_bytes"], 100'000'000LL * 15 * 8);
  EXPECT_FALSE(tool.contains("nodes"));
}

TEST_F(PlanCommand, SaysWhichGpusItFits) {
  const std::string text = run("plan 1000000 784 -m tsne --index flat --device cuda").out;
  for (const char* said : {" at most on the GPU, ", " where the search goes in tiles; fits 8 GB: ",
                           ", 12 GB: ", ", 24 GB: yes\n"})
    EXPECT_NE(text.find(said), std::string::npos) << said << "\n" << text;
  EXPECT_EQ(run("plan 1000000 784 -m tsne --device cpu").out.find("GPU"), std::string::npos);
  const Json tool = planned("1000000 784 -m tsne --index flat --device cuda");
  EXPECT_LT(tool["device_least_bytes"], tool["device_bytes"]);
  EXPECT_EQ(planned("1000 10 -m umap --device cpu")["device_least_bytes"], 0);
}

// A billion points have more edges than 2^31, and ids below it.
TEST_F(PlanCommand, SharesTheGraphOfABillionPointsAndNotItsMap) {
  const Json all = planned("1000000000 100 -m umap --nodes 100");
  const Json& part = all["nodes"]["part"];
  EXPECT_EQ(all["nodes"]["parts"], 10'000);
  EXPECT_LT(part["host_bytes"].get<double>(), 30e9) << "of 20 million points";
  EXPECT_GT(part["host_bytes"].get<double>(), 20e6 * 4 * 100);
  EXPECT_GT(all["planned_bytes"].get<double>(), 1e9 * 8 * 14 * 1.55) << "the edges";
  EXPECT_LT(all["planned_bytes"].get<double>(), 1e9 * 800) << "the points are not held";
  EXPECT_EQ(all["stages"][0]["seconds"], 0) << "the graph is given";
  const std::string text = run("plan 1000000000 100 -m umap --nodes 100").out;
  for (const char* said : {"400 GB", "each of 100 nodes", "one node makes the map", "optimize"})
    EXPECT_NE(text.find(said), std::string::npos) << said << "\n" << text;
}

TEST_F(PlanCommand, SaysWhyMorePointsThanIdsCannotBe) {
  expect_refused("plan 2147483648 10 -m umap", 2, {"2147483648", "32 bits", "transform"});
  EXPECT_EQ(run("plan 2147483647 10 -m umap").code, 0);
  expect_refused("plan 3 10 -m umap", 2, {"points is 3"});
  expect_refused("plan 100 0 -m umap", 2, {"columns is 0"});
  expect_refused("plan 100 10 -m umap --nodes 51", 2, {"nodes is 51"});
  expect_refused("plan 100 10 -m umap --metric precomputed", 2, {"--dry-run"});
}

// 20,000 rows of 150 neighbours, of 8 bytes each: 24 MB. The edges are 1.5 times as much; rows are
// read once, are dropped when they are in the order of vertices, and hold the weights.
TEST_F(PlanCommand, AGraphIsNotHeldTwice) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes memory of its own";
  ASSERT_EQ(run("generate uniform -n 20000 --dim 3 --force -o " + path("x.npy")).code, 0);
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 150 -o " + path("g.npz")).code, 0);
  ASSERT_EQ(run("embed --knn " + path("g.npz") + " -m tsne --perplexity 50 --max-iter 1 " +
                "--init random -o " + path("y.npy") + " --report " + path("r.json"))
                .code,
            0);
  const auto peak = Json::parse(bytes("r.json"))["peak_bytes"].get<double>();
  EXPECT_LT(peak, 20e3 * 150 * 8 * 3.2 + 15e6);
}

}  // namespace
}  // namespace nearfold
