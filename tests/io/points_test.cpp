// Points read a block at a time, in memory or not.
#include "io/points.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "io/row_file.hpp"
#include "support/data.hpp"
#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

using RowFiles = FolderTest;

std::string bytes_of(const Matrix& x) {
  return {reinterpret_cast<const char*>(x.data()), x.values().size() * sizeof(float)};
}

TEST_F(RowFiles, GiveRowsFromAnywhere) {
  const Matrix x = data::normals(50, 3, 1);
  write_npy(path("x.npy"), x, Overwrite::no);
  make("x.fbin", raw({std::uint32_t{50}, std::uint32_t{3}}) + bytes_of(x));
  for (const char* name : {"x.npy", "x.fbin"}) {
    auto file = RowFile::open(path(name));
    ASSERT_TRUE(file) << name;
    for (const std::int64_t first : {40, 0, 7}) {
      Matrix some(10, 3);
      file->read(first, some.view());
      EXPECT_TRUE(std::equal(some.values().begin(), some.values().end(), x.row(first))) << first;
    }
    const Matrix sample = file->sample(5);
    for (std::int64_t r = 0; r < 5; ++r)
      EXPECT_TRUE(std::equal(sample.row(r), sample.row(r) + 3, x.row(10 * r))) << r;
    EXPECT_EQ(file->sample(100).values(), x.values());
  }
}

TEST_F(RowFiles, ConvertEveryTypeInPassing) {
  make("u.npy", npy(dictionary("|u1", "(2, 3)"), "\1\2\3\4\5\6"));
  make("d.npy", npy(dictionary("<f8", "(1, 2)"), raw({0.5, 1.5})));
  make("h.npy",
       npy(dictionary("<f2", "(1, 2)"), raw({std::uint16_t{0x3c00}, std::uint16_t{0xc000}})));
  Matrix u(1, 3), d(1, 2), h(1, 2);
  RowFile::open(path("u.npy"))->read(1, u.view());
  RowFile::open(path("d.npy"))->read(0, d.view());
  RowFile::open(path("h.npy"))->read(0, h.view());
  EXPECT_EQ(u.values(), (Floats{4, 5, 6}));
  EXPECT_EQ(d.values(), (Floats{0.5f, 1.5f}));
  EXPECT_EQ(h.values(), (Floats{1.0f, -2.0f}));
}

TEST_F(RowFiles, NameTheRowOfAValueThatDoesNotFit) {
  make("x.npy", npy(dictionary("<f8", "(3, 2)"), raw({1.0, 1.0, 1.0, 1.0, 1.0, 1e300})));
  auto file = RowFile::open(path("x.npy"));
  Matrix some(2, 2);
  expect_refused([&] { file->read(1, some.view()); }, {"row 2, column 1"});
}

TEST_F(RowFiles, AreNotThereWhereRowsDoNotLieOneAfterTheOther) {
  make("f.npy", npy(dictionary("<f4", "(2, 2)", "True"), std::string(16, '\0')));
  make("x.csv", "1,2\n3,4\n");
  make("one.npy", npy(dictionary("<f4", "(4,)"), std::string(16, '\0')));
  for (const char* name : {"f.npy", "x.csv", "one.npy"})
    EXPECT_FALSE(RowFile::open(path(name))) << name;
}

TEST_F(RowFiles, ArePointsOnDiskAsTheyAreInMemory) {
  const Matrix x = data::normals(3000, 2000, 2);  // more than a block
  write_npy(path("x.npy"), x, Overwrite::no);
  auto file = RowFile::open(path("x.npy"));
  Points points = Points::on_disk(*file, folder_.string());
  EXPECT_EQ(listing(), Strings{"x.npy"}) << "the copy has no name";
  const Points moved = std::move(points);
  ASSERT_EQ(moved.view().size(), x.view().size());
  EXPECT_TRUE(std::equal(x.values().begin(), x.values().end(), moved.view().data()));
  EXPECT_EQ(points.view().data(),
            nullptr);  // NOLINT(bugprone-use-after-move): that is the question
}

TEST_F(RowFiles, ThatHaveNoRoomOnDiskSaySo) {
  write_npy(path("x.npy"), data::normals(10, 2, 1), Overwrite::no);
  auto file = RowFile::open(path("x.npy"));
  expect_refused<IoError>([&] { Points::on_disk(*file, path("missing")); },
                          {"cannot keep points in", "No such file"});
}

TEST(Points, AreAMatrixThatIsMovedAlong) {
  Points points = Matrix(2, 3);
  const float* const values = points.view().data();
  Points moved = std::move(points);
  EXPECT_EQ(moved.view().data(), values);
  EXPECT_EQ(moved.rows(), 2);
  moved = {};
  EXPECT_EQ(moved.rows(), 0);
}

}  // namespace
}  // namespace nearfold::io
