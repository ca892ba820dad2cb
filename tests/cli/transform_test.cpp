// nearfold embed --save-model and transform, as a script uses them.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "io/io.hpp"
#include "support/bad_inputs.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

class TransformTool : public BadInput {
 protected:
  TransformTool() {
    io::write_npy(path("old.npy"), data::blobs(120, 5, 1), io::Overwrite::yes);
    io::write_npy(path("new.npy"), data::blobs(40, 5, 2), io::Overwrite::yes);
  }
  std::string fit(const std::string& more, const std::string& input = "old.npy") const {
    return "embed " + path(input) + " -m umap --n-neighbors 8 --n-epochs 20 -q --force -o " +
           path("map.npy") + " --save-model " + path("m.nfm") + " " + more;
  }
  std::string place(const std::string& more, const std::string& rows = "new.npy") const {
    return "transform " + path("m.nfm") + " " + path(rows) + " -o " + path("t.npy") + " " + more;
  }
  Matrix placed() const { return io::read_matrix(path("t.npy")); }
  void done(const std::string& command, const Says& says = {}) const {
    expect_says(run(command), kDone, says, command);
  }
};

TEST_F(TransformTool, PlacesNewRowsAndTellsWhichAreFar) {
  done(fit(""));
  done(place("--remoteness " + path("r.npy") + " --report " + path("r.json") + " --plot " +
             path("t.png")),
       {"40 points on a map of 120", "outliers"});
  EXPECT_EQ(placed().rows(), 40);
  EXPECT_EQ(io::read_matrix(path("r.npy")).rows(), 40);
  EXPECT_TRUE(exists("t.png"));
  EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["model_n"], 120);
  done(place("--force", "old.npy"));
  EXPECT_EQ(placed().values(), io::read_matrix(path("map.npy")).values());
  done("info " + path("m.nfm"), {"method", "umap", "n_neighbors", "120"});
}

TEST_F(TransformTool, PlacesAndDrawsOnASurface) {
  done(fit("--output-metric sphere --plot " + path("s.png")));
  done(place("--plot " + path("t.png")));
  EXPECT_EQ(placed().cols(), 3);
  done("quality " + path("m.nfm") + " --new " + path("new.npy") + " -k 5 --trustworthiness-k 5");
  done("update " + path("m.nfm") + " " + path("new.npy") + " -o " + path("g.nfm") + " --plot " +
       path("u.png"));
  done("plot " + path("m.nfm") + " --title map -o " + path("a.png"));
  done("plot " + path("map.npy") + " --map-metric sphere --title map -o " + path("b.png"));
  EXPECT_EQ(bytes("a.png"), bytes("b.png"));
  for (const char* picture : {"s.png", "t.png", "u.png", "a.png"})  // two hemispheres beside
    EXPECT_EQ(bytes(picture).substr(16, 8), std::string("\0\0\4\xb0\0\0\2\xd0", 8)) << picture;
}

TEST_F(TransformTool, MakesRowsAsThePointsWereMade) {
  const Matrix x = data::blobs(120, 5, 1);
  std::string csv = "a,b,c,d,e\n";
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t c = 0; c < 5; ++c)
      csv +=
          (i == 7 && c == 2 ? ""
                            : std::to_string(1e7 + static_cast<double>(c) * double{x.row(i)[c]})) +
          (c == 4 ? "\n" : ",");
  write("old.csv", csv);
  for (const std::string& how :
       {std::string("--missing mean"), std::string("--missing mean --standardize"),
        std::string("--missing mean --standardize=robust --pca 3")}) {
    SCOPED_TRACE(how);
    done(fit(how, "old.csv"));
    done(place("--force", "old.csv"));
    EXPECT_EQ(placed().values(), io::read_matrix(path("map.npy")).values());
  }
}

TEST_F(TransformTool, OfNoRowsWritesAFileOfNone) {
  done(fit(""));
  io::write_npy(path("none.npy"), Matrix(0, 5), io::Overwrite::yes);
  done(place("--force -q", "none.npy"));
  EXPECT_NE(bytes("t.npy").find("'shape': (0, 2)"), std::string::npos);
}

