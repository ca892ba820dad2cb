// Readers other than .npy (npy_test.cpp): every format from bytes made here, and what each says
// about bytes that are not right.
#include <gtest/gtest.h>
#include <zip.h>
#include <zlib.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "io/rounding.hpp"
#include "io/zip.hpp"
#include "model/prepare.hpp"
#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

Matrix read_archive(ByteSource& source) {
  return read_npz(source);
}

class Files : public FolderTest {
 protected:
  std::string make_gzip(const std::string& name, const std::string& bytes) const {
    const gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path(name);
  }
};

// ---- npz ------------------------------------------------------------------------------------

TEST_F(Files, NpzGivesTheOnlyArrayOrTheNamedOne) {
  const std::string one = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  const std::string two = npy(dictionary("<f4", "(1, 1)"), raw({9.0F}));
  write_zip(path("one.npz"), std::vector<ZipEntry>{{"x.npy", one, {}}}, Overwrite::yes);
  expect_matrix(read_matrix(path("one.npz")), 1, 2, {1, 2});
  write_zip(path("two.npz"), std::vector<ZipEntry>{{"x.npy", one, {}}, {"../y.npy", two, {}}},
            Overwrite::yes);
  expect_matrix(read_matrix(path("two.npz"), {"../y"}), 1, 1, {9});
  expect_refused([&] { read_matrix(path("two.npz")); },
                 {"2 arrays", "'x' (1, 2), '../y' (1, 1)", "--array 'x'"});
  expect_refused([&] { read_matrix(path("two.npz"), {"z"}); }, {"no array 'z'", "'x', '../y'"});
  EXPECT_EQ(describe_file(path("two.npz")).arrays, (Strings{"x", "../y"}));
  expect_refused([&] { read_matrix(make("x.npy", one), {"x"}); }, {"only .npz"});
}

TEST_F(Files, NpzThatIsDamagedIsRefused) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  write_zip(path("x.npz"), std::vector<ZipEntry>{{"x.npy", array, {}}}, Overwrite::yes);
  const std::string good = content("x.npz");
  expect_matrix(read_bytes(read_archive, good), 1, 2, {1, 2});

  std::string flipped = good;
  flipped[good.find(raw({1.0F, 2.0F}))] ^= 1;
  expect_bad(read_archive, flipped, {"damaged array", "CRC"});
  expect_bad(read_archive, good.substr(0, good.size() - 10), {"zip archive"});
  expect_bad(read_archive, "PK\3\4 and nothing else", {"zip archive"});
  write_zip(path("e.npz"), std::vector<ZipEntry>{{"x.npy", "not an array", {}}}, Overwrite::yes);
  expect_refused([&] { read_matrix(path("e.npz")); }, {"e.npz:x", "not an NPY file"});
}

TEST_F(Files, NpzCannotClaimMoreThanItsBytesUnpackTo) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  write_zip(path("x.npz"), std::vector<ZipEntry>{{"x.npy", array, {}}}, Overwrite::yes);
  std::string bytes = content("x.npz");
  const std::size_t directory = bytes.find("PK\1\2");
  bytes.replace(directory + 24, 4, raw<std::uint32_t>({0x7fffffff}));  // unpacked size
  expect_bad(read_archive, bytes, {"claims 2147483647 bytes"});
}

