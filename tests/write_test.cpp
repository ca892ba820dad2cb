// Writers and graph files: what is written is read back, and a file is never half replaced.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/npy.hpp"
#include "io/write.hpp"
#include "io/zip.hpp"
#include "io_files.hpp"

namespace nearfold::io {
namespace {

class Writers : public FolderTest {
 protected:
  /// Writes an .npz of `indices` int64 and `distances` float64, as other programs save them.
  std::string foreign(const std::vector<std::int64_t>& ids, const std::vector<double>& distances,
                      std::int64_t n) const {
    const std::int64_t shape[] = {n, static_cast<std::int64_t>(ids.size()) / n};
    const std::vector<ZipEntry> entries = {
        {"indices.npy", npy_header("<i8", shape), std::as_bytes(std::span(ids))},
        {"distances.npy", npy_header("<f8", shape), std::as_bytes(std::span(distances))}};
    write_zip(path("foreign.npz"), entries, Overwrite::yes);
    return path("foreign.npz");
  }
};

KnnGraph small_graph() {
  KnnGraph graph;
  graph.n = 3;
  graph.k = 2;
  graph.neighbors = {1, 2, 0, 2, 1, 0};
  graph.distances = {0.5F, 2.0F, 0.5F, 1.5F, 1.5F, 2.0F};
  return graph;
}

TEST_F(Writers, MatricesComeBackAsTheyWere) {
  Matrix matrix(3, 2);
  matrix.values = {1, -2, 3.25F, 4e-42F, 5e37F, -0.0F};
  write_npy(path("y.npy"), matrix.view(), Overwrite::no);
  const Matrix back = read_matrix(path("y.npy"));
  EXPECT_EQ(back.rows, 3);
  EXPECT_EQ(back.cols, 2);
  EXPECT_EQ(fingerprint(back), fingerprint(matrix));
  EXPECT_EQ(content("y.npy").size(), 128U + 24U);
  EXPECT_EQ(content("y.npy").substr(10, 58),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), ");
}

TEST_F(Writers, LabelsComeBackAsTheyWere) {
  const Ids ids = {5, -1, 7};
  write_npy(path("l.npy"), ids, Overwrite::no);
  EXPECT_EQ(read_labels(path("l.npy")).ids, ids);
}

TEST_F(Writers, AnExistingFileIsReplacedOnlyWhenAllowed) {
  write_file(path("f"), "old", Overwrite::no);
  expect_refused([&] { write_file(path("f"), "new", Overwrite::no); },
                 {"exists already", "--force"});
  expect_refused([&] { check_writable(path("f"), Overwrite::no); }, {"--force"});
  EXPECT_EQ(content("f"), "old");
  write_file(path("f"), "new", Overwrite::yes);
  EXPECT_EQ(content("f"), "new");
  EXPECT_EQ(listing(), Strings{"f"});
}

TEST_F(Writers, AFileThatAppearsMeanwhileIsNotReplaced) {
  {
    AtomicFile file(path("f"), Overwrite::no);
    std::ofstream(path("f")) << "other";
    expect_refused([&] { file.commit(); }, {"exists already"});
  }
  EXPECT_EQ(content("f"), "other");
  EXPECT_EQ(listing(), Strings{"f"});
}

TEST_F(Writers, NothingIsLeftOfAFileThatWasNotFinished) {
  {
    AtomicFile file(path("f"), Overwrite::no);
    AtomicFile second(path("g"), Overwrite::no);
    file.write(std::as_bytes(std::span("half", 4)));
    EXPECT_EQ(listing().size(), 2U);
  }
  EXPECT_EQ(listing(), Strings{});
}

TEST_F(Writers, PlacesThatCannotBeWrittenAreNamed) {
  expect_refused<IoError>([&] { check_writable(path("no/f"), Overwrite::no); },
                          {"no/f", "No such file"});
  expect_refused([&] { check_writable(folder_.string(), Overwrite::yes); }, {"no regular file"});
  expect_refused([] { check_writable("/dev/null", Overwrite::yes); }, {"no regular file"});
  check_writable(path("f"), Overwrite::no);
  EXPECT_EQ(listing(), Strings{});
}

TEST_F(Writers, ASymbolicLinkStaysAndItsTargetIsReplaced) {
  write_file(path("target"), "old", Overwrite::no);
  std::filesystem::create_symlink("target", path("link"));
  expect_refused([&] { write_file(path("link"), "new", Overwrite::no); }, {"--force"});
  write_file(path("link"), "new", Overwrite::yes);
  EXPECT_EQ(std::filesystem::read_symlink(path("link")), "target");
  EXPECT_EQ(content("target"), "new");
}

TEST_F(Writers, GraphsComeBackWithWhatTheyWereMadeBy) {
  KnnGraph graph = small_graph();
  graph.index = "ivf(lists=2, probes=1)";
  graph.recall = 0.98;
  graph.recall_rows = 3;
  for (const bool with_self : {false, true}) {
    const GraphMeta meta{with_self, ~std::uint64_t{0}, "00ff", "1.0"};
    write_graph(path("g.npz"), graph, meta, Overwrite::yes);
    GraphMeta found;
    const KnnGraph back = read_graph(path("g.npz"), &found);
    EXPECT_EQ(back.n, 3);
    EXPECT_EQ(back.k, 2);
    EXPECT_EQ(back.neighbors, graph.neighbors);
    EXPECT_EQ(back.distances, graph.distances);
    EXPECT_EQ(back.metric, "euclidean");
    EXPECT_EQ(back.index, graph.index);
    EXPECT_EQ(back.recall, graph.recall);
    EXPECT_EQ(back.recall_rows, 3);
    EXPECT_EQ(found.self_included, with_self);
    EXPECT_EQ(found.seed, ~std::uint64_t{0});
    EXPECT_EQ(found.fingerprint, "00ff");
    EXPECT_EQ(found.version, "1.0");
    EXPECT_EQ(describe_file(path("g.npz")).shape,
              (std::vector<std::int64_t>{3, with_self ? 3 : 2}));
  }
  EXPECT_EQ(listing(), Strings{"g.npz"});
}

TEST_F(Writers, TheSameGraphHasTheSameBytes) {
  write_graph(path("a.npz"), small_graph(), {}, Overwrite::no);
  write_graph(path("b.npz"), small_graph(), {}, Overwrite::no);
  EXPECT_EQ(content("a.npz"), content("b.npz"));
  EXPECT_EQ(fingerprint({small_graph().distances.data(), 3, 2}).size(), 32U);
}

TEST_F(Writers, ForeignGraphsLoseThePointItselfAndAreSorted) {
  // Row 1 has its duplicate, point 0, before itself; row 2 is not in order.
  const KnnGraph graph = read_graph(foreign({0, 1, 2, 0, 1, 2, 2, 1, 0},  //
                                            {0, 0, 3, 0, 0, 3, 0, 3, 3}, 3));
  EXPECT_EQ(graph.k, 2);
  EXPECT_EQ(graph.neighbors, (Ids{1, 2, 0, 2, 0, 1}));
  EXPECT_EQ(graph.distances, (Floats{0, 3, 0, 3, 3, 3}));
  EXPECT_EQ(graph.index, "given");
}

TEST_F(Writers, ARowWhoseDuplicatesPushedThePointOutLosesItsLastNeighbor) {
  const KnnGraph graph = read_graph(foreign({0, 1, 0, 1, 0, 1, 3, 0}, {0, 0, 0, 0, 0, 0, 0, 1}, 4));
  EXPECT_EQ(graph.neighbors, (Ids{1, 0, 0, 0}));
}

TEST_F(Writers, GraphsThatCannotBeAreRefused) {
  const auto refuse = [&](const std::string& file, std::initializer_list<std::string_view> says) {
    expect_refused([&] { read_graph(file); }, says);
  };
  refuse(foreign({1, 2, 0, 3, 1, 0}, {1, 2, 1, 2, 1, 2}, 3), {"foreign.npz", "row 1"});
  refuse(foreign({1, 2, 0, -1, 1, 0}, {1, 2, 1, 2, 1, 2}, 3), {"row 1"});
  refuse(foreign({1, 2, 0, 2, 1, 1}, {1, 2, 1, 2, 1, 2}, 3), {"row 2"});
  refuse(foreign({1, 2, 0, 2, 1, 0}, {1, 2, 1, 2, -1, 2}, 3), {"row 2"});
  refuse(foreign({1, 2, 0, 2, 1, 0}, {1, 2, 1, 2, 1, 1e300}, 3), {"row 2, column 1", "float32"});
  refuse(foreign({1, 2, 0, std::int64_t{1} << 32, 1, 0}, {1, 2, 1, 2, 1, 2}, 3),
         {"value 3", "int32"});
  refuse(foreign({0, 1, 2}, {0, 0, 0}, 3), {"only itself"});
}

TEST_F(Writers, GraphFilesThatAreNotGraphsAreRefused) {
  const auto refuse = [&](const std::vector<ZipEntry>& entries,
                          std::initializer_list<std::string_view> says) {
    write_zip(path("g.npz"), entries, Overwrite::yes);
    expect_refused([&] { read_graph(path("g.npz")); }, says);
  };
  const KnnGraph graph = small_graph();
  const auto ids = std::as_bytes(std::span(graph.neighbors));
  const auto distances = std::as_bytes(std::span(graph.distances));
  const std::int64_t right[] = {3, 2}, turned[] = {2, 3}, flat[] = {6};
  const ZipEntry good_ids = {"indices.npy", npy_header("<i4", right), ids};
  const ZipEntry good_distances = {"distances.npy", npy_header("<f4", right), distances};
  const auto meta = [](const std::string& text) {
    const std::int64_t length[] = {static_cast<std::int64_t>(text.size())};
    return ZipEntry{"meta.npy", npy_header("|u1", length) + text, {}};
  };
  refuse({good_ids}, {"no array 'distances'", "it has 'indices'"});
  refuse({good_distances}, {"no array 'indices'"});
  refuse({good_ids, {"distances.npy", npy_header("<f4", turned), distances}}, {"(2, 3)", "(3, 2)"});
  refuse({{"indices.npy", npy_header("<i4", flat), ids}, good_distances}, {"(6,)", "2-d"});
  refuse({{"indices.npy", npy_header("<f4", right), ids}, good_distances}, {"integers"});
  refuse({good_ids, good_distances, meta("not json")}, {"not a JSON object"});
  refuse({good_ids, good_distances, meta("{\"seed\": \"x\"}")}, {"'seed'", "wrong type"});
  refuse({good_ids, good_distances, meta("{\"seed\": -1}")}, {"'seed'", "wrong type"});
  refuse({good_ids, good_distances, meta("{\"self_included\": true}")}, {"3 of 3 do not"});
}

TEST_F(Writers, FingerprintsTellShapesAndValuesApart) {
  const Floats values = {1, 2, 3, 4, 5, 6};
  const Floats other = {1, 2, 3, 4, 5, 7};
  EXPECT_EQ(fingerprint({values.data(), 2, 3}), fingerprint({values.data(), 2, 3}));
  EXPECT_NE(fingerprint({values.data(), 2, 3}), fingerprint({values.data(), 3, 2}));
  EXPECT_NE(fingerprint({values.data(), 2, 3}), fingerprint({other.data(), 2, 3}));
}

}  // namespace
}  // namespace nearfold::io
