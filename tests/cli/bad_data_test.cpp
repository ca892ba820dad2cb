// Numbers that are hard on arithmetic: either an error that names them, or a finite map.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "nearfold/embed.hpp"
#include "support/bad_inputs.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

class BadData : public BadInput {
 protected:
  void save(const Matrix& points) const {
    io::write_npy(path("a.npy"), points, io::Overwrite::yes);
  }
  std::string tsne_of(const std::string& name, const std::string& more = "",
                      const std::string& perplexity = "2") const {
    return "embed " + path(name) + " --method tsne --max-iter 40 -o " + path("y.npy") +
           " --force --perplexity " + perplexity + " " + more;
  }
  nlohmann::json report() const { return nlohmann::json::parse(bytes("r.json")); }
};

TEST_F(BadData, ValuesThatAreNotFiniteAreListedAndCounted) {  // 28, 29
  Matrix points = data::blobs(40, 3, 1);
  for (std::int64_t i = 10; i < 30; ++i) points.row(i)[i % 3] = std::nanf("");
  save(points);
  for (const std::string& command : {map_of("a.npy"), tsne_of("a.npy")})
    expect_refused(command, kBadInput,
                   {"row 10, column 1 is nan; row 11, column 2 is nan; row 12", "row 14, column 2",
                    "20 such values in all", "--missing mean"});
  expect_map(map_of("a.npy", "--missing mean"), {"warning: 20 missing values"});
  points = data::blobs(40, 3, 1);
  points.row(3)[2] = -HUGE_VALF;
  save(points);
  expect_refused(map_of("a.npy"), kBadInput, {"row 3, column 2 is -inf; remove such rows"});
  expect_refused(map_of("a.npy", "--missing mean"), kBadInput, {"row 3, column 2 is -inf"});
}

TEST_F(BadData, ValuesWhoseSquaresOverflowAreRefused) {  // 29
  save(data::scaled(data::blobs(40, 3, 1), 1e30F));
  for (const std::string& command :
       {map_of("a.npy"), tsne_of("a.npy"), "knn " + path("a.npy") + " -k 3 -o " + path("g.npz")})
    expect_refused(command, kBadInput, {"row 0, column 0 is ", "e+", "beyond 1e16", "scale"});
}

TEST_F(BadData, EqualRowsAndConstantColumnsAreWarnedOf) {  // 30, 31
  save(Matrix(40, 3));
  expect_map(map_of("a.npy"), {"warning: all points are equal"});
  expect_map(tsne_of("a.npy"), {"warning: all points are equal"});
  Matrix points = data::blobs(40, 6, 1);
  for (std::int64_t i = 0; i < 40; ++i) points.row(i)[4] = points.row(i)[5] = 7;
  save(points);
  expect_map(map_of("a.npy", "--report " + path("r.json")),
             {"warning: 2 of 6 columns are constant"});
  EXPECT_EQ(report()["warnings"][0], "2 of 6 columns are constant: they tell no points apart");
}

TEST_F(BadData, ZeroRowsHaveNoCosine) {  // 32
  Matrix points = data::blobs(40, 3, 1);
  for (const std::int64_t i : {7, 19}) std::fill_n(points.row(i), 3, 0.0F);
  save(points);
  expect_refused(map_of("a.npy", "--metric cosine"), kBadInput, {"7", "19", "only zeros"});
  expect_map(map_of("a.npy", "--metric cosine --zero-vectors far"));
}

TEST_F(BadData, HeavyDuplicatesAreMappedByEveryIndex) {  // 33
  save(data::duplicates(3000, 8, 1, 7));
  for (const char* index : {"flat", "ivf", "hnsw", "nndescent", "auto"}) {
    const std::string how = std::string("--index ") + index;
    expect_map(map_of("a.npy", how));
    expect_map(tsne_of("a.npy", how));
  }
}

TEST_F(BadData, TooFewPointsAreRefusedWithWhatIsPossible) {  // 34
  for (const std::int64_t n : {1, 2, 3}) {
    save(data::normals(n, 3, 1));
    const std::string says = std::to_string(n) + " points";
    expect_refused(tsne_of("a.npy"), kBadInput, {says});
    expect_refused(map_of("a.npy"), kBadInput, {says});
  }
  save(data::normals(4, 3, 1));
  expect_map(map_of("a.npy"));
  expect_refused(tsne_of("a.npy", "", "3"), kBadInput, {"perplexity 3 ", "4 points"});
  expect_map(tsne_of("a.npy", "", "1.33"));
  expect_map(map_of("a.npy", "").replace(map_of("a.npy", "").find("--n-neighbors 3"), 15, "-k 3"));
  save(data::normals(4, 5000, 1));  // no advice that 4 points cannot follow
  EXPECT_EQ(run(map_of("a.npy")).out.find("--pca"), std::string::npos);
  save(data::normals(10, 3, 1));
  expect_refused(tsne_of("a.npy", "", "30"), kBadInput, {"perplexity of at most 3"});
  expect_map(tsne_of("a.npy", "", "3"));
  expect_refused("embed " + path("a.npy") + " -m umap --force -o " + path("y.npy"), kBadInput,
                 {"--n-neighbors is 15 for 10 points", "use at most 10"});
  expect_refused("knn " + path("a.npy") + " -k 15 -o " + path("g.npz"), kBadInput,
                 {"k is 15 for 10 points"});
  save(data::normals(3, 3, 1));
  expect_says(run("knn " + path("a.npy") + " -k 2 -o " + path("g.npz")), kDone, {}, "three points");
  save(data::normals(31, 3, 1));
  expect_refused(tsne_of("a.npy", "", "30"), kBadInput, {"perplexity 30 ", "31 points"});
}

