// Files as people have them: numbers far from 0, graphs and matrices of other programs, names that
// promise a format. What is read must be what is there; what cannot be, is said with the remedy.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "io/npz_array.hpp"
#include "nearfold/nearfold.hpp"
#include "support/bad_inputs.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

using io::dictionary;
using io::npy;
using Doubles = std::vector<double>;

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string shape_of(std::size_t rows, std::size_t cols) {
  return "(" + std::to_string(rows) + ", " + std::to_string(cols) + ")";
}

class Formats : public BadInput {
 protected:
  void save(const std::string& name, const Doubles& values, std::size_t cols) const {
    write(name, npy(dictionary("<f8", shape_of(values.size() / cols, cols)), bytes_of(values)));
  }
  std::string knn(const std::string& name, const std::string& more) const {
    return "knn " + path(name) + " -k 15 -q --force " + more;
  }
};

// ---- precision ----------------------------------------------------------------------------------

/// Share of the 15 nearest, measured in double, that a graph has.
double recall_of(const KnnGraph& graph, const Doubles& x, std::size_t cols) {
  const std::size_t n = x.size() / cols;
  std::size_t found = 0;
  std::vector<std::pair<double, std::int32_t>> row;
  for (std::size_t i = 0; i < n; ++i) {
    row.clear();
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t c = 0; c < cols; ++c) {
        const double d = x[i * cols + c] - x[j * cols + c];
        sum += d * d;
      }
      if (i != j) row.emplace_back(sum, static_cast<std::int32_t>(j));
    }
    std::nth_element(row.begin(), row.begin() + 14, row.end());
    const auto mine = graph.neighbors.begin() + static_cast<std::ptrdiff_t>(15 * i);
    for (std::size_t c = 0; c < 15; ++c)
      found += std::count(mine, mine + 15, row[c].second) > 0 ? 1 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(15 * n);
}

struct FarPoints {
  const char* what;
  std::size_t cols;
  Doubles values;
};

/// What people have that lies far from 0: all points plus 1e7, times in seconds, metres, degrees.
std::vector<FarPoints> far_points() {
  constexpr std::int64_t kN = 500;
  const Matrix r = data::normals(kN, 5, 2);
  std::vector<FarPoints> all = {{"offset", 5, {}},
                                {"timestamps", 2, {}},
                                {"utm", 2, {}},
                                {"degrees", 2, {}},
                                {"milliseconds", 1, {}}};
  for (std::int64_t i = 0; i < kN; ++i) {
    const auto at = [&](std::int64_t c) { return static_cast<double>(r.row(i)[c]); };
    const double time = 1.6e9 + 7.3 * static_cast<double>(i) + at(0);
    for (std::int64_t c = 0; c < 5; ++c) all[0].values.push_back(1e7 + at(c) + (i < 250 ? 4 : 0));
    all[1].values.insert(all[1].values.end(), {time, time + 5 * at(1)});
    all[2].values.insert(all[2].values.end(), {464000 + 0.5 * at(0), 5223000 + 0.5 * at(1)});
    all[3].values.insert(all[3].values.end(), {47.1644 + 1e-5 * at(0), -8.5151 + 1e-5 * at(1)});
    all[4].values.push_back(1.6e12 + 11 * at(2));
  }
  return all;
}

TEST_F(Formats, PointsFarFromZeroKeepTheirNeighbours) {
  for (const auto& [what, cols, values] : far_points()) {
    save("f.npy", values, cols);
    std::string text;
    char number[40];
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::snprintf(number, sizeof number, "%.17g%c", values[i], (i + 1) % cols == 0 ? '\n' : ',');
      text += number;
    }
    write("f.csv", text);
    for (const char* name : {"f.npy", "f.csv"})
      for (const char* metric : {"euclidean", "sqeuclidean"}) {
        expect_says(run(knn(name, std::string("--metric ") + metric + " -o " + path("g.npz"))),
                    kDone, {}, what);
        EXPECT_GE(recall_of(io::read_graph(path("g.npz")), values, cols), 1 - 1e-3)
            << what << " " << name << " " << metric;
      }
  }
}

