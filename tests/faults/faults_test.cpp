// The tool while memory, disk or its own life ends: what is there afterwards is what was there
// before, or the whole of what was to come.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "support/cli_run.hpp"

namespace nearfold {
namespace {

class Faults : public Cli {
 protected:
  Faults() {
    write("y.npy", "old");
    write("y.npz", "old");
    write("r.json", "old");
    run("knn " + path("x.npy") + " -k 5 -q --queries 0:200 -o " + path("low.npz"));
    run("knn " + path("x.npy") + " -k 5 -q --queries 200:300 -o " + path("high.npz"));
  }

  /// The tool with a call made to fail.
  Outcome run_failing(const std::string& what, const std::string& arguments) const {
    return run_with("LD_PRELOAD=" NEARFOLD_SHIM " NEARFOLD_FAIL=" + what, arguments);
  }
  Outcome run_with(const std::string& environment, const std::string& arguments) const {
    return shell(environment + " " + NEARFOLD_TOOL + " " + arguments);
  }

  /// How many calls of a kind a command makes.
  long calls(const std::string& kind, const std::string& arguments) const {
    const Outcome o = run_with("LD_PRELOAD=" NEARFOLD_SHIM " NEARFOLD_COUNT=1", arguments);
    EXPECT_EQ(o.code, 0) << o.out;
    const auto at = o.out.find(" " + kind + " ", o.out.find("calls:"));
    EXPECT_NE(at, std::string::npos) << o.out;
    return std::stol(o.out.substr(at + kind.size() + 2));
  }

  void expect_old_or_whole(const std::string& file, const std::string& whole,
                           const std::string& when) const {
    const std::string now = bytes(file);
    EXPECT_TRUE(now == "old" || now == whole) << when << ": a file of " << now.size() << " bytes";
  }
  void expect_nothing_left(const std::string& when) const {
    for (const auto& entry : fs::directory_iterator(folder_))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".nearfold")) << when;
  }
};

constexpr long kTries = 30;  // of a command, unless NEARFOLD_ALL_FAULTS is set

std::string every(const std::string& more) {
  return " --force --progress none --threads 2 " + more;
}

/// A command, and the file that it writes.
struct Writing {
  std::string command, file;
};

/// The main commands.
std::vector<Writing> commands(const std::string& folder) {
  const std::string x = folder + "/x.npy", map = " -o " + folder + "/y.npy",
                    graph = " -o " + folder + "/y.npz";
  return {
      {"embed " + x + map + every("--method umap --n-epochs 5 --report " + folder + "/r.json"),
       "y.npy"},
      {"embed " + x + map + every("--method tsne --max-iter 5 --perplexity 5 --index ivf"),
       "y.npy"},
      {"knn " + x + graph + every("-k 5 --index hnsw"), "y.npz"},
      {"knn " + x + graph + every("-k 5 --index nndescent"), "y.npz"},
      {"convert " + x + map + every("--pca 3"), "y.npy"},
      {"knn " + x + graph + every("-k 5 --queries 0:200 --data 100:300"), "y.npz"},
      {"knn-merge " + folder + "/low.npz " + folder + "/high.npz" + graph + every(""), "y.npz"},
  };
}

// ---- memory -------------------------------------------------------------------------------------

TEST_F(Faults, AnAllocationThatFailsIsSaidAndLeavesTheOldFile) {
  if (kSanitized) GTEST_SKIP() << "the shim and a sanitizer replace the same calls";
  for (const auto& [command, file] : commands(folder_.string())) {
    const long total = calls("new", command);
    const std::string whole = bytes(file);
    ASSERT_GT(total, 10) << command;
    const long tries =
        std::getenv("NEARFOLD_ALL_FAULTS") != nullptr ? total : std::min(total, kTries);
    for (long i = 1; i <= tries; ++i) {
      const long n = i * total / tries;
      write(file, "old");
      const Outcome o = run_failing("new:" + std::to_string(n), command);
      const std::string when = command + ", allocation " + std::to_string(n);
      EXPECT_TRUE(o.code == 4 || o.code == 0) << when << ": " << o.code << " " << o.out;
      expect_old_or_whole(file, whole, when);
      expect_nothing_left(when);
      if (HasFailure()) return;
    }
  }
}

// ---- disk ---------------------------------------------------------------------------------------