TEST_F(Files, NpzMayBeCompressedButHasNoNameTwice) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  zip_t* const archive = zip_open(path("x.npz").c_str(), ZIP_CREATE, nullptr);
  for (const char* const name : {"x.npy", "y.npy"}) {
    zip_source_t* const bytes = zip_source_buffer(archive, array.data(), array.size(), 0);
    const auto index = static_cast<zip_uint64_t>(zip_file_add(archive, name, bytes, 0));
    ASSERT_EQ(zip_set_file_compression(archive, index, ZIP_CM_DEFLATE, 9), 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
  EXPECT_LT(content("x.npz").size(), 2 * array.size() + 200);
  expect_matrix(read_matrix(path("x.npz"), {"y"}), 1, 2, {1, 2});
  std::string twice = content("x.npz");
  for (auto at = twice.find("y.npy"); at != std::string::npos; at = twice.find("y.npy"))
    twice[at] = 'x';
  expect_bad(read_archive, twice, {"two arrays are named 'x'"});
}

// ---- what is missing ------------------------------------------------------------------------

TEST(Missing, ValuesAreTheMeanOfTheirColumn) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Matrix points(4, 2, {1, kNan, 4, 8, kNan, 2, 10, kNan});
  const Floats means = column_means(points);
  EXPECT_EQ(means, (Floats{5, 5}));
  EXPECT_EQ(replace_missing(points, means), 3);
  EXPECT_EQ(points.values(), (Floats{1, 5, 4, 8, 5, 2, 10, 5}));
  EXPECT_EQ(replace_missing(points, means), 0);
  Matrix none(2, 2, {1, kNan, 2, kNan});
  expect_refused([&] { column_means(none); }, {"column 1 (from 0) has no value at all"});
}

// ---- gzip -----------------------------------------------------------------------------------

