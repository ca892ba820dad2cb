// Numbers that are no float32: what is taken from their columns before they are rounded, in every
// format, and what is said of those that became equal.
#include "io/rounding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fuzz/packed.hpp"
#include "io/row_file.hpp"
#include "io/row_output.hpp"
#include "support/data.hpp"
#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

using Offsets = FolderTest;
using Doubles = std::vector<double>;

constexpr std::int64_t kRows = 300, kCols = 3;

/// Two columns far from 0, one around it; row after row.
Doubles far_points() {
  const Matrix x = data::normals(kRows, kCols, 5);
  Doubles values;
  for (std::int64_t i = 0; i < kRows; ++i) {
    values.push_back(1.6e9 + static_cast<double>(x.row(i)[0]));
    values.push_back(-5e6 + 1e-2 * static_cast<double>(x.row(i)[1]));
    values.push_back(0.1 + static_cast<double>(x.row(i)[2]));
  }
  return values;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

Doubles by_column(const Doubles& rows, std::int64_t cols) {
  Doubles columns;
  for (std::int64_t c = 0; c < cols; ++c)
    for (std::size_t i = static_cast<std::size_t>(c); i < rows.size();
         i += static_cast<std::size_t>(cols))
      columns.push_back(rows[i]);
  return columns;
}

template <class T>
std::string npy_of(const std::string& descr, std::int64_t cols, const std::vector<T>& values,
                   bool fortran = false) {
  const std::string shape =
      "(" + std::to_string(std::ssize(values) / cols) + ", " + std::to_string(cols) + ")";
  return npy(dictionary(descr, shape, fortran ? "True" : "False"), bytes_of(values));
}

std::string text_of(const Doubles& values, std::int64_t cols, const std::string& end = "\n") {
  std::string text;
  char number[40];
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::snprintf(number, sizeof number, "%.17g", values[i]);
    text += number;
    text += (static_cast<std::int64_t>(i) + 1) % cols == 0 ? end : ",";
  }
  return text;
}

/// Every value and its offset are the number that was stored, to float32's share of its difference.
void expect_precise(const Matrix& read, const Shift& shift, const Doubles& stored) {
  ASSERT_EQ(std::ssize(shift.offsets), read.cols());
  for (std::int64_t i = 0; i < read.rows(); ++i)
    for (std::int64_t c = 0; c < read.cols(); ++c) {
      const auto offset = shift.offsets[static_cast<std::size_t>(c)];
      const double want = stored[static_cast<std::size_t>(i * read.cols() + c)] - offset;
      EXPECT_NEAR(static_cast<double>(read.row(i)[c]), want, 1e-7 * std::fabs(want) + 1e-12);
    }
}

TEST_F(Offsets, AreThoseOfTheColumnsInEveryFormat) {
  const Doubles values = far_points();
  const std::string rows = npy_of("<f8", kCols, values);
  std::string columns_text = "%%MatrixMarket matrix array real general\n% made by hand\n300 3\n" +
                             text_of(by_column(values, kCols), 1);
  std::string big = idx(0x0e, {kRows, kCols});
  for (double x : values) {
    std::string bytes = bytes_of(Doubles{x});
    std::reverse(bytes.begin(), bytes.end());
    big += bytes;
  }
  make("rows.npy", rows);
  make("columns.npy", npy_of("<f8", kCols, by_column(values, kCols), true));
  make("table.csv", text_of(values, kCols));
  make("columns.mtx", columns_text);
  make("big.idx", big);
  make("packed.idx.gz", fuzz::deflated(big, 31));
  make("deflated.npz", fuzz::zip({{"x.npy", rows}}, fuzz::Method::deflate));
  Shift first;
  const Matrix want = read_matrix(path("rows.npy"), {}, nullptr, &first);
  expect_precise(want, first, values);
  EXPECT_NEAR(first.offsets[0], 1.6e9, 1);
  EXPECT_NEAR(first.offsets[1], -5e6, 1e-2);
  EXPECT_EQ(first.offsets[2], 0);  // nothing to gain around 0
  for (const char* name :
       {"columns.npy", "table.csv", "columns.mtx", "big.idx", "packed.idx.gz", "deflated.npz"}) {
    Shift shift;
    EXPECT_EQ(read_matrix(path(name), {}, nullptr, &shift).values(), want.values()) << name;
    EXPECT_EQ(shift.offsets, first.offsets) << name;
  }
  auto file = RowFile::open(path("rows.npy"));
  file->choose_offsets();
  EXPECT_EQ(file->offsets(), first.offsets);
  Matrix block(100, kCols);
  file->read(57, block.view());
  EXPECT_TRUE(std::equal(block.values().begin(), block.values().end(), want.row(57)));
}

