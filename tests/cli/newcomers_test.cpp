// What somebody tries first with the tables that everybody has: iris, wine, breast cancer and
// diabetes, as pandas, R and scikit-learn write them. The numbers here are made up; names, classes
// and layout are theirs. Each command works, or says in a line which flag makes it work.
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

using Strings = std::vector<std::string>;

/// One data set: classes of rows by turns.
struct Frame {
  Strings columns;
  Strings classes;  // empty: a measurement
  std::string target;
};

const Frame kIris{
    {"sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"},
    {"setosa", "versicolor", "virginica"},
    "species"};
const Frame kWine{{"alcohol", "malic_acid", "ash", "proline"}, {"0", "1", "2"}, "target"};
const Frame kCancer{
    {"mean radius", "mean texture", "worst area"}, {"malignant", "benign"}, "diagnosis"};
const Frame kDiabetes{{"age", "sex", "bmi", "bp"}, {}, "target"};

constexpr int kRows = 60;

/// As DataFrame.to_csv() writes it.
struct Export {
  bool index = true, target = true;
  std::string separator = ",";
  bool decimal_comma = false;
};

std::string number(int row, int column, bool decimal_comma) {
  const int value = (row * 37 + column * 101) % 89 + 100 * (row % 3);
  const std::string mark = decimal_comma ? "," : ".";
  return std::to_string(value / 10) + mark + std::to_string(value % 10) + std::to_string(column);
}

std::string target_of(const Frame& frame, int row) {
  if (frame.classes.empty()) return std::to_string(60 + row * 7 % 200) + ".0";
  return frame.classes[static_cast<std::size_t>(row) % frame.classes.size()];
}

std::string written(const Frame& frame, const Export& how) {
  std::string text;
  for (const std::string& name : frame.columns)
    text += (text.empty() && !how.index ? "" : how.separator) + name;
  if (how.target) text += how.separator + frame.target;
  text += "\n";
  for (int row = 0; row < kRows; ++row) {
    if (how.index) text += std::to_string(row) + how.separator;
    for (std::size_t c = 0; c < frame.columns.size(); ++c)
      text += (c > 0 ? how.separator : "") + number(row, static_cast<int>(c), how.decimal_comma);
    if (how.target) text += how.separator + target_of(frame, row);
    text += "\n";
  }
  return text;
}

class Newcomers : public BadInput {
 protected:
  Newcomers() {
    write("iris.csv", written(kIris, {.index = false, .target = false}));
    write("iris_index.csv", written(kIris, {.target = false}));
    write("iris_species.csv", written(kIris, {.index = false}));
    write("iris_both.csv", written(kIris, {}));
    write(
        "iris_excel.csv",
        written(kIris, {.index = false, .target = false, .separator = ";", .decimal_comma = true}));
    write("wine.csv", written(kWine, {.index = false}));
    write("cancer.csv", written(kCancer, {}));
    write("diabetes.csv", written(kDiabetes, {}));
    std::string labels = "species\n", series = ",species\n", nameless = "0\n";
    for (int row = 0; row < kRows; ++row) {
      labels += target_of(kIris, row) + "\n";
      series += std::to_string(row) + "," + target_of(kIris, row) + "\n";
      nameless += std::to_string(row % 3) + "\n";
    }
    write("y.csv", labels);
    write("y_index.csv", series);
    write("y_nameless.csv", nameless);
    const std::string packed = written(kIris, {.target = false});
    const gzFile file = gzopen(path("iris.csv.gz").c_str(), "wb");
    gzwrite(file, packed.data(), static_cast<unsigned>(packed.size()));
    gzclose(file);
  }

  /// A map of so many rows of so many columns, as its report says.
  void expect_mapped(const std::string& input, const std::string& more, int columns,
                     const Says& says = {}) const {
    const std::string report = path("r.json");
    expect_map(map_of(input, more + " --report " + report), says);
    const std::string json = bytes("r.json");
    EXPECT_NE(json.find("\"n\": " + std::to_string(kRows)), std::string::npos) << input << more;
    EXPECT_NE(json.find("\"dim\": " + std::to_string(columns)), std::string::npos)
        << input << more << json.substr(0, 300);
  }

  /// Refused in one line, which says this.
  void expect_advice(const std::string& arguments, int code, const Says& says) const {
    expect_refused(arguments, code, says);
    const std::string said = run(arguments).out;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  }
};

