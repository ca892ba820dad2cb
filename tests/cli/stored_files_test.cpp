// Files of narrow types, and files that are mapped: the tool's graphs and maps are those of the
// same values as float32 in memory, byte for byte; plans; what is refused.
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/points.hpp"
#include "nearfold/error.hpp"
#include "support/bad_inputs.hpp"
#include "support/expect.hpp"
#include "support/stored_data.hpp"

namespace nearfold {
namespace {

using data::Stored;
using io::dictionary;
using io::npy;

std::string text(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class StoredFiles : public BadInput {
 protected:
  static constexpr std::uint32_t kRows = 300, kCols = 12;

  void save(const std::string& name, const std::string& type, const Stored& x) const {
    write(name, npy(dictionary(type, "(300, 12)"), text(x.bytes)));
  }
  std::string graph(const std::string& name, const std::string& flags) const {
    const Outcome made =
        run("knn " + path(name) + " -k 8 --force -q -o " + path("g.npz") + " " + flags);
    EXPECT_EQ(made.code, 0) << made.out;
    return bytes("g.npz");
  }
  std::string map(const std::string& name, const std::string& flags) const {
    const Outcome made =
        run("embed " + path(name) + " --method umap --n-neighbors 8 --n-epochs 20 --force -q -o " +
            path("m.npy") + " --report " + path("r.json") + " " + flags);
    EXPECT_EQ(made.code, 0) << made.out;
    return bytes("m.npy");
  }

  const Matrix x_ = data::blobs(kRows, kCols, 3, 5, 6.0f);
  const Stored u_ = data::stored_of(x_, ValueType::uint8),
               i_ = data::stored_of(x_, ValueType::int8),
               h_ = data::stored_of(x_, ValueType::float16);
};

TEST_F(StoredFiles, AreMappedAndSearchedAsTheSameFloats) {
  save("u.npy", "|u1", u_);
  save("i.npy", "|i1", i_);
  save("h.npy", "<f2", h_);
  write("u.u8bin", io::raw({kRows, kCols}) + text(u_.bytes));
  write("i.i8bin", io::raw({kRows, kCols}) + text(i_.bytes));
  write("u.idx", io::idx(8, {kRows, 3, 4}) + text(u_.bytes));
  shell("gzip -k " + path("u.idx"));
  for (const auto& [file, points] : {std::pair{"u.npy", &u_},
                                     {"i.npy", &i_},
                                     {"h.npy", &h_},
                                     {"u.u8bin", &u_},
                                     {"i.i8bin", &i_},
                                     {"u.idx", &u_},
                                     {"u.idx.gz", &u_}}) {
    io::write_npy(path("f.npy"), points->floats, io::Overwrite::yes);
    const bool packed = std::string(file).ends_with(".gz");
    for (const std::string index : {"flat", "ivf"}) {
      const std::string wanted = graph("f.npy", "--index " + index);
      EXPECT_EQ(graph(file, "--index " + index), wanted) << file;
      if (!packed) {
        EXPECT_EQ(graph(file, "--mmap --index " + index), wanted) << file;
      }
      EXPECT_EQ(graph("f.npy", "--mmap --index " + index), wanted);
    }
    const std::string wanted = map("f.npy", "");
    EXPECT_EQ(map(file, ""), wanted) << file;
    EXPECT_EQ(nlohmann::json::parse(bytes("r.json"))["dtype"], name(points->type));
    EXPECT_EQ(map("f.npy", "--mmap"), wanted);
  }
}

TEST_F(StoredFiles, GivePrincipalComponentsModelsAndAnswersAsTheSameFloats) {
  save("u.npy", "|u1", u_);
  io::write_npy(path("f.npy"), u_.floats, io::Overwrite::yes);
  EXPECT_EQ(map("u.npy", "--pca 4 --init pca"), map("f.npy", "--pca 4 --init pca"));
  EXPECT_EQ(map("u.npy", "--pca 4 --mmap"), map("f.npy", "--pca 4"));
  EXPECT_EQ(map("u.npy", "--init landmarks --mmap"), map("f.npy", "--init landmarks"));
  map("f.npy", "--save-model " + path("f.nfm"));
  map("u.npy", "--save-model " + path("u.nfm"));
  EXPECT_TRUE(bytes("u.nfm") == bytes("f.nfm"));
  const std::string queries = "--index ivf --query " + path("f.npy");
  const std::string wanted = graph("f.npy", queries);
  EXPECT_EQ(graph("u.npy", queries + " --save-index " + path("i.npz")), wanted);
  EXPECT_EQ(
      graph("u.npy", "--query " + path("f.npy") + " --load-index " + path("i.npz") + " --mmap"),
      wanted);
  graph("u.npy", "--index flat");
  EXPECT_EQ(map("u.npy", "--knn " + path("g.npz") + " --mmap"), map("f.npy", "--index flat"));
}

TEST_F(StoredFiles, ArePlannedByTheirType) {
  save("u.npy", "|u1", u_);
  const auto planned = [&](const std::string& flags) {
    const Outcome o = run("embed " + path("u.npy") + " -m umap -o " + path("m.npy") +
                          " --dry-run --json " + flags);
    EXPECT_EQ(o.code, 0) << o.out;
    return nlohmann::json::parse(o.out);
  };
  const auto whole = planned(""), mapped = planned("--mmap"),
             model = planned("--save-model " + path("m.nfm"));
  EXPECT_EQ(whole["dtype"], "uint8");
  EXPECT_EQ(model["dtype"], "float32");
  EXPECT_EQ(whole["points_on_disk"], false);
  EXPECT_EQ(mapped["points_on_disk"], true);
  const auto knn = [](const auto& json) {
    return json["stages"][0]["host_bytes"].template get<std::int64_t>();
  };
  EXPECT_NEAR(static_cast<double>(knn(whole) - knn(mapped)), kRows * kCols, 2);
  EXPECT_NEAR(static_cast<double>(knn(model) - knn(mapped)), 4.0 * kRows * kCols, 2);
  const auto plan = [&](const std::string& flags) {
    return nlohmann::json::parse(run("plan 1000000 784 -m umap --index ivf --json " + flags).out);
  };
  EXPECT_NEAR(static_cast<double>(knn(plan("")) - knn(plan("--dtype uint8"))), 3 * 784e6, 2);
  EXPECT_NEAR(static_cast<double>(knn(plan("--dtype uint8")) - knn(plan("--mmap"))), 784e6, 2);
  EXPECT_EQ(plan("--dtype float16")["points_bytes"], 2LL * 784'000'000);
  expect_refused("plan 1000 10 -m umap --dtype uint8 --nodes 4", 2, {"--dtype", "--nodes"});
  expect_refused("plan 1000 10 -m umap --dtype uint8 --stored 40", 2, {"--stored", "--dtype"});
}

TEST_F(StoredFiles, ThatCannotBeMappedAreRefused) {
  save("u.npy", "|u1", u_);
  write("fortran.npy", npy(dictionary("|u1", "(300, 12)", "True"), text(u_.bytes)));
  write("big.npy", npy(dictionary(">f2", "(300, 12)"), text(h_.bytes)));
  write("wide.npy", npy(dictionary("<f8", "(4, 2)"), std::string(64, '\0')));
  write("x.csv", "1,2\n3,4\n5,6\n7,9\n");
  for (const char* name : {"fortran.npy", "big.npy", "wide.npy", "x.csv"})
    expect_refused(map_of(name, "--mmap"), 2, {name, "cannot be mapped", "nearfold convert"});
  expect_refused(map_of("u.npy", "--mmap --save-model " + path("m.nfm")), 2,
                 {"--mmap maps uint8", "--save-model"});
  expect_refused(map_of("u.npy", "--mmap --standardize"), 2, {"--mmap takes points as they are"});
  expect_refused(map_of("u.npy", "--mmap --metric precomputed"), 2, {"--metric precomputed"});
  expect_refused("knn " + path("u.npy") + " --mmap --queries 0:9 -o " + path("p.npz"), 2,
                 {"a part reads the rows"});
  EXPECT_EQ(run(map_of("fortran.npy")).code, 0);
}

TEST_F(StoredFiles, ThatChangeWhileTheyAreMappedAreNoticed) {
  save("u.npy", "|u1", u_);
  const auto points = io::Points::mapped(path("u.npy"));
  ASSERT_TRUE(points);
  EXPECT_NO_THROW(points->check_unchanged());
  EXPECT_EQ(points->stored().value(7, 5), u_.floats.row(7)[5]);
  expect_contains(error_of<Unsupported>([&] { (void)points->view(); }), "points of uint8");
  write("u.npy", bytes("u.npy") + "more");
  expect_contains(error_of<InvalidInput>([&] { points->check_unchanged(); }),
                  "changed while it was read");
}

}  // namespace
}  // namespace nearfold
