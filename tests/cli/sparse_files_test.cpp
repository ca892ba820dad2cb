// Sparse points of the tool: what scipy writes and Matrix Market, mapped as the same points dense;
// files that are not what they say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/take_rows.hpp"
#include "support/bad_inputs.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

using io::dictionary;
using io::npy;

/// The arrays of a file of scipy's.
struct Saved {
  std::string format = "csr";
  std::vector<std::int64_t> shape = {}, indptr = {};
  std::vector<std::int32_t> indices = {};
  std::vector<float> data = {};
};

Saved saved(const SparseMatrix& x) {
  return {"csr", {x.rows, x.cols}, x.indptr, x.indices, x.values};
}

class SparseFiles : public BadInput {
 protected:
  template <class T>
  static io::ZipEntry entry(const std::string& name, const std::string& type,
                            const std::vector<T>& values) {
    std::string bytes(values.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return {name + ".npy",
            npy(dictionary(type, "(" + std::to_string(values.size()) + ",)"), bytes),
            {}};
  }
  void save(const std::string& name, const Saved& x) const {
    io::write_zip(
        path(name),
        std::vector<io::ZipEntry>{entry("indices", "<i4", x.indices),
                                  entry("indptr", "<i8", x.indptr),
                                  {"format.npy", npy(dictionary("|S3", "()"), x.format), {}},
                                  entry("shape", "<i8", x.shape),
                                  entry("data", "<f4", x.data)},
        io::Overwrite::yes);
  }
  void save_mtx(const std::string& name, const Matrix& x) const {
    std::string lines;
    int stored = 0;
    for (std::int64_t c = 0; c < x.cols(); ++c)
      for (std::int64_t i = 0; i < x.rows(); ++i) {
        if (x.row(i)[c] == 0) continue;
        ++stored;
        lines += std::to_string(i + 1) + " " + std::to_string(c + 1) + " " +
                 std::to_string(x.row(i)[c]) + "\n";
      }
    write(name, "%%MatrixMarket matrix coordinate real general\n% counts\n" +
                    std::to_string(x.rows()) + " " + std::to_string(x.cols()) + " " +
                    std::to_string(stored) + "\n" + lines);
  }
  std::string map(const std::string& name, const std::string& flags) const {
    const Outcome made =
        run("embed " + path(name) + " --n-components 2 --force -o " + path("m.npy") + " " + flags);
    EXPECT_EQ(made.code, 0) << made.out;
    return bytes("m.npy");
  }
  void done(const std::string& command, const Says& says = {}) const {
    expect_says(run(command), kDone, says, command);
  }
  void npz_refused(const Saved& x, const Says& says) const {
    save("bad.npz", x);
    expect_refused(map_of("bad.npz"), kBadInput, says);
  }

  const Matrix dense_ = data::many_zeros(200, 40, 3, true);
  const SparseMatrix sparse_ = data::sparse_of(dense_);
};

TEST_F(SparseFiles, AreMappedAsTheSamePointsDense) {
  io::write_npy(path("d.npy"), dense_, io::Overwrite::yes);
  save("csr.npz", saved(sparse_));
  Saved columns = saved(transposed(sparse_));
  columns.format = "csc";
  columns.shape = {200, 40};
  save("csc.npz", columns);
  save_mtx("x.mtx", dense_);
  const std::string umap = "--method umap --n-epochs 20 --n-neighbors 8 --metric manhattan";
  const std::string wanted = map("d.npy", umap);
  for (const char* name : {"csr.npz", "csc.npz", "x.mtx"})
    EXPECT_EQ(map(name, umap), wanted) << name;
  const std::string tsne = "--method tsne --max-iter 20 --early-exaggeration-iter 5 --init random";
  EXPECT_EQ(map("csr.npz", tsne), map("d.npy", tsne));
  EXPECT_EQ(run("knn " + path("csr.npz") + " --metric manhattan -k 7 -o " + path("g.npz")).code, 0);
  EXPECT_EQ(map("csr.npz", umap + " --knn " + path("g.npz")), wanted);
}

TEST_F(SparseFiles, OrderWithinARowDoesNotMatter) {
  Saved x = saved(sparse_);
  std::swap(x.indices[0], x.indices[1]);
  std::swap(x.data[0], x.data[1]);
  save("a.npz", saved(sparse_));
  save("b.npz", x);
  const std::string umap = "--method umap --n-epochs 20 --n-neighbors 8";
  EXPECT_EQ(map("b.npz", umap), map("a.npz", umap));
}

TEST_F(SparseFiles, AreReducedOrRefusedByName) {
  save("s.npz", saved(sparse_));
  expect_map(map_of("s.npz", "--pca 5"));
  expect_map(map_of("s.npz", "--pca 5 --save-model " + path("m.nfm")));
  expect_map(map_of("s.npz", "--init landmarks"));
  expect_refused(map_of("s.npz", "--standardize"), kUsage, {"is a sparse matrix"});
  expect_refused("grid " + path("s.npz") + " --n-neighbors 3,4 --array data -o " + path("g"),
                 kBadInput, {"a sparse matrix of scipy's", "toarray()"});
  expect_refused(map_of("s.npz", "--array data"), kBadInput, {"a sparse matrix of scipy's"});
}

TEST_F(SparseFiles, NewRowsJoinAMapAsThoseOfDensePoints) {
  save("old.npz", saved(rows_of(sparse_, 0, 150)));
  save("new.npz", saved(rows_of(sparse_, 150, 50)));
  const Matrix old(150, 40, {dense_.data(), dense_.row(150)});
  const Matrix added(50, 40, {dense_.row(150), dense_.data() + dense_.size()});
  io::write_npy(path("old.npy"), old, io::Overwrite::yes);
  io::write_npy(path("new.npy"), added, io::Overwrite::yes);
  save_mtx("new.mtx", added);
  const std::string umap = "--method umap --n-epochs 20 --n-neighbors 8 --metric manhattan";
  map("old.npz", umap + " --save-model " + path("s.nfm"));
  map("old.npy", umap + " --save-model " + path("d.nfm"));
  const auto placed = [&](const std::string& model, const std::string& rows) {
    done("transform " + path(model) + " " + path(rows) + " --force -o " + path("t.npy"));
    return bytes("t.npy");
  };
  const std::string wanted = placed("d.nfm", "new.npy");
  for (const char* rows : {"new.npz", "new.mtx", "new.npy"})
    EXPECT_EQ(placed("s.nfm", rows), wanted) << rows;
  const auto grown = [&](const std::string& model, const std::string& rows) {
    done("update " + path(model) + " " + path(rows) + " --max-iter 3 --force -o " + path("g.nfm") +
         " --map " + path("g.npy"));
    return bytes("g.npy");
  };
  EXPECT_EQ(grown("s.nfm", "new.npz"), grown("d.nfm", "new.npy"));
  done("transform " + path("s.nfm") + " " + path("new.npz") + " --dry-run -o " + path("n.npy"),
       {"50 rows"});
  done("info --json " + path("s.nfm"), {"\"dim\": 40", "\"n\": 150"});
  map("old.npy", umap);
  const auto scores = [&](const std::string& of) {
    done("quality " + of + " --force -q --report " + path("scores.json"));
    return nlohmann::json::parse(bytes("scores.json"))["scores"];
  };
  EXPECT_EQ(scores(path("s.nfm")), scores(path("d.nfm")));
  EXPECT_EQ(scores(path("old.npz") + " " + path("m.npy") + " --metric manhattan"),
            scores(path("old.npy") + " " + path("m.npy") + " --metric manhattan"));
  for (const char* rows : {"new.npz", "new.npy"})
    EXPECT_EQ(scores(path("s.nfm") + " --new " + path(rows)),
              scores(path("d.nfm") + " --new " + path("new.npy")));
  expect_refused("transform " + path("d.nfm") + " " + path("new.npz") + " -o " + path("n.npy"),
                 kBadInput, {"sparse matrix"});
}

TEST_F(SparseFiles, GridsAndComparisonsAreThoseOfDensePoints) {
  save("s.npz", saved(sparse_));
  io::write_npy(path("d.npy"), dense_, io::Overwrite::yes);
  for (const char* of : {"s", "d"}) {
    const std::string file = path(std::string(of) + ".npz"), dense = path("d.npy");
    const std::string points = of == std::string("s") ? file : dense;
    done("grid " + points + " --n-epochs 20 --n-neighbors 4,8 --min-dist 0.1 --unique -q -o " +
         path(std::string(of) + "-grid"));
    done("compare " + points + " --method umap --n-epochs 20 --index flat --subset 150 200 -q " +
         "--no-break-even --report " + path(std::string(of) + ".json"));
  }
  EXPECT_EQ(bytes("s-grid/n_neighbors=8,min_dist=0.1.npy"),
            bytes("d-grid/n_neighbors=8,min_dist=0.1.npy"));
  const auto report = [&](const char* name) { return nlohmann::json::parse(bytes(name)); };
  for (const int set : {0, 1}) {
    const auto of = [&](const char* name) { return report(name)["data_sets"][set]["rows"]; };
    ASSERT_EQ(of("s.json").size(), 1) << report("s.json").dump();
    EXPECT_EQ(of("s.json")[0]["scores"], of("d.json")[0]["scores"]);
  }
}

TEST_F(SparseFiles, NewRowsGoThroughTheAxesOfTheOldOnes) {
  save("old.npz", saved(sparse_));
  map("old.npz",
      "--method umap --n-epochs 20 --n-neighbors 8 --pca 5 --save-model " + path("m.nfm"));
  save("some.npz", saved(rows_of(sparse_, 20, 9)));
  done("transform " + path("m.nfm") + " " + path("some.npz") + " -o " + path("t.npy"));
  const Matrix map = io::read_matrix(path("m.npy")), placed = io::read_matrix(path("t.npy"));
  EXPECT_TRUE(std::equal(placed.values().begin(), placed.values().end(), map.row(20)));
}

TEST_F(SparseFiles, ArePlannedByTheirStoredValues) {
  save("s.npz", saved(sparse_));
  expect_says(run(map_of("s.npz", "--dry-run")), kDone, {"200 points of 40 columns"}, "dry run");
  expect_says(run("plan 1000000 30000 --method umap --stored 100000000"), kDone, {"0.808 GB"},
              "plan");
  expect_says(run("plan 1000 30 --method umap --stored -1"), kUsage, {"stored"}, "plan");
}

TEST_F(SparseFiles, ThatAreNotWhatTheySayAreRefused) {
  const Saved good = saved(data::sparse_of(data::many_zeros(20, 9, 3, true)));
  const auto with = [&](auto change) {
    Saved x = good;
    change(x);
    return x;
  };
  npz_refused(with([](Saved& x) { x.format = "bsr"; }), {"bad.npz", "tocsr()"});
  npz_refused(with([](Saved& x) { x.shape = {20}; }), {"shape"});
  npz_refused(with([](Saved& x) { x.shape = {20, std::int64_t{1} << 25}; }), {"16777216"});
  npz_refused(with([](Saved& x) { x.shape = {1'000'000'000'000, 9}; }), {"too many rows"});
  npz_refused(with([](Saved& x) { x.shape = {20, 4}; }), {"indices", "must be in [0, 4)"});
  npz_refused(with([](Saved& x) { x.shape = {21, 9}; }), {"indptr has 21 values"});
  npz_refused(with([](Saved& x) { x.indptr[3] = 1 << 30; }), {"indptr, value 3"});
  npz_refused(with([](Saved& x) { x.indptr[0] = 1; }), {"indptr, value 0"});
  npz_refused(with([](Saved& x) { x.indptr.back() -= 1; }), {"indptr, value 20"});
  npz_refused(with([](Saved& x) { x.indices[1] = x.indices[0]; }), {"comes twice"});
  npz_refused(with([](Saved& x) { x.indices[1] = -3; }), {"is -3"});
  npz_refused(with([](Saved& x) { x.data.pop_back(); }), {"data has", "indices have"});
  npz_refused(with([](Saved& x) { x.data[0] = std::nanf(""); }), {"row 0, column", "is nan"});
}

TEST_F(SparseFiles, CoordinatesThatAreNotWhatTheySayAreRefused) {
  const std::string head = "%%MatrixMarket matrix coordinate real general\n";
  file_refused("a.mtx", head + "5 4 2\n1 1 2\n1 1 3\n", {"(1, 1) comes twice"});
  file_refused("b.mtx", head + "5 4 3\n1 1 2\n1 2 3\n", {"ends before the last entry"});
  file_refused("c.mtx", head + "5 4 1\n1 1 2\n1 2 3\n", {"more values than the sizes say"});
  file_refused("d.mtx", head + "5 4 1\n6 1 2\n", {"(6, 1) is outside"});
  file_refused("e.mtx", head + "1000000000 4 1\n1 1 2\n", {"too many rows for its file"});
  file_refused("f.mtx", head + "5 100000000 1\n1 1 2\n", {"16777216 columns"});
  file_refused("g.mtx", head + "5 4 2\n1 1 2\n1 2 x\n", {"a value is due", "line 4"});
  file_refused("h.mtx", head + "9 4 2\n1 1 nan\n1 2 3\n", {"row 0, column 0 is nan"});
}

}  // namespace
}  // namespace nearfold
