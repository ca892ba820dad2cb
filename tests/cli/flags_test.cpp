// Flags through the tool: what would be ignored is refused and named with what it belongs to, what
// is misspelled is named alone with what was meant, other spellings are taken.
#include <gtest/gtest.h>

#include <regex>

#include "io/io.hpp"
#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

class Flags : public BadInput {
 protected:
  Flags() {
    run("knn " + path("x.npy") + " -k 20 -q -o " + path("g.npz"));
    run("knn " + path("x.npy") + " --index ivf -q --save-index " + path("i.npz"));
  }
  /// `command` with `flag` is refused, the flag first and `says` after it.
  void expect_ignored(const std::string& command, const std::string& flags,
                      const Says& says) const {
    const std::string flag = flags.substr(0, flags.find(' '));
    expect_refused(command + " " + flags, kUsage, {"nearfold: " + flag + " "});
    expect_refused(command + " " + flags, kUsage, says);
  }
};

// ---- what would be ignored
// -----------------------------------------------------------------------

TEST_F(Flags, OfAnotherMethodAreNamedWithIt) {  // 83
  const std::string out = " -o " + path("y.npy"), x = path("x.npy");
  for (const char* of_tsne :
       {"--perplexity 5", "--exaggeration 4", "--early-exaggeration 8", "--early-stop",
        "--early-exaggeration-iter 9", "--initial-momentum .5", "--final-momentum .5",
        "--max-step-norm 2", "--negative-gradient-method fft"}) {
    expect_ignored("embed " + x + out + " -m umap", of_tsne, {"t-SNE", "--method is umap"});
    expect_ignored("compare " + x + " --method umap", of_tsne, {"t-SNE", "--method is umap"});
    expect_ignored("grid " + x + " -o " + path("g"), of_tsne, {"t-SNE", "--method is umap"});
  }
  for (const char* of_umap :
       {"--n-neighbors 9", "--min-dist .9", "--spread 2", "--set-op-mix-ratio 1",
        "--local-connectivity 2", "--repulsion-strength 2", "--negative-sample-rate 2"}) {
    expect_ignored("embed " + x + out + " -m tsne", of_umap, {"UMAP", "--method is tsne"});
    expect_ignored("compare " + x, of_umap, {"UMAP", "--method is tsne"});
    expect_ignored("grid " + x + " -m tsne -o " + path("g"), of_umap, {"UMAP", "--method is tsne"});
  }
  for (const char* of_pairs : {"--MN-ratio 1", "--FP-ratio 1", "--num-iters 5"}) {
    expect_ignored("embed " + x + out + " -m umap", of_pairs,
                   {"PaCMAP and LocalMAP, and --method is umap", "--method pacmap or localmap"});
    expect_ignored("compare " + x, of_pairs, {"PaCMAP and LocalMAP", "--method is tsne"});
  }
  expect_ignored("embed " + x + out + " -m pacmap", "--low-dist-thres 5",
                 {"LocalMAP", "--method is pacmap"});
  expect_ignored("embed " + x + out + " -m pacmap", "-k 5", {"UMAP", "--method is pacmap"});
  expect_refused("embed " + x + out + " -m umap --n-neighbors auto", kUsage,
                 {"--n-neighbors is auto", "PaCMAP and LocalMAP"});
  expect_refused("embed " + x + out + " -m pacmap --max-iter 150", kUsage,
                 {"--max-iter is 150", "the first two phases take 200", "--num-iters"});
  expect_refused("embed " + x + out + " -m pacmap --num-iters 1,2", kUsage,
                 {"'1,2' is no list of three numbers"});
  expect_refused("embed " + x + out + " -m localmap --lr 0", kUsage, {"--lr is 0"});
  expect_ignored("embed " + x + out + " -m umap --a 1.5 --b .9", "--min-dist .5", {"--a and --b"});
  expect_ignored("embed " + x + out + " -m tsne --early-exaggeration-iter 0",
                 "--early-exaggeration 4", {"--early-exaggeration-iter is 0"});
}

TEST_F(Flags, OfAnotherIndexAreNamedWithIt) {  // 83
  const std::string embed = "embed " + path("x.npy") + " -m umap -o " + path("y.npy") + " --index ";
  expect_refused(embed + "hnsw:nlist=7", kUsage, {"nlist=7", "no parameter of this index", "M"});
  expect_refused(embed + "flat:nprobe=7", kUsage, {"nprobe=7"});
  expect_refused(embed + "ivf:faiss=maybe", kUsage, {"'maybe' is neither true nor false"});
  expect_refused(embed + "ivf --nprobe 3", kUsage,
                 {"--nprobe is a parameter of ivf; write it as in --index ivf:nprobe=VALUE"});
  expect_refused(embed + "ivf --target-recall .9", kUsage,
                 {"--target-recall is a parameter of ivf, hnsw, nndescent and auto"});
  for (const char* both : {"ivf:nprobe=4,target_recall=.9", "hnsw:ef=40,target_recall=.9",
                           "nndescent:n_iters=4,target_recall=.9"})
    expect_refused(embed + both, kUsage,
                   {"and 'target_recall', which would find it", "leave one of them out"});
}