TEST_F(Formats, EverythingThatReadsThePointsTakesTheSameFromThem) {
  const FarPoints far = far_points()[1];
  save("f.npy", far.values, far.cols);
  const std::string umap = " --method umap --n-neighbors 16 --n-epochs 20 -q --force ";
  expect_says(run(knn("f.npy", "-o " + path("g.npz"))), kDone, {}, "knn");
  expect_says(run("embed " + path("f.npy") + umap + "-o " + path("a.npy")), kDone, {}, "embed");
  expect_says(
      run("embed " + path("f.npy") + " --knn " + path("g.npz") + umap + "-o " + path("b.npy")),
      kDone, {}, "from the graph");
  EXPECT_EQ(bytes("a.npy"), bytes("b.npy"));
  expect_says(run("knn " + path("f.npy") + " -q --index hnsw --save-index " + path("i.npz")), kDone,
              {}, "index");
  const std::string ask = knn("f.npy", "--query " + path("f.npy") + " -o " + path("n.npz"));
  for (const std::string& by : {std::string(), " --load-index " + path("i.npz")}) {
    expect_says(run(ask + by), kDone, {}, by);
    const io::Archive answer(io::ByteSource::file(path("n.npz")));
    const auto ids = io::read_array<std::int32_t>(answer, "indices", {500, 15});
    for (std::size_t i = 0; i < 500; ++i)
      EXPECT_EQ(ids[15 * i], static_cast<std::int32_t>(i)) << by;  // each finds itself
  }
  Doubles shifted = far.values;
  for (double& x : shifted) x += 1e5;
  save("s.npy", shifted, far.cols);
  expect_refused("knn " + path("s.npy") + " -k 5 --query " + path("f.npy") + " -o " +
                     path("other.npz") + " --load-index " + path("i.npz"),
                 kBadInput, {"index of other points"});
  expect_says(run("quality " + path("f.npy") + " " + path("a.npy") + " --json -q"), kDone,
              {"trustworthiness"}, "quality");
}

TEST_F(Formats, MetricsThatSeeAnOffsetAreWarnedOf) {
  const FarPoints far = far_points()[2];
  save("f.npy", far.values, far.cols);
  for (const char* metric : {"cosine", "inner_product"})
    expect_says(
        run("knn " + path("f.npy") + " -k 5 --force --metric " + metric + " -o " + path("g.npz")),
        kDone, {"distinct values in 2 of 2 columns became equal", "subtract one"}, metric);
  expect_says(run("convert " + path("f.npy") + " -o " + path("c.npy")), kDone,
              {"became equal to others in float32"}, "convert");
}

TEST_F(Formats, PointsTooCloseForFloat32AreRefused) {
  for (const double scale : {1e-25, 1e-40, 1e-60}) {
    Doubles tiny;
    for (int i = 0; i < 100; ++i) tiny.push_back(scale * (i + 1));
    save("t.npy", tiny, 2);
    expect_refused("knn " + path("t.npy") + " -k 3 -o " + path("g.npz"), kBadInput,
                   {"scale the data"});
  }
}

// ---- graphs -------------------------------------------------------------------------------------

/// The graph of x.npy as another program would save it.
class ForeignGraphs : public Formats {
 protected:
  ForeignGraphs() {
    run("knn " + path("x.npy") + " -k 9 -q -o " + path("mine.npz"));
    graph_ = io::read_graph(path("mine.npz"));
  }

