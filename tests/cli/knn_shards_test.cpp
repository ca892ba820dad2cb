// Approximate parts by the tool: through shared cells the bytes of one run, by an index of their
// data a graph with its recall, and errors that name the file or the flag at fault.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/cli_run.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

class KnnShards : public Cli {
 protected:
  std::string knn(const std::string& more) const {
    return "knn " + path("x.npy") + (more.find("-k ") == std::string::npos ? " -k 9" : "") +
           " --seed 3 --progress none " + more;
  }
  std::string part(const std::string& file, const std::string& queries, const std::string& data,
                   const std::string& more) const {
    return knn("--queries " + queries + " --data " + data + " -o " + path(file) + " " + more);
  }
  std::string merge(const std::vector<std::string>& parts, const std::string& more = "") const {
    std::string all;
    for (const std::string& part : parts) all += path(part) + " ";
    return "knn-merge " + all + "-o " + path("g.npz") + " --force --progress none " + more;
  }
  std::string cells() const { return "--cells " + path("cells.npz"); }
  void done(const std::string& command) const {
    const Outcome o = run(command);
    ASSERT_EQ(o.code, 0) << command << "\n" << o.out;
  }
  void make_four(const std::string& more) const {
    done(part("a.npz", "0:100", "0:170", more));
    done(part("b.npz", "0:100", "170:300", more));
    done(part("c.npz", "100:300", "0:299", more));
    done(part("d.npz", "100:300", "299:300", more));
  }
  void expect_refused(const std::string& command, int code, const std::vector<std::string>& words) {
    const Outcome o = run(command);
    EXPECT_EQ(o.code, code) << command << "\n" << o.out;
    for (const std::string& word : words) expect_contains(o.out, word);
  }
  const std::vector<std::string> all_ = {"d.npz", "b.npz", "a.npz", "c.npz"};
};

TEST_F(KnnShards, ThroughSharedCellsMakeTheBytesOfOneRun) {
  for (const char* metric : {"euclidean", "cosine", "inner_product"}) {
    const std::string by = std::string("--metric ") + metric;
    done(knn("--index ivf:nlist=30 --force --save-cells " + path("cells.npz") + " " + by));
    make_four(cells() + " --force " + by);
    done(knn("--index ivf:nlist=30 --force -o " + path("whole.npz") + " " + by));
    const Outcome merged = run(merge(all_, cells() + " --json --quiet"));
    ASSERT_EQ(merged.code, 0) << merged.out;
    EXPECT_TRUE(bytes("g.npz") == bytes("whole.npz")) << metric;
    const auto report = nlohmann::json::parse(merged.out);
    EXPECT_EQ(report["recall"]["rows"], 300);
    expect_contains(report["index"].get<std::string>(), "ivf:nlist=30,nprobe=");
  }
}

TEST_F(KnnShards, AreMergedInEveryFormOfAGraph) {
  make_four("");
  for (const char* form : {"--csr", "--include-self"}) {
    done(knn(std::string(form) + " --force -o " + path("whole.npz")));
    done(merge(all_, form));
    EXPECT_TRUE(bytes("g.npz") == bytes("whole.npz")) << form;
  }
  expect_refused(merge(all_, "--csr --include-self"), 2, {"--csr includes the points themselves"});
}

TEST_F(KnnShards, AreMergedForFewerNeighbours) {
  make_four("");
  done(knn("-k 4 -o " + path("whole.npz")));
  done(merge(all_, "-k 4"));
  EXPECT_TRUE(bytes("g.npz") == bytes("whole.npz"));
  for (const char* k : {"0", "10"})
    expect_refused(merge(all_, std::string("-k ") + k), 2, {std::string("-k is ") + k, "1 to 9"});
  make_four("--index hnsw:M=4,ef=12 --force");
  const Outcome merged = run(merge(all_, "-k 4 --json --quiet"));
  const auto report = nlohmann::json::parse(merged.out);
  EXPECT_EQ(report["k"], 4);
  EXPECT_GT(report["recall"]["mean"], 0.9);
}

TEST_F(KnnShards, ByAnIndexOfTheirDataHaveTheirRecallMeasured) {
  make_four("--index hnsw:M=4,ef=12");
  const Outcome merged = run(merge(all_, "--json"));
  ASSERT_EQ(merged.code, 0) << merged.out;
  expect_contains(merged.out, "recall ");
  EXPECT_EQ(run("embed " + path("x.npy") + " --knn " + path("g.npz") +
                " -m umap --n-neighbors 8 -o " + path("y.npy") + " --report " + path("r.json"))
                .code,
            0);
  const auto report = nlohmann::json::parse(bytes("r.json"));
  expect_contains(report.dump(), "hnsw per shard (4 shards)");
  done(knn("-o " + path("exact.npz")));
  make_four("--index ivf:nlist=3,nprobe=3 --force");
  done(merge(all_));
  EXPECT_FALSE(bytes("g.npz") == bytes("exact.npz"));  // they say how they were made
}

