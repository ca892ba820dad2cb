// Tables and labels through the tool: what is recognised, what is refused, what info says of them.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

using Tables = BadInput;

/// Four rows in two columns, each line after a number of its row.
std::string numbered(const std::string& header) {
  return header + "0,1.5,2\n1,3,4\n2,5,6\n3,7,9.5\n";
}

TEST_F(Tables, ARowNumberIsNoFeature) {
  write("a.csv", numbered(",a,b\n"));
  const std::string convert = "convert " + path("a.csv") + " --force -o " + path("c.npy");
  expect_says(run(convert), kDone, {"4 x 2", "warning", "column 0", "is left out"}, "pandas");
  expect_says(run(convert + " --columns 0-2"), kDone, {"4 x 3"}, "chosen");
  expect_says(run("info " + path("a.csv")), kDone, {"[4,2]", "no feature"}, "info");
  expect_says(run(convert + " -q"), kDone, {}, "quiet");
}

TEST_F(Tables, ALineOfCountsIsNoPoint) {
  write("a.csv", numbered(",0,1\n"));
  const std::string convert = "convert " + path("a.csv") + " --force -o " + path("c.npy");
  expect_says(run(convert), kDone, {"4 x 2", "is taken for a header of numbers", "--header no"},
              "pandas");
  write("a.csv", "0,1,2\n4,5,6\n");
  expect_says(run(convert), kDone, {"1 x 3"}, "header");
  expect_says(run(convert + " --header no"), kDone, {"2 x 3"}, "no header");
}

TEST_F(Tables, DialectsOfOtherProgramsAreRead) {  // 13, 14
  for (const char* text :
       {"# a b\n1 2\n3 4\n5 6\n7 9\n", "a|b\n1|2\n3|4\n5|6\n7|9\n", "a;b\n1,0;2\n3;4\n5;6\n7;9,5\n",
        "\"a\" \"b\"\n\"1\" 1 2\n\"2\" 3 4\n\"3\" 5 6\n\"4\" 7 9\n"}) {
    write("a.txt", text);
    expect_map(map_of("a.txt"));
  }
  write("iris.data", "1,2\n3,4\n5,6\n7,9\n");
  expect_map(map_of("iris.data"));
}

TEST_F(Tables, FlagsOfTablesAreRefusedForOtherFiles) {
  for (const char* flag :
       {"--drop a", "--columns 0", "--header yes", "--one-hot a", "--label-column a"}) {
    const std::string word = std::string(flag).substr(0, std::string(flag).find(' '));
    const Says says = {word, "tables of text", "x.npy' is npy", "leave it out"};
    expect_refused(map_of("x.npy", flag), kUsage, says);
    expect_refused("convert " + path("x.npy") + " -o " + path("c.npy") + " " + flag, kUsage, says);
    expect_refused("info " + path("x.npy") + " " + flag, kUsage, says);
    expect_refused("quality " + path("x.npy") + " " + path("x.npy") + " " + flag, kUsage, says);
  }
  ASSERT_EQ(run("knn " + path("x.npy") + " -k 15 -o " + path("g.npz")).code, kDone);
  const std::string of_graph =
      "embed --method umap -o " + path("y.npy") + " --knn " + path("g.npz");
  expect_refused(of_graph + " --drop a", kUsage, {"--drop", "only a graph"});
  expect_refused(of_graph + " --standardize", kUsage, {"--standardize", "only a graph"});
  expect_refused(
      "knn " + path("x.npy") + " --query " + path("x.npy") + " --standardize -o " + path("n.npz"),
      kUsage, {"--standardize", "--query"});
}

TEST_F(Tables, StandardizedColumnsHaveOneScale) {
  write("a.csv", "a,b\n1,1000\n2,2000\n3,3000\n4,4000\n");
  const std::string convert = "convert " + path("a.csv") + " --force -o " + path("c.npy");
  ASSERT_EQ(run(convert + " --standardize").code, kDone);
  const Matrix scaled = io::read_matrix(path("c.npy"));
  EXPECT_FLOAT_EQ(scaled.row(0)[0], -1.3416407F);
  EXPECT_FLOAT_EQ(scaled.row(0)[1], -1.3416407F);
  ASSERT_EQ(run(convert + " --standardize=robust").code, kDone);
  EXPECT_FLOAT_EQ(io::read_matrix(path("c.npy")).row(3)[1], 1);
  expect_refused(convert + " --standardize=max", kUsage, {"max", "robust"});
  ASSERT_EQ(run("convert " + path("x.npy") + " --force --standardize -o " + path("c.npy")).code,
            kDone);
  EXPECT_NE(io::read_matrix(path("c.npy")).values(), io::read_matrix(path("x.npy")).values());
}

