// Memory through the tool: plans that agree with what runs take, refusals before anything is
// read, points on disk.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "io/io.hpp"
#include "support/cli_run.hpp"

namespace nearfold {
namespace {

class CliBudget : public Cli {
 protected:
  /// 60,000 points of 200 columns: 48 MB.
  CliBudget() { run("generate uniform -n 60000 --dim 200 --force -o " + path("x.npy")); }
  std::string map(const std::string& more) const {
    return "embed " + path("x.npy") + " -o " + path("y.npy") + " --progress none --report " +
           path("r.json") + " --index ivf:nlist=60,nprobe=1 " + more;
  }
  static std::string umap() { return "--method umap --n-epochs 2 --init random "; }
  static std::string tsne() { return "--method tsne --max-iter 2 --perplexity 10 "; }
};

TEST_F(CliBudget, PlansAgreeWithPeaks) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes memory of its own";
  for (const std::string& method : {umap(), tsne()}) {
    const Outcome planned = run(map(method + "--dry-run --json"));
    ASSERT_EQ(planned.code, 0) << planned.out;
    EXPECT_FALSE(exists("r.json"));
    const double planned_bytes = nlohmann::json::parse(planned.out)["planned_bytes"];
    ASSERT_EQ(run(map(method + "--force")).code, 0);
    const auto report = nlohmann::json::parse(bytes("r.json"));
    EXPECT_NEAR(planned_bytes / report["peak_bytes"].get<double>(), 1.0, 0.15) << method;
    fs::remove(path("r.json"));
  }
}

TEST_F(CliBudget, WhatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
  for (const std::string& command :
       {map(umap()), "knn " + path("x.npy") + " -k 10 -o " + path("y.npz"),
        "grid " + path("x.npy") + " -o " + path("y.npy"),
        "convert " + path("x.npy") + " --pca 190 -o " + path("y.npy")}) {
    const Outcome o = run(command + " --memory-limit 20M");
    EXPECT_EQ(o.code, 4) << command << o.out;
    EXPECT_NE(o.out.find("--memory-limit allows 0.02 GB"), std::string::npos) << o.out;
    EXPECT_FALSE(exists("y.npy"));
  }
  const Outcome o = run(map(tsne() + "--memory-limit 100M"));
  EXPECT_EQ(o.code, 4);
  for (const char* offer : {"--pca 50", " points ("})
    EXPECT_NE(o.out.find(offer), std::string::npos) << o.out;
}

TEST_F(CliBudget, PointsThatDoNotFitStayOnDiskForTheSameMap) {
  ASSERT_EQ(run(map(umap())).code, 0);
  const std::string whole = bytes("y.npy");
  const Outcome o = run(map(umap() + "--force --memory-limit 190M"));
  ASSERT_EQ(o.code, 0) << o.out;
  EXPECT_NE(o.out.find("read from disk"), std::string::npos) << o.out;
  EXPECT_EQ(bytes("y.npy"), whole);
  ASSERT_EQ(run("convert " + path("x.npy") + " --pca 4 -o " + path("p.npy")).code, 0);
  ASSERT_EQ(
      run("convert " + path("x.npy") + " --pca 4 --memory-limit 40M -o " + path("q.npy")).code, 0);
  EXPECT_EQ(bytes("p.npy"), bytes("q.npy"));
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".nearfold"));
}

TEST_F(CliBudget, PointsStayOnDiskBesideEitherOutputOfASearch) {
  run("generate uniform -n 100 --dim 200 -o " + path("q.npy"));
  const Outcome o = run("knn " + path("x.npy") + " --query " + path("q.npy") +
                        " -k 3 --index ivf:nlist=60,nprobe=1 --progress none -o " + path("n.npz") +
                        " --save-index " + path("i.npz") + " --memory-limit 190M");
  EXPECT_EQ(o.code, 0) << o.out;
  EXPECT_TRUE(exists("n.npz") && exists("i.npz"));
}

TEST_F(CliBudget, AddressSpaceThatIsTooSmallIsRefused) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes memory of its own";
  const Outcome o =
      shell("ulimit -v 150000; " + std::string(NEARFOLD_TOOL) + " " + map(tsne() + "--threads 1"));
  EXPECT_EQ(o.code, 4) << o.out;
  EXPECT_FALSE(exists("y.npy"));
}

TEST_F(CliBudget, LimitsThatLeaveHardlyMoreThanTheProgramAreErrorsAtOnce) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes memory of its own";
  for (const char* limit : {"-v 60000", "-d 20000"}) {
    const std::string tool =
        "ulimit " + std::string(limit) + "; timeout 10 " + std::string(NEARFOLD_TOOL) + " ";
    EXPECT_EQ(shell(tool + "--version").code, 0);
    const Outcome o = shell(tool + map(umap()));
    EXPECT_EQ(o.code, 4) << o.out;
    EXPECT_FALSE(exists("y.npy"));
  }
}

TEST_F(CliBudget, SizesThatAreNoneAreRefused) {
  for (const char* size : {"x", "5X", "-1", "0", "1e30", "5iB", "nan", ""}) {
    const Outcome o = run(map(umap()) + " --memory-limit '" + size + "'");
    EXPECT_EQ(o.code, 2) << size << o.out;
  }
  for (const char* size : {"8G", "8GB", "8GiB", "0.8G", "800000000"})
    EXPECT_EQ(run(map(umap()) + " --dry-run --memory-limit " + size).code, 0) << size;
}

TEST_F(CliBudget, ConvertsInBlocksWhateverTheType) {
  const Matrix x = io::read_matrix(path("x.npy"));
  ASSERT_EQ(run("convert " + path("x.npy") + " --memory-limit 1M -o " + path("z.npy")).code, 0);
  EXPECT_EQ(io::read_matrix(path("z.npy")).values(), x.values());
}

TEST_F(CliBudget, PlansNeedAHeader) {
  write("x.csv", "1,2\n3,4\n5,6\n7,8\n9,9\n");
  const Outcome o = run("embed " + path("x.csv") + " --method umap --dry-run -o " + path("y.npy"));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("header"), std::string::npos) << o.out;
}

}  // namespace
}  // namespace nearfold