TEST_F(TransformTool, RefusesWhatDoesNotFit) {
  done(fit(""));
  io::write_npy(path("wide.npy"), data::normals(5, 6, 1), io::Overwrite::yes);
  expect_refused(place("", "wide.npy"), kBadInput, {"6 columns, and the model takes 5"});
  io::write_npy(path("nan.npy"), Matrix(2, 5, std::vector<float>(10, NAN)), io::Overwrite::yes);
  expect_refused(place("-q", "nan.npy"), kBadInput, {"row 0"});
  expect_refused("transform " + path("old.npy") + " " + path("new.npy") + " -o " + path("t.npy"),
                 kBadInput, {"old.npy"});
  expect_refused(place("--resume"), kUsage, {"--checkpoint"});
  expect_refused(place("--labels " + path("l.npy")), kUsage, {"--plot"});
  expect_refused("embed --knn " + path("g.npz") + " -m umap -o " + path("y.npy") +
                     " --save-model " + path("n.nfm"),
                 kUsage, {"--save-model", "points"});
  expect_refused(fit("").replace(fit("").find("m.nfm"), 5, "m.npz"), kUsage, {".nfm"});
}

TEST_F(TransformTool, NeverReplacesTheGpuThatIsAskedFor) {
  done(fit(""));
  done(place("--dry-run --device cuda"), {"the GPU needs"});
  done(place("--dry-run --device cuda --json"),
       {"\"device_bytes\": 3840"});  // 120 (5 + 1 + 2) floats
  expect_refused(place("--device cuda"), kDevice, {"cpu"});
  expect_refused(place("--device gpu"), kUsage, {"cuda:i"});
  done(place("--device cpu --json"), {"\"device\": \"cpu"});
  done(fit("--index hnsw"));
  expect_refused(place("--force --dry-run --device cuda"), kUsage,
                 {"has an index", "--device cpu"});
}

TEST_F(TransformTool, TellsItsPlanAndTakesSmallerBlocksUnderALimit) {
  done(fit(""));
  done(place("--dry-run"), {"40 rows", "at a time", "search"});
  EXPECT_FALSE(exists("t.npy"));
  io::write_npy(path("many.npy"), data::blobs(20'000, 5, 3), io::Overwrite::yes);
  done(place("--dry-run --memory-limit 1M --json", "many.npy"), {"\"n\": 20000"});
  done(place("-q", "many.npy"));
  const std::string whole = bytes("t.npy");
  done(place("-q --force --memory-limit 1M", "many.npy"));
  EXPECT_EQ(bytes("t.npy"), whole);
  expect_refused(place("--force --memory-limit 10k"), kMemory,
                 {"beside the model", "--memory-limit"});
}

TEST_F(TransformTool, ResumesWhatWasKilledToTheSameFile) {
  done(fit(""));
  io::write_npy(path("many.npy"), data::blobs(140'000, 5, 3), io::Overwrite::yes);
  done(place("-q --force", "many.npy"));
  const std::string whole = bytes("t.npy");
  fs::remove(path("t.npy"));
  const std::string kept =
      "--force --checkpoint " + path("kept") + " --resume --report " + path("r.json") + " -q";
  shell(once_there(place(kept, "many.npy"), path("kept/remoteness.f32"), "KILL"));
  ASSERT_TRUE(exists("kept"));
  EXPECT_FALSE(exists("t.npy"));
  std::ofstream(path("kept/map.f32"), std::ios::app) << "torn";  // as a write that was cut
  done(place(kept, "many.npy"));
  EXPECT_EQ(bytes("t.npy"), whole);
  EXPECT_GT(nlohmann::json::parse(bytes("r.json"))["resumed_at"], 0);
  EXPECT_FALSE(exists("kept"));
}

}  // namespace
}  // namespace nearfold
