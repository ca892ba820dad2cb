// The tool as scripts use it: grids and comparisons, many maps at once.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/cli_run.hpp"

namespace nearfold {
namespace {

// ---- grid ---------------------------------------------------------------------------------------

class CliGrid : public Cli {
 protected:
  std::string grid(const std::string& more) const {
    return "grid " + path("x.npy") + " --n-epochs 20 --n-neighbors 4,9 --min-dist 0,0.25 -o " +
           path("g") + " " + more;
  }
  nlohmann::json manifest() const { return nlohmann::json::parse(bytes("g/manifest.json")); }
};

constexpr const char* kCells[] = {
    "g/n_neighbors=4,min_dist=0.npy", "g/n_neighbors=4,min_dist=0.25.npy",
    "g/n_neighbors=9,min_dist=0.npy", "g/n_neighbors=9,min_dist=0.25.npy"};

TEST_F(CliGrid, MakesTheMapsThatEmbedMakes) {
  const Outcome o = run(grid("--labels " + path("l.npy")));
  ASSERT_EQ(o.code, 0) << o.out;
  EXPECT_NE(o.out.find("4 maps"), std::string::npos) << o.out;
  EXPECT_EQ(bytes("g/grid.png").substr(1, 3), "PNG");
  ASSERT_EQ(run(embed("--n-neighbors 9 --min-dist 0.25")).code, 0);
  EXPECT_EQ(bytes(kCells[3]), bytes("y.npy"));
  const auto m = manifest();
  EXPECT_EQ(m["status"], "finished");
  EXPECT_EQ(m["graph"]["k"], 8);
  ASSERT_EQ(m["cells"].size(), 4u);
  EXPECT_TRUE(m["cells"][0]["seconds"].contains("weights"));
  EXPECT_FALSE(m["cells"][1]["seconds"].contains("weights"));  // shared with the one before
  EXPECT_GT(m["seconds"]["one_by_one"], m["seconds"]["together"]);
}

TEST_F(CliGrid, GoesOnAtWhatIsMissing) {
  ASSERT_EQ(run(grid("")).code, 0);
  std::string maps[4];
  for (int c = 0; c < 4; ++c) maps[c] = bytes(kCells[c]);
  const std::string graph = bytes("g/graph.npz"), picture = bytes("g/grid.png");
  std::filesystem::remove(path(kCells[1]));
  write(kCells[2], maps[3]);  // not what the manifest says
  const auto before = std::filesystem::last_write_time(path(kCells[0]));
  ASSERT_EQ(run(grid("--threads 1")).code, 0);
  for (int c = 0; c < 4; ++c) EXPECT_EQ(bytes(kCells[c]), maps[c]) << c;
  EXPECT_EQ(std::filesystem::last_write_time(path(kCells[0])), before);
  EXPECT_EQ(bytes("g/graph.npz"), graph);
  EXPECT_EQ(bytes("g/grid.png"), picture);
  EXPECT_EQ(manifest()["cells"].size(), 4u);
}

TEST_F(CliGrid, RefusesTheFolderOfAnotherGridUnlessForced) {
  ASSERT_EQ(run(grid("")).code, 0);
  const Outcome o = run(grid("--seed 7"));
  EXPECT_EQ(o.code, 5);
  EXPECT_NE(o.out.find("another folder"), std::string::npos) << o.out;
  const std::string before = bytes(kCells[0]);
  EXPECT_EQ(run(grid("--seed 7 --force")).code, 0);
  EXPECT_NE(bytes(kCells[0]), before);
}

TEST_F(CliGrid, TakesAGraphAndVariesTsne) {
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 40 -o " + path("k.npz")).code, 0);
  const std::string tsne = "grid --knn " + path("k.npz") + " --method tsne --max-iter 30 -o " +
                           path("t") + " --perplexity 5,10 --exaggeration 1,2.5";
  const Outcome o = run(tsne + " --json -q");
  ASSERT_EQ(o.code, 0) << o.out;
  EXPECT_EQ(nlohmann::json::parse(o.out)["columns"]["values"][1], "2.5");
  EXPECT_TRUE(exists("t/perplexity=10,exaggeration=2.5.npy"));
  EXPECT_FALSE(exists("t/graph.npz"));
  EXPECT_EQ(run(tsne + " --time-recomputing").code, 2);
  EXPECT_EQ(run(tsne + " --force --perplexity 20").code, 3);  // 60 neighbours of 40
}

TEST_F(CliGrid, RefusesWrongParametersBeforeAnythingIsRead) {
  const std::string absent = "grid " + path("absent.npy") + " -o " + path("g") + " ";
  for (const char* wrong : {"--min-dist -1", "--n-neighbors 5,1", "--n-neighbors five",
                            "--method tsne --perplexity 0", "--spread 0"})
    EXPECT_EQ(run(absent + wrong).code, 2) << wrong;
  EXPECT_FALSE(exists("g"));
}

TEST_F(CliGrid, VariesAnyParameter) {
  const std::string some = "grid " + path("x.npy") + " --n-epochs 20 -q -o " + path("g") + " ";
  ASSERT_EQ(run(some + "--densmap --n-neighbors 4,9 --vary dens-lambda=0.5,2").code, 0);
  EXPECT_EQ(manifest()["columns"]["name"], "dens_lambda");
  ASSERT_EQ(run(embed("--n-neighbors 9 --densmap --dens-lambda 2")).code, 0);
  EXPECT_EQ(bytes("g/n_neighbors=9,dens_lambda=2.npy"), bytes("y.npy"));

  // Edges differ from column to column: those of one are made once all the same.
  ASSERT_EQ(run(some + "--force --min-dist 0.3 --n-neighbors 9 --vary spread=1,2 "
                       "--vary set_op_mix_ratio=0.5,1")
                .code,
            0);
  ASSERT_EQ(
      run(embed("--n-neighbors 9 --min-dist 0.3 --spread 2 --set-op-mix-ratio 0.5 --force")).code,
      0);
  EXPECT_EQ(bytes("g/spread=2,set_op_mix_ratio=0.5.npy"), bytes("y.npy"));
  EXPECT_NE(run(some + "--min-dist 0.4 --n-neighbors 9 --vary spread=1,2 "
                       "--vary set_op_mix_ratio=0.5,1")
                .code,
            0);  // another grid
  int weighed = 0;
  const auto made = manifest();
  for (const auto& cell : made["cells"]) weighed += cell["seconds"].contains("weights");
  EXPECT_EQ(weighed, 2);

  ASSERT_EQ(run(some + "--force --n-neighbors 9 --vary output_metric=euclidean,sphere").code, 0);
  ASSERT_EQ(run(embed("--n-neighbors 9 --output-metric sphere --force")).code, 0);
  EXPECT_EQ(bytes("g/n_neighbors=9,output_metric=sphere.npy"), bytes("y.npy"));
}

TEST_F(CliGrid, VariesAffinities) {
  ASSERT_EQ(run("grid " + path("x.npy") + " -m tsne --max-iter 30 -q -o " + path("g") +
                " --affinities uniform --vary k_neighbors=5,10 --vary exaggeration=1,2")
                .code,
            0);
  ASSERT_EQ(run("embed " + path("x.npy") + " -o " + path("y.npy") +
                " --method tsne -q --force --max-iter 30 --affinities uniform --k-neighbors 10 "
                "--exaggeration 2")
                .code,
            0);
  EXPECT_EQ(bytes("g/k_neighbors=10,exaggeration=2.npy"), bytes("y.npy"));
}

TEST_F(CliGrid, SaysWhatItCannotVary) {
  const auto said = [&](const std::string& more) {
    const Outcome o = run("grid " + path("absent.npy") + " -o " + path("g") + " " + more);
    EXPECT_EQ(o.code, 2) << more;
    return o.out;
  };
  const auto says = [&](const std::string& more, const std::string& part) {
    EXPECT_NE(said(more).find(part), std::string::npos) << said(more);
  };
  says("--vary spread", "as spread=0.5,1,2");
  says("--vary sprad=1,2", "did you mean 'spread'?");
  says("--vary perplexity=5,10", "no parameter of umap");
  says("--vary spread=1,x", "spread = x");
  says("--vary spread=1,1", "twice");
  says("--vary spread=1 --vary spread=2", "both vary spread");
  says("--vary a=1 --vary b=1 --vary spread=1", "3 times");
  says("--vary spread=1,2 --min-dist 0,0.5", "--min-dist is given");
  says("--vary min_dist=0,0.5 --min-dist 0.1", "--min-dist is given");
  says("--vary dens_lambda=1,2", "give --densmap");
  says("--method tsne --affinities uniform", "perplexity = 10: ");
  EXPECT_FALSE(exists("g"));
}

TEST_F(CliGrid, MakesAndDrawsMapsOnASurface) {
  ASSERT_EQ(run(grid("--output-metric sphere --labels " + path("l.npy"))).code, 0);
  EXPECT_EQ(manifest()["made_from"]["settings"]["output_metric"], "sphere");
  ASSERT_EQ(run(embed("--output-metric sphere --n-neighbors 9 --min-dist 0.25")).code, 0);
  EXPECT_EQ(bytes(kCells[3]), bytes("y.npy"));
  const std::string spheres = bytes("g/grid.png");
  ASSERT_EQ(run(grid("--output-metric torus --force --labels " + path("l.npy"))).code, 0);
  EXPECT_NE(bytes("g/grid.png"), spheres);
}

// ---- compare ------------------------------------------------------------------------------------

TEST_F(Cli, ComparePrintsDrawsAndReports) {
  const std::string compare = "compare " + path("x.npy") + " --labels " + path("l.npy") +
                              " --max-iter 30 --perplexity 8 --subset 200 300" +
                              " --metric euclidean cosine --index ivf:nlist=10,nprobe=2 hnsw";
  const Outcome o = run(compare + " --neighbors 31 --plot " + path("p.png") + " --report " +
                        path("r.json") + " --progress none");
  ASSERT_EQ(o.code, 0) << o.out;
  for (const char* part :
       {"x, 200 points, euclidean, 31 neighbours", "x, 300 points, cosine", "\nflat ",
        "\nivf:nlist=10,nprobe=2 ", "here neighbours are ",
        "  Procr.        Procrustes: ", "5th percentile", "hnsw: timed at 300 points only"})
    EXPECT_NE(o.out.find(part), std::string::npos) << part << " in " << o.out;
  EXPECT_EQ(o.out.find("at every size"), std::string::npos);  // there is one
  EXPECT_EQ(bytes("p.png").substr(1, 3), "PNG");
  const auto report = nlohmann::json::parse(bytes("r.json"));
  ASSERT_EQ(report["data_sets"].size(), 4u);
  const auto& rows = report["data_sets"][1]["rows"];
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["index"], "flat");
  EXPECT_FALSE(rows[0].contains("agreement"));
  EXPECT_EQ(rows[1]["recall"]["rows"], 300);
  EXPECT_GT(rows[1]["kl_divergence"], 0.0);
  EXPECT_GT(rows[1]["agreement"]["overlap@10"], 0.0);
  EXPECT_TRUE(rows[1]["scores"].contains("silhouette"));
  EXPECT_TRUE(rows[1].contains("break_even"));
  for (const char* stage : {"build", "search", "weights", "init", "optimize", "total"})
    EXPECT_TRUE(rows[1]["seconds"].contains(stage)) << stage;
}

TEST_F(Cli, ComparesMapsOnASurface) {
  const Outcome o =
      run("compare " + path("x.npy") + " --method umap --output-metric sphere " +
          "--n-epochs 20 -q --no-break-even --index hnsw --plot " + path("p.png") + " --json");
  ASSERT_EQ(o.code, 0) << o.out;
  EXPECT_EQ(nlohmann::json::parse(o.out)["settings"]["output_metric"], "sphere");
  EXPECT_EQ(bytes("p.png").substr(1, 3), "PNG");
}

TEST_F(Cli, CompareIsAGate) {
  const std::string compare = "compare " + path("x.npy") + " --method umap --n-epochs 20 -q " +
                              "--no-break-even --index ivf:nlist=12,nprobe=1 ";
  EXPECT_EQ(run(compare + "--min-recall 0.05 --min-quality 0.5").code, 0);
  const Outcome recall = run(compare + "--min-recall 0.999 --report " + path("r.json"));
  EXPECT_EQ(recall.code, 7);
  EXPECT_NE(recall.out.find("0.999"), std::string::npos) << recall.out;
  EXPECT_TRUE(exists("r.json"));  // findings are reported all the same
  EXPECT_EQ(run(compare + "--min-quality 1").code, 7);
}

TEST_F(Cli, CompareRefusesWrongParametersBeforeAnythingIsRead) {
  const std::string absent = "compare " + path("absent.npy") + " ";
  for (const char* wrong :
       {"--index faiss", "--index ivf:probes=3", "--index ivf:nprobe", "--index ivf:nprobe=x",
        "--index flat:target_recall=1", "--index ivf:target_recall=2", "--metric fast",
        "--min-recall 2", "--subset 3", "--plot p.gif", "--metric manhattan --index ivf",
        "--neighbors 0"})
    EXPECT_EQ(run(absent + wrong).code, 2) << wrong;
  EXPECT_EQ(run("compare " + path("x.npy") + " --subset 301").code, 3);
}

}  // namespace
}  // namespace nearfold
