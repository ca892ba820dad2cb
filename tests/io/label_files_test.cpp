// Labels of every kind of file, and labels that are missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

Labels read_lines(const std::string& text) {
  return read_bytes(read_text_labels, text);
}

void expect_labels(const Labels& labels, const Ids& ids, const Strings& names = {}) {
  EXPECT_EQ(labels.ids, ids);
  EXPECT_EQ(labels.names, names);
}

/// UCS-4, little-endian, as numpy's <U of this width.
std::string ucs4(const std::u32string& text, std::size_t width) {
  std::string bytes;
  for (std::size_t c = 0; c < width; ++c)
    bytes += raw<std::uint32_t>({c < text.size() ? static_cast<std::uint32_t>(text[c]) : 0U});
  return bytes;
}

TEST(LabelFiles, IntegersStayAsTheyAre) {
  const std::string values = raw<std::int64_t>({3, -1, 3});
  expect_labels(read_bytes(read_npy_labels, npy(dictionary("<i8", "(3,)"), values)), {3, -1, 3});
  expect_labels(read_bytes(read_npy_labels, npy(dictionary("<i8", "(3, 1)"), values)), {3, -1, 3});
  expect_labels(read_bytes(read_idx_labels, idx(8, {2}) + "\x05\xff"), {5, 255});
  for (const std::string text : {"3\n-1\n3\n", "label\n3\r\n-1\r\n3\r\n\r\n", "3.0\n-1\n3.000\n",
                                 "# by savetxt\n3.0e+00\n-1\n3\n"})
    expect_labels(read_lines(text), {3, -1, 3});
}

TEST(LabelFiles, TextsAreNumberedInSortedOrder) {
  expect_labels(read_lines("T cell\nB cell\n\"T cell\"\n9\n"), {2, 1, 2, 0},
                {"9", "B cell", "T cell"});
  expect_labels(read_lines("T, cell\nB, cell\nT, cell\nT, cell\n"), {1, 0, 1, 1},
                {"B, cell", "T, cell"});
  expect_labels(read_lines("12345678901\n5\n"), {0, 1}, {"12345678901", "5"});
}

TEST(LabelFiles, NumpyTextsAndWholeFloatsAreRead) {
  const std::string texts = ucs4(U"ä", 3) + ucs4(U"abc", 3) + ucs4(U"", 3) + ucs4(U"ä", 3);
  expect_labels(read_bytes(read_npy_labels, npy(dictionary("<U3", "(4,)"), texts)), {1, 0, -1, 1},
                {"abc", "ä"});
  std::string big = ucs4(U"b", 1);
  std::reverse(big.begin(), big.end());
  expect_labels(read_bytes(read_npy_labels, npy(dictionary(">U1", "(1,)"), big)), {0}, {"b"});
  expect_labels(
      read_bytes(read_npy_labels, npy(dictionary("|S2", "(2, 1)"), std::string("b\0aa", 4))),
      {1, 0}, {"aa", "b"});
  const Labels floats = read_bytes(
      read_npy_labels, npy(dictionary("<f8", "(3,)"), raw({16777217.0, double{NAN}, 2.0})));
  expect_labels(floats, {16777217, -1, 2});
  EXPECT_EQ(floats.missing, 1);
  expect_labels(read_bytes(read_npy_labels,
                           npy(dictionary("<f8", "(2,)"), raw({2147483647.0, -2147483647.0}))),
                {2147483647, -2147483647});
  expect_bad(read_npy_labels, npy(dictionary("<f8", "(2,)"), raw({1.0, 2147483648.0})),
             {"value 1", "int32"});
  expect_labels(
      read_bytes(read_npy_labels, npy(dictionary("<f4", "(2,)"), raw({5.0F, float{NAN}}))),
      {5, -1});
}

TEST(LabelFiles, WhatIsMissingIsNoLabel) {
  for (const char* text :
       {"a\n\nb\n", "a\nNA\nb\n", "a\nnan\nb\n", "a\n#N/A\nb\n", "a\n\"\"\nb\n"}) {
    const Labels labels = read_lines(text);
    expect_labels(labels, {0, -1, 1}, {"a", "b"});
    EXPECT_EQ(labels.missing, 1);
  }
  expect_labels(read_lines("species\n1\nNA\n2.0\n"), {1, -1, 2});
  const Labels blank = read_lines("a\nb\n\n\n");
  expect_labels(blank, {0, 1}, {"a", "b"});
  EXPECT_EQ(blank.blank_end, 2);
}