TEST_F(Newcomers, IrisIsMapped) {
  expect_mapped("iris.csv", "", 4);
  expect_mapped("iris_index.csv", "", 4, {"column 0", "numbers the rows", "left out"});
  expect_mapped("iris.csv.gz", "", 4);
  expect_mapped("iris_excel.csv", "", 4, {"decimal points"});
  expect_advice(map_of("iris_species.csv", "--progress none"), kBadInput,
                {"column 'species' ('setosa') is text", "--drop species", "--label-column species",
                 "--one-hot species"});
  const std::string picture = " --plot " + path("p.svg");
  expect_mapped("iris_species.csv", "--label-column species" + picture, 4);
  EXPECT_NE(bytes("p.svg").find("versicolor"), std::string::npos);
  expect_mapped("iris_both.csv", "--label-column species" + picture, 4);
  expect_mapped("iris_species.csv", "--drop species --standardize", 4);
  expect_mapped("iris_species.csv", "--one-hot species", 7);
  expect_mapped("iris_both.csv", "--columns 'sepal length (cm)','petal width (cm)'", 2);
  expect_map("embed - --method umap --n-neighbors 3 --n-epochs 5 --force -o " + path("y.npy") +
             " < " + path("iris.csv"));
  const Outcome piped = shell("cat " + path("iris_index.csv") + " | " + NEARFOLD_TOOL +
                              " convert - -o " + path("c.npy"));
  expect_says(piped, kDone, {"60 x 4"}, "a pipe");
}

TEST_F(Newcomers, ScikitLearnsOwnIrisIsMapped) {
  std::string text = std::to_string(kRows) + ",4,setosa,versicolor,virginica\n";
  for (int row = 0; row < kRows; ++row) {
    for (int c = 0; c < 4; ++c) text += number(row, c, false) + ",";
    text += std::to_string(row % 3) + "\n";
  }
  write("own.csv", text);
  expect_mapped("own.csv", "--plot " + path("p.svg"), 4, {"scikit-learn", "the last column"});
  EXPECT_NE(bytes("p.svg").find("virginica"), std::string::npos);
}

TEST_F(Newcomers, LabelFilesOfPandasAreRead) {
  const std::string picture = " --plot " + path("p.svg");
  expect_mapped("iris.csv", "--labels " + path("y.csv") + picture, 4,
                {"'species', is taken for a header"});
  expect_mapped("iris.csv", "--labels " + path("y_index.csv") + picture, 4);
  EXPECT_NE(bytes("p.svg").find("setosa"), std::string::npos);
  expect_mapped("iris.csv",
                "--labels " + path("iris_species.csv") + " --label-column species" + picture, 4);
  expect_advice(
      map_of("iris.csv", "--progress none --labels " + path("iris_species.csv") + picture),
      kBadInput, {"5 columns", "--label-column"});
  expect_advice(map_of("iris.csv", "--progress none --labels " + path("y_nameless.csv") + picture),
                kBadInput, {"61 labels for 60 points", "'0', looks like a header"});
}

TEST_F(Newcomers, WineCancerAndDiabetesAreMapped) {
  expect_mapped("wine.csv", "", 5,
                {"column 'target' is taken for a feature", "--label-column target"});
  expect_mapped("wine.csv", "--label-column target --standardize --plot " + path("p.png"), 4);
  expect_mapped("wine.csv", "--drop target --standardize=robust", 4);
  expect_advice(map_of("cancer.csv", "--progress none"), kBadInput,
                {"column 'diagnosis' ('malignant') is text", "--label-column diagnosis"});
  expect_mapped("cancer.csv", "--label-column diagnosis", 3);
  expect_mapped("diabetes.csv", "--label-column target", 4);
  expect_mapped("diabetes.csv", "", 5, {"column 'target' is taken for a feature"});
  expect_advice(map_of("diabetes.csv", "--progress none --drop y"), kUsage,
                {"--drop y", "no such column", "'age', 'sex', 'bmi', 'bp', 'target'"});
}

TEST_F(Newcomers, AGraphAloneHasTheLabelsAndValuesOfATable) {
  ASSERT_EQ(run("knn " + path("iris.csv") + " -k 5 -q -o " + path("g.npz")).code, kDone);
  const std::string embed = "embed --knn " + path("g.npz") +
                            " -m umap --n-neighbors 6 --n-epochs 5 --progress none --force -o " +
                            path("y.npy") + " --plot " + path("p.svg");
  const std::string both = path("iris_both.csv");
  expect_says(run(embed + " --labels " + both + " --label-column species"), kDone, {}, "labels");
  EXPECT_NE(bytes("p.svg").find("versicolor"), std::string::npos);
  expect_says(run(embed + " --values " + both + " --value-column 1"), kDone, {}, "values");
  EXPECT_NE(bytes("p.svg").find("<linearGradient "), std::string::npos);
  expect_advice(embed + " --label-column species", kUsage, {"--label-column", "only a graph"});
  expect_advice(embed + " --value-column 1", kUsage, {"--value-column", "only a graph"});
}

