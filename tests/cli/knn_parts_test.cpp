// A graph in parts by the tool: the bytes of one run for any split, parts that are kept by a rerun,
// and errors that name the file at fault.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/cli_run.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

class KnnParts : public Cli {
 protected:
  std::string make(const std::string& part, const std::string& queries, const std::string& data,
                   const std::string& more = "") const {
    return "knn " + path("x.npy") + (more.find("-k ") == std::string::npos ? " -k 9" : "") +
           " --seed 3 --queries " + queries + " --data " + data + " -o " + path(part) +
           " --progress none " + more;
  }
  std::string merge(const std::vector<std::string>& parts, const std::string& more = "") const {
    std::string all;
    for (const std::string& part : parts) all += path(part) + " ";
    return "knn-merge " + all + "-o " + path("g.npz") + " --progress none " + more;
  }
  void make_four(const std::string& more = "") const {
    ASSERT_EQ(run(make("a.npz", "0:100", "0:170", more)).code, 0);
    ASSERT_EQ(run(make("b.npz", "0:100", "170:300", more)).code, 0);
    ASSERT_EQ(run(make("c.npz", "100:300", "0:299", more)).code, 0);
    ASSERT_EQ(run(make("d.npz", "100:300", "299:300", more)).code, 0);
  }
  void expect_refused(const std::string& command, int code, const std::vector<std::string>& words) {
    const Outcome o = run(command);
    EXPECT_EQ(o.code, code) << command << "\n" << o.out;
    for (const std::string& word : words) expect_contains(o.out, word);
    EXPECT_FALSE(exists("g.npz"));
  }
  void expect_whole_graph(const std::string& more) const {
    make_four(more + " --force");
    const Outcome whole =
        run("knn " + path("x.npy") + " -k 9 --seed 3 --force -o " + path("whole.npz") + " " + more);
    ASSERT_EQ(whole.code, 0) << whole.out;
    const Outcome merged = run(merge({"d.npz", "b.npz", "a.npz", "c.npz"}, "--force"));
    ASSERT_EQ(merged.code, 0) << merged.out;
    EXPECT_TRUE(bytes("g.npz") == bytes("whole.npz")) << more;
  }
  const std::vector<std::string> all_ = {"a.npz", "b.npz", "c.npz", "d.npz"};
};

TEST_F(KnnParts, MakeTheBytesOfOneRun) {
  for (const char* metric : {"euclidean", "sqeuclidean", "cosine", "correlation", "inner_product",
                             "manhattan", "chebyshev"})
    expect_whole_graph(std::string("--metric ") + metric);
}

// Long integers far from 0 and full of ties, of which offsets are taken.
TEST_F(KnnParts, OfWideNumbersWithTiesMakeTheBytesOfOneRun) {
  std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (300, 2), }";
  header.resize(117, ' ');
  std::string file = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n";
  for (std::int64_t i = 0; i < 600; ++i) {
    const std::int64_t value = 1'000'000'000'000 + i * i % 7;
    file.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  write("x.npy", file);
  expect_whole_graph("--metric euclidean");
  expect_whole_graph("--metric inner_product");
  const Outcome merged = run(merge(all_, "--force --json --quiet"));
  EXPECT_GT(nlohmann::json::parse(merged.out)["tied_rows"], 100) << merged.out;
  EXPECT_GT(nlohmann::json::parse(merged.out)["duplicates"], 200) << merged.out;
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 4 --seed 3 --metric inner_product --force -o " +
                path("whole.npz"))
                .code,
            0);
  ASSERT_EQ(run(merge(all_, "--force -k 4")).code, 0);
  EXPECT_TRUE(bytes("g.npz") == bytes("whole.npz"));
}

TEST_F(KnnParts, AreKeptByARerunWhenTheyAreTheSame) {
  ASSERT_EQ(run(make("a.npz", "0:100", "0:170")).code, 0);
  const std::string first = bytes("a.npz");
  const auto written = fs::last_write_time(path("a.npz"));
  expect_refused(make("a.npz", "0:100", "0:170"), 5, {"exists already"});
  const Outcome kept = run(make("a.npz", "0:100", "0:170", "--reuse"));
  EXPECT_EQ(kept.code, 0);
  expect_contains(kept.out, "is there already, and kept");
  EXPECT_EQ(fs::last_write_time(path("a.npz")), written);
  expect_refused(make("a.npz", "0:100", "0:171", "--reuse"), 3,
                 {"another part", "data", "--force"});
  expect_refused(make("a.npz", "0:100", "0:170", "--reuse --metric cosine"), 3,
                 {"metric is \"euclidean\", and is to be \"cosine\""});
  write("a.npz", first.substr(0, first.size() - 1000));
  expect_refused(make("a.npz", "0:100", "0:170", "--reuse"), 3, {"a.npz", "damaged", "--force"});
  ASSERT_EQ(run(make("a.npz", "0:100", "0:170", "--reuse --force")).code, 0);
  EXPECT_TRUE(bytes("a.npz") == first);
  ASSERT_EQ(run(make("a.npz", "0:100", "0:170", "--reuse --report " + path("r.json"))).code, 0);
  EXPECT_TRUE(nlohmann::json::parse(bytes("r.json"))["kept"]);
  ASSERT_EQ(run(make("new.npz", "0:100", "0:170", "--reuse")).code, 0);
  EXPECT_TRUE(bytes("new.npz") == first);
}

