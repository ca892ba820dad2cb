// Graph files: every format is read back as it was written, files of other programs are read as
// those write them, and what is wrong with one is said in one go.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/graph_table.hpp"
#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

using Longs = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

KnnGraph small_graph() {
  KnnGraph graph;
  graph.n = 3;
  graph.k = 2;
  graph.neighbors = {1, 2, 0, 2, 1, 0};
  graph.distances = {0.5F, 2.0F, 0.5F, 1.5F, 1.5F, 2.0F};
  return graph;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// An entry as other programs save it: int64 and float64.
ZipEntry array(const std::string& name, const Longs& shape, const Longs& values) {
  return {name + ".npy", npy_header("<i8", shape) + bytes_of(values), {}};
}
ZipEntry array(const std::string& name, const Longs& shape, const Doubles& values) {
  return {name + ".npy", npy_header("<f8", shape) + bytes_of(values), {}};
}
ZipEntry text(const std::string& name, const std::string& descr, const std::string& value) {
  return {name + ".npy", npy_header(descr, {}) + value, {}};
}
ZipEntry meta(const std::string& json) {
  const std::int64_t length[] = {static_cast<std::int64_t>(json.size())};
  return {"meta.npy", npy_header("|u1", length) + json, {}};
}

/// A CSR matrix as scipy.sparse.save_npz writes it; each part can be changed.
struct Csr {
  std::string format = "csr";
  Longs shape = {3, 3};
  Longs starts = {0, 3, 6, 9};
  Longs ids = {0, 1, 2, 1, 0, 2, 2, 1, 0};
  Doubles data = {0, 0.5, 2, 0, 0.5, 1.5, 0, 1.5, 2};

  std::vector<ZipEntry> entries() const {
    return {array("indices", {std::ssize(ids)}, ids), array("indptr", {std::ssize(starts)}, starts),
            text("format", "|S" + std::to_string(format.size()), format),
            array("shape", {std::ssize(shape)}, shape), array("data", {std::ssize(data)}, data)};
  }
};

class GraphFiles : public FolderTest {
 protected:
  std::string save(const std::vector<ZipEntry>& entries) const {
    write_zip(path("g.npz"), entries, Overwrite::yes);
    return path("g.npz");
  }

  /// Writes `indices` and `distances` of n rows.
  std::string foreign(const Longs& ids, const Doubles& distances, std::int64_t n) const {
    const Longs shape = {n, std::ssize(ids) / n};
    return save({array("indices", shape, ids), array("distances", shape, distances)});
  }

  void refuse(const std::string& file, std::initializer_list<std::string_view> says) const {
    expect_refused([&] { read_graph(file); }, says);
  }
  void refuse(const std::vector<ZipEntry>& entries,
              std::initializer_list<std::string_view> says) const {
    refuse(save(entries), says);
  }
};

void expect_small_graph(const KnnGraph& graph) {
  EXPECT_EQ(graph.n, 3);
  EXPECT_EQ(graph.k, 2);
  EXPECT_EQ(graph.neighbors, small_graph().neighbors);
  EXPECT_EQ(graph.distances, small_graph().distances);
}

// ---- our own ------------------------------------------------------------------------------------

TEST_F(GraphFiles, EveryFormatComesBackWithWhatItWasMadeBy) {
  KnnGraph graph = small_graph();
  graph.index = "ivf(lists=2, probes=1)";
  graph.metric = "cosine";
  graph.recall = Recall{.mean = 0.98, .p1 = 0.5, .p5 = 0.75, .rows = 3};
  for (const GraphFormat format : {GraphFormat::nearfold, GraphFormat::umap, GraphFormat::csr}) {
    const GraphMeta written{format, ~std::uint64_t{0}, "00ff", "1.0"};
    write_graph(path("g.npz"), graph, written, Overwrite::yes);
    GraphMeta found;
    const KnnGraph back = read_graph(path("g.npz"), &found);
    expect_small_graph(back);
    EXPECT_EQ(back.metric, "cosine");
    EXPECT_EQ(back.index, graph.index);
    EXPECT_EQ(back.recall, graph.recall);
    EXPECT_EQ(found.format, format);
    EXPECT_EQ(found.seed, ~std::uint64_t{0});
    EXPECT_EQ(found.fingerprint, "00ff");
    EXPECT_EQ(found.version, "1.0");
  }
  EXPECT_EQ(listing(), Strings{"g.npz"});
}

TEST_F(GraphFiles, AnExactGraphHasNoRecall) {
  write_graph(path("g.npz"), small_graph(), {}, Overwrite::no);
  EXPECT_EQ(read_graph(path("g.npz")).recall, std::nullopt);
  EXPECT_NE(content("g.npz").find("\"recall\": null"), std::string::npos);
}

TEST_F(GraphFiles, TheSameGraphHasTheSameBytes) {
  for (const GraphFormat format : {GraphFormat::nearfold, GraphFormat::umap, GraphFormat::csr}) {
    const GraphMeta written{.format = format};
    write_graph(path("a.npz"), small_graph(), written, Overwrite::yes);
    write_graph(path("b.npz"), small_graph(), written, Overwrite::yes);
    EXPECT_EQ(content("a.npz"), content("b.npz"));
  }
}

TEST_F(GraphFiles, UmapsRowsBeginWithThePointItself) {
  write_graph(path("g.npz"), small_graph(), {.format = GraphFormat::umap}, Overwrite::no);
  expect_matrix(read_matrix(path("g.npz"), {"indices"}), 3, 3, {0, 1, 2, 1, 0, 2, 2, 1, 0});
  expect_matrix(read_matrix(path("g.npz"), {"distances"}), 3, 3,
                {0, 0.5F, 2, 0, 0.5F, 1.5F, 0, 1.5F, 2});
}

TEST_F(GraphFiles, CsrHasTheArraysThatScipyReads) {
  write_graph(path("g.npz"), small_graph(), {.format = GraphFormat::csr}, Overwrite::no);
  const Archive archive(ByteSource::file(path("g.npz")));
  EXPECT_EQ(archive.names(), (Strings{"indices", "indptr", "format", "shape", "data", "meta"}));
  const auto whole = [&](const std::string& name) {
    ByteSource entry = archive.entry(name);
    std::string bytes(static_cast<std::size_t>(entry.size()), '\0');
    entry.read(std::as_writable_bytes(std::span(bytes)));
    return bytes;
  };
  const std::int64_t nine[] = {9}, two[] = {2}, four[] = {4};
  EXPECT_EQ(whole("indices"),
            npy_header("<i4", nine) + raw<std::int32_t>({0, 1, 2, 1, 0, 2, 2, 1, 0}));
  EXPECT_EQ(whole("indptr"), npy_header("<i4", four) + raw<std::int32_t>({0, 3, 6, 9}));
  EXPECT_EQ(whole("format"), npy_header("|S3", {}) + "csr");
  EXPECT_EQ(whole("shape"), npy_header("<i8", two) + raw<std::int64_t>({3, 3}));
  EXPECT_EQ(whole("data"),
            npy_header("<f4", nine) + raw({0.0F, 0.5F, 2.0F, 0.0F, 0.5F, 1.5F, 0.0F, 1.5F, 2.0F}));
}

TEST(CsrRowStarts, AreAsWideAsTheLastOneNeeds) {
  const std::int64_t three[] = {3};
  EXPECT_EQ(csr_row_starts(2, 0x3fffffff),
            npy_header("<i4", three) + raw<std::int32_t>({0, 0x3fffffff, 0x7ffffffe}));
  EXPECT_EQ(csr_row_starts(2, 0x40000000),
            npy_header("<i8", three) + raw<std::int64_t>({0, 0x40000000, 0x80000000}));
}

// ---- rows of other programs
// -----------------------------------------------------------------------

TEST_F(GraphFiles, ForeignGraphsLoseThePointItselfAndTiesStay) {
  // Row 1 has its duplicate, point 0, before itself; row 2 has its equal distances the other way.
  GraphMeta found;
  const KnnGraph graph = read_graph(foreign({0, 1, 2, 0, 1, 2, 2, 1, 0},  //
                                            {0, 0, 3, 0, 0, 3, 0, 3, 3}, 3),
                                    &found);
  EXPECT_EQ(graph.k, 2);
  EXPECT_EQ(graph.neighbors, (Ids{1, 2, 0, 2, 1, 0}));
  EXPECT_EQ(graph.distances, (Floats{0, 3, 0, 3, 3, 3}));
  EXPECT_EQ(graph.index, "given");
  EXPECT_EQ(found.format, GraphFormat::umap);
}

TEST_F(GraphFiles, ForeignGraphsWithoutThePointItselfKeepAllColumns) {
  GraphMeta found;
  expect_small_graph(
      read_graph(foreign({1, 2, 0, 2, 1, 0}, {0.5, 2, 0.5, 1.5, 1.5, 2}, 3), &found));
  EXPECT_EQ(found.format, GraphFormat::nearfold);
}

TEST_F(GraphFiles, IdsThatCountFromOneAreKnown) {
  const std::string file = foreign({2, 3, 1, 3, 2, 1}, {0.5, 2, 0.5, 1.5, 1.5, 2}, 3);
  refuse(file, {"ids are in [1, 3] for 3 points", "--ids-from 1"});
  GraphMeta found;
  expect_small_graph(
      read_graph(foreign({1, 2, 0, 2, 1, 0}, {0.5, 2, 0.5, 1.5, 1.5, 2}, 3), &found));
  EXPECT_EQ(found.seed, 0u);  // of a graph that does not say by what it was made
}

// Three of four rows.
TEST_F(GraphFiles, RowsThatDescendAreSimilarities) {
  const Longs ids = {1, 2, 0, 2, 1, 0, 0, 1};
  refuse(foreign(ids, {1, 2, 0.9, 0.8, 0.7, 0.2, 0.9, 0.1}, 4),
         {"3 of 4 rows descend, as similarities do"});
  refuse(foreign(ids, {1, 2, 1, 2, 0.7, 0.2, 0.9, 0.1}, 4), {"sort every row by distance"});
}

TEST_F(GraphFiles, ARowWhoseDuplicatesPushedThePointOutLosesItsLastNeighbor) {
  const KnnGraph graph = read_graph(foreign({0, 1, 0, 1, 0, 1, 3, 0}, {0, 0, 0, 0, 0, 0, 0, 1}, 4));
  EXPECT_EQ(graph.neighbors, (Ids{1, 0, 0, 0}));
}

TEST_F(GraphFiles, ThePointItselfIsKnownAtAnyDistance) {
  const KnnGraph graph = read_graph(foreign({0, 1, 1, 0, 1, 2}, {0.25, 1, 0, 1, 1, 3}, 3));
  EXPECT_EQ(graph.neighbors, (Ids{1, 0, 1}));
  EXPECT_EQ(graph.distances, (Floats{1, 1, 1}));
}

// pynndescent's cosine of equal points is -2.4e-7 at times, after the point itself at 0.
TEST_F(GraphFiles, DistancesALittleBelowZeroAreZero) {
  const KnnGraph graph =
      read_graph(foreign({0, 1, 2, 1, 0, 2, 2, 1, 0}, {0, -2.4e-7, 1, 0, -1e-6, 1, 0, 1, 2}, 3));
  EXPECT_EQ(graph.distances, (Floats{0, 1, 0, 1, 1, 2}));
  refuse(foreign({1, 2, 0, 2, 1, 0}, {-1e-5, 2, 1, 2, 1, 2}, 3), {"row 0, column 0: distance -1"});
}

TEST_F(GraphFiles, ATupleSavedBySavezIsReadInEitherOrder) {
  const Longs shape = {3, 3};
  const Csr csr;
  expect_small_graph(
      read_graph(save({array("arr_0", shape, csr.ids), array("arr_1", shape, csr.data)})));
  expect_small_graph(
      read_graph(save({array("arr_0", shape, csr.data), array("arr_1", shape, csr.ids)})));
  refuse({array("arr_0", shape, csr.ids), array("arr_1", shape, csr.ids)}, {"both integers"});
  refuse({array("arr_0", shape, csr.data), array("arr_1", shape, csr.data)}, {"both floats"});
  refuse({array("arr_0", shape, csr.ids)}, {"no array 'arr_1'"});
  refuse({array("arr_0", shape, csr.ids), array("arr_1", {9}, csr.data)}, {"arr_1", "(9,)", "2-d"});
}

TEST_F(GraphFiles, CsrOfScipyIsRead) {
  GraphMeta found;
  expect_small_graph(read_graph(save(Csr().entries()), &found));
  EXPECT_EQ(found.format, GraphFormat::csr);
  std::vector<ZipEntry> old = Csr().entries();  // text as older scipy wrote it, narrow integers
  old[2] = text("format", "<U3", std::string("c\0\0\0s\0\0\0r\0\0\0", 12));
  const std::int64_t four[] = {4};
  old[1] = {"indptr.npy", npy_header("<i4", four) + raw<std::int32_t>({0, 3, 6, 9}), {}};
  expect_small_graph(read_graph(save(old)));
}

TEST_F(GraphFiles, OfConnectivityAreRefused) {
  Csr ones;
  ones.data.assign(ones.ids.size(), 1.0);
  refuse(ones.entries(), {"all distances are 1", "mode='distance'"});
}

TEST_F(GraphFiles, CsrWithoutItsDiagonalIsRead) {
  Csr csr;
  csr.starts = {0, 2, 4, 6};
  csr.ids = {1, 2, 0, 2, 1, 0};
  csr.data = {0.5, 2, 0.5, 1.5, 1.5, 2};
  expect_small_graph(read_graph(save(csr.entries())));
}

// ---- faults
// -----------------------------------------------------------------------------------------

TEST_F(GraphFiles, EveryFaultOfARowIsNamed) {
  const Longs good = {1, 2, 0, 2, 1, 0};
  const auto with = [&](Longs ids, const Doubles& distances) { return foreign(ids, distances, 3); };
  const Doubles apart = {1, 2, 1, 2, 1, 2};
  refuse(with({1, 2, 0, 3, 1, 0}, apart), {"g.npz': row 1, column 1: id 3 is outside [0, 3)"});
  refuse(with({1, 2, 0, -1, 1, 0}, apart), {"row 1, column 1: id -1, a missing", "be filled"});
  refuse(with({1, 2, 0, 2, 1, 1}, apart), {"row 2, column 1: id 1 again"});
  refuse(with(good, {1, 2, 1, 2, -1, 2}), {"row 2, column 0: distance -1"});
  refuse(with(good, {1, 2, 1, std::nan(""), 1, 2}), {"row 1, column 1: distance nan"});
  refuse(with(good, {1, 2, 1, HUGE_VAL, 1, 2}), {"row 1, column 1: distance inf"});
  refuse(with(good, {1, 2, 1, 2, 1, 1e300}), {"row 2, column 1", "float32"});
  refuse(with(good, {1, 2, 3, 2.5, 1, 2}), {"row 1, column 1: distance 2.5 after 3", "take_along"});
  refuse(with({1, 2, 0, std::int64_t{1} << 32, 1, 0}, apart), {"value 3", "int32"});
}

TEST_F(GraphFiles, AllRowsAreGoneOverBeforeAnythingIsSaid) {
  refuse(foreign({7, 2, 0, 0, 1, -1}, {1, -2, 1, 2, 3, 2}, 3),
         {"': row 0, column 0: id 7 is outside [0, 3); row 0, column 1: distance -2; "
          "row 1, column 1: id 0 again; row 2, column 1: id -1, a missing neighbour; rows with"});
  refuse(foreign({9, 9, 9, 9, 9, 9}, {1, 2, 1, 2, 1, 2}, 3), {"row 2, column 0", "and 1 more"});
}

TEST_F(GraphFiles, ARowWithoutThePointItselfIsAFaultWhereOthersHaveIt) {
  refuse(foreign({0, 1, 1, 0, 0, 1}, {0, 1, 0, 1, 0, 2}, 3),
         {"row 2: the point itself is missing"});
  refuse(foreign({0, 1, 0, 1, 1, 0}, {0, 1, 0, 0, 0, 2}, 3),
         {"row 2: the point itself is missing"});
  const Longs shape = {3, 2};
  refuse({array("indices", shape, Longs{1, 2, 0, 2, 1, 0}),
          array("distances", shape, Doubles{1, 2, 1, 2, 1, 2}), meta("{\"self_included\": true}")},
         {"row 0: the point itself is missing", "row 2: the point"});
}

TEST_F(GraphFiles, SizesThatMakeNoGraphAreRefused) {
  refuse(foreign({0, 1, 2}, {0, 0, 0}, 3), {"g.npz", "only itself"});
  refuse(foreign({1, 2, 1, 0, 2, 1, 0, 1, 2}, {1, 2, 3, 1, 2, 3, 1, 2, 3}, 3), {"row 0, column 2"});
  refuse(foreign({1, 2, 3, 0, 2, 3}, {1, 2, 3, 1, 2, 3}, 2),
         {"2 rows of 3 ids", "transpose the arrays"});
  refuse(foreign({0}, {0}, 1), {"only itself"});
}

TEST_F(GraphFiles, CsrThatIsNotAGraphIsRefused) {
  const auto with = [](auto&& change) {
    Csr csr;
    change(csr);
    return csr.entries();
  };
  refuse(with([](Csr& c) { c.format = "coo"; }), {"g.npz:format", "'coo'", ".tocsr()"});
  refuse(with([](Csr& c) { c.shape = {3, 4}; }), {"(3, 4)", "square"});
  refuse(with([](Csr& c) { c.shape = {3, 3, 3}; }), {"(3, 3, 3)", "square"});
  refuse(with([](Csr& c) { c.shape = {-3, -3}; }), {"(-3, -3)", "square"});
  refuse(with([](Csr& c) { c.shape = {4, 4}; }), {"indptr has 4 values: 4 rows need one more"});
  refuse(with([](Csr& c) { c.shape[0] = c.shape[1] = std::int64_t{1} << 40; }), {"square"});
  refuse(with([](Csr& c) { c.data.pop_back(); }), {"data has 8 values, indices have 9"});
  refuse(with([](Csr& c) { c.starts = {1, 3, 6, 9}; }), {"indptr begins with 1"});
  refuse(with([](Csr& c) { c.starts = {0, 3, 6, 8}; }), {"indptr ends with 8", "9 entries"});
  refuse(with([](Csr& c) { c.starts = {0, 6, 3, 9}; }), {"indptr goes from 6 to 3 in row 1"});
  refuse(with([](Csr& c) { c.starts = {0, INT64_MAX, INT64_MIN, 9}; }), {"indptr goes", "row 0"});
  refuse(with([](Csr& c) {
           c.starts = {0, 3, 5, 9};
         }),
         {"row 0 has 3 entries and the longest row 4", "equally many"});
  refuse(with([](Csr& c) { c.starts = {0, 0, 0, 0}, c.ids = {}, c.data = {}; }), {"k = 0"});
  refuse(with([](Csr& c) { c.data[5] = 0.25; }),
         {"row 1, column 2: distance 0.25 after 0.5", "sort_graph_by_row_values"});
  refuse(with([](Csr& c) { c.data[8] = 1e300; }), {"row 2, column 2", "float32"});
  refuse(with([](Csr& c) { c.ids[8] = 3; }), {"row 2, column 2: id 3 is outside"});
}

TEST_F(GraphFiles, CsrWhosePartsAreMissingOrOddIsRefused) {
  const std::vector<ZipEntry> good = Csr().entries();
  const auto with = [&](std::size_t at, const ZipEntry& entry) {
    std::vector<ZipEntry> entries = good;
    entries[at] = entry;
    return entries;
  };
  refuse(with(2, meta("{}")), {"no array 'format'"});
  refuse(with(1, meta("{}")), {"no array 'indptr'"});
  refuse(with(4, array("data", {3, 3}, Csr().data)), {"g.npz:data", "1-d"});
  refuse(with(1, array("indptr", {4}, Doubles{0, 3, 6, 9})), {"indptr", "integers"});
  refuse(with(2, {"format.npy", std::string(2000, 'x'), {}}), {"no short text"});
  refuse(with(2, {"format.npy", "\x93NUMPY", {}}), {"g.npz:format"});
  refuse(with(2, {"format.npy", npy_header("|S3", {}).substr(0, 100), {}}), {"cut off"});
}

TEST_F(GraphFiles, FilesThatAreNotGraphsAreRefused) {
  const Longs right = {3, 2}, flat = {6};
  const Longs ids = {1, 2, 0, 2, 1, 0};
  const Doubles distances = {1, 2, 1, 2, 1, 2};
  const ZipEntry good_ids = array("indices", right, ids);
  const ZipEntry good_distances = array("distances", right, distances);
  refuse({good_ids}, {"no array 'distances'", "it has 'indices'"});
  refuse({good_distances}, {"no array 'indices'"});
  refuse({good_ids, array("distances", {2, 3}, distances)}, {"(2, 3)", "(3, 2)"});
  refuse({array("indices", flat, ids), good_distances}, {"(6,)", "2-d"});
  refuse({array("indices", right, distances), good_distances}, {"integers"});
}

TEST_F(GraphFiles, NamesInArchivesAreShownPrintable) {
  save({{"#[31m.npy", "no array", {}}});
  std::string bytes = content("g.npz");
  std::replace(bytes.begin(), bytes.end(), '#', '\033');  // libzip gives it as an arrow
  const std::string file = make("escape.npz", bytes);
  expect_refused([&] { read_matrix(file); }, {"escape.npz:\u2190[31m'", "not an NPY file"});
}

TEST_F(GraphFiles, MetaThatCannotBeIsRefused) {
  const auto with = [](const std::string& json) {
    const Longs shape = {3, 2};
    return std::vector<ZipEntry>{array("indices", shape, Longs{1, 2, 0, 2, 1, 0}),
                                 array("distances", shape, Doubles{1, 2, 1, 2, 1, 2}), meta(json)};
  };
  EXPECT_EQ(read_graph(save(with("{\"metric\": \"cosine\"}"))).metric, "cosine");
  refuse(with("not json"), {"g.npz:meta", "not a JSON object"});
  refuse(with("{\"seed\": \"x\"}"), {"'seed'", "wrong type"});
  refuse(with("{\"seed\": -1}"), {"'seed'", "wrong type"});
  refuse(with("{\"recall\": 0.9}"), {"'recall'", "wrong type"});
  refuse(with("{\"recall\": {\"p1\": \"x\"}}"), {"'p1'", "wrong type"});
  refuse(with("{\"recall\": {\"rows\": -4}}"), {"'rows'", "wrong type"});
  // As deep as 1 MiB allows: printing or copying it would need more stack than there is.
  const std::string deep = std::string(500000, '[') + std::string(500000, ']');
  refuse(with("{\"seed\": " + deep + "}"), {"g.npz:meta", "more than 16 deep"});
  refuse(with("{\"recall\": {\"mean\": " + deep + "}}"), {"more than 16 deep"});
  EXPECT_EQ(read_graph(save(with("{}" + std::string((1 << 20) - 2, ' ')))).n, 3);
  refuse(with("{}" + std::string((1 << 20) - 1, ' ')),
         {"meta is uint8 (1048577,)", "1 MiB at most"});
}

}  // namespace
}  // namespace nearfold::io