TEST_F(Flags, BesideAGraphChooseNothing) {  // 83
  const std::string embed =
      "embed " + path("x.npy") + " -m umap -o " + path("y.npy") + " --knn " + path("g.npz");
  expect_ignored(embed, "--index hnsw", {"--knn is there"});
  expect_ignored(embed + " --metric euclidean", "--zero-vectors far", {"--metric is euclidean"});
  const std::string graph_only = "embed -m umap -o " + path("y.npy") + " --knn " + path("g.npz");
  for (const char* of_points : {"--pca 3", "--array x", "--missing mean"})
    expect_ignored(graph_only, of_points, {"only a graph"});
  const std::string query = "knn " + path("x.npy") + " --query " + path("x.npy") + " -o " +
                            path("n.npz") + " --load-index " + path("i.npz");
  expect_ignored(query, "--index ivf", {"--load-index is there"});
  expect_refused(query + " --metric cosine", kUsage, {"--metric is cosine", "euclidean"});
}

TEST_F(Flags, ThatNeedAnotherOneAreNamedWithIt) {  // 83
  const std::string embed = "embed " + path("x.npy") + " -m umap -o " + path("y.npy");
  expect_ignored(embed, "--labels " + path("l.npy"), {"give --plot"});
  expect_ignored(embed, "--snapshot-every 5", {"--snapshots"});
  expect_ignored(embed, "--checkpoint-every 5", {"--checkpoint"});
  expect_ignored(embed, "--zero-vectors far", {"cosine and correlation", "is euclidean"});
  expect_ignored(embed + " -q", "--progress bar", {"--quiet"});
  expect_ignored("compare " + path("x.npy"), "--dark", {"--plot"});
  expect_ignored("compare " + path("x.npy") + " --metric l1", "--zero-vectors far", {"is l1"});
  expect_ignored("quality " + path("x.npy") + " " + path("x.npy"), "--label-k 3", {"--labels"});
  expect_ignored("knn " + path("x.npy") + " --index ivf --save-index " + path("j.npz"), "--csr",
                 {"only an index"});
  expect_ignored("info", "--array x", {"a file"});
}

TEST_F(Flags, OfAnotherKindOfDataAreNamedWithIt) {  // 83
  const std::string made = " -o " + path("m.npy");
  for (const auto& [kind, flags, of] :
       {std::tuple{"cubes", "--centers 3", "blobs"}, std::tuple{"uniform", "--std 2", "blobs"},
        std::tuple{"blobs", "--noise 1", "swiss-roll"},
        std::tuple{"swiss-roll", "--dim 4", "blobs, cubes, uniform"},
        std::tuple{"blobs", "--from a.npy", "deformed"}})
    expect_ignored(std::string("generate ") + kind + made, flags, {of, kind});
  expect_refused("generate uniform" + made + " --labels " + path("k.npy"), kUsage, {"no labels"});
}

// ---- what was meant
// ------------------------------------------------------------------------------

TEST_F(Flags, ThatAreMisspelledAreNamedAloneWithWhatWasMeant) {  // 84
  for (const auto& [command, says] :
       {std::pair{"embed a.npy --metod umap -o b.npy",
                  "--metod is no flag of nearfold embed; did you "
                  "mean '--method'?"},
        std::pair{"embed --perplexty 5 a.npy",
                  "--perplexty is no flag of nearfold embed; did you "
                  "mean '--perplexity'?"},
        std::pair{"embed a.npy --label l.npy", "did you mean '--labels'?"},
        std::pair{"embed a.npy --neighbors 5", "--neighbors is a flag of compare, not of embed"},
        std::pair{"knn a.npy --perplexity 5",
                  "--perplexity is a flag of embed, grid, compare and plan"},
        std::pair{"embed a.npy --xyzzy", "nearfold embed --help lists them"},
        std::pair{"embed a.npy -z", "-z is no flag"},
        std::pair{"--seed 5 embed a.npy", "--seed follows its command"},
        std::pair{"embed --version", "--version stands alone"},
        std::pair{"embd a.npy", "'embd' is no command; did you mean 'embed'?"}}) {
    const Outcome o = run(command);
    expect_says(o, kUsage, {says}, command);
    EXPECT_EQ(std::count(o.out.begin(), o.out.end(), '\n'), 1) << o.out;
    EXPECT_EQ(o.out.find("required"), std::string::npos) << o.out;
  }
}