TEST_F(Files, GzipIsReadFromAnyPlace) {
  std::string bytes;
  for (std::uint32_t i = 0; i < 20'000; ++i) bytes += raw<std::uint32_t>({i * 2654435761U});
  ByteSource source = ByteSource::gunzip(ByteSource::file(make_gzip("x.gz", bytes)));
  for (const std::int64_t place : {0, 100, 5'000, 5'004, 70'000, 12, 9'096, 79'996}) {
    source.seek(place);
    std::string found(4, '\0');
    source.read(std::as_writable_bytes(std::span(found)));
    EXPECT_EQ(found, bytes.substr(static_cast<std::size_t>(place), 4)) << place;
  }
}

// ---- what the source says of what it read ----------------------------------------------------

TEST_F(Files, ThatChangedSinceTheyWereOpenedAreRefused) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  write_zip(path("x.npz"), std::vector<ZipEntry>{{"x.npy", array, {}}}, Overwrite::yes);
  make("x.npy", array);
  make_gzip("x.idx.gz", idx(8, {1, 2}) + "12");
  make("x.csv", "1,2\n");
  const auto refuse = [&](const std::string& name, const auto& read) {
    const ByteSource file = ByteSource::file(path(name));
    std::ofstream(path(name), std::ios::app) << "x";
    expect_refused([&] { read(file); }, {name, "changed while it was read", "wait"});
  };
  refuse("x.npy", [](ByteSource source) { read_npy(source); });
  refuse("x.npz", [](ByteSource source) { read_npz(source); });
  refuse("x.csv", [](ByteSource source) { read_csv(source); });
  refuse("x.idx.gz", [](const ByteSource& file) {
    ByteSource source = ByteSource::gunzip(file);
    read_idx(source);
  });
}

TEST(Rounding, IsCountedForIntegersThatFloat32DoesNotHold) {
  constexpr std::int64_t kLargest = 1 << 24;
  const auto rounded = [](auto read, const std::string& bytes) {
    ByteSource source = ByteSource::memory("given", std::as_bytes(std::span(bytes)));
    read(source);
    return source.rounding().integers();
  };
  const std::string longs = raw<std::int64_t>({kLargest, kLargest + 1, INT64_MAX, -kLargest - 1});
  EXPECT_EQ(rounded(read_npy, npy(dictionary("<i8", "(2, 2)"), longs)), 3);
  EXPECT_EQ(rounded(read_npy, npy(dictionary("<i8", "(2, 2)", "True"), longs)), 3);
  EXPECT_EQ(rounded(read_npy, npy(dictionary("<f8", "(1, 1)"), raw({16777217.0}))), 0);
  EXPECT_EQ(rounded(read_ivecs, raw<std::int32_t>({1, 16777217, 1, 5})), 1);
}

// ---- text -----------------------------------------------------------------------------------

TEST(Csv, DelimitersAndHeadersAreRecognised) {
  for (const std::string text :
       {"1,2.5\n-3e2,4\n", "1\t2.5\n-3e2\t4\n", "1;2.5\n-3e2;4\n", "1 2.5\n-3e2 4\n",
        "x,y\n1,2.5\n-3e2,4", "\"x, 1\",\"y\"\n\"1\",\"2.5\"\n\"-3e2\",4\n", "1,2.5\r\n-3e2,4\r\n",
        "\xef\xbb\xbf+1, 2.5\n-3e2 ,4\n\n \n", " 1   2.5 \n  -3e2 4\n"})
    expect_matrix(read_bytes(read_csv, text), 2, 2, {1, 2.5F, -300, 4});
}

TEST(Csv, OneColumnOneRowAndOneFieldAreMatrices) {
  expect_matrix(read_bytes(read_csv, "1\n2\n3"), 3, 1, {1, 2, 3});
  expect_matrix(read_bytes(read_csv, "1,2,3"), 1, 3, {1, 2, 3});
  expect_matrix(read_bytes(read_csv, "value\n7\n"), 1, 1, {7});
}

TEST(Csv, LinesLongerThanABlockAreRead) {
  std::string line = "0";
  while (line.size() < 3'000'000) line += ",12.25";
  const Matrix matrix = read_bytes(read_csv, line + "\n" + line + "\n");
  EXPECT_EQ(matrix.rows(), 2);
  EXPECT_EQ(matrix.cols(), static_cast<std::int64_t>(line.size() - 1) / 6 + 1);
  EXPECT_EQ(matrix.values().back(), 12.25F);
}

TEST(Csv, WhatIsNotANumberIsNamedWithLineAndColumn) {
  expect_bad(read_csv, "1,2\n3,abc\n", {"line 2, column 2", "'abc' is not a number"});
  expect_bad(read_csv, "1,2\n3,NA\n", {"line 2, column 2", "'NA'"});
  expect_bad(read_csv, "1,x\n3,4\n", {"line 1, column 2", "'x'", "--header yes"});
  expect_bad(read_csv, "1,2\n,4\n", {"line 2, column 1", "empty"});
  expect_bad(read_csv, "1,2,\n3,4,5\n", {"line 1, column 3", "empty"});
  expect_bad(read_csv, "1,2\n3,0x10\n", {"column 2", "'0x10'"});
  expect_bad(read_csv, "1,2\n3,1e999\n", {"line 2, column 2", "float32"});
  expect_bad(read_csv, "1,2\n3,-1e39\n", {"line 2, column 2", "float32"});
  expect_bad(read_csv, "1,2\n3,\033[31m\n", {"'?[31m'"});
  expect_matrix(read_bytes(read_csv, "1e-42,1e-60,1,1e-400\n"), 1, 4, {1e-42F, 0, 1, 0});
}

TEST(Csv, QuotedHeadersMayHoldDelimitersAndQuotes) {
  expect_matrix(read_bytes(read_csv, "\"a \"\"b\"\", c\" ,d\n\"1\" ,\"2\"\n"), 1, 2, {1, 2});
  expect_matrix(read_bytes(read_csv, "\"a\"\t\"b\"\n1\t2\n"), 1, 2, {1, 2});
  expect_matrix(read_bytes(read_csv, "\"a b\"  \"c\"\n\"1\" 2 \n"), 1, 2, {1, 2});
}

TEST(Csv, RowsOfOtherLengthsAndStrayLinesAreNamed) {
  expect_bad(read_csv, "1,2\n3,4\n5\n", {"line 3", "1 fields", "has 2"});
  expect_bad(read_csv, "1,2\n3,4,5\n", {"line 2", "3 fields", "has 2"});
  expect_bad(read_csv, "a,b\n3,4,5\n", {"line 2", "3 fields", "has 2"});
  expect_bad(read_csv, "1,2\n\n3,4\n", {"line 2", "blank"});
  expect_bad(read_csv, "a,b\n", {"header line and no row"});
  expect_bad(read_csv, "", {"no text"});
  expect_bad(read_csv, "1,\"2\n3,4\n", {"quote is not closed"});
  expect_bad(read_csv, "1,\"2\"3\n", {"line 1", "after the quoted field '2'"});
  expect_bad(read_csv, "\"1\"\"2\",3\n", {"line 1, column 1", "'1\"\"2'", "is text"});
  expect_bad(read_csv, "1 \"2\"3\n", {"after the quoted field '2'"});
  expect_bad(read_csv,
             std::string("\xff\xfe"
                         "1\0,\0",
                         6),
             {"UTF-16"});
  expect_bad(read_csv, std::string("1,2\n3,\0\1\n", 9), {"line 2", "binary"});
}

// ---- idx, vecs, bin -------------------------------------------------------------------------

TEST_F(Files, IdxImagesBecomeRowsPlainOrPacked) {
  const std::string bytes = idx(8, {2, 1, 3}) + raw<std::uint8_t>({0, 1, 2, 253, 254, 255});
  const Floats values = {0, 1, 2, 253, 254, 255};
  expect_matrix(read_matrix(make("train-images-idx3-ubyte", bytes)), 2, 3, values);
  const std::string packed = make_gzip("t10k-images-idx3-ubyte.gz", bytes);
  expect_matrix(read_matrix(packed), 2, 3, values);
  const FileInfo info = describe_file(packed);
  EXPECT_EQ(info.format, "idx");
  EXPECT_EQ(info.dtype, "uint8");
  EXPECT_EQ(info.shape, (std::vector<std::int64_t>{2, 1, 3}));
  EXPECT_EQ(
      read_bytes(read_idx, idx(0x0b, {1, 2}) + raw<std::uint8_t>({1, 0, 0xff, 0xff})).values(),
      (Floats{256, -1}));
}

TEST(Idx, HeadersThatDoNotFitAreRefused) {
  expect_bad(read_idx, idx(8, {2, 3}) + "12345", {"truncated", "6 bytes", "5"});
  expect_bad(read_idx, idx(8, {2, 3}) + "1234567", {"1 too many"});
  expect_bad(read_idx, idx(8, {0x80000000U, 0x80000000U, 0x80000000U}), {"64 bits"});
  expect_bad(read_idx, idx(7, {1, 1}) + "1", {"not an IDX file"});
  expect_bad(read_idx, std::string("\0\0\x08\xff", 4), {"255 dimensions"});
  expect_bad(read_idx, std::string("\0\0", 2), {"truncated"});
  expect_bad(read_idx, idx(8, {3}) + "123", {"labels, not points"});
  expect_bad(read_idx, idx(8, {0, 3}), {"no values"});
}

TEST_F(Files, GzipThatIsCutDamagedOrABombIsRefused) {
  const std::string bytes = idx(8, {100, 100}) + std::string(10000, '\7');
  make_gzip("good.idx.gz", bytes);
  const std::string packed = content("good.idx.gz");
  const auto refuse = [&](const std::string& stored, std::string_view says) {
    expect_refused([&] { read_matrix(make("bad.idx.gz", stored)); }, {says, "byte"});
  };
  refuse(packed.substr(0, packed.size() - 9), "truncated");
  refuse(packed + "x", "after the end of the gzip stream");
  std::string flipped = packed;
  flipped[packed.size() - 6] ^= 1;  // in the checksum
  refuse(flipped, "damaged");
  const auto refuse_bomb = [&](const std::string& stored, std::string_view says) {
    expect_refused([&] { read_matrix(make_gzip("bomb.idx.gz", stored)); }, {says});
  };
  refuse_bomb(idx(8, {60000, 60000}) + "1", "more than the packed file can unpack to");
  refuse_bomb(idx(8, {1, 1}) + std::string(1'000'000, '\0'), "after the end of the data");
}

TEST(Vecs, RowsAreRead) {
  const std::string two = raw<std::int32_t>({2});
  expect_matrix(read_bytes(read_fvecs, two + raw({1.0F, 2.0F}) + two + raw({3.0F, 4.0F})), 2, 2,
                {1, 2, 3, 4});
  expect_matrix(read_bytes(read_bvecs, two + "\x01\xff" + two + "\x03\x04"), 2, 2, {1, 255, 3, 4});
  expect_matrix(read_bytes(read_ivecs, raw<std::int32_t>({1, -5, 1, 6})), 2, 1, {-5, 6});
}

TEST(Vecs, RowsAreReadAcrossBlocks) {
  constexpr std::int32_t kRows = 3000, kCols = 120;  // 1.4 MB: more than one block
  std::string bytes;
  for (std::int32_t i = 0; i < kRows; ++i) {
    bytes += raw({kCols});
    for (std::int32_t c = 0; c < kCols; ++c) bytes += raw({static_cast<float>(i * kCols + c)});
  }
  const Matrix matrix = read_bytes(read_fvecs, bytes);
  ASSERT_EQ(matrix.rows(), kRows);
  for (std::size_t v = 0; v < matrix.values().size(); ++v)
    ASSERT_EQ(matrix.values()[v], static_cast<float>(v));
  std::memcpy(bytes.data() + 2999 * 484, &kRows, 4);
  expect_bad(read_fvecs, bytes, {"byte 1451516", "row 2999 has length 3000, row 0 has 120"});
}

TEST(Vecs, LengthsThatDoNotFitAreRefused) {
  const std::string one = raw<std::int32_t>({1, 7});
  expect_bad(read_ivecs, one + raw<std::int32_t>({2, 7}), {"byte 8", "row 1 has length 2"});
  expect_bad(read_ivecs, one + "123", {"truncated", "byte 8"});
  expect_bad(read_ivecs, raw<std::int32_t>({-1, 7}), {"row 0 has length -1"});
  expect_bad(read_ivecs, raw<std::int32_t>({0}), {"row 0 has length 0"});
  expect_bad(read_fvecs, raw<std::int32_t>({0x7fffffff, 7}), {"truncated"});
  expect_bad(read_fvecs, "", {"truncated"});
}

TEST(Bin, HeadersAreComparedWithTheFile) {
  const std::string shape = raw<std::uint32_t>({2, 2});
  expect_matrix(read_bytes(read_fbin, shape + raw({1.0F, 2.0F, 3.0F, 4.0F})), 2, 2, {1, 2, 3, 4});
  expect_matrix(read_bytes(read_u8bin, shape + "\x01\x02\x03\xff"), 2, 2, {1, 2, 3, 255});
  expect_matrix(read_bytes(read_i8bin, shape + "\x01\x02\x03\xff"), 2, 2, {1, 2, 3, -1});
  expect_bad(read_u8bin, shape + "123", {"truncated", "2 x 2 values needs 4 bytes"});
  expect_bad(read_u8bin, shape + "12345", {"1 too many"});
  expect_bad(read_fbin, raw<std::uint32_t>({~0U, ~0U}), {"too many"});
  expect_bad(read_fbin, raw<std::uint32_t>({0, 5}), {"no values"});
}

// ---- files ----------------------------------------------------------------------------------

TEST_F(Files, FormatsAreFoundByMagicBeforeName) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  expect_matrix(read_matrix(make("array.csv", array)), 1, 2, {1, 2});
  expect_matrix(read_matrix(make("UPPER.CSV", "1,2")), 1, 2, {1, 2});
  EXPECT_EQ(describe_file(path("array.csv")).format, "npy");
  EXPECT_EQ(describe_file(path("array.csv")).bytes, static_cast<std::int64_t>(array.size()));
  EXPECT_EQ(describe_file(path("UPPER.CSV")).shape, (std::vector<std::int64_t>{1, 2}));
  expect_refused([&] { read_matrix(make("data.mat", "x")); }, {"data.mat", ".npy", "numpy.save"});
  expect_refused([&] { read_labels(make("x.fvecs", "x")); }, {"fvecs", "no labels"});
}

