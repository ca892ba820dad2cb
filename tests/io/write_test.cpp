// Writers: what is written is read back, and a file is never half replaced. Graph files have a
// test of their own (graph_file_test.cpp).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <span>

#include "io/write.hpp"
#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

class Writers : public FolderTest {};

TEST_F(Writers, MatricesComeBackAsTheyWere) {
  Matrix matrix(3, 2, {1, -2, 3.25F, 4e-42F, 5e37F, -0.0F});
  write_npy(path("y.npy"), matrix.view(), Overwrite::no);
  const Matrix back = read_matrix(path("y.npy"));
  EXPECT_EQ(back.rows(), 3);
  EXPECT_EQ(back.cols(), 2);
  EXPECT_EQ(fingerprint(back), fingerprint(matrix));
  EXPECT_EQ(content("y.npy").size(), 128U + 24U);
  EXPECT_EQ(content("y.npy").substr(10, 58),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), ");
}

TEST_F(Writers, ACheckpointOfNoPointIsRefused) {
  write_checkpoint(path("none.npz"), {.iteration = 1, .iterations = 2, .layout = Matrix(0, 2)},
                   Overwrite::no);
  expect_refused([&] { read_checkpoint(path("none.npz")); },
                 {"layout", "has 0 rows: it must have 1 to"});
}

TEST_F(Writers, LabelsComeBackAsTheyWere) {
  const Ids ids = {5, -1, 7};
  write_npy(path("l.npy"), ids, Overwrite::no);
  EXPECT_EQ(read_labels(path("l.npy")).ids, ids);
}

TEST_F(Writers, AnExistingFileIsReplacedOnlyWhenAllowed) {
  write_file(path("f"), "old", Overwrite::no);
  expect_refused<IoError>([&] { write_file(path("f"), "new", Overwrite::no); },
                          {"exists already", "--force"});
  expect_refused<IoError>([&] { check_writable(path("f"), Overwrite::no); }, {"--force"});
  EXPECT_EQ(content("f"), "old");
  write_file(path("f"), "new", Overwrite::yes);
  EXPECT_EQ(content("f"), "new");
  EXPECT_EQ(listing(), Strings{"f"});
}

TEST_F(Writers, AFileThatAppearsMeanwhileIsNotReplaced) {
  {
    AtomicFile file(path("f"), Overwrite::no);
    std::ofstream(path("f")) << "other";
    expect_refused<IoError>([&] { file.commit(); }, {"exists already"});
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
  expect_refused<IoError>([&] { write_file(path("link"), "new", Overwrite::no); }, {"--force"});
  write_file(path("link"), "new", Overwrite::yes);
  EXPECT_EQ(std::filesystem::read_symlink(path("link")), "target");
  EXPECT_EQ(content("target"), "new");
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