TEST_F(Tables, LabelsThatAreMissingAreGrey) {
  write("m.csv", "0,0\n1,5\n2,1\n3,7\n");
  const std::string plot = "plot " + path("m.csv") + " --force -o " + path("p.svg") + " --labels ";
  for (const char* labels : {"a\n\nb\nb\n", "a\nNA\nb\nb\n", "a\nb\nb\n\n", "y\na\nb\nb\nnan\n"}) {
    write("l.txt", labels);
    expect_says(run(plot + path("l.txt")), kDone, {"1 of 4 points have no label"}, labels);
    EXPECT_NE(bytes("p.svg").find("no label"), std::string::npos) << labels;
  }
  write("l.npy", io::npy(io::dictionary("<f8", "(4,)"), io::raw({0.0, double{NAN}, 1.0, 1.0})));
  expect_says(run(plot + path("l.npy")), kDone, {"1 of 4"}, "l.npy");
  write("l.npy", io::npy(io::dictionary("|S1", "(4,)"), "abba"));
  expect_says(run(plot + path("l.npy")), kDone, {}, "l.npy");
  write("l.txt", "a\nb\nb\na\na\n");
  expect_says(run(plot + path("l.txt")), kBadInput,
              {"5 labels for 4 points", "'a', looks like a header"}, "one more");
}

TEST_F(Tables, AMapMayBringItsLabels) {
  write("m.csv", "x,y,kind\n0,0,a\n1,5,b\n2,1,a\n3,7,b\n");
  const std::string plot = "plot " + path("m.csv") + " --force -o " + path("p.svg");
  expect_says(run(plot + " --label-column kind"), kDone, {}, "labels");
  expect_says(run(plot + " --drop kind"), kDone, {}, "none");
  expect_says(run(plot), kBadInput, {"column 'kind' ('a') is text"}, "text");
}

TEST_F(Tables, InfoDescribesColumns) {
  write("a.csv", "i,r,s,c\nNA,0.5,x,7\n-3,NaN,y,7\n4,1.5,x,7\n");
  const std::string info = "info " + path("a.csv");
  expect_says(run(info), kDone,
              {"minimum            -3\n", "maximum            7\n", "[3,3]", "integer", "constant"},
              info);
  const std::string json = run(info + " --json").out;
  for (const char* part : {"\"name\": \"i\"", "\"type\": \"text\"", "\"missing\": 1",
                           "\"minimum\": 0.5", "\"constant\": true", "\"feature\": false"})
    EXPECT_NE(json.find(part), std::string::npos) << part << json;
  write("n.npy", io::npy(io::dictionary("<f4", "(2, 1)"), io::raw({NAN, 2.5F})));
  expect_says(run("info " + path("n.npy")), kDone, {"minimum            2.5", "columns", "real"},
              "npy");
  std::string wide;
  for (int c = 0; c < 50; ++c) wide += (c > 0 ? ",1" : "1") + std::string(".5");
  write("w.csv", wide + "\n");
  expect_says(run("info " + path("w.csv")), kDone, {"and 10 more: --json has all"}, "wide");
}

TEST_F(Tables, StandardInputIsReadOnce) {  // 27
  write("a.csv", "1,2\n3,4\n5,6\n7,9\n");
  const std::string tool = NEARFOLD_TOOL, out = " --force -o " + path("c.npy");
  for (const std::string& line :
       {tool + " convert -" + out + " < " + path("a.csv"),
        "cat " + path("a.csv") + " | " + tool + " convert -" + out,
        "gzip -c " + path("a.csv") + " | " + tool + " convert -" + out,
        "(read line; " + tool + " convert -" + out + ") < " + path("a.csv")}) {
    expect_says(shell(line), kDone, {" x 2"}, line);
  }
  expect_says(shell("cat " + path("x.npy") + " | " + tool + " info -"), kDone, {"npy", "[300,5]"},
              "npy");
  expect_says(shell(tool + " convert -" + out + " < /dev/null"), kBadInput,
              {"'standard input'", "no text"}, "nothing");
  expect_says(shell(tool + " embed - --labels - -m umap --plot " + path("c.png") + out + " < " +
                    path("a.csv")),
              kUsage, {"standard input (-) can be one file"}, "twice");
}

TEST_F(Tables, AFileThatMayNotGrowIsAnError) {
  const auto before = contents();
  const Outcome o = shell("ulimit -f 1; " + std::string(NEARFOLD_TOOL) +
                          " generate blobs -n 3000 -o " + path("big.npy"));
  expect_says(o, kIo, {"cannot write", "File too large"}, "ulimit -f");
  EXPECT_TRUE(contents() == before);
}

}  // namespace
}  // namespace nearfold