  void save_graph(const std::string& ids, const std::string& distances,
                  const std::string& fortran = "False") const {
    const auto k = static_cast<std::size_t>(graph_.k), n = static_cast<std::size_t>(graph_.n);
    std::vector<std::int64_t> wide(n * k);
    Doubles away(n * k);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t c = 0; c < k; ++c) {
        const std::size_t to = fortran == "True" ? c * n + i : i * k + c;
        wide[to] = graph_.neighbors[i * k + c];
        away[to] = static_cast<double>(graph_.distances[i * k + c]);
      }
    const std::vector<io::ZipEntry> entries = {
        {distances + ".npy", npy(dictionary("<f8", shape_of(n, k), fortran), bytes_of(away)), {}},
        {ids + ".npy", npy(dictionary("<i8", shape_of(n, k), fortran), bytes_of(wide)), {}}};
    io::write_zip(path("g.npz"), entries, io::Overwrite::yes);
  }

  std::string embed_graph(const std::string& more = "") const {
    return "embed " + path("x.npy") + " --knn " + path("g.npz") +
           " --method umap --n-neighbors 8 --n-epochs 10 -q --force -o " + path("y.npy") + " " +
           more;
  }

  /// The same map as from our own file.
  void expect_same(const std::string& what) const {
    expect_says(run(embed_graph()), kDone, {}, what);
    const std::string theirs = bytes("y.npy");
    fs::copy_file(path("mine.npz"), path("g.npz"), fs::copy_options::overwrite_existing);
    expect_says(run(embed_graph()), kDone, {}, what);
    EXPECT_EQ(theirs, bytes("y.npy")) << what;
    fs::remove(path("y.npy"));
  }

  KnnGraph graph_;
};

TEST_F(ForeignGraphs, AreFoundByNamesKindAndShape) {
  for (const auto& [ids, distances] :
       {std::pair{"I", "D"},
        {"knn_indices", "knn_dists"},
        {"arr_1", "arr_0"},
        {"a", "b"},
        {"distances", "indices"}}) {  // the last by kind, whatever they say
    save_graph(ids, distances);
    expect_same(ids);
  }
  save_graph("indices", "distances", "True");
  expect_same("Fortran order");
}

TEST_F(ForeignGraphs, WithIdsFromOneAreRecognised) {
  for (std::int32_t& id : graph_.neighbors) ++id;
  save_graph("indices", "distances");
  expect_refused(embed_graph(), kBadInput, {"ids are in [1, 300]", "--ids-from 1"});
  expect_says(run(embed_graph("--ids-from 1")), kDone, {}, "from 1");
  expect_refused(embed_graph("--ids-from 2"), kUsage, {"--ids-from is 2", "0 or 1"});
}

TEST_F(ForeignGraphs, OfSimilaritiesAreSuspected) {
  for (float& d : graph_.distances) d = 1 / (1 + d);
  save_graph("indices", "distances");
  expect_refused(embed_graph(), kBadInput, {"of 300 rows descend, as similarities do", "1 - s"});
}

TEST_F(ForeignGraphs, OfOtherPointsAreRefused) {  // 25
  const KnnGraph good = graph_;
  const Matrix x = io::read_matrix(path("x.npy"));
  Matrix reversed(x.rows(), x.cols());
  for (std::int64_t i = 0; i < x.rows(); ++i)
    std::copy_n(x.row(x.rows() - 1 - i), x.cols(), reversed.row(i));
  io::write_npy(path("reversed.npy"), reversed, io::Overwrite::yes);
  run("knn " + path("reversed.npy") + " -k 9 -q -o " + path("r.npz"));
  graph_ = io::read_graph(path("r.npz"));
  save_graph("indices", "distances");
  expect_refused(embed_graph(), kBadInput, {"the graph is not of these points: row 0"});
  graph_ = good;
  for (float& d : graph_.distances) d *= d;
  save_graph("indices", "distances");
  expect_refused(embed_graph(), kBadInput, {"squares"});
  run("knn " + path("x.npy") + " -k 9 -q --metric cosine --force -o " + path("c.npz"));
  graph_ = io::read_graph(path("c.npz"));
  save_graph("indices", "distances");
  expect_refused(embed_graph(), kBadInput, {"by cosine, not by euclidean"});
  expect_says(run(embed_graph("--metric cosine")), kDone, {}, "named");
}

