// --unique, as a script uses it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/take_rows.hpp"
#include "io/io.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/model.hpp"
#include "nearfold/unique.hpp"
#include "support/bad_inputs.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

/// 120 rows, each three times.
Matrix repeated() {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < 360; ++i) order.push_back(i * 7 % 120);
  return take_rows(data::blobs(120, 5, 1), order);
}

class UniqueTool : public BadInput {
 protected:
  UniqueTool() {
    io::write_npy(path("x.npy"), repeated(), io::Overwrite::yes);
    io::write_npy(path("few.npy"), take_rows(repeated(), unique_rows(repeated()).rows),
                  io::Overwrite::yes);
  }
  std::string embed(const std::string& name, const std::string& output,
                    const std::string& more = "", int epochs = 60) const {
    return "embed " + path(name) + " -m umap --n-neighbors 8 -q --n-epochs " +
           std::to_string(epochs) + " -o " + path(output) + " " + more;
  }
  Matrix matrix(const std::string& name) const { return io::read_matrix(path(name)); }
  /// Of the distinct rows, as rows of all points.
  Matrix of_all(const std::string& name) const {
    return take_rows(matrix(name), unique_rows(repeated()).of);
  }
};

TEST_F(UniqueTool, GivesEqualRowsOnePlace) {
  ASSERT_EQ(run(embed("few.npy", "few-map.npy", "--output-dens " + path("few-r.npy"))).code, 0);
  expect_says(run(embed("x.npy", "map.npy",
                        "--unique --report " + path("r.json") + " --output-dens " + path("r.npy") +
                            " --save-model " + path("m.nfm") + " --snapshots " + path("s") +
                            " --snapshot-every 30 --edges --plot " + path("map.svg"))),
              kDone, {}, "unique");
  EXPECT_EQ(matrix("map.npy").values(), of_all("few-map.npy").values());
  EXPECT_EQ(matrix("r.npy").values(), of_all("few-r.npy").values());
  EXPECT_EQ(matrix("s/000060.npy").values(), matrix("map.npy").values());
  EXPECT_EQ(matrix("s/000030.npy").rows(), 360);
  const auto report = nlohmann::json::parse(bytes("r.json"));
  EXPECT_EQ(report["n"], 360);
  EXPECT_EQ(report["distinct"], 120);
  EXPECT_EQ(io::read_model(path("m.nfm")).map.values(), matrix("few-map.npy").values());
  ASSERT_EQ(run("transform " + path("m.nfm") + " " + path("x.npy") + " -o " + path("t.npy")).code,
            0);
  EXPECT_EQ(matrix("t.npy").values(), matrix("map.npy").values());
}

TEST_F(UniqueTool, GoesOnFromItsCheckpoint) {
  constexpr int kEpochs = 8000;
  const std::string kept = "--checkpoint " + path("c") + " --force ";
  ASSERT_EQ(run(embed("x.npy", "whole.npy", "--unique", kEpochs)).code, 0);
  const Outcome stopped =
      shell(once_there(embed("x.npy", "map.npy", kept + "--unique --checkpoint-every 0", kEpochs),
                       path("c/state.npz"), "INT"));
  ASSERT_EQ(stopped.code, 130) << stopped.out;
  EXPECT_EQ(matrix("map.partial.npy").rows(), 360);
  expect_refused(embed("x.npy", "map.npy", kept + "--resume", kEpochs), kUsage,
                 {"unique is true there and false here"});
  ASSERT_EQ(run(embed("x.npy", "map.npy", kept + "--unique --resume", kEpochs)).code, 0);
  EXPECT_EQ(matrix("map.npy").values(), matrix("whole.npy").values());
}

TEST_F(UniqueTool, IsTakenByGridsAndPlans) {
  const std::string axes = " --n-neighbors 5,8 --min-dist 0.1 --n-epochs 60 -q ";
  ASSERT_EQ(run("grid " + path("x.npy") + axes + "--unique -o " + path("g")).code, 0);
  ASSERT_EQ(run(embed("x.npy", "map.npy", "--unique")).code, 0);
  EXPECT_EQ(matrix("g/n_neighbors=8,min_dist=0.1.npy").values(), matrix("map.npy").values());
  const auto manifest = nlohmann::json::parse(bytes("g/manifest.json"));
  EXPECT_EQ(manifest["cells"][0]["distinct"], 120);
  expect_says(run("plan 100000 50 -m umap --unique --json"), kDone, {"planned_bytes"}, "plan");
  expect_says(run("embed " + path("x.npy") + " -m umap --unique --dry-run -o " + path("y.npy")),
              kDone, {"360 points of 5 columns, all rows distinct"}, "dry run");
}

TEST_F(UniqueTool, RefusesWhatHasNoRows) {
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 7 -q -o " + path("g.npz")).code, 0);
  for (const char* points : {"", "x.npy"})
    expect_refused("embed " + (*points == 0 ? "" : path(points)) + " --knn " + path("g.npz") +
                       " -m umap --unique -o " + path("y.npy"),
                   kUsage, {"--unique", "--knn"});
  expect_refused(
      "embed " + path("x.npy") + " --metric precomputed -m umap --unique -o " + path("y.npy"),
      kUsage, {"--unique", "precomputed"});
  io::write_npy(path("one.npy"), Matrix(40, 3), io::Overwrite::yes);
  expect_refused("embed " + path("one.npy") + " -m umap --unique -o " + path("y.npy"), kBadInput,
                 {"1 distinct rows of 40 points"});
}

}  // namespace
}  // namespace nearfold