TEST_F(Offsets, AreNotTakenFromWhatIsFloat32) {
  Doubles exact;
  for (const double x : far_points()) exact.push_back(static_cast<double>(static_cast<float>(x)));
  const std::vector<float> floats(exact.begin(), exact.end());
  make("f.npy", npy_of("<f4", kCols, floats));
  make("d.npy", npy_of("<f8", kCols, exact));
  make("t.csv", text_of(exact, kCols));
  for (const char* name : {"f.npy", "d.npy", "t.csv"}) {
    Shift shift;
    EXPECT_EQ(read_matrix(path(name), {}, nullptr, &shift).values(), floats) << name;
    EXPECT_TRUE(shift.offsets.empty()) << name;
  }
  make("wide.npy", npy_of("<f8", kCols, far_points()));
  EXPECT_EQ(read_matrix(path("wide.npy")).row(0)[0], static_cast<float>(far_points()[0]));
}

TEST_F(Offsets, LeaveColumnsThatAreExactAlone) {
  Doubles values;
  for (int i = 0; i < 50; ++i) values.insert(values.end(), {1000.0 + i, 1e8 + 0.1 * i});
  make("x.npy", npy_of("<f8", 2, values));
  Shift shift;
  const Matrix read = read_matrix(path("x.npy"), {}, nullptr, &shift);
  EXPECT_EQ(shift.offsets[0], 0);
  EXPECT_EQ(read.row(7)[0], 1007);
  expect_precise(read, shift, values);
}

TEST_F(Offsets, HoldIntegersBeyondDoubles) {
  std::vector<std::int64_t> stamps;  // nanoseconds
  for (std::int64_t i = 0; i < 200; ++i) stamps.push_back(1'600'000'000'000'000'000 + 37 * i * i);
  make("x.npy", npy_of("<i8", 1, stamps));
  Shift shift;
  const Matrix read = read_matrix(path("x.npy"), {}, nullptr, &shift);
  for (std::int64_t i = 1; i < read.rows(); ++i)
    EXPECT_EQ(static_cast<std::int64_t>(read.row(i)[0] - read.row(i - 1)[0]), 37 * (2 * i - 1));
}

TEST_F(Offsets, AreNotLedAstrayByOutliersAndMissingValues) {
  Doubles values = far_points();
  values[0] = 0;
  values[3] = NAN;
  values[6] = INFINITY;
  make("x.npy", npy_of("<f8", kCols, values));
  Shift shift;
  const Matrix read = read_matrix(path("x.npy"), {}, nullptr, &shift);
  EXPECT_NEAR(shift.offsets[0], 1.6e9, 1);
  EXPECT_TRUE(std::isnan(read.row(1)[0]));
  EXPECT_TRUE(std::isinf(read.row(2)[0]));
  EXPECT_NEAR(static_cast<double>(read.row(9)[0]), values[27] - shift.offsets[0], 1e-6);
}

TEST_F(Offsets, ThatAreGivenAreTakenFromAnyType) {
  make("f.npy", npy_of("<f4", 2, std::vector<float>{101, 202, 103, 204}));
  make("h.npy", npy_of("<f2", 2, std::vector<std::uint16_t>{0x3c00, 0x4000}));  // 1, 2
  make("v.fvecs", raw({2}) + raw({101.0F, 202.0F}));
  make("t.csv", "101,202\n");
  Shift given{.given = true, .offsets = {100, 200}};
  EXPECT_EQ(read_matrix(path("f.npy"), {}, nullptr, &given).values(), (Floats{1, 2, 3, 4}));
  EXPECT_EQ(read_matrix(path("h.npy"), {}, nullptr, &given).values(), (Floats{-99, -198}));
  EXPECT_EQ(read_matrix(path("v.fvecs"), {}, nullptr, &given).values(), (Floats{1, 2}));
  EXPECT_EQ(read_matrix(path("t.csv"), {}, nullptr, &given).values(), (Floats{1, 2}));
  make("wide.csv", "1,2,3\n");
  expect_refused([&] { read_matrix(path("wide.csv"), {}, nullptr, &given); },
                 {"3 columns", "the points have 2"});
}