TEST_F(Faults, ADiskThatIsFullIsSaidAndLeavesTheOldFile) {
  if (kSanitized) GTEST_SKIP() << "the shim and a sanitizer replace the same calls";
  fs::create_directory(path("spare"));
  for (const auto& [command, file] : commands(folder_.string())) {
    const long total = calls("io", command);
    const std::string whole = bytes(file);
    ASSERT_GE(total, 4) << command;
    for (long n = 1; n <= total; ++n) {
      write(file, "old");
      fs::remove(path("spare/" + file));
      const Outcome o =
          run_failing("io:" + std::to_string(n) + " TMPDIR=" + path("spare"), command);
      const std::string when = command + ", write " + std::to_string(n) + ": " + o.out;
      EXPECT_EQ(o.code, 5) << when;
      EXPECT_NE(o.out.find("No space left"), std::string::npos) << when;
      expect_old_or_whole(file, whole, when);
      expect_nothing_left(when);
      const bool there = bytes(file) == whole || bytes("spare/" + file) == whole;
      EXPECT_TRUE(there || !command.starts_with("embed")) << when;  // hours of work are not lost
    }
  }
}

TEST_F(Faults, AFileThatCannotBeReadIsSaid) {
  if (kSanitized) GTEST_SKIP() << "the shim and a sanitizer replace the same calls";
  for (const auto& [command, file] : commands(folder_.string())) {
    const long total = calls("read", command);
    ASSERT_GE(total, 1) << command;
    for (long n = 1; n <= total; ++n) {
      write(file, "old");
      const Outcome o = run_failing("read:" + std::to_string(n), command);
      EXPECT_EQ(o.code, 5) << command << n << ": " << o.out;
      EXPECT_EQ(bytes(file), "old");
    }
  }
}

// ---- its own life -------------------------------------------------------------------------------

/// A command that is killed after some seconds.
std::string killed(const std::string& command, double after) {
  return std::string(NEARFOLD_TOOL) + " " + command + " & pid=$!; sleep " + std::to_string(after) +
         "; kill -9 $pid; wait $pid";
}

double seconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

TEST_F(Faults, KilledAtAHundredMomentsLeavesTheOldFileOrTheWholeNewOne) {
  const std::string command = commands(folder_.string()).front().command;
  Outcome o;
  const double takes = seconds_of([&] { o = run(command); });
  ASSERT_EQ(o.code, 0) << o.out;
  const std::string whole = bytes("y.npy");
  std::mt19937 random(1);
  std::uniform_real_distribution<double> anywhere(0, 1.1 * takes), late(0.6 * takes, 1.1 * takes);
  int kept = 0, replaced = 0;
  for (int i = 0; i < 100; ++i) {
    write("y.npy", "old");
    write("r.json", "old");
    shell(killed(command, i % 2 == 0 ? anywhere(random) : late(random)));
    expect_old_or_whole("y.npy", whole, "killed");
    const std::string report = bytes("r.json");
    EXPECT_TRUE(report == "old" || report.ends_with("}\n")) << report;
    (bytes("y.npy") == whole ? replaced : kept) += 1;
  }
  EXPECT_GT(kept, 5);
  EXPECT_GT(replaced, 5);
  EXPECT_EQ(run(command).code, 0);
  EXPECT_EQ(bytes("y.npy"), whole);
  expect_nothing_left("after the next run");
}

TEST_F(Faults, KilledAgainAndAgainARunIsGoneOnWithToTheSameMap) {
  const std::string command =
      "embed " + path("x.npy") + " -o " + path("y.npy") +
      every("--method tsne --perplexity 20 --max-iter " + std::to_string(kSanitized ? 600 : 6000));
  ASSERT_EQ(run(command).code, 0);
  const std::string whole = bytes("y.npy");
  write("y.npy", "old");
  const std::string resumed = command + " --checkpoint " + path("kept") +
                              " --checkpoint-every 0 --resume --report " + path("r.json");
  // The first time as soon as there is something to resume, then at any moment.
  shell(once_there(resumed, path("kept/state.npz"), "KILL"));
  EXPECT_EQ(bytes("y.npy"), "old");
  for (const double after : {0.05, 0.1, 0.15}) shell(killed(resumed, after));
  const bool left = exists("kept/state.npz");  // unless it was faster than that
  const Outcome o = run(resumed);
  EXPECT_EQ(o.code, 0) << o.out;
  EXPECT_EQ(bytes("y.npy"), whole);
  EXPECT_EQ(bytes("r.json").find("resumed_at") != std::string::npos, left);
  EXPECT_FALSE(exists("kept"));
}

}  // namespace
}  // namespace nearfold
