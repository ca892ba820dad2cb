// .npy: every type, order and version is read, and nothing that its header claims is believed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

TEST(Npy, EveryTypeBecomesFloat32) {
  const auto read = [](const std::string& descr, const std::string& values) {
    return read_bytes(read_npy, npy(dictionary(descr, "(1, 3)"), values)).values();
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
  EXPECT_NE(std::fpclassify(read_bytes(read_npy, nan).values()[0]), FP_INFINITE);
  EXPECT_EQ(std::fpclassify(read_bytes(read_npy, nan).values()[0]), FP_NAN);
}

TEST(Npy, FortranOrderIsTransposed) {
  const std::string values = raw({1.0F, 4.0F, 2.0F, 5.0F, 3.0F, 6.0F});
  expect_matrix(read_bytes(read_npy, npy(dictionary("<f4", "(2, 3)", "True"), values)), 2, 3,
                {1, 2, 3, 4, 5, 6});
  expect_matrix(
      read_bytes(read_npy, npy(dictionary("<f4", "(3, 1)", "True"), raw({1.0F, 2.0F, 3.0F}))), 3, 1,
      {1, 2, 3});
}

TEST(Npy, FortranOrderIsTransposedAcrossBlocksOfColumns) {
  constexpr int kRows = 3, kCols = 37;
  std::string values;
  for (int c = 0; c < kCols; ++c)
    for (int i = 0; i < kRows; ++i)
      values += raw<std::int16_t>({static_cast<std::int16_t>(100 * i + c)});
  const Matrix matrix = read_bytes(read_npy, npy(dictionary("<i2", "(3, 37)", "True"), values));
  ASSERT_EQ(matrix.cols(), kCols);
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
  EXPECT_EQ(passed.values()[0], std::numeric_limits<float>::infinity());
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
  refuse("<U2", "'<U2', text, is not supported");
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

}  // namespace
}  // namespace nearfold::io