TEST_F(Offsets, AreThoseOfTheColumnsThatAreLeftOfATable) {
  std::string text = "id,near,kind,far\n";
  for (int i = 0; i < 40; ++i)
    text += std::to_string(i) + ",7.1," + (i % 2 == 0 ? "a" : "b") + "," +
            std::to_string(1'600'000'000 + i) + ".25\n";
  make("t.csv", text);
  const ReadOptions options{.table = {.drop = {"near"}, .one_hot = {"kind"}}};
  Shift shift;
  const Table read = read_table(path("t.csv"), options, &shift);
  ASSERT_EQ(read.points.cols(), 3);
  EXPECT_EQ(read.offsets, (Doubles{0, 0, 1'600'000'019.25}));
  for (std::int64_t i = 0; i < 40; ++i) {
    const float even = i % 2 == 0 ? 1 : 0;
    const float* const row = read.points.row(i);
    EXPECT_EQ(Floats(row, row + 3), (Floats{even, 1 - even, static_cast<float>(i - 19)}));
  }
  shift = {.given = true, .offsets = read.offsets};
  EXPECT_EQ(read_table(path("t.csv"), options, &shift).points.values(), read.points.values());
  const Strings said = read_table(path("t.csv"), options).notes;
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said.back().find("(first in column 'far')"), std::string::npos) << said.back();
}

TEST_F(Offsets, ThatAreNotTakenLeaveValuesEqualWhichIsSaid) {
  make("x.npy", npy_of("<f8", kCols, far_points()));
  Strings said;
  read_matrix(path("x.npy"), {}, &said);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("distinct values in 2 of 3 columns became equal"), std::string::npos)
      << said[0];
  Shift shift;
  said.clear();
  read_matrix(path("x.npy"), {}, &said, &shift);
  EXPECT_TRUE(said.empty()) << said[0];
}

// Of a thousand random numbers one pair in eight sets of them is one float; three pairs are no
// chance.
TEST_F(Offsets, MoreEqualValuesThanChanceGivesAreSaid) {
  for (const int pairs : {1, 3}) {
    Doubles values;
    for (int i = 0; i < 1000; ++i) values.push_back(1.1 * (i + 1));
    for (int i = 0; i < pairs; ++i) values.push_back(values[static_cast<std::size_t>(i)] + 1e-12);
    make("x.npy", npy_of("<f8", 1, values));
    Strings said;
    read_matrix(path("x.npy"), {}, &said);
    ASSERT_EQ(said.size(), pairs == 1 ? 0u : 1u);
    if (pairs == 3) {
      EXPECT_NE(said[0].find("3 distinct values in 1 of 1 columns"), std::string::npos) << said[0];
    }
  }
}

TEST_F(Offsets, DoNotHelpTwoGroupsFarApartWhichIsSaid) {
  Doubles values;
  for (int i = 0; i < 100; ++i) values.push_back((i % 2 == 0 ? 0.0 : 1e9) + 0.01 * i);
  make("x.csv", text_of(values, 1));
  Strings said;
  Shift shift;
  read_matrix(path("x.csv"), {}, &said, &shift);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("49 distinct values in 1 of 1 columns"), std::string::npos) << said[0];
}

TEST_F(Offsets, ValuesThatFloat32DoesNotHoldAtAllAreRefused) {
  make("x.npy", npy_of("<f8", 1, Doubles{1e-50, 2e-50, 3e-50}));
  make("x.csv", "1e-50\n2e-50\n");
  for (const char* name : {"x.npy", "x.csv"})
    expect_refused([&] { read_matrix(path(name)); }, {"below 1.2e-38", "scale the data"});
}

// ---- the way out --------------------------------------------------------------------------------

using RowOutput = FolderTest;

TEST_F(RowOutput, IsWhatTheNameSays) {
  const Matrix x(2, 2, {1.5F, -0.1F, 3e20F, 4});
  write_rows(path("x.npy"), x, Overwrite::no);
  write_rows(path("x.CSV"), x, Overwrite::no);
  write_rows(path("x.tsv"), x, Overwrite::no);
  EXPECT_EQ(content("x.CSV"), "1.5,-0.1\n3e+20,4\n");
  EXPECT_EQ(content("x.tsv"), "1.5\t-0.1\n3e+20\t4\n");
  for (const char* name : {"x.npy", "x.CSV", "x.tsv"})
    EXPECT_EQ(read_matrix(path(name)).values(), x.values()) << name;
  const Ids labels = {3, -1};
  write_labels(path("l.csv"), labels, Overwrite::no);
  EXPECT_EQ(content("l.csv"), "3\n-1\n");
  write_labels(path("l.npy"), labels, Overwrite::no);
  EXPECT_EQ(read_labels(path("l.npy")).ids, labels);
}

TEST_F(RowOutput, OfAnotherNameIsRefused) {
  for (const char* name : {"x", "x.txt", "x.npz", "x.parquet", "x.csv.gz", "npy", "-x"})
    expect_refused<InvalidParameter>([&] { row_format_of(name); }, {".npy", ".csv", ".tsv"});
  EXPECT_EQ(row_format_of("-"), RowFormat::csv);
}

// ---- Matrix Market ------------------------------------------------------------------------------

TEST(MatrixMarket, ArraysAndEntriesAreRead) {
  expect_matrix(read_bytes(read_matrix_market,
                           "%%MatrixMarket matrix array real general\n2 3\n1\n4\n2\n5\n3\n6e0\n"),
                2, 3, {1, 2, 3, 4, 5, 6});
  expect_matrix(read_bytes(read_matrix_market,
                           "%%matrixmarket MATRIX Array Integer symmetric\n%\n2 2\n1\n2\n3\n"),
                2, 2, {1, 2, 2, 3});
  expect_matrix(read_bytes(read_matrix_market,
                           "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 5\n2 1 -1\n"),
                2, 2, {0, 5, -1, 0});
  expect_matrix(read_bytes(read_matrix_market,
                           "%%MatrixMarket matrix coordinate pattern skew-symmetric\n2 2 1\n2 1\n"),
                2, 2, {0, -1, 1, 0});
}

TEST(MatrixMarket, FilesThatLieAreRefused) {
  const std::string array = "%%MatrixMarket matrix array real general\n";
  const std::string entries = "%%MatrixMarket matrix coordinate real general\n";
  expect_bad(read_matrix_market, "%%MatrixMarket vector array\n", {"line 1", "is due"});
  expect_bad(read_matrix_market, "%%MatrixMarket matrix array complex general\n", {"'complex'"});
  expect_bad(read_matrix_market, array + "2 2\n1\n2\n3\n", {"ends before the last value"});
  expect_bad(read_matrix_market, array + "2 2\n1\n2\n3\n4\n5\n", {"more values"});
  expect_bad(read_matrix_market, array + "100000 100000\n1\n", {"truncated"});
  expect_bad(read_matrix_market, array + "9000000000 9000000000\n1\n", {"cannot be read"});
  expect_bad(read_matrix_market, array + "2 x\n", {"line 2", "a number of columns is due"});
  expect_bad(read_matrix_market, array + "1 1\n1 2\n", {"line 3", "more on the line"});
  expect_bad(read_matrix_market, array + "1 1\n1e39\n", {"line 3", "float32"});
  expect_bad(read_matrix_market, entries + "2 2 1\n3 1 1\n", {"(3, 1) is outside"});
  expect_bad(read_matrix_market, entries + "100000 100000 1\n1 1 1\n", {"TruncatedSVD"});
}

}  // namespace
}  // namespace nearfold::io
