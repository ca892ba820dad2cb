// The tool as scripts use it: exit codes, messages, files. What draws and scores maps is in
// cli_maps_test.cpp, what makes many in cli_experiments_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "io/io.hpp"
#include "support/cli_run.hpp"

namespace nearfold {
namespace {

TEST_F(Cli, EmbedWritesMapPictureAndReport) {
  const Outcome o = run(embed("--labels " + path("l.npy") + " --plot " + path("p.png") +
                              " --report " + path("r.json") + " --seed 7"));
  ASSERT_EQ(o.code, 0) << o.out;
  const Matrix map = io::read_matrix(path("y.npy"));
  EXPECT_EQ(map.rows(), 300);
  EXPECT_EQ(map.cols(), 2);
  EXPECT_EQ(bytes("p.png").substr(1, 3), "PNG");
  const auto report = nlohmann::json::parse(bytes("r.json"));
  EXPECT_EQ(report["seed"], 7);
  EXPECT_EQ(report["index"], "flat");
  EXPECT_EQ(report["iterations"], 20);
  EXPECT_EQ(report["status"], "finished");
  EXPECT_GE(report["threads"], 1);
  EXPECT_GT(report["peak_bytes"], 1'000'000);
  for (const char* stage :
       {"read", "check", "knn", "weights", "init", "optimize", "write", "total"})
    EXPECT_TRUE(report["seconds"].contains(stage)) << stage;
}

TEST_F(Cli, TsneReportsItsDivergence) {
  const Outcome o =
      run("embed " + path("x.npy") + " --method tsne --max_iter 60 --perplexity 10 -o " +
          path("y.npy") + " --report " + path("r.json"));
  ASSERT_EQ(o.code, 0) << o.out;
  const auto report = nlohmann::json::parse(bytes("r.json"));
  EXPECT_GT(report["kl_divergence"], 0.0);
  EXPECT_LT(report["kl_divergence"], 5.0);
  EXPECT_EQ(report["k"], 30);
}

TEST_F(Cli, TheSameBytesForAnyNumberOfThreads) {
  ASSERT_EQ(run(embed("--threads 1")).code, 0);
  const std::string one = bytes("y.npy");
  for (const char* threads : {"2", "3", "7"}) {
    ASSERT_EQ(run(embed(std::string("--force --threads ") + threads)).code, 0);
    EXPECT_EQ(bytes("y.npy"), one) << threads;
  }
}

TEST_F(Cli, AGraphMadeOnceGivesTheSameMap) {
  ASSERT_EQ(run(embed("")).code, 0);
  const std::string direct = bytes("y.npy");
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 40 -o " + path("g.npz")).code, 0);
  ASSERT_EQ(
      run("embed --knn " + path("g.npz") + " --method umap --n-epochs 20 -o " + path("z.npy")).code,
      0);
  EXPECT_EQ(bytes("z.npy"), direct);
}

TEST_F(Cli, AGraphOfOtherPointsIsRefused) {
  run("knn " + path("x.npy") + " -k 20 -o " + path("g.npz"));
  run("generate blobs -n 300 --dim 5 --seed 1 --force -o " + path("x.npy"));
  const Outcome o = run(embed("--knn " + path("g.npz")));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("other points"), std::string::npos) << o.out;
}

TEST_F(Cli, ASmallGraphSaysWhatIsNeeded) {
  run("knn " + path("x.npy") + " -k 5 -o " + path("g.npz"));
  const Outcome o = run(embed("--knn " + path("g.npz")));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("k >= 14"), std::string::npos) << o.out;
}

TEST_F(Cli, IvfStatesItsRecall) {
  const Outcome o =
      run("knn " + path("x.npy") + " -k 5 --index ivf:target_recall=0.9 -o " + path("g.npz"));
  EXPECT_EQ(o.code, 0);
  EXPECT_NE(o.out.find("recall"), std::string::npos) << o.out;
}

TEST_F(Cli, EveryIndexAndMetricMakesAGraph) {
  for (const char* how : {"--index flat --metric chebyshev", "--index ivf --metric cosine",
                          "--index hnsw --metric manhattan", "--index nndescent --metric l1",
                          "--index auto --metric correlation", "--index hnsw --metric ip"}) {
    const Outcome o = run("knn " + path("x.npy") + " -k 5 --force -o " + path("g.npz") + " " + how);
    EXPECT_EQ(o.code, 0) << how << ": " << o.out;
    const KnnGraph graph = io::read_graph(path("g.npz"));
    EXPECT_EQ(graph.k, 5) << how;
    EXPECT_EQ(graph.recall.has_value(), std::string(how).find("flat") == std::string::npos &&
                                            std::string(how).find("auto") == std::string::npos)
        << how;  // auto takes 300 points exactly
  }
}

