// nearfold aligned, as a script uses it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/aligned.hpp"
#include "nearfold/embed.hpp"
#include "support/bad_inputs.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

class AlignedTool : public BadInput {
 protected:
  AlignedTool() {
    io::write_npy(path("a.npy"), data::blobs(120, 5, 1), io::Overwrite::yes);
    io::write_npy(path("b.npy"), data::blobs(100, 6, 2), io::Overwrite::yes);
    std::string pairs, a, b;
    for (int i = 0; i < 90; ++i) pairs += std::to_string(i + 30) + "," + std::to_string(i) + "\n";
    for (int i = 0; i < 120; ++i) a += "abc"[i % 3] + std::string("\n");
    for (int i = 0; i < 100; ++i) b += "bcd"[i % 3] + std::string("\n");
    fs::create_directory(path("out"));  // what is refused leaves it empty
    write("ab.csv", pairs);
    write("a.txt", a);
    write("b.txt", b);
  }
  std::string aligned(const std::string& relations, const std::string& more = "") const {
    return "aligned " + path("a.npy") + " " + path("b.npy") + " --relations " + relations +
           " --n-epochs 30 -o " + path("out") + " " + more;
  }
};

TEST_F(AlignedTool, WritesWhatTheLibraryMakes) {
  expect_says(run(aligned(path("ab.csv"))), kDone, {"2 maps", "a and b: 90 related rows"},
              "aligned");
  const Matrix a = io::read_matrix(path("a.npy")), b = io::read_matrix(path("b.npy"));
  std::vector<Relation> relations(1);
  for (std::int32_t i = 0; i < 90; ++i) relations[0].push_back({i + 30, i});
  const std::vector<AlignedSet> sets = {{.points = a}, {.points = b}};
  const AlignedResult made = embed_aligned(sets, relations, {.method = UmapParams{.n_epochs = 30}});
  EXPECT_EQ(io::read_matrix(path("out/0-a.npy")).values(), made.maps[0].layout.values());
  EXPECT_EQ(io::read_matrix(path("out/1-b.npy")).values(), made.maps[1].layout.values());
  const auto report = nlohmann::json::parse(bytes("out/report.json"));
  EXPECT_EQ(report["status"], "finished");
  EXPECT_EQ(report["related"][0]["rows"], 90);
  EXPECT_EQ(report["sets"][1]["n"], 100);
  EXPECT_EQ(report["alignment_window_size"], 3);
  EXPECT_TRUE(exists("out/aligned.png"));
  EXPECT_FALSE(exists("out/frames"));
}

TEST_F(AlignedTool, DrawsAFilmOfLabelledPoints) {
  expect_says(run(aligned(path("ab.csv"), "--labels " + path("a.txt") + " " + path("b.txt") +
                                              " --frames 3 --width 300 --height 300")),
              kDone, {}, "frames");
  for (const char* frame : {"out/frames/0000.png", "out/frames/0003.png"})
    EXPECT_TRUE(exists(frame)) << frame;
  EXPECT_FALSE(exists("out/frames/0004.png"));
  EXPECT_NE(bytes("out/frames/0000.png"), bytes("out/frames/0001.png"));
}

TEST_F(AlignedTool, TakesOneSetUnderSeveralNamesAndDistances) {
  const std::string x = path("a.npy");
  expect_says(run("aligned " + x + " " + x + " " + x + " --relations same --n-epochs 10 -o " +
                  path("same")),
              kDone, {"3 maps", "120 related rows"}, "same");
  Matrix square(40, 40);
  for (int i = 0; i < 40; ++i)
    for (int j = 0; j < 40; ++j) square.row(i)[j] = static_cast<float>(i < j ? j - i : i - j);
  io::write_npy(path("d.npy"), square, io::Overwrite::yes);
  expect_says(run("aligned " + path("d.npy") + " " + path("d.npy") +
                  " --metric precomputed --relations same --n-epochs 10 -o " + path("square")),
              kDone, {"40 related rows"}, "precomputed");
}