TEST_F(KnnShards, AreKeptByARerunWhenTheyAreTheSame) {
  done(knn("--index ivf --save-cells " + path("cells.npz")));
  for (const std::string& how : {cells(), std::string("--index ivf:nlist=9")}) {
    done(part("a.npz", "0:100", "0:170", how + " --force"));
    const Outcome kept = run(part("a.npz", "0:100", "0:170", how + " --reuse"));
    EXPECT_EQ(kept.code, 0) << kept.out;
    expect_contains(kept.out, "is there already, and kept");
    expect_refused(part("a.npz", "0:100", "0:170", "--reuse"), 3, {"another part", "to be flat"});
  }
  expect_refused(part("a.npz", "0:100", "0:170", "--index ivf --reuse"), 3,
                 {"another part", "other parameters"});
  expect_refused(part("a.npz", "0:100", "0:170", cells() + " --reuse"), 3,
                 {"another part", "other cells"});
  const std::string whole = bytes("a.npz");
  write("a.npz", whole.substr(0, whole.size() - 900));
  expect_refused(part("a.npz", "0:100", "0:170", "--index ivf:nlist=9 --reuse"), 3, {"damaged"});
}

TEST_F(KnnShards, ThatDoNotFitAreNamed) {
  done(knn("--index ivf --save-cells " + path("cells.npz")));
  make_four(cells());
  expect_refused(merge(all_), 3, {"through shared cells", "give them with --cells"});
  done(knn("--index ivf:nlist=7 --save-cells " + path("others.npz")));
  expect_refused(merge(all_, "--cells " + path("others.npz")), 3, {"other cells than these"});
  done(part("e.npz", "100:300", "299:300", "--cells " + path("others.npz")));
  expect_refused(merge({"a.npz", "b.npz", "c.npz", "e.npz"}, cells()), 3,
                 {"e.npz", "another graph", "other cells"});
  done(part("f.npz", "0:300", "0:300", ""));
  expect_refused(merge({"f.npz"}, cells()), 3, {"without shared cells"});
  expect_refused(merge(all_, "--cells " + path("a.npz")), 3, {"a.npz", "--save-cells"});
  const std::string whole = bytes("cells.npz");
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  write("cells.npz", flipped);
  expect_refused(merge(all_, cells()), 3, {"cells.npz"});
  write("cells.npz", whole);
  std::string damaged = bytes("a.npz");
  damaged[1000] = static_cast<char>(damaged[1000] ^ 1);
  write("a.npz", damaged);
  expect_refused(merge(all_, cells()), 3, {"a.npz", "damaged, make it again"});
  run("generate blobs -n 300 --dim 5 --seed 8 --force -o " + path("x.npy"));
  expect_refused(part("a.npz", "0:9", "0:300", cells() + " --force"), 3,
                 {"cells.npz", "other points, by their fingerprint"});
  run("generate blobs -n 301 --dim 5 --force -o " + path("x.npy"));
  expect_refused(part("a.npz", "0:9", "0:300", cells() + " --force"), 3, {"cells of other points"});
}

TEST_F(KnnShards, ThatCannotBeMadeAreRefused) {
  expect_refused(knn("--save-cells " + path("cells.npz")), 2, {"--save-cells", "--index ivf"});
  expect_refused(knn("--index ivf -o g.npz --save-cells " + path("cells.npz")), 2,
                 {"--save-cells keeps cells instead of a graph"});
  done(knn("--index ivf --save-cells " + path("cells.npz")));
  expect_refused(knn("--index ivf --save-cells " + path("cells.npz")), 5, {"exists already"});
  expect_refused(part("a.npz", "0:9", "0:300", cells() + " -k 8"), 2, {"-k is 8", "give -k 9"});
  expect_refused(part("a.npz", "0:9", "0:300", cells() + " --metric cosine"), 2,
                 {"--metric is cosine", "euclidean"});
  expect_refused(part("a.npz", "0:9", "0:300", cells() + " --index ivf"), 2,
                 {"--cells has the index"});
  for (const char* index : {"auto", "nndescent"})
    expect_refused(part("a.npz", "0:9", "0:300", std::string("--index ") + index), 2,
                   {index, "flat, ivf or hnsw"});
  expect_refused(part("a.npz", "0:9", "0:300", "--index ivf --metric manhattan"), 2, {"ivf"});
  const Outcome planned = run(part("a.npz", "0:9", "0:300", cells() + " --dry-run"));
  EXPECT_EQ(planned.code, 0) << planned.out;
  expect_contains(planned.out, "GB");
  EXPECT_FALSE(exists("a.npz"));
}

}  // namespace
}  // namespace nearfold
