// Readers: every format from bytes made here, and what each says about bytes that are not right.
// Writers and graph files are in write_test.cpp.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats.hpp"
#include "io/npy.hpp"
#include "io/zip.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

using Floats = std::vector<float>;
using Ids = std::vector<std::int32_t>;
using Strings = std::vector<std::string>;

/// The bytes of values, in order.
template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

/// An .npy of version 1 with this dictionary and these bytes of values.
std::string npy(const std::string& dictionary, const std::string& values, char version = 1) {
  const auto length = static_cast<std::uint16_t>(dictionary.size());
  const std::string size =
      version == 1 ? raw({length}) : raw({static_cast<std::uint32_t>(dictionary.size())});
  return std::string("\x93NUMPY") + version + '\0' + size + dictionary + values;
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

/// An IDX header: type code and dimensions, big-endian.
std::string idx(char type, std::initializer_list<std::uint32_t> shape) {
  std::string bytes = {0, 0, type, static_cast<char>(shape.size())};
  for (const std::uint32_t size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes;
}

template <class Read>
auto read_bytes(Read read, const std::string& bytes) {
  ByteSource source =
      ByteSource::memory("given", std::as_bytes(std::span(bytes.data(), bytes.size())));
  return read(source);
}

/// The InvalidInput that the action throws must say all of this.
template <class Action>
void expect_refused(const Action& action, std::initializer_list<std::string_view> says) {
  std::string message = "(nothing was thrown)";
  try {
    action();
  } catch (const InvalidInput& error) {
    message = error.what();
  }
  for (const std::string_view part : says)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' is not in: " << message;
}

template <class Read>
void expect_bad(Read read, const std::string& bytes, std::initializer_list<std::string_view> says) {
  expect_refused([&] { read_bytes(read, bytes); }, says);
}

void expect_matrix(const Matrix& matrix, std::int64_t rows, std::int64_t cols,
                   const Floats& values) {
  EXPECT_EQ(matrix.rows, rows);
  EXPECT_EQ(matrix.cols, cols);
  EXPECT_EQ(matrix.values, values);
}

Matrix read_archive(ByteSource& source) {
  return read_npz(source);
}

/// A folder of its own for each test, removed with what is in it.
class InFolder : public testing::Test {
 protected:
  InFolder() {
    const auto* const info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("nearfold_io_" + std::string(info->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~InFolder() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string make(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

  std::string make_gzip(const std::string& name, const std::string& bytes) const {
    const gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path(name);
  }

  std::filesystem::path folder_;
};

using Files = InFolder;

// ---- npy ------------------------------------------------------------------------------------

TEST(Npy, EveryTypeBecomesFloat32) {
  const auto read = [](const std::string& descr, const std::string& values) {
    return read_bytes(read_npy, npy(dictionary(descr, "(1, 3)"), values)).values;
  };
  EXPECT_EQ(read("<f4", raw({1.5F, -2.0F, 3e38F})), (Floats{1.5F, -2.0F, 3e38F}));
  EXPECT_EQ(read("<f8", raw({1.5, -2.0, 0.1})), (Floats{1.5F, -2.0F, 0.1F}));
  EXPECT_EQ(read("|u1", raw<std::uint8_t>({0, 128, 255})), (Floats{0, 128, 255}));
  EXPECT_EQ(read("|i1", raw<std::int8_t>({0, -128, 127})), (Floats{0, -128, 127}));
  EXPECT_EQ(read("<i2", raw<std::int16_t>({1, -2, 32767})), (Floats{1, -2, 32767}));
  EXPECT_EQ(read("<u2", raw<std::uint16_t>({1, 2, 65535})), (Floats{1, 2, 65535}));
  EXPECT_EQ(read("<i4", raw<std::int32_t>({1, -2, 1 << 30})), (Floats{1, -2, 0x1p30F}));
  EXPECT_EQ(read("<u4", raw<std::uint32_t>({1, 2, 1U << 31})), (Floats{1, 2, 0x1p31F}));
  EXPECT_EQ(read("<i8", raw<std::int64_t>({1, -2, 1LL << 40})), (Floats{1, -2, 0x1p40F}));
  EXPECT_EQ(read("|b1", raw<std::uint8_t>({0, 1, 1})), (Floats{0, 1, 1}));
  EXPECT_EQ(read(">i2", raw<std::uint8_t>({0, 1, 1, 0, 0xff, 0xfe})), (Floats{1, 256, -2}));
  EXPECT_EQ(read(">f4", raw<std::uint8_t>({0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0})),
            (Floats{1, -2, 0}));
}

TEST(Npy, HalfPrecisionIsExactForSubnormalsAndInfinities) {
  const std::string values = raw<std::uint16_t>({0x3c00, 0x0001, 0x83ff, 0x7bff, 0x7c00, 0xfc00});
  const Matrix matrix = read_bytes(read_npy, npy(dictionary("<f2", "(2, 3)"), values));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  expect_matrix(matrix, 2, 3, {1, 0x1p-24F, -1023 * 0x1p-24F, 65504, kInfinity, -kInfinity});
  const std::string nan = npy(dictionary("<f2", "(1, 1)"), raw<std::uint16_t>({0x7e00}));
  EXPECT_NE(std::fpclassify(read_bytes(read_npy, nan).values[0]), FP_INFINITE);
  EXPECT_EQ(std::fpclassify(read_bytes(read_npy, nan).values[0]), FP_NAN);
}

TEST(Npy, FortranOrderIsTransposed) {
  const std::string values = raw({1.0F, 4.0F, 2.0F, 5.0F, 3.0F, 6.0F});
  expect_matrix(read_bytes(read_npy, npy(dictionary("<f4", "(2, 3)", "True"), values)), 2, 3,
                {1, 2, 3, 4, 5, 6});
}

TEST(Npy, FortranOrderIsTransposedAcrossBlocksOfColumns) {
  constexpr int kRows = 3, kCols = 37;
  std::string values;
  for (int c = 0; c < kCols; ++c)
    for (int i = 0; i < kRows; ++i)
      values += raw<std::int16_t>({static_cast<std::int16_t>(100 * i + c)});
  const Matrix matrix = read_bytes(read_npy, npy(dictionary("<i2", "(3, 37)", "True"), values));
  ASSERT_EQ(matrix.cols, kCols);
  for (int i = 0; i < kRows; ++i)
    for (int c = 0; c < kCols; ++c) EXPECT_EQ(matrix.row(i)[c], static_cast<float>(100 * i + c));
}

TEST(Npy, KeysComeInAnyOrderAndInAnyVersion) {
  const std::string text = "{\"shape\":(1,2),'fortran_order':False , 'descr' : '<f4'}  \n";
  for (const char version : {'\1', '\2', '\3'})
    expect_matrix(read_bytes(read_npy, npy(text, raw({7.0F, 8.0F}), version)), 1, 2, {7, 8});
}

TEST(Npy, ValuesThatFloat32CannotHoldAreNamed) {
  const std::string values = raw({1.0, 2.0, 3.0, 1e39});
  expect_bad(read_npy, npy(dictionary("<f8", "(2, 2)"), values), {"row 1, column 1", "float32"});
  expect_bad(read_npy, npy(dictionary("<f8", "(2, 2)", "True"), raw({1.0, -1e39, 3.0, 4.0})),
             {"row 1, column 0", "float32"});
  const Matrix passed =
      read_bytes(read_npy, npy(dictionary("<f8", "(1, 2)"), raw<double>({INFINITY, 1.0})));
  EXPECT_EQ(passed.values[0], std::numeric_limits<float>::infinity());
}

TEST(Npy, SizesAreComparedWithTheFileBeforeAnythingIsAllocated) {
  const std::string values = raw({1.0F, 2.0F});
  expect_bad(read_npy, npy(dictionary("<f4", "(1, 3)"), values), {"truncated", "12 bytes", "8"});
  expect_bad(read_npy, npy(dictionary("<f4", "(1, 1)"), values), {"(1, 1)", "4 too many"});
  expect_bad(read_npy, npy(dictionary("<f8", "(65536, 65536)"), ""),
             {"truncated", "34359738368 bytes", "(65536, 65536) of float64"});
  expect_bad(read_npy, npy(dictionary("<f4", "(1099511627776, 1099511627776)"), values),
             {"(1099511627776, 1099511627776)", "64 bits"});
  expect_bad(read_npy, npy(dictionary("<f4", "(99999999999999999999, 1)"), values), {"64 bits"});
}

TEST(Npy, HeaderLengthsAreCompared) {
  const std::string start = "\x93NUMPY";
  expect_bad(read_npy, start + '\2' + '\0' + "\xf0\xff\xff\xff",
             {"byte 8", "header length 4294967280 exceeds the file (12 bytes)"});
  expect_bad(read_npy, start + '\1' + '\0' + "\xff\xff", {"65535 exceeds the file"});
  expect_bad(read_npy, npy(std::string(70000, ' '), "", 2), {"70000 exceeds the limit of 65536"});
  expect_bad(read_npy, start + '\7' + '\0' + "\1\1\1\1", {"version 7"});
  expect_bad(read_npy, start, {"not an NPY file"});
  expect_bad(read_npy, "\x80\x04\x95 a pickle, not an array", {"not an NPY file"});
}

TEST(Npy, ArraysThatAreNotPlainNumbersAreRefused) {
  const auto refuse = [](const std::string& descr, std::string_view says) {
    expect_bad(read_npy, npy(dictionary(descr, "(1, 1)"), "12345678"), {says});
  };
  refuse("|O", "object arrays are not supported");
  refuse("<U2", "'<U2' is not supported");
  refuse("<c8", "'<c8' is not supported");
  refuse("<f1", "'<f1' is not supported");
  refuse("<f16", "'<f16' is not supported");
  refuse("", "'' is not supported");
  const std::string records = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}";
  expect_bad(read_npy, npy(records, "1234"), {"records"});
}

TEST(Npy, HeadersThatAreNotTheDictionaryAreRefused) {
  const auto refuse = [](const std::string& text, std::string_view says) {
    expect_bad(read_npy, npy(text, "1234"), {says, "byte"});
  };
  refuse("", "'{' is due");
  refuse("{}", "a key is missing");
  refuse("{'descr': '<f4', 'shape': (1, 1)}", "a key is missing");
  refuse("{'descr': '<f4', 'descr': '<f4'}", "'descr' comes twice");
  refuse("{'descr': '<f4', 'code': 'x'}", "unknown key 'code'");
  refuse("{'descr: ", "not closed");
  refuse("{'shape': (1, -1)}", "negative");
  refuse("{'shape': (1.0, 1)}", "a comma or a closing parenthesis");
  refuse("{'shape': (x, 1)}", "a dimension is due");
  refuse("{'fortran_order': 0}", "True or False");
  refuse(dictionary("<f4", "(1, 1)") + std::string(1, '\0'), "text after the dictionary");
  refuse(dictionary("<f4", "(1, 1)") + "import os", "text after the dictionary");
  refuse("{'shape': (" + std::string(100, '1') + ")}", "64 bits");
}

TEST(Npy, PointsAreTwoDimensionalAndNotEmpty) {
  expect_bad(read_npy, npy(dictionary("<f4", "(2,)"), raw({1.0F, 2.0F})), {"(2,)", "2-d"});
  expect_bad(read_npy, npy(dictionary("<f4", "()"), raw({1.0F})), {"()", "2-d"});
  expect_bad(read_npy, npy(dictionary("<f4", "(1, 1, 1)"), raw({1.0F})), {"(1, 1, 1)", "reshape"});
  expect_bad(read_npy, npy(dictionary("<f4", "(0, 5)"), ""), {"no values: 0 x 5"});
  expect_bad(read_npy, npy(dictionary("<f4", "(5, 0)", "True"), ""), {"no values: 5 x 0"});
}

// ---- npz ------------------------------------------------------------------------------------

TEST_F(Files, NpzGivesTheOnlyArrayOrTheNamedOne) {
  const std::string one = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  const std::string two = npy(dictionary("<f4", "(1, 1)"), raw({9.0F}));
  write_zip(path("one.npz"), std::vector<ZipEntry>{{"x.npy", one, {}}});
  expect_matrix(read_matrix(path("one.npz")), 1, 2, {1, 2});
  write_zip(path("two.npz"), std::vector<ZipEntry>{{"x.npy", one, {}}, {"../y.npy", two, {}}});
  expect_matrix(read_matrix(path("two.npz"), "../y"), 1, 1, {9});
  expect_refused([&] { read_matrix(path("two.npz")); }, {"2 arrays", "'x', '../y'"});
  expect_refused([&] { read_matrix(path("two.npz"), "z"); }, {"no array 'z'", "'x', '../y'"});
  EXPECT_EQ(describe_file(path("two.npz")).arrays, (Strings{"x", "../y"}));
  expect_refused([&] { read_matrix(make("x.npy", one), "x"); }, {"only .npz"});
}

TEST_F(Files, NpzThatIsDamagedIsRefused) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  write_zip(path("x.npz"), std::vector<ZipEntry>{{"x.npy", array, {}}});
  std::ifstream file(path("x.npz"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), {});
  expect_matrix(read_bytes(read_archive, good), 1, 2, {1, 2});

  std::string flipped = good;
  flipped[good.find(raw({1.0F, 2.0F}))] ^= 1;
  expect_bad(read_archive, flipped, {"damaged array", "CRC"});
  expect_bad(read_archive, good.substr(0, good.size() - 10), {"zip archive"});
  expect_bad(read_archive, "PK\3\4 and nothing else", {"zip archive"});
  write_zip(path("e.npz"), std::vector<ZipEntry>{{"x.npy", "not an array", {}}});
  expect_refused([&] { read_matrix(path("e.npz")); }, {"e.npz:x", "not an NPY file"});
}

TEST_F(Files, NpzCannotClaimMoreThanItsBytesUnpackTo) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  write_zip(path("x.npz"), std::vector<ZipEntry>{{"x.npy", array, {}}});
  std::ifstream file(path("x.npz"), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const std::size_t directory = bytes.find("PK\1\2");
  bytes.replace(directory + 24, 4, raw<std::uint32_t>({0x7fffffff}));  // unpacked size
  expect_bad(read_archive, bytes, {"claims 2147483647 bytes"});
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
  EXPECT_EQ(matrix.rows, 2);
  EXPECT_EQ(matrix.cols, static_cast<std::int64_t>(line.size() - 1) / 6 + 1);
  EXPECT_EQ(matrix.values.back(), 12.25F);
}

TEST(Csv, WhatIsNotANumberIsNamedWithLineAndColumn) {
  expect_bad(read_csv, "1,2\n3,abc\n", {"line 2, column 2", "'abc' is not a number"});
  expect_bad(read_csv, "1,2\n3,NA\n", {"line 2, column 2", "'NA'"});
  expect_bad(read_csv, "1,x\n3,4\n", {"line 1, column 2", "'x'", "no header"});
  expect_bad(read_csv, "1,2\n,4\n", {"line 2, column 1", "empty"});
  expect_bad(read_csv, "1,2,\n", {"line 1, column 3", "empty"});
  expect_bad(read_csv, "1,2\n3,0x10\n", {"column 2", "'0x10'"});
  expect_bad(read_csv, "1;2\n3;1,5\n", {"line 2, column 2", "decimal comma", "'1.5'"});
  expect_bad(read_csv, "1,2\n3,1e999\n", {"line 2, column 2", "float32"});
  expect_bad(read_csv, "1,2\n3,-1e39\n", {"line 2, column 2", "float32"});
  expect_bad(read_csv, "1,2\n3,\033[31m\n", {"'?[31m'"});
  expect_matrix(read_bytes(read_csv, "1e-42,1e-60\n"), 1, 2, {1e-42F, 0});
}

TEST(Csv, RowsOfOtherLengthsAndStrayLinesAreNamed) {
  expect_bad(read_csv, "1,2\n3,4\n5\n", {"line 3", "1 fields", "has 2"});
  expect_bad(read_csv, "1,2\n3,4,5\n", {"line 2", "3 fields", "has 2"});
  expect_bad(read_csv, "a,b\n3,4,5\n", {"line 2", "3 fields", "has 2"});
  expect_bad(read_csv, "1,2\n\n3,4\n", {"line 2", "blank"});
  expect_bad(read_csv, "a,b\n", {"header line and no row"});
  expect_bad(read_csv, "", {"no text"});
  expect_bad(read_csv, "1,\"2\n3,4\n", {"quote is not closed"});
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
  EXPECT_EQ(read_bytes(read_idx, idx(0x0b, {1, 2}) + raw<std::uint8_t>({1, 0, 0xff, 0xff})).values,
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
  std::ifstream file(make_gzip("good.idx.gz", bytes), std::ios::binary);
  const std::string packed((std::istreambuf_iterator<char>(file)), {});
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
  ASSERT_EQ(matrix.rows, kRows);
  for (std::size_t v = 0; v < matrix.values.size(); ++v)
    ASSERT_EQ(matrix.values[v], static_cast<float>(v));
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

// ---- labels ---------------------------------------------------------------------------------

TEST(LabelFiles, IntegersStayAsTheyAre) {
  const std::string values = raw<std::int64_t>({3, -1, 3});
  EXPECT_EQ(read_bytes(read_npy_labels, npy(dictionary("<i8", "(3,)"), values)).ids,
            (Ids{3, -1, 3}));
  EXPECT_EQ(read_bytes(read_npy_labels, npy(dictionary("<i8", "(3, 1)"), values)).ids,
            (Ids{3, -1, 3}));
  EXPECT_EQ(read_bytes(read_idx_labels, idx(8, {2}) + "\x05\xff").ids, (Ids{5, 255}));
  for (const std::string text : {"3\n-1\n3\n", "label\n3\r\n-1\r\n3\r\n\r\n"}) {
    const Labels labels = read_bytes(read_text_labels, text);
    EXPECT_EQ(labels.ids, (Ids{3, -1, 3}));
    EXPECT_EQ(labels.names, Strings{});
  }
}

TEST(LabelFiles, TextsAreNumberedInSortedOrder) {
  const Labels labels = read_bytes(read_text_labels, "T cell\nB cell\n\"T cell\"\n9\n");
  EXPECT_EQ(labels.ids, (Ids{2, 1, 2, 0}));
  EXPECT_EQ(labels.names, (Strings{"9", "B cell", "T cell"}));
}

TEST(LabelFiles, WhatIsNotALabelIsRefused) {
  const std::string values = raw<std::int64_t>({3, 1LL << 31});
  expect_bad(read_npy_labels, npy(dictionary("<i8", "(2,)"), values), {"value 1", "int32"});
  expect_bad(read_npy_labels, npy(dictionary("<i8", "(1, 2)"), values), {"(1, 2)", "1-d"});
  expect_bad(read_npy_labels, npy(dictionary("<f8", "(2,)"), values), {"float64", "integers"});
  expect_bad(read_idx_labels, idx(8, {1, 1}) + "1", {"labels are 1-d"});
  expect_bad(read_text_labels, "a\n\nb\n", {"line 2", "blank"});
  expect_bad(read_text_labels, "\n\n", {"no labels"});
}

// ---- files ----------------------------------------------------------------------------------

TEST_F(Files, FormatsAreFoundByMagicBeforeName) {
  const std::string array = npy(dictionary("<f4", "(1, 2)"), raw({1.0F, 2.0F}));
  expect_matrix(read_matrix(make("array.csv", array)), 1, 2, {1, 2});
  expect_matrix(read_matrix(make("UPPER.CSV", "1,2")), 1, 2, {1, 2});
  EXPECT_EQ(describe_file(path("array.csv")).format, "npy");
  EXPECT_EQ(describe_file(path("array.csv")).bytes, static_cast<std::int64_t>(array.size()));
  EXPECT_EQ(describe_file(path("UPPER.CSV")).shape, (std::vector<std::int64_t>{1, 2}));
  expect_refused([&] { read_matrix(make("data.h5", "x")); }, {"data.h5", ".npy", "numpy.save"});
  expect_refused([&] { read_labels(make("x.fvecs", "x")); }, {"fvecs", "no labels"});
}

TEST_F(Files, WhatTheSystemRefusesIsAnIoErrorWithItsReason) {
  try {
    read_matrix(path("missing.npy"));
    FAIL() << "nothing was thrown";
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("missing.npy': No such file"), std::string::npos)
        << error.what();
  }
  expect_refused([&] { read_matrix(folder_.string()); }, {"is a folder"});
  expect_refused([] { read_matrix("/dev/zero"); }, {"no file"});
}

}  // namespace
}  // namespace nearfold::io