TEST_F(Cli, ReportsAGraphAsJson) {
  const Outcome o =
      run("knn " + path("x.npy") + " -k 5 --index ivf --quiet --json -o " + path("g.npz"));
  const auto report = nlohmann::json::parse(o.out);
  EXPECT_EQ(report["k"], 5);
  EXPECT_GE(report["recall"]["mean"].get<double>(), 0.9);
  EXPECT_EQ(report["recall"]["rows"], 300);
  EXPECT_GT(report["seconds"]["knn"].get<double>(), 0);
}

TEST_F(Cli, WritesTheFormatsOfPython) {
  run("knn " + path("x.npy") + " -k 5 -o " + path("g.npz"));
  const KnnGraph plain = io::read_graph(path("g.npz"));
  for (const char* format : {"--csr", "--include-self"}) {
    EXPECT_EQ(run("knn " + path("x.npy") + " -k 5 --force -o " + path("h.npz") + " " + format).code,
              0);
    EXPECT_NE(bytes("h.npz"), bytes("g.npz")) << format;
    EXPECT_EQ(io::read_graph(path("h.npz")).neighbors, plain.neighbors) << format;
  }
}

TEST_F(Cli, AnswersQueriesThroughASavedIndexAsThroughAFreshOne) {
  run("generate blobs -n 30 --dim 5 --seed 9 -o " + path("q.npy"));
  const std::string ask = "knn " + path("x.npy") + " -k 4 --query " + path("q.npy");
  EXPECT_EQ(run(ask + " --index ivf --save-index " + path("i.npz") + " -o " + path("a.npz")).code,
            0);
  const Outcome o = run(ask + " --load-index " + path("i.npz") + " -o " + path("b.npz"));
  EXPECT_EQ(o.code, 0) << o.out;
  EXPECT_NE(o.out.find("4 neighbours of 30 points, euclidean, index ivf"), std::string::npos)
      << o.out;
  EXPECT_EQ(bytes("a.npz"), bytes("b.npz"));
  EXPECT_EQ(run(ask + " -o " + path("c.npz")).code, 0);  // exact
}

TEST_F(Cli, RefusesKnnFlagsThatContradictEachOther) {
  const std::string knn = "knn " + path("x.npy") + " ";
  const std::string g = " -o " + path("g.npz"), i = " --save-index " + path("i.npz");
  for (const std::string& wrong :
       {std::string("-k 5"), g + i, g + " --load-index " + path("i.npz"),
        g + " --csr --include-self", g + " --csr --query " + path("x.npy"),
        i + " --query " + path("x.npy"), i + " --index nndescent",
        g + " --index nndescent --query " + path("x.npy")}) {
    EXPECT_EQ(run(knn + wrong).code, 2) << wrong;
    EXPECT_FALSE(exists("g.npz")) << wrong;
    EXPECT_FALSE(exists("i.npz")) << wrong;
  }
}

TEST_F(Cli, ListsRowsWithoutADirection) {
  write("z.csv", "1,2\n0,0\n3,1\n2,2\n");
  const std::string knn = "knn " + path("z.csv") + " -k 2 --metric cosine -o " + path("g.npz");
  const Outcome o = run(knn);
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("row 1 holds only zeros"), std::string::npos) << o.out;
  EXPECT_EQ(run(knn + " --zero-vectors far").code, 0);
}

TEST_F(Cli, WrongParametersExitWith2BeforeAnythingIsRead) {
  for (const char* wrong : {"--n-neighbors 1",
                            "--n-neighbors 010x",
                            "--min-dist -1",
                            "--min-dist 2",
                            "--n-components 101",
                            "--seed -5",
                            "--threads -1",
                            "--threads 99999999999",
                            "--perplexity nan",
                            "--index annoy",
                            "--metric wasserstein",
                            "--metric manhattan --index ivf",
                            "--device gpu",
                            "--no-such-flag",
                            "--learning-rate 0",
                            "--progress x",
                            "--negative-sample-rate inf",
                            "--index ivf:target_recall=0",
                            "--index hnsw:M=1",
                            "--a 1"}) {
    const Outcome o =
        run("embed " + path("absent.npy") + " --method " +
            (std::string(wrong).find("perplexity") == std::string::npos ? "umap" : "tsne") +
            " -o " + path("y.npy") + " " + wrong);
    EXPECT_EQ(o.code, 2) << wrong << ": " << o.out;
    EXPECT_FALSE(exists("y.npy"));
  }
  EXPECT_EQ(run("").code, 2);
  EXPECT_EQ(run("embed " + path("x.npy") + " -o " + path("y.npy")).code, 2);  // no method
}