TEST_F(AlignedTool, RefusesWhatCannotBe) {
  expect_refused(aligned("same"), kBadInput, {"120 and 100 rows", "pairs"});
  expect_refused("aligned " + path("a.npy") + " --relations same -o " + path("out"), kUsage,
                 {"one set", "embed"});
  expect_refused(aligned(path("ab.csv") + " same same"), kUsage, {"--relations has 3 for 2 sets"});
  write("far.csv", "3,100\n4,5\n");
  expect_refused(aligned(path("far.csv")), kBadInput, {"row 100 of set 1", "0 to 99"});
  write("half.csv", "3,1.5\n4,5\n");
  expect_refused(aligned(path("half.csv")), kBadInput, {"1.5", "row 0, column 1", "whole numbers"});
  write("three.csv", "3,1,1\n4,5,1\n");
  expect_refused(aligned(path("three.csv")), kBadInput, {"3 columns", "2"});
  expect_refused(aligned(path("ab.csv"), "--labels " + path("a.txt")), kUsage,
                 {"--labels has 1 files for 2 sets"});
  expect_refused(aligned(path("ab.csv"), "--plot " + path("p.html")), kUsage, {"page"});
  expect_refused(aligned(path("ab.csv"), "--frames -1"), kUsage, {"--frames is -1"});
  expect_refused(aligned(path("ab.csv"), "--output-metric sphere"), kUsage, {"sphere"});
  expect_refused(aligned(path("ab.csv"), "--alignment-window-size 0"), kUsage, {"window"});
  expect_refused(aligned(path("ab.csv"), "--alignment-regularisation -1"), kUsage,
                 {"--alignment-regularisation is -1"});
}

TEST_F(AlignedTool, ReadsRowNumbersExactly) {
  // As floats these would be 16777216 and 2147483648.
  write("far.csv", "16777217,5\n2,3\n");
  expect_refused(aligned(path("far.csv")), kBadInput, {"names row 16777217 of set 0"});
  write("beyond.csv", "2,3\n1,2147483647\n");
  expect_refused(aligned(path("beyond.csv")), kBadInput, {"names row 2147483647 of set 1"});
}

TEST_F(AlignedTool, PlansWithoutMaking) {
  const Outcome plan = run(aligned(path("ab.csv"), "--dry-run --json"));
  ASSERT_EQ(plan.code, 0) << plan.out;
  const auto json = nlohmann::json::parse(plan.out);
  EXPECT_EQ(json["sets"][0]["n"], 120);
  EXPECT_EQ(json["sets"][1]["dim"], 6);
  UmapParams umap{.n_epochs = 30};
  const std::vector<PlannedPoints> points = {{.n = 120, .dim = 5}, {.n = 100, .dim = 6}};
  EXPECT_EQ(json["planned_bytes"], aligned_bytes(points, {.method = umap}));
  expect_refused(aligned(path("ab.csv"), "--dry-run"), kDone, {"2 sets", "120", "all together"});
  expect_refused(aligned(path("ab.csv"), "--dry-run --memory-limit 1M"), kMemory,
                 {"aligned maps of 2 sets take", "fewer sets"});
  io::write_npy(path("d.npy"), Matrix(40, 40), io::Overwrite::yes);
  expect_says(run("aligned " + path("d.npy") + " " + path("d.npy") +
                  " --metric precomputed --relations same --dry-run -o " + path("out")),
              kDone, {"2 sets", "40"}, "distances");
}

TEST_F(AlignedTool, KeepsWhatIsThereWithoutForce) {
  ASSERT_EQ(run(aligned(path("ab.csv"))).code, 0);
  const Outcome again = run(aligned(path("ab.csv")));
  EXPECT_NE(again.code, 0);
  EXPECT_NE(again.out.find("exists"), std::string::npos) << again.out;
  EXPECT_EQ(run(aligned(path("ab.csv"), "--force -q")).code, 0);
}

}  // namespace
}  // namespace nearfold