// ---- matrices of distances ----------------------------------------------------------------------

TEST_F(Formats, MatricesOfDistancesAreMappedAsWhatTheyAre) {
  const Matrix x = data::blobs(60, 4, 3);
  Doubles distances;
  for (std::int64_t i = 0; i < 60; ++i)
    for (std::int64_t j = 0; j < 60; ++j) {
      double sum = 0;
      for (std::int64_t c = 0; c < 4; ++c) {
        const double d = static_cast<double>(x.row(i)[c]) - static_cast<double>(x.row(j)[c]);
        sum += d * d;
      }
      distances.push_back(std::sqrt(sum));
    }
  save("dm.npy", distances, 60);
  io::write_npy(path("p.npy"), x, io::Overwrite::yes);
  const std::string matrix = path("dm.npy") + " --metric precomputed";
  expect_map(map_of("dm.npy"), {"symmetric matrix with a zero diagonal", "--metric precomputed"});
  expect_map(map_of("dm.npy", "--metric precomputed"));
  expect_says(run("knn " + matrix + " -k 7 -q -o " + path("g.npz")), kDone, {}, "knn");
  run("knn " + path("p.npy") + " -k 7 -q -o " + path("h.npz"));
  EXPECT_EQ(io::read_graph(path("g.npz")).neighbors, io::read_graph(path("h.npz")).neighbors);
  EXPECT_EQ(io::read_graph(path("g.npz")).metric, "precomputed");
  const std::string map = " --method umap --n-neighbors 5 -o " + path("y.npy");
  expect_refused("embed " + matrix + " --index hnsw" + map, kUsage, {"leave --index out"});
  expect_refused("embed " + matrix + " --pca 3" + map, kUsage, {"--pca"});
  expect_refused("embed --knn " + path("dm.npy") + map, kBadInput, {"--metric precomputed"});
  expect_refused("embed " + path("p.npy") + " --metric precomputed" + map, kBadInput, {"60 x 4"});
}

TEST_F(Formats, SimilaritiesAndTrianglesAreSaid) {
  const auto filled = [](double diagonal, double below, double above) {
    Doubles all;
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 20; ++j)
        all.push_back(i == j ? diagonal : (i > j ? below : above) * (1 + (i * j + i + j) % 7));
    return all;
  };
  save("s.npy", filled(1, .1, .1), 20);
  expect_map(map_of("s.npy"),
             {"largest values on the diagonal", "1 - s, with --metric precomputed"});
  save("c.npy", filled(1, -.1, -.1), 20);
  expect_map(map_of("c.npy"), {"correlations"});
  save("one.npy", filled(1, 0, 0), 20);
  const Outcome one = run(map_of("one.npy"));
  EXPECT_EQ(one.out.find("precomputed"), std::string::npos) << one.out;
  for (const bool lower : {true, false}) {
    save("t.npy", filled(0, lower ? 2 : 0, lower ? 0 : 2), 20);
    expect_map(map_of("t.npy"), {"a triangle with a zero diagonal", "d + d.T"});
    expect_refused(map_of("t.npy", "--metric precomputed"), kBadInput, {"triangle", "d + d.T"});
  }
  save("i.npy", filled(0, HUGE_VAL, 1), 20);
  expect_refused(map_of("i.npy", "--metric precomputed"), kBadInput, {"is inf", "finite"});
  save("o.npy", filled(0, 2, 3), 20);
  const Outcome other = run(map_of("o.npy"));
  EXPECT_EQ(other.out.find("precomputed"), std::string::npos) << other.out;
  expect_refused(map_of("o.npy", "--metric precomputed"), kBadInput,
                 {"row 1, column 0", "the same both ways"});
}

// ---- names of outputs ---------------------------------------------------------------------------