using Values = Files;

TEST_F(Values, AreAColumnOfATable) {
  make("t.csv", "name,a,age\nx,1,30\ny,2,\nz,5,50.5\n");
  const Floats ages = read_values(path("t.csv"), "age");
  ASSERT_EQ(ages.size(), 3U);
  EXPECT_EQ(ages[2], 50.5F);
  EXPECT_TRUE(std::isnan(ages[1]));
  EXPECT_EQ(read_values(path("t.csv"), "1"), (Floats{1, 2, 5}));
  expect_refused<InvalidParameter>([&] { read_values(path("t.csv"), "height"); },
                                   {"--value-column height", "no such column"});
  expect_refused([&] { read_values(path("t.csv"), "name"); }, {"'x') is text"});
  make("rows.csv", "0,7\n1,8\n2,6\n");
  EXPECT_EQ(read_values(path("rows.csv")), (Floats{7, 8, 6}));
  make("two.csv", "0,7\n2,8\n3,6\n");
  expect_refused([&] { read_values(path("two.csv")); }, {"3 rows and 2 columns", "--value-column"});
  make("one.npy", npy(dictionary("<f4", "(2,)"), raw({0.0F, 9.0F})));
  EXPECT_EQ(read_values(path("one.npy")), (Floats{0, 9}));
  expect_refused<InvalidParameter>([&] { read_values(path("one.npy"), "a"); },
                                   {"--value-column", "is npy"});
}

