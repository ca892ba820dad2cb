// nearfold update, inverse, and the commands that take a model for a map, as a script uses them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "io/io.hpp"
#include "support/bad_inputs.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

class ModelTool : public BadInput {
 protected:
  ModelTool() {
    io::write_npy(path("old.npy"), data::blobs(120, 5, 1), io::Overwrite::yes);
    io::write_npy(path("new.npy"), data::blobs(40, 5, 2), io::Overwrite::yes);
    std::string old_labels = "class\n", new_labels = "class\n";
    for (int i = 0; i < 120; ++i) old_labels += "abc"[i % 3] + std::string("\n");
    for (int i = 0; i < 40; ++i) new_labels += "abc"[i % 3] + std::string("\n");
    write("old.txt", old_labels);
    write("new.txt", new_labels);
    done("embed " + path("old.npy") + " -m umap --n-neighbors 8 --n-epochs 40 -q -o " +
         path("map.npy") + " --save-model " + path("m.nfm"));
  }
  void done(const std::string& command, const Says& says = {}) const {
    expect_says(run(command), kDone, says, command);
  }
  std::string update(const std::string& more) const {
    return "update " + path("m.nfm") + " " + more + " -o " + path("g.nfm");
  }
  Matrix map(const std::string& file) const { return io::read_matrix(path(file)); }
};

TEST_F(ModelTool, UpdateKeepsOldPointsToTheBit) {
  done(update(path("new.npy") + " --map " + path("g.npy") + " --moved " + path("d.npy") +
              " --report " + path("r.json") + " --labels " + path("new.txt") + " --plot " +
              path("g.png")),
       {"40 points added to 120", "fixed"});
  const Matrix grown = map("g.npy"), old = map("map.npy");
  EXPECT_EQ(grown.rows(), 160);
  EXPECT_TRUE(std::equal(old.values().begin(), old.values().end(), grown.values().begin()));
  EXPECT_EQ(map("d.npy").values(), std::vector<float>(120));
  EXPECT_TRUE(exists("g.png"));
  EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["added"], 40);
  EXPECT_EQ(io::read_model(path("g.nfm")).map.values(), grown.values());
}

TEST_F(ModelTool, UpdateTellsHowFarFreePointsMovedAndGoesOnWithoutNewOnes) {
  done(update(path("new.npy") + " --old-points free --map " + path("g.npy")), {"moved by"});
  EXPECT_NE(map("g.npy").row(0)[0], map("map.npy").row(0)[0]);
  done(update("--max-iter 20 --old-points free --force"), {"0 points added to 120"});
  EXPECT_EQ(io::read_model(path("g.nfm")).map.rows(), 120);
}

TEST_F(ModelTool, UpdateRefusesWhatWouldDoNothing) {
  expect_refused(update(""), kUsage, {"nothing to do", "--max-iter"});
  expect_refused(update("--max-iter 5"), kUsage, {"--old-points"});
  expect_refused("update " + path("m.nfm") + " " + path("new.npy") + " -o " + path("g.npz"), kUsage,
                 {".nfm"});
  expect_refused(update(path("new.npy") + " --labels " + path("new.txt")), kUsage, {"--plot"});
  expect_refused(update(path("new.npy") + " --max-iter -1"), kUsage, {"-1", "250000"});
}

TEST_F(ModelTool, InverseMakesRowsOfTheDatasColumns) {
  done("inverse " + path("m.nfm") + " " + path("map.npy") + " -o " + path("back.npy") +
           " --remoteness " + path("r.npy"),
       {"120 places on the map", "off the map"});
  EXPECT_EQ(map("back.npy").cols(), 5);
  EXPECT_EQ(map("r.npy").values(), std::vector<float>(120));
  io::write_npy(path("far.npy"), Matrix(1, 2, {1000, 1000}), io::Overwrite::yes);
  done("inverse " + path("m.nfm") + " " + path("far.npy") + " -o " + path("far.csv") + " --json",
       {"\"off_map\": 1"});
  expect_refused("inverse " + path("m.nfm") + " " + path("new.npy") + " -o " + path("y.npy"),
                 kBadInput, {"5 columns, and the map 2"});
}

TEST_F(ModelTool, InverseOfLargeNumbersIsInDouble) {
  std::string csv;
  const Matrix x = data::blobs(120, 5, 1);
  for (std::int64_t i = 0; i < 120; ++i)
    for (std::int64_t c = 0; c < 5; ++c)
      csv += std::to_string(1e9 + double{x.row(i)[c]}) + (c == 4 ? "\n" : ",");
  write("large.csv", csv);
  done("embed " + path("large.csv") + " -m umap --n-neighbors 8 --n-epochs 20 -q -o " +
       path("lmap.npy") + " --save-model " + path("l.nfm"));
  done("inverse " + path("l.nfm") + " " + path("lmap.npy") + " -q -o " + path("back.npy"));
  EXPECT_NE(bytes("back.npy").find("<f8"), std::string::npos);
  done("inverse " + path("l.nfm") + " " + path("lmap.npy") + " -q -o " + path("back.csv"));
  EXPECT_NE(bytes("back.csv").find('.'), std::string::npos);
}

TEST_F(ModelTool, QualityScoresItsMapAndNewPoints) {
  done("quality " + path("m.nfm") + " -k 5", {"knn_recall@5", "trustworthiness"});
  const std::string of_new = "quality " + path("m.nfm") + " --new " + path("new.npy") + " -k 5";
  done(of_new, {"lost", "spacing"});
  const std::string labelled =
      of_new + " --labels " + path("old.txt") + " --new-labels " + path("new.txt");
  done(labelled + " --report " + path("q.json"), {"knn_label_accuracy"});
  EXPECT_EQ(nlohmann::json::parse(bytes("q.json"))["scores"]["knn_label_accuracy"]["value"], 1.0);
  done("transform " + path("m.nfm") + " " + path("new.npy") + " -q -o " + path("t.npy"));
  done(labelled + " --new-map " + path("t.npy") + " --report " + path("p.json") + " --force -q");
  EXPECT_EQ(nlohmann::json::parse(bytes("p.json"))["scores"],
            nlohmann::json::parse(bytes("q.json"))["scores"]);
}

TEST_F(ModelTool, QualityRefusesAMapBesideAModelAndNewPointsWithoutOne) {
  expect_refused("quality " + path("m.nfm") + " " + path("map.npy"), kUsage, {"has its map"});
  expect_refused("quality " + path("old.npy"), kUsage, {"or one model"});
  expect_refused("quality " + path("old.npy") + " " + path("map.npy") + " --new " + path("new.npy"),
                 kUsage, {"--new", ".nfm"});
  expect_refused("quality " + path("m.nfm") + " --metric cosine", kUsage, {"--metric"});
  expect_refused("quality " + path("m.nfm") + " --new-map " + path("map.npy"), kUsage, {"--new"});
}

TEST_F(ModelTool, PlotAndGraphsTakeAModel) {
  done("plot " + path("m.nfm") + " --labels " + path("old.txt") + " -o " + path("m.png"));
  EXPECT_TRUE(exists("m.png"));
  done("embed " + path("old.npy") + " --knn " + path("m.nfm") +
       " -m umap --n-neighbors 8 --n-epochs 40 -q -o " + path("again.npy"));
  EXPECT_EQ(bytes("again.npy"), bytes("map.npy"));
}

}  // namespace
}  // namespace nearfold