TEST_F(Formats, OutputsAreWhatTheirNamesSay) {
  expect_says(run(map_of("x.npy", "-q")), kDone, {}, "npy");
  const Matrix map = io::read_matrix(path("y.npy"));
  for (const char* name : {"y.csv", "y.tsv"}) {
    expect_says(run("embed " + path("x.npy") +
                    " --method umap --n-neighbors 3 --n-epochs 5 -q -o " + path(name)),
                kDone, {}, name);
    EXPECT_EQ(bytes(name).find("NUMPY"), std::string::npos);
    EXPECT_EQ(io::read_matrix(path(name)).values(), map.values()) << name;
  }
  const Outcome out =
      run("embed " + path("x.npy") + " --method umap --n-neighbors 3 --n-epochs 5 -q -o -");
  EXPECT_EQ(out.out, bytes("y.csv"));
  EXPECT_FALSE(fs::exists("-"));
  expect_says(run("convert " + path("x.npy") + " -q -o " + path("c.tsv")), kDone, {}, "convert");
  EXPECT_EQ(io::read_matrix(path("c.tsv")).values(), io::read_matrix(path("x.npy")).values());
  expect_says(run("generate blobs -n 30 -o " + path("b.csv") + " --labels " + path("b.tsv")), kDone,
              {}, "generate");
  EXPECT_EQ(io::read_labels(path("b.tsv")).ids.size(), 30U);
}

TEST_F(Formats, OutputsOfOtherNamesAreRefused) {
  const std::string x = path("x.npy");
  for (const char* name : {"map", "map.txt", "map.xlsx", "map.parquet", "map.npz"})
    expect_refused("embed " + x + " --method umap -o " + path(name), kUsage,
                   {name, ".npy", ".csv", ".tsv"});
  expect_refused("convert " + x + " -o " + path("c.json"), kUsage, {".csv"});
  expect_refused("generate blobs -o " + path("b.dat"), kUsage, {".csv"});
  expect_refused("knn " + x + " -k 5 -o " + path("g.csv"), kUsage, {"does not end with .npz"});
  expect_refused("knn " + x + " -k 5 -o -", kUsage, {"does not end with .npz"});
  expect_refused("knn " + x + " --index hnsw --save-index " + path("i.idx"), kUsage, {".npz"});
  expect_refused("embed " + x + " --method umap --report " + path("r.csv") + " -o " + path("y.npy"),
                 kUsage, {"does not end with .json"});
  expect_refused("embed " + x + " --method umap --json -o -", kUsage, {"-o - and --json"});
}

// ---- other formats ------------------------------------------------------------------------------

TEST_F(Formats, SparseMatricesAreRefusedWithTheLineThatConverts) {
  const std::vector<io::ZipEntry> entries = {
      {"indices.npy", npy(dictionary("<i4", "(1,)"), io::raw({1})), {}},
      {"indptr.npy", npy(dictionary("<i4", "(3,)"), io::raw({0, 1, 1})), {}},
      {"format.npy", npy(dictionary("|S3", "()"), "csr"), {}},
      {"shape.npy", npy(dictionary("<i8", "(2,)"), io::raw<std::int64_t>({2, 9})), {}},
      {"data.npy", npy(dictionary("<f8", "(1,)"), io::raw({1.0})), {}}};
  io::write_zip(path("s.npz"), entries, io::Overwrite::yes);
  for (const char* more : {"--array indices", "--array data"})
    expect_refused(map_of("s.npz", more), kBadInput,
                   {"a sparse matrix of scipy's", "scipy.sparse.load_npz", ".toarray()"});
}

TEST_F(Formats, MatrixMarketIsRead) {  // 21
  std::string text = "%%MatrixMarket matrix array real general\n6 2\n";
  for (int i = 0; i < 12; ++i) text += std::to_string(i * i % 7) + ".5\n";
  write("a.mtx", text);
  expect_map(map_of("a.mtx"));
  file_refused("b.mtx", "%%MatrixMarket matrix array real general\n6 200\n1\n", {"truncated"});
}

}  // namespace
}  // namespace nearfold