TEST_F(BadData, GraphsInPiecesHaveAPlaceForEachPiece) {  // 35
  save(data::blobs(60, 10, 1, 10, 1e5F));  // six points each: with five neighbours, ten pieces
  for (const char* init : {"spectral", "pca", "random"})
    expect_map(map_of("a.npy", std::string("--init ") + init));
  expect_map(tsne_of("a.npy", "--init spectral", "1.5"));
}

TEST_F(BadData, AnOutlierBlowsUpNeitherGridNorMap) {  // 36
  save(data::outlier(2000, 8, 1, 500, 1e6F));
  for (const std::string& command :
       {map_of("a.npy"), tsne_of("a.npy", "--negative-gradient-method fft")}) {
    fs::remove(path("r.json"));
    expect_map(command + " --report " + path("r.json"));
    EXPECT_LT(report()["peak_bytes"], 400'000'000);  // of which sanitizers take half
  }
}

TEST_F(BadData, TinySignedAndMixedScalesAreMapped) {  // 37
  for (const float scale : {1e-40F, 1e-20F}) {        // squares that are 0, or hardly a float
    save(data::scaled(data::blobs(60, 3, 1), scale));
    expect_refused(map_of("a.npy"), kBadInput, {"differ from row 0 by", "scale the data"});
  }
  save(data::scaled(data::blobs(60, 3, 1), 1e-14F));
  expect_map(map_of("a.npy"));
  expect_map(tsne_of("a.npy"));
  Matrix points = data::blobs(60, 6, 1);
  for (std::int64_t i = 0; i < 60; ++i) {
    points.row(i)[0] *= 1e-20F;
    points.row(i)[1] *= 1e14F;
    points.row(i)[2] = i % 2 == 0 ? 0.0F : -0.0F;
  }
  save(points);
  expect_map(map_of("a.npy"), {"1 of 6 columns are constant"});  // -0 is 0
  expect_map(tsne_of("a.npy"));
  points.row(5)[1] = 1e20F;
  save(points);
  expect_refused(map_of("a.npy"), kBadInput, {"row 5, column 1 is 1e+20", "scale the data"});
}

