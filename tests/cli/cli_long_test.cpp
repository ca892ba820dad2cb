// Long runs through the tool: checkpoints, snapshots, signals.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "io/io.hpp"
#include "support/cli_run.hpp"

namespace nearfold {
namespace {

constexpr int kSlower = kSanitized ? 10 : 1;

class CliLong : public Cli {
 protected:
  /// A run of t-SNE that takes for ever, or until `iterations`.
  std::string tsne(int iterations, const std::string& more) const {
    return "embed " + path("x.npy") + " --method tsne --perplexity 10 --progress none -o " +
           path("y.npy") + " --report " + path("r.json") + " --max-iter " +
           std::to_string(iterations) + " " + more;
  }
  std::string kept(const std::string& more = "") const {
    return "--checkpoint " + path("kept") + " " + more;
  }

  /// A command that gets signals after some seconds: "INT 0.5 TERM 0.1".
  static Outcome signalled(const std::string& command, const std::string& signals) {
    return shell(std::string(NEARFOLD_TOOL) + " " + command + " & pid=$!; set -- " + signals +
                 "; while [ $# -gt 0 ]; do sleep $2; kill -$1 $pid; shift 2; done; wait $pid");
  }
  nlohmann::json report() const { return nlohmann::json::parse(bytes("r.json")); }