TEST_F(Newcomers, EveryCommandTakesTheSameFlags) {
  const std::string iris = path("iris_both.csv"), out = path("c.npy");
  expect_says(run("convert " + iris + " --drop species -o " + out), kDone, {"60 x 4"}, "convert");
  expect_says(run("knn " + iris + " --label-column species -k 5 -o " + path("g.npz")), kDone,
              {"60 points"}, "knn");
  ASSERT_EQ(run(map_of("iris_both.csv", "--label-column species")).code, kDone);
  expect_says(run("quality " + iris + " " + path("y.npy") + " --label-column species"), kDone,
              {"silhouette", "left out"}, "quality");
  expect_says(run("plot " + path("y.npy") + " --labels " + iris + " --label-column species -o " +
                  path("p.svg")),
              kDone, {}, "plot");
  EXPECT_NE(bytes("p.svg").find("virginica"), std::string::npos);
  expect_says(run("compare " + iris +
                  " --label-column species --index flat --perplexity 5 "
                  "--max-iter 300 --no-break-even"),
              kDone, {"left out"}, "compare");
  expect_says(run("grid " + iris +
                  " --label-column species --n-neighbors 3,5 --min-dist 0.1,0.5 "
                  "--n-epochs 5 -o " +
                  path("grid")),
              kDone, {"4 maps"}, "grid");
  expect_says(
      run("info " + iris), kDone,
      {"shape              [60,4]", "species", "text", "sepal length (cm)", "real", "no feature"},
      "info");
}

TEST_F(Newcomers, AColumnOfMeasurementsIsAScale) {  // 88, 89
  const std::string picture = " --plot " + path("p.svg");
  const auto is_scale = [&] {
    return bytes("p.svg").find("<linearGradient ") != std::string::npos;
  };
  expect_mapped("diabetes.csv", "--value-column target" + picture, 4);
  EXPECT_TRUE(is_scale());
  std::string series;
  for (int row = 0; row < kRows; ++row)
    series += std::to_string(row) + "," + std::to_string(row * 7 % 50) + "\n";
  write("y_row.csv", series);
  expect_mapped("diabetes.csv", "--drop target --values " + path("y_row.csv") + picture, 4);
  EXPECT_TRUE(is_scale());
  const std::string whole = path("diabetes.csv");
  expect_mapped("iris.csv", "--values " + whole + " --value-column bmi" + picture, 4);
  EXPECT_TRUE(is_scale());
  expect_advice(map_of("iris.csv", "--progress none --values " + whole + picture), kBadInput,
                {"60 rows and 5 columns", "--value-column"});
  ASSERT_EQ(run(map_of("iris.csv")).code, kDone);
  const std::string plot = "plot " + path("y.npy") + " --force -o " + path("p.svg") + " --values ";
  expect_says(run(plot + whole + " --value-column bp"), kDone, {}, "plot");
  EXPECT_TRUE(is_scale());
  expect_refused(plot + whole + " --value-column blood", kUsage, {"--value-column blood", "'bp'"});
}

TEST_F(Newcomers, MistakesAreAnsweredInOneLine) {  // 90, 91
  const std::string iris = path("iris_both.csv"), out = " -o " + path("y.npy");
  const std::string embed = "embed " + iris + out;
  expect_advice(embed, kUsage,
                {"nearfold: --method is required, one of {tsne,umap,pacmap,localmap}"});
  expect_advice("embed " + iris + " -m umap", kUsage, {"--output is required", "--help"});
  expect_advice(embed + " -m pca", kUsage,
                {"nearfold: --method: 'pca' is none of tsne, umap, pacmap and localmap"});
  expect_advice(embed + " -m umap " + path("y.csv"), kUsage, {"more than", "--labels FILE"});
  expect_advice("quality " + iris, kUsage, {"needs 'map'"});
  expect_advice("", kUsage, {"a command is missing", "nearfold --help"});
  expect_advice("umap " + iris + out, kUsage, {"nearfold embed", "--method umap"});
  expect_advice(iris, kUsage, {"is no command", "nearfold embed " + iris});
  const std::string drawn = embed + " -m umap --drop species --plot " + path("p.svg");
  expect_advice(drawn + " --progress none --labels species", kUsage,
                {"no file 'species'", "--label-column species"});
  expect_advice(drawn + " --progress none --values species", kUsage, {"--value-column species"});
  expect_advice("knn " + path("iris.csv") + " --progress none -k 60 -o " + path("g.npz"), kBadInput,
                {"-k is 60 for 60 points; use 1 to 59"});
  expect_advice(embed + " -m umap --drop species --progress none -k 60", kBadInput,
                {"--n-neighbors is 61", "use at most 60 (-k is one less)"});
  ASSERT_EQ(run(embed + " -m umap --drop species -q").code, kDone);
  expect_advice("quality " + path("y.npy") + " " + path("iris.csv") + " --progress none", kBadInput,
                {"4 columns", "the points are named first"});
  fs::remove(path("y.npy"));
  expect_advice(embed + " -m umap --drop species --pca 5 --progress none", kBadInput,
                {"--pca asks for 5 components", "use 1 to 4"});
}

}  // namespace
}  // namespace nearfold