TEST_F(Cli, ErrorsNameTheValue) {
  EXPECT_NE(run(embed("--n-neighbors 1")).out.find("--n-neighbors is 1"), std::string::npos);
  EXPECT_NE(run(embed("--seed -5")).out.find("-5"), std::string::npos);
  EXPECT_NE(run(embed("--n-neighbors 400")).out.find("400"), std::string::npos);
}

TEST_F(Cli, UnusableDataExitsWith3) {
  write("x.npy", "not an array");
  EXPECT_EQ(run(embed("")).code, 3);
  write("x.csv", "1,2\n3,nan\n5,6\n7,8\n");
  const Outcome o =
      run("embed " + path("x.csv") + " --method umap --n-neighbors 2 -o " + path("y.npy"));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("row 1, column 1"), std::string::npos) << o.out;
  EXPECT_FALSE(exists("y.npy"));
}

TEST_F(Cli, LabelsOfAnotherLengthAreRefused) {
  write("short.txt", "a\nb\n");
  const Outcome o = run(embed("--plot " + path("p.png") + " --labels " + path("short.txt")));
  EXPECT_EQ(o.code, 3);
  EXPECT_NE(o.out.find("2 labels for 300 points"), std::string::npos) << o.out;
}

TEST_F(Cli, MissingFilesAndFoldersExitWith5) {
  EXPECT_EQ(run("embed " + path("absent.npy") + " --method umap -o " + path("y.npy")).code, 5);
  EXPECT_EQ(run("embed " + path("x.npy") + " --method umap -o " + path("absent/y.npy")).code, 5);
}

TEST_F(Cli, CudaWithoutAGpuExitsWith6) {
  EXPECT_EQ(run(embed("--device cuda")).code, 6);
}

TEST_F(Cli, ExistingFilesAreKeptUnlessForced) {
  write("y.npy", "precious");
  const Outcome o = run(embed(""));
  EXPECT_EQ(o.code, 5);
  EXPECT_NE(o.out.find("--force"), std::string::npos) << o.out;
  EXPECT_EQ(bytes("y.npy"), "precious");
  EXPECT_EQ(run(embed("--force")).code, 0);
  EXPECT_NE(bytes("y.npy"), "precious");
}

TEST_F(Cli, AnInterruptSavesThePartialMapAndItsPicture) {
  const Outcome o = run("embed " + path("x.npy") + " --method tsne --max-iter 2000000 -o " +
                        path("y.npy") + " --report " + path("r.json") + " --plot " + path("p.png") +
                        " --perplexity 10 & pid=$!; sleep 1.5; kill -INT $pid; wait $pid; exit $?");
  EXPECT_EQ(o.code, 130) << o.out;
  EXPECT_FALSE(exists("y.npy") || exists("p.png"));
  EXPECT_EQ(bytes("p.partial.png").substr(1, 3), "PNG");
  EXPECT_TRUE(std::regex_search(
      o.out, std::regex("interrupted at iteration [1-9][0-9]* of 2000000; map so far in "
                        "'.*y.partial.npy'; picture so far in '.*p.partial.png'; .*--resume")))
      << o.out;
  ASSERT_TRUE(exists("y.partial.npy")) << o.out;
  EXPECT_EQ(io::read_matrix(path("y.partial.npy")).rows(), 300);
  EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["status"], "interrupted");
}

TEST_F(Cli, ProgressIsSilentPlainOrJson) {
  EXPECT_EQ(run(embed("--quiet")).out, "");
  EXPECT_NE(run(embed("--force --progress plain")).out.find("optimize"), std::string::npos);
  const std::string json = run(embed("--force --progress json")).out;
  const std::string line = json.substr(0, json.find('\n'));
  EXPECT_EQ(nlohmann::json::parse(line)["phase"], "read") << line;
}