  void expect_refused(const std::string& command, int code, const std::string& says) const {
    const Outcome o = run(command);
    EXPECT_EQ(o.code, code) << o.out;
    EXPECT_NE(o.out.find(says), std::string::npos) << o.out;
    EXPECT_FALSE(exists("y.npy"));
  }
};

// ---- going on -----------------------------------------------------------------------------------

TEST_F(CliLong, AnInterruptedRunIsGoneOnWithToTheSameMap) {
  constexpr int kIterations = 15'000 / kSlower;
  ASSERT_EQ(run(tsne(kIterations, "")).code, 0);
  const std::string whole = bytes("y.npy");
  fs::remove(path("y.npy"));
  const Outcome stopped = shell(once_there(tsne(kIterations, kept("--force --checkpoint-every 0")),
                                           path("kept/state.npz"), "INT"));
  ASSERT_EQ(stopped.code, 130) << stopped.out;
  EXPECT_NE(stopped.out.find("--resume"), std::string::npos) << stopped.out;
  EXPECT_EQ(report()["status"], "interrupted");
  const Outcome o = run(tsne(kIterations, kept("--resume --force --threads 1")));
  ASSERT_EQ(o.code, 0) << o.out;
  EXPECT_EQ(bytes("y.npy"), whole);
  EXPECT_EQ(report()["status"], "finished");
  EXPECT_FALSE(exists("kept"));
}

TEST_F(CliLong, ARunToGoOnWithThatIsNotThereIsANewOne) {
  ASSERT_EQ(run(tsne(20, kept("--resume"))).code, 0);
  EXPECT_FALSE(report().contains("resumed_at"));
}

class CliKept : public CliLong {
 protected:
  CliKept() {
    const std::string command = tsne(2'000'000, kept("--checkpoint-every 0"));
    shell(once_there(command, path("kept/state.npz"), "INT"));
  }
};

TEST_F(CliKept, IsNotReplacedUnasked) {
  fs::remove(path("r.json"));
  expect_refused(tsne(50, kept()), 5, "--resume to continue it");
  EXPECT_EQ(run(tsne(50, kept("--force"))).code, 0);
}

TEST_F(CliKept, OfOtherSettingsIsNamed) {
  fs::remove(path("r.json"));
  expect_refused(tsne(2'000'000, kept("--resume --seed 7")), 2, "seed is 42 there and 7 here");
  expect_refused(tsne(50, kept("--resume")), 2, "--max-iter is 2000000 there and 50 here");
  expect_refused(tsne(2'000'000, kept("--resume --metric cosine")), 2,
                 "metric is \"euclidean\" there");
}

TEST_F(CliKept, OfOtherDataIsNamed) {
  fs::remove(path("r.json"));
  run("generate blobs -n 300 --dim 5 --seed 1 --force -o " + path("x.npy"));
  expect_refused(tsne(2'000'000, kept("--resume")), 3, "is of other data");
}

TEST_F(CliKept, ThatIsDamagedIsNamed) {
  fs::remove(path("r.json"));
  const std::string state = bytes("kept/state.npz");
  for (const std::string& damaged : {state.substr(0, state.size() / 2), std::string("x")}) {
    write("kept/state.npz", damaged);
    expect_refused(tsne(2'000'000, kept("--resume")), 3, "state.npz");
  }
  write("kept/run.json", "{\"a\": " + std::string(200'000, '[') + std::string(200'000, ']') + "}");
  expect_refused(tsne(2'000'000, kept("--resume")), 2, "is another one");
  write("kept/run.json", "{");
  expect_refused(tsne(2'000'000, kept("--resume")), 3, "run.json' is damaged");
}

TEST_F(CliKept, IsUsedByOneRunAtATime) {
  fs::remove(path("r.json"));
  const Outcome o = shell("flock " + path("kept") + " " + NEARFOLD_TOOL + " " +
                          tsne(2'000'000, kept("--resume")));
  EXPECT_EQ(o.code, 5) << o.out;
  EXPECT_NE(o.out.find("another run is using"), std::string::npos) << o.out;
}

TEST_F(CliLong, FlagsThatContradictEachOtherAreRefused) {
  expect_refused(tsne(20, "--resume"), 2, "give it with --checkpoint");
  expect_refused(tsne(20, "--snapshots s --snapshot-every 0"), 2, "iterations are >= 1");
  expect_refused(tsne(20, kept("--checkpoint-every -1")), 2, "seconds are >= 0");
}

// ---- snapshots ----------------------------------------------------------------------------------

TEST_F(CliLong, SnapshotsAreTheMapsOfShorterRuns) {
  ASSERT_EQ(run(tsne(60, "--snapshots " + path("s") + " --snapshot-every 25")).code, 0);
  EXPECT_TRUE(exists("s/000025.npy") && exists("s/000050.npy"));
  EXPECT_FALSE(exists("s/000060.npy"));
  ASSERT_EQ(run(tsne(50, "--force")).code, 0);
  EXPECT_EQ(bytes("y.npy"), bytes("s/000050.npy"));
}

TEST_F(CliLong, SnapshotsThatCannotBeWrittenEndWithAWarning) {
  fs::create_directories(path("s/000025.npy"));  // in the place of a file
  const Outcome o = run(tsne(60, "--snapshots " + path("s") + " --snapshot-every 25"));
  EXPECT_EQ(o.code, 0) << o.out;
  EXPECT_NE(o.out.find("no more snapshots from iteration 25"), std::string::npos) << o.out;
}

// ---- signals ------------------------------------------------------------------------------------

TEST_F(CliLong, EverySignalThatAsksForAStopHasItsCode) {
  for (const auto& [signal, code] :
       {std::pair{"INT", 130}, std::pair{"TERM", 143}, std::pair{"HUP", 129}}) {
    const Outcome o = signalled(tsne(2'000'000, "--force"), std::string(signal) + " 0.4");
    EXPECT_EQ(o.code, code) << o.out;
    EXPECT_TRUE(exists("y.partial.npy")) << signal;
    EXPECT_EQ(report()["status"], "interrupted");
    EXPECT_FALSE(exists("y.npy"));
    fs::remove(path("y.partial.npy"));
  }
}

/// In a search of a minute: nothing to save, but a report.
TEST_F(CliLong, ASearchIsStoppedWithinTwoSeconds) {
  run("generate uniform -n 60000 --dim 200 --force -o " + path("x.npy"));
  for (const std::string index : {"flat", "ivf", "hnsw", "nndescent"}) {
    const auto began = std::chrono::steady_clock::now();
    const Outcome o = signalled(tsne(500, "--force --index " + index), "INT 1");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    EXPECT_EQ(o.code, 130) << o.out;
    EXPECT_LT(took.count(), 1 + 2 * kSlower) << index;
    EXPECT_FALSE(exists("y.npy") || exists("y.partial.npy"));
    EXPECT_EQ(report()["status"], "interrupted");
    const Outcome graph = signalled(
        "knn " + path("x.npy") + " -k 90 -o " + path("g.npz") + " --index " + index, "TERM 0.5");
    EXPECT_EQ(graph.code, 143) << graph.out;
    EXPECT_FALSE(exists("g.npz"));
  }
}

TEST_F(CliLong, AnOutputThatIsAnInputIsRefused) {
  const std::string points = bytes("x.npy");
  fs::create_symlink(path("x.npy"), path("link.npy"));
  for (const char* output : {"x.npy", "./x.npy", "link.npy"}) {
    const Outcome o = run("embed " + path("x.npy") + " --method umap --force -o " + path(output));
    EXPECT_EQ(o.code, 2) << o.out;
    EXPECT_NE(o.out.find("is read and would be replaced"), std::string::npos) << o.out;
  }
  EXPECT_EQ(run("convert " + path("x.npy") + " --force -o " + path("x.npy")).code, 2);
  const Outcome twice = run(embed("--report " + path("y.npy")));
  EXPECT_EQ(twice.code, 2) << twice.out;
  EXPECT_NE(twice.out.find("would be written twice"), std::string::npos) << twice.out;
  EXPECT_EQ(bytes("x.npy"), points);
}

TEST_F(CliLong, APipeThatClosesIsNoDamage) {
  const Outcome o =
      shell(std::string(NEARFOLD_TOOL) + " " + embed("--json --progress none") + " | true");
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(io::read_matrix(path("y.npy")).rows(), 300);
}

}  // namespace
}  // namespace nearfold