TEST_F(Values, AreReadAsIntegersExactly) {
  using Whole = std::vector<std::int64_t>;
  make("t.csv", "a,b\n16777217,-3\n9007199254740992,1e3\n");
  const Integers table = read_integers(path("t.csv"));
  EXPECT_EQ(table.rows, 2);
  EXPECT_EQ(table.cols, 2);
  EXPECT_EQ(table.values, (Whole{16777217, -3, std::int64_t{1} << 53, 1000}));
  make("counts.csv", "0,7\n1,8\n2,6\n");  // the first column is one of them
  EXPECT_EQ(read_integers(path("counts.csv")).values, (Whole{0, 7, 1, 8, 2, 6}));
  make("i.npy",
       npy(dictionary("<i8", "(2, 2)", "True"), raw<std::int64_t>({1, 2, 2147483647, -4})));
  EXPECT_EQ(read_integers(path("i.npy")).values, (Whole{1, 2147483647, 2, -4}));
  make("f.npy", npy(dictionary("<f4", "(1, 2)"), raw({5.0F, 0x1p24F})));
  EXPECT_EQ(read_integers(path("f.npy")).values, (Whole{5, 1 << 24}));
  make("far.npy", npy(dictionary("<f4", "(1, 2)"), raw({5.0F, 0x1p25F})));
  expect_refused([&] { read_integers(path("far.npy")); },
                 {"33554432", "row 0, column 1", "an .npy of integers"});
  make("beyond.npy", npy(dictionary("<i8", "(1, 1)"), raw({std::int64_t{1} << 40})));
  expect_refused([&] { read_integers(path("beyond.npy")); }, {"row numbers", "int32"});
  make("half.csv", "1,2\n3,4.5\n");
  expect_refused([&] { read_integers(path("half.csv")); }, {"4.5 in row 1, column 1"});
  make("word.csv", "1,2\n3,x\n");
  expect_refused([&] { read_integers(path("word.csv")); }, {"x in row 1, column 1"});
  make("none.csv", "1,2\n3,\n");
  expect_refused([&] { read_integers(path("none.csv")); }, {"nothing in row 1, column 1"});
}

TEST_F(Files, WhatTheSystemRefusesIsAnIoErrorWithItsReason) {
  expect_refused<IoError>([&] { read_matrix(path("missing.npy")); },
                          {"missing.npy': No such file"});
  expect_refused([&] { read_matrix(folder_.string()); }, {"is a folder"});
  expect_refused([] { read_matrix("/dev/zero"); }, {"no file"});
}

}  // namespace
}  // namespace nearfold::io