TEST_F(BadData, OneTwoAndVeryManyColumnsAreTaken) {  // 38
  save(data::normals(60, 1, 1));
  expect_map(map_of("a.npy"));
  expect_map(tsne_of("a.npy"), {"the points have 1 column(s)"});
  save(data::normals(60, 2, 1));
  expect_map(tsne_of("a.npy"));
  save(data::normals(60, 20'000, 1));
  expect_map(map_of("a.npy", "--init random"), {"20000 columns", "--pca 50"});
}

TEST_F(BadData, TiesAreBrokenAlikeForAnyNumberOfThreads) {  // 39
  save(data::lattice(400, 6, 1, 2));
  for (const char* index : {"flat", "hnsw"}) {
    std::string first;
    for (const char* threads : {"1", "3"}) {
      const std::string how = std::string(" --index ") + index + " --threads " + threads;
      ASSERT_EQ(run(map_of("a.npy", how)).code, kDone);
      if (first.empty()) first = bytes("y.npy");
      EXPECT_EQ(bytes("y.npy"), first) << how;
    }
  }
}

TEST_F(BadData, TiesAndDuplicatesAreCountedAndMakeNoRings) {  // 33, 39
  Matrix points(300, 300);
  for (std::int64_t i = 0; i < 300; ++i) points.row(i)[i] = 1;
  save(points);
  expect_map(tsne_of("a.npy", "--report " + path("r.json")),
             {"300 of 300 points have ties at the distance of the last of their 6 neighbours"});
  EXPECT_EQ(report()["tied_rows"], 300);
  EXPECT_EQ(report()["duplicates"], 0);
  save(data::duplicates(300, 8, 1, 7));
  expect_says(run("knn " + path("a.npy") + " -k 5 -o " + path("g.npz")), kDone,
              {"293 of 300 points are duplicates", "300 of 300 points have ties"}, "knn");
  expect_map(
      "embed --knn " + path("g.npz") + " -m umap --n-neighbors 4 --n-epochs 5 -o " + path("y.npy"),
      {"293 of 300 points are duplicates", "the last of their 3 neighbours"});
}

TEST_F(BadData, StartsWithoutExtentAreRefusedOrJittered) {  // 30
  save(data::blobs(60, 3, 1));
  Matrix start(60, 2);
  io::write_npy(path("s.npy"), start, io::Overwrite::yes);
  const std::string with = "--init " + path("s.npy");
  for (const std::string& command : {map_of("a.npy", with), tsne_of("a.npy", with)})
    expect_refused(command, kBadInput, {"all rows of the init array are equal"});
  for (std::int64_t i = 0; i < 60; ++i) start.row(i)[0] = static_cast<float>(i) * 1e-5F;
  io::write_npy(path("s.npy"), start, io::Overwrite::yes);
  for (const std::string& command : {map_of("a.npy", with), tsne_of("a.npy", with)})
    expect_map(command, {"the init array lies on a line"});
  for (std::int64_t i = 0; i < 60; ++i) start.row(i)[1] = static_cast<float>(i % 7) * 1e6F;
  io::write_npy(path("s.npy"), start, io::Overwrite::yes);
  expect_refused(tsne_of("a.npy", with), kBadInput, {"standard deviation of", "scale the array"});
  expect_map(map_of("a.npy", with));
}

TEST_F(BadData, ARunThatDivergesIsAnErrorAndLeavesNothing) {  // 40
  save(data::blobs(100, 4, 1));
  for (const char* repulsion : {"exact", "fft"})
    expect_refused(tsne_of("a.npy", std::string("--learning-rate 1e37 --max-step-norm inf "
                                                "--negative-gradient-method ") +
                                        repulsion),
                   kInternal, {"learning"});
  expect_refused(map_of("a.npy", "--learning-rate 1e38"), kInternal, {"--learning-rate"});
}

// ---- every combination --------------------------------------------------------------------------

std::vector<std::pair<const char*, Matrix>> nasty_points() {
  Matrix broken = data::normals(60, 3, 1), mixed = data::blobs(60, 6, 2), signs(60, 2);
  broken.row(30)[1] = HUGE_VALF;
  for (std::int64_t i = 0; i < 60; ++i) {
    mixed.row(i)[0] *= 1e-30F;
    mixed.row(i)[1] *= 1e15F;
    signs.row(i)[0] = i % 3 == 0 ? -0.0F : 0.0F;
    signs.row(i)[1] = i % 7 == 0 ? std::numeric_limits<float>::denorm_min() : 0.0F;
  }
  return {{"equal", Matrix(60, 3)},
          {"two places", data::duplicates(60, 3, 3, 2)},
          {"seven places", data::duplicates(100, 3, 4, 7)},
          {"a line", data::line(60, 1)},
          {"bits", data::lattice(80, 5, 5, 2)},
          {"outlier", data::outlier(60, 4, 6, 11, 1e16F)},
          {"pieces", data::blobs(60, 10, 7, 10, 1e6F)},
          {"subnormal", data::scaled(data::blobs(60, 3, 8), 1e-42F)},
          {"as large as allowed", data::scaled(data::blobs(60, 3, 9), 2e14F)},
          {"too large", data::scaled(data::blobs(60, 3, 9), 1e30F)},
          {"mixed scales", mixed},
          {"signs of zero", signs},
          {"infinity", broken},
          {"few", data::normals(12, 3, 10)}};
}

TEST(NastyData, GivesAFiniteMapOrANamedError) {
  const std::vector<KnnParams> indexes = {FlatKnn{}, IvfKnn{}, HnswKnn{}, NnDescentKnn{},
                                          AutoKnn{}};
  const std::vector<Init> inits = {PcaInit{}, SpectralInit{}, RandomInit{}};
  const std::vector<Method> methods = {UmapParams{.n_neighbors = 6, .n_epochs = 15},
                                       TsneParams{.perplexity = 2, .max_iter = 15}};
  int maps = 0, errors = 0;
  for (const auto& [what, points] : nasty_points())
    for (const KnnParams& index : indexes)
      for (const Init& init : inits)
        for (const Method& method : methods)
          for (const Metric metric : {Metric::euclidean, Metric::cosine}) {
            const Settings settings{.knn = index,
                                    .distance = {metric, ZeroVectors::refuse},
                                    .method = method,
                                    .init = init,
                                    .device = Cpu{1}};
            try {
              const Result result = embed(points, settings);
              ++maps;
              for (const float y : result.layout.values())
                ASSERT_TRUE(std::isfinite(y)) << what << ", " << result.info.index << ", "
                                              << result.info.init << ", " << result.info.method;
            } catch (const InvalidInput& error) {
              ++errors;
              EXPECT_NE(std::string(error.what()).find("row"), std::string::npos) << what;
            }
          }
  EXPECT_GT(maps, 440);
  EXPECT_GE(errors, 120);  // of values too large or infinite, at least
}

}  // namespace
}  // namespace nearfold