TEST_F(Cli, SumsUpInAlignedLinesWithWhatWasSaved) {
  const std::string out =
      run(embed("--plot " + path("p.png") + " --report " + path("r.json") + " --progress none"))
          .out;
  for (const std::string& line : std::vector<std::string>{
           "umap of 300 points\n  seconds         0.", "\n  neighbours      14 by euclidean",
           "\n  initialization  spectral", "\n  iterations      20\n",
           "\n  map             " + path("y.npy") + "\n",
           "\n  picture         " + path("p.png") + "\n",
           "\n  report          " + path("r.json") + "\n"})
    EXPECT_NE(out.find(line), std::string::npos) << line << " in " << out;
}

TEST_F(Cli, EveryStageTellsItsShare) {
  run("generate uniform -n 30000 --dim 100 -q --force -o " + path("x.npy"));
  const std::string out =
      run("knn " + path("x.npy") + " -k 5 --progress json -o " + path("g.npz")).out;
  bool between = false;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line) && line[0] == '{';) {
    const auto at = nlohmann::json::parse(line);
    EXPECT_GT(at["n_iter"], 0) << line;
    between = between || (at["phase"] == "knn" && at["iter"] > 0 && at["iter"] < at["n_iter"]);
  }
  EXPECT_TRUE(between) << out;
}

TEST_F(Cli, JsonGoesToStdoutAlone) {
  const std::string command = embed("--json --progress none") + " 2>" + path("err.txt");
  FILE* pipe = popen((std::string(NEARFOLD_TOOL) + " " + command).c_str(), "r");
  std::string out;
  for (int c; (c = fgetc(pipe)) != EOF;) out.push_back(static_cast<char>(c));
  ASSERT_EQ(pclose(pipe), 0);
  EXPECT_EQ(nlohmann::json::parse(out)["method"], "umap");
}

TEST_F(Cli, InfoDescribesBuildAndFile) {
  for (const char* part : {"nearfold 0.1.0\ncompiler ", "\ninstructions ", "\ncuda ", "\nfaiss "})
    EXPECT_NE(run("--version").out.find(part), std::string::npos) << part;
  EXPECT_NE(run("info " + path("x.npy")).out.find("size               6.1 kB\n"),
            std::string::npos);
  const auto build = nlohmann::json::parse(run("info --json").out);
  EXPECT_EQ(build["version"], "0.1.0");
  EXPECT_GE(build["threads"], 1);
  write("x.csv", "0,0,5\n1,2,5\n1,2,5\n0,0,5\n");
  const auto file = nlohmann::json::parse(run("info --json " + path("x.csv")).out);
  EXPECT_EQ(file["format"], "csv");
  EXPECT_EQ(file["content"]["duplicate_rows"], 2);
  EXPECT_EQ(file["content"]["constant_columns"], 1);
  EXPECT_EQ(file["content"]["zero_rows"], 0);
}

TEST_F(Cli, GenerateMakesDeformedImages) {
  run("generate uniform -n 10 --dim 16 -o " + path("images.npy"));
  ASSERT_EQ(
      run("generate deformed --from " + path("images.npy") + " -n 50 -o " + path("d.npy")).code, 0);
  EXPECT_EQ(io::read_matrix(path("d.npy")).rows(), 50);
  EXPECT_EQ(run("generate deformed -o " + path("e.npy")).code, 2);
}

TEST_F(Cli, ReducesPointsBeforeAnythingElse) {
  EXPECT_EQ(run("convert " + path("x.npy") + " --pca 3 -o " + path("r.npy")).code, 0);
  EXPECT_EQ(run(embed("--pca 3")).code, 0);
  const std::string once = bytes("y.npy");
  EXPECT_EQ(
      run("embed " + path("r.npy") + " --method umap --n-epochs 20 --force -o " + path("y.npy"))
          .code,
      0);
  EXPECT_EQ(bytes("y.npy"), once);
  // A graph of the columns is not one of their components.
  EXPECT_EQ(run("knn " + path("x.npy") + " --pca 3 -k 20 -o " + path("g.npz")).code, 0);
  EXPECT_EQ(run(embed("--pca 3 --force --knn " + path("g.npz"))).code, 0);
  EXPECT_EQ(run(embed("--force --knn " + path("g.npz"))).code, 3);
  EXPECT_EQ(run(embed("--force --pca 6")).code, 3);
  EXPECT_EQ(run("embed --knn " + path("g.npz") + " --pca 3 --method umap -o " + path("z.npy")).code,
            2);
}

}  // namespace
}  // namespace nearfold