TEST_F(KnnParts, ThatAreMissingWrongOrDamagedAreNamed) {
  make_four();
  expect_refused(merge({"a.npz", "b.npz", "c.npz"}), 3,
                 {"no part has queries 100:300 with data 299:300", "--queries and --data"});
  expect_refused(merge({"a.npz", "b.npz", "c.npz", "d.npz", "a.npz"}), 3,
                 {"a.npz", "both have queries 0:100 with data 0:170"});
  expect_refused(merge({"a.npz", "b.npz", "c.npz", "lost.npz"}), 5, {"cannot open", "lost.npz"});
  ASSERT_EQ(run(make("e.npz", "100:300", "299:300", "--metric cosine")).code, 0);
  expect_refused(merge({"a.npz", "b.npz", "c.npz", "e.npz"}), 3,
                 {"e.npz", "another graph", "metric is \"cosine\", and is to be \"euclidean\""});
  run("generate blobs -n 300 --dim 5 --seed 8 --force -o " + path("x.npy"));
  ASSERT_EQ(run(make("f.npz", "100:300", "299:300")).code, 0);
  expect_refused(merge({"a.npz", "b.npz", "c.npz", "f.npz"}), 3, {"f.npz", "fingerprint"});
  const std::string whole = bytes("b.npz");
  write("b.npz", whole.substr(0, whole.size() / 2));
  expect_refused(merge(all_), 3, {"b.npz", "the part is damaged, make it again"});
  std::string flipped = whole;
  flipped[1000] = static_cast<char>(flipped[1000] ^ 1);
  write("b.npz", flipped);
  expect_refused(merge(all_), 3, {"b.npz", "damaged, make it again"});
  write("b.npz", whole);
  EXPECT_EQ(run(merge(all_)).code, 0);
  fs::remove(path("g.npz"));
  expect_refused(merge({"x.npy"}), 3, {"x.npy"});
  expect_refused("embed --knn " + path("a.npz") + " -m umap -o " + path("y.npy"), 3,
                 {"a part of a graph", "knn-merge"});
}

TEST_F(KnnParts, ThatCannotBeMadeAreRefused) {
  expect_refused(make("g.npz", "5", "0:300"), 2, {"--queries is '5'", "BEGIN:END"});
  expect_refused(make("g.npz", "5:5", "0:300"), 2, {"--queries is '5:5'"});
  expect_refused(make("g.npz", "0:5", "0:301"), 2, {"--data is 0:301", "300 points"});
  expect_refused(make("g.npz", "0:5", "0:300", "--index nndescent"), 2, {"flat, ivf or hnsw"});
  expect_refused(make("g.npz", "0:5", "0:300", "--standardize"), 2, {"nearfold convert"});
  expect_refused(make("g.npz", "0:5", "0:300", "--csr"), 2, {"--csr"});
  expect_refused("knn " + path("x.npy") + " --reuse -o " + path("g.npz"), 2, {"--reuse"});
  run("convert " + path("x.npy") + " -o " + path("x.csv"));
  expect_refused("knn " + path("x.csv") + " --queries 0:5 -o " + path("g.npz"), 2,
                 {"nearfold convert", ".npy"});
}

/// The most memory that the tool takes, kB.
long peak(const std::string& arguments) {
  const std::string command = "exec " NEARFOLD_TOOL " " + arguments;
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  struct rusage usage {};
  EXPECT_EQ(wait4(child, &status, 0, &usage), child);
  EXPECT_EQ(status, 0) << arguments;
  return usage.ru_maxrss;
}

// 48 MB of points, of which a part holds 3,000 rows: 2.4 MB.
TEST_F(KnnParts, HoldTheirRowsAlone) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes memory of its own";
  run("generate uniform -n 60000 --dim 200 --force -o " + path("x.npy"));
  const long base = peak("knn --help > " + path("help"));
  expect_refused(make("g.npz", "0:60000", "0:60000", "--memory-limit 45M"), 4, {"--memory-limit"});
  EXPECT_LT(
      peak(make("p.npz", "1000:3000", "58000:59000", "--threads 2 --memory-limit 45M")) - base,
      45'000);
}

// A graph of 45 MB.
TEST_F(KnnParts, AreMergedInLessMemoryThanTheGraph) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes memory of its own";
  run("generate uniform -n 8000 --dim 3 --force -o " + path("x.npy"));
  ASSERT_EQ(run(make("a.npz", "0:3000", "0:8000", "-k 700")).code, 0);
  ASSERT_EQ(run(make("b.npz", "3000:8000", "0:8000", "-k 700")).code, 0);
  const long base = peak("knn --help > " + path("help"));
  EXPECT_LT(peak(merge({"a.npz", "b.npz"}, "--threads 2 -q")) - base, 25'000);
  EXPECT_GT(fs::file_size(path("g.npz")), 44'000'000);
}

}  // namespace
}  // namespace nearfold