TEST_F(Flags, TakeWordsThatAreMisspelledForWhatWasMeant) {  // 84
  const std::string embed = "embed " + path("absent.npy") + " -o " + path("y.npy") + " ";
  for (const auto& [words, says] :
       {std::pair{"-m umpa", "did you mean 'umap'?"},
        std::pair{"-m umap --metric euclidian", "did you mean 'euclidean'?"},
        std::pair{"-m umap --metric cosin", "did you mean 'cosine'?"},
        std::pair{"-m umap --index hsnw", "did you mean 'hnsw'?"},
        std::pair{"-m umap --index ivf:nprobes=3", "did you mean 'nprobe'?"},
        std::pair{"-m umap --init spectrall", "did you mean 'spectral'?"},
        std::pair{"-m tsne --negative-gradient-method ftf", "did you mean 'fft'?"}})
    expect_refused(embed + words, kUsage, {says});
  expect_refused("plot a.npy -o b.png --style densty", kUsage, {"did you mean 'density'?"});
  expect_refused("generate blob -o b.npy", kUsage, {"did you mean 'blobs'?"});
}

TEST_F(Flags, OfOtherProgramsAreAnsweredWithThoseOfThisOne) {  // 92
  for (const auto& [flag, says] : {std::pair{"--sep ';'", "the delimiter of a table is recognised"},
                                   std::pair{"--index-col 0", "--drop leaves columns out"},
                                   std::pair{"--hue species", "--label-column names the column"},
                                   std::pair{"--normalize", "--standardize scales columns"},
                                   std::pair{"--verbose", "--progress plain"}}) {
    const Outcome o = run(std::string("embed a.csv ") + flag);
    expect_says(o, kUsage, {" is no flag of nearfold embed; ", says}, flag);
    EXPECT_EQ(std::count(o.out.begin(), o.out.end(), '\n'), 1) << o.out;
  }
  for (const char* letter : {"-v", "-i"})
    expect_refused(std::string("embed a.csv ") + letter, kUsage, {"nearfold embed --help lists"});
  expect_says(run("embed " + path("x.npy") + " -m umap --n_iter 5 -q -o " + path("n.npy")), kDone,
              {}, "openTSNE's name");
}

TEST_F(Flags, TakeOtherSpellings) {  // 85
  const std::string umap = " --n-epochs 5 --force -q -o " + path("y.npy");
  const std::string tsne = " --max-iter 5 --perplexity 5 --force -q -o " + path("y.npy");
  for (const std::string& words :
       {"-m UMAP" + umap, "-m t-SNE" + tsne, "-m tSNE" + tsne, "-m t_sne" + tsne,
        "-m umap --metric L2" + umap, "-m umap --metric Euclidean" + umap,
        "-m umap --metric inner-product" + umap, "-m umap --metric Taxicab" + umap,
        "-m umap --index HNSW:m=8" + umap, "-m umap --index nn-descent" + umap,
        "-m umap --index exact" + umap, "-m umap --init PCA" + umap, "-m umap --device CPU" + umap,
        "-m umap --memory-limit 8g" + umap}) {
    expect_says(run("embed " + path("x.npy") + " " + words), kDone, {}, words);
    EXPECT_TRUE(exists("y.npy")) << words;
    fs::remove(path("y.npy"));
  }
  EXPECT_EQ(run("Generate Swiss_Roll -n 10 -o " + path("s.npy")).code, kDone);
}

// ---- in the words of the command line
// ------------------------------------------------------------

TEST_F(Flags, AreWhatErrorsName) {  // 86
  const std::string embed = "embed " + path("absent.npy") + " -o " + path("y.npy") + " -m umap ";
  for (const auto& [words, says] : {std::pair{"--n-neighbors 1", "nearfold: --n-neighbors is 1,"},
                                    std::pair{"--min-dist 2", "--min-dist is 2,"},
                                    std::pair{"--n-components 101", "--n-components is 101,"},
                                    std::pair{"--n-epochs 0", "--n-epochs is 0,"},
                                    std::pair{"--threads 5000", "--threads is 5000,"},
                                    std::pair{"--seed -1", "--seed: '-1' is not a whole number"},
                                    std::pair{"--a 1", "--a and --b describe one curve"},
                                    std::pair{"--index ivf:nlist=0", "nlist of --index is 0,"}}) {
    const Outcome o = run(embed + words);
    expect_says(o, kUsage, {says}, words);
    EXPECT_FALSE(std::regex_search(o.out, std::regex("[a-z]_[a-z]"))) << o.out;
  }
  expect_refused("knn " + path("x.npy") + " -k 300 -o " + path("h.npz"), kBadInput,
                 {"-k is 300 for 300 points"});
  write("n_neighbors.csv", "1,2\n3,x\n");
  expect_refused(map_of("n_neighbors.csv"), kBadInput, {"n_neighbors.csv"});  // the user's own
}

TEST_F(Flags, MakeTheCountThatIsAskedFor) {  // 87
  for (const auto& [kind, n] :
       {std::pair{"blobs --centers 7", 500}, std::pair{"blobs", 2}, std::pair{"cubes", 1001},
        std::pair{"cubes", 2}, std::pair{"swiss-roll", 7}, std::pair{"uniform", 11}}) {
    const std::string made = "generate " + std::string(kind) + " -n " + std::to_string(n) +
                             " --force -q -o " + path("m.npy");
    ASSERT_EQ(run(made).code, kDone) << made;
    EXPECT_EQ(io::read_matrix(path("m.npy")).rows(), n) << made;
  }
}

}  // namespace
}  // namespace nearfold