TEST(LabelFiles, NamesOfRowsAreNoLabels) {
  for (const char* text :
       {"id,species\n0,x\n1,w\n2,x\n", "0,x\n1,w\n2,x\n", ",0\n0,x\n1,w\n2,x\n",
        "\"\",\"y\"\n\"1\",\"x\"\n\"2\",\"w\"\n\"3\",\"x\"\n",
        "\"y\"\n\"1\" \"x\"\n\"2\" \"w\"\n\"3\" \"x\"\n", "id\ty\n1\tx\n2\tw\n3\tx\n"})
    expect_labels(read_lines(text), {1, 0, 1}, {"w", "x"});
  const Labels cells = read_lines("cell;type\nc1;x\nc2;w\n");
  expect_labels(cells, {0, 2, 1}, {"type", "w", "x"});
  EXPECT_EQ(cells.first_line, "type");
  for (const char* text : {"5.1,3.5,x\n4.9,3.5,w\n4.9,3.5,w\n", "a;b;c\nd;e;f\ng;h;i\n"})
    expect_bad(read_text_labels, text, {"has 3 columns", "--label-column"});
  expect_labels(
      read_bytes([](ByteSource& s) { return read_column_labels(s, "y"); }, "a,y\n1,x\n2,w\n3,x\n"),
      {1, 0, 1}, {"w", "x"});
}

TEST(LabelFiles, AreFittedToThePoints) {
  std::vector<std::string> notes;
  Labels labels = read_lines("species\nx\nw\nx\n");
  fit_labels(labels, 3, "l.txt", notes);
  expect_labels(labels, {1, 0, 1}, {"w", "x"});
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("'species', is taken for a header"), std::string::npos) << notes[0];
  const auto refused = [&](Labels given, std::int64_t n,
                           std::initializer_list<std::string_view> says) {
    expect_refused([&] { fit_labels(given, n, "l.txt", notes); }, says);
  };
  refused(read_lines("x\nx\nw\n"), 2, {"3 labels for 2 points", "'x', looks like a header"});
  refused(read_lines("0\n1\n2\n"), 2, {"'0', looks like a header"});  // pandas, of a series
  refused(read_lines("x\nw\n"), 3, {"2 labels for 3 points", "one a point"});
  refused(Labels{{1, 2, 3}}, 2, {"3 labels for 2 points; one a point"});
  labels = read_lines("x\nw\n\n");
  fit_labels(labels, 3, "l.txt", notes);
  expect_labels(labels, {1, 0, -1}, {"w", "x"});
  EXPECT_NE(notes.back().find("1 of 3 points have no label"), std::string::npos) << notes.back();
}

TEST(LabelFiles, WithAnotherColumnBehindAreRefused) {
  expect_bad(read_text_labels, "label,file\na,1.png\nb,2.png\na,3.png\n",
             {"2 columns", "--label-column"});
  expect_labels(read_lines("cells, T\ncells, B\ncells, T\n"), {1, 0, 1}, {"cells, B", "cells, T"});
}

TEST(LabelFiles, ThatAreMeasurementsAreSaid) {
  Labels many;
  for (std::int32_t i = 0; i < 600; ++i) many.ids.push_back(i % 101);
  Strings notes;
  fit_labels(many, 600, "y.csv", notes);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("101 distinct whole numbers"), std::string::npos) << notes[0];
  EXPECT_NE(notes[0].find("--value-column"), std::string::npos) << notes[0];
  notes.clear();
  for (std::int32_t i = 0; i < 600; ++i) many.ids.push_back(i % 101);
  fit_labels(many, 1200, "y.csv", notes);  // twelve of each may be classes
  EXPECT_TRUE(notes.empty());
}

TEST(LabelFiles, WhatIsNotALabelIsRefused) {
  const std::string values = raw<std::int64_t>({3, 1LL << 31});
  expect_bad(read_npy_labels, npy(dictionary("<i8", "(2,)"), values), {"value 1", "int32"});
  expect_bad(read_npy_labels, npy(dictionary("<i8", "(1, 2)"), values), {"(1, 2)", "1-d"});
  expect_bad(read_npy_labels, npy(dictionary("<f8", "(2,)"), raw({1.0, 0.5})),
             {"float64", "value 1", "integers", "--values"});
  expect_bad(read_npy_labels, npy(dictionary("<U1", "(1,)"), raw<std::uint32_t>({0x110000})),
             {"beyond Unicode"});
  expect_bad(read_npy_labels, npy(dictionary("<U2", "(2,)"), ucs4(U"a", 2)), {"truncated"});
  expect_bad(read_npy_labels, npy(dictionary("<U9999999", "(1,)"), ""), {"not supported"});
  expect_bad(read_npy_labels, npy(dictionary("|O", "(1,)"), "."), {"run code", "astype('U')"});
  expect_bad(read_npy, npy(dictionary("<U1", "(1, 1)"), ucs4(U"a", 1)), {"not supported"});
  expect_bad(read_idx_labels, idx(8, {1, 1}) + "1", {"labels are 1-d"});
  expect_bad(read_text_labels, "\n\n", {"no labels"});
  expect_bad(read_text_labels, std::string("a\n\0b\n", 5), {"'given', line 2: there is a zero"});
}

}  // namespace
}  // namespace nearfold::io
