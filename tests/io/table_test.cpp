// Tables of text as pandas, R, numpy and Excel write them.
#include "io/table.hpp"
#include "model/prepare.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "support/io_files.hpp"

namespace nearfold::io {
namespace {

Table read_text(const std::string& text, const TableOptions& options = {},
                Missing missing = Missing::refuse) {
  return read_bytes([&](ByteSource& source) { return read_text_table(source, options, missing); },
                    text);
}

/// Whatever surrounds them, the points of this table are 1, 2.5 and -300, 4.
void expect_points(const std::string& text, const TableOptions& options = {}) {
  SCOPED_TRACE(text);
  expect_matrix(read_text(text, options).points, 2, 2, {1, 2.5F, -300, 4});
}

void expect_note(const Table& table, std::initializer_list<std::string_view> says) {
  std::string all;
  for (const std::string& note : table.notes) all += note + "\n";
  for (const std::string_view part : says)
    EXPECT_NE(all.find(part), std::string::npos) << "'" << part << "' is not in: " << all;
}

Strings names_of(const Table& table) {
  Strings names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return names;
}

void expect_refusal(const std::string& text, const TableOptions& options,
                    std::initializer_list<std::string_view> says) {
  expect_refused([&] { read_text(text, options); }, says);
}

TEST(Tables, RowNumbersWithoutANameAreLeftOut) {
  for (const char* text :
       {",a,b\n0,1,2.5\n1,-300,4\n", "\"\",\"a\",\"b\"\n\"1\",1,2.5\n\"2\",-300,4\n",
        ";a;b\n0;1;2,5\n1;-300;4\n", "\"a\" \"b\"\n\"1\" 1 2.5\n\"2\" -300 4\n",
        "a\tb\n1\t1\t2.5\n2\t-300\t4\n", "Id,a,b\n1,1,2.5\n2,-300,4\n",
        ",Unnamed: 0,a,b\n0,0,1,2.5\n1,1,-300,4\n", ",a,b\nMazda,1,2.5\nFord,-300,4\n",
        ",a,b\n17,1,2.5\n3,-300,4\n", "\"a\" \"b\"\n\"17\" 1 2.5\n\"3\" -300 4\n"}) {
    expect_points(text);
    expect_note(read_text(text), {"is left out"});
  }
  expect_note(read_text(",a,b\n0,1,2\n1,3,4\n"), {"column 0", "no name", "--columns"});
}

TEST(Tables, ColumnsThatOnlyMayBeRowNumbersAreKeptAndSaid) {
  std::string plain, named = "t,x\n";
  for (int i = 0; i < 12; ++i) {
    const std::string row = std::to_string(i) + "," + std::to_string(i * i % 7) + ".5\n";
    plain += row;
    named += row;
  }
  EXPECT_EQ(read_text(plain).points.cols(), 2);
  expect_note(read_text(plain), {"column 0 (from 0) numbers the rows", "--drop 0"});
  EXPECT_EQ(read_text(named).points.cols(), 2);
  expect_note(read_text(named), {"column 't' numbers the rows", "--drop t"});
  const Table odd = read_text(",a\n0.5,1\n0.25,2\n");
  EXPECT_EQ(odd.points.cols(), 2);
  expect_note(odd, {"column 0 (from 0) is taken for a feature"});
  expect_matrix(read_text("a\n1\n2\n").points, 2, 1, {1, 2});
  EXPECT_TRUE(read_text("a\n1\n2\n").notes.empty());
  expect_matrix(read_text(",a\n0,5\n1,7\n", {.columns = {"0-1"}}).points, 2, 2, {0, 5, 1, 7});
}

TEST(Tables, ALineOfCountsIsAHeader) {
  for (const char* text : {"0,1\n1,2.5\n-300,4\n", ",0,1\n0,1,2.5\n1,-300,4\n"}) {
    expect_points(text);
    expect_note(read_text(text), {"is taken for a header of numbers", "--header no"});
    EXPECT_EQ(names_of(read_text(text)).back(), "1");
  }
  expect_matrix(read_text("0,1,2\n7,8,9\n").points, 1, 3, {7, 8, 9});
  expect_matrix(read_text("0,1,2\n7,8,9\n", {.header = Header::no}).points, 2, 3,
                {0, 1, 2, 7, 8, 9});
  expect_matrix(read_text("0,1\n7,8\n").points, 2, 2, {0, 1, 7, 8});  // two integers may be a point
  expect_matrix(read_text("0,1,2\n").points, 1, 3, {0, 1, 2});
  expect_matrix(read_text("2001,2002\n7,8\n", {.header = Header::yes}).points, 1, 2, {7, 8});
  expect_matrix(read_text("\"2001\",\"2002\"\n7,8\n").points, 1, 2, {7, 8});
  expect_matrix(read_text("label,0,1\n5,7,8\n").points, 1, 3, {5, 7, 8});
  const Table mixed = read_text("0,1,target\n1.5,2,a\n3,4,b\n", {.label_column = "target"});
  expect_matrix(mixed.points, 2, 2, {1.5F, 2, 3, 4});
}

TEST(Tables, YearsAndWavelengthsAreAHeader) {
  for (const char* text :
       {"2010,2011,2012\n7.5,8,9\n", ",2010,2011,2012\n0,7.5,8,9\n", ",402,400,398.5\n1,7.5,8,9\n",
        "\t400\t450\t520\na\t7.5\t8\t9\n", "2010;2011;2012\n7,5;8;9\n"}) {
    expect_matrix(read_text(text).points, 1, 3, {7.5F, 8, 9});
    expect_note(read_text(text), {"is taken for a header of numbers", "--header no"});
  }
  const Table steps = read_text("400.5,401,401.5,402,402.5\n1,2,7,-8,9\n");
  expect_matrix(steps.points, 1, 5, {1, 2, 7, -8, 9});
  EXPECT_EQ(names_of(steps)[1], "401");
  const Table order = read_text("9,7,6.5,5,4,3,2.5,1\n1,2,7,-8,9,1,2,3\n");
  EXPECT_EQ(order.points.rows(), 1);
  for (const char* text : {"1,2,4,8,16\n1,2,7,-8,9\n", "1,2,3\n7,8,6\n", "10,20,30\n7.5,8,9\n",
                           "1.5,2,2.5\n7.5,8,9\n"}) {
    EXPECT_EQ(read_text(text).points.rows(), 2) << text;  // may be points
    expect_note(read_text(text), {"is in order and is taken for a point", "--header yes"});
  }
  for (const char* text :
       {"1,2,3\n2,3,4\n", "1,2,4,8,9\n1,2,3,5,7.5\n", "5,1,7\n7.5,8,9\n", ",1,2\n3,1,5\n"}) {
    const Table table = read_text(text, {}, Missing::nan);
    EXPECT_EQ(table.points.rows(), 2) << text;
    EXPECT_TRUE(table.notes.empty()) << text << table.notes[0];
  }
}

TEST(Tables, LinesMayEndWithCarriageReturns) {
  expect_points("a,b\r1,2.5\r-300,4\r");
  expect_points("1,2.5\r-300,4");
  EXPECT_EQ(read_bytes(read_text_labels, "a\rb\ra\r").ids, (Ids{0, 1, 0}));
}

TEST(Tables, AColumnWithoutAnyValueIsNamed) {
  for (const char* text : {"a,b\n1,\n2,\n", "a,b\n1,NA\n2,nan\n"}) {
    expect_refusal(text, {}, {"column 'b' has no value at all", "--drop b"});
    expect_refused([&] { read_text(text, {}, Missing::nan); }, {"no value at all", "--drop b"});
    EXPECT_EQ(read_text(text, {.leave_text = true}, Missing::nan).columns.size(), 2U);
    EXPECT_EQ(read_text(text, {.drop = {"b"}}).points.cols(), 1);
  }
}

TEST(Tables, ATitleIsNoHeader) {
  expect_refusal("my data\n0,2\n5,4\n", {}, {"line 2", "2 fields, the first line has 1"});
  expect_refusal("a b\n1 2 3\n3 4 5\n", {}, {"line 2", "3 fields, the first line has 2"});
  expect_points("a b\n1 1 2.5\n2 -300 4\n");  // R, without quotes
}

TEST(Tables, DialectsAreRead) {
  for (const char* text :
       {"# a b\n1 2.5\n-3e2 4\n", "# made by me\n# a,b\n1,2.5\n-3e2,4\n# the end\n",
        "a|b\n1|2.5\n-300|4\n", "a;b\n1;2,5\n-3,0E+02;4\n", "a\tb\n1\t2,5\n-300\t4,0\n",
        "sep=;\na;b\n1;2.5\n-300;4\n", "\"a;1\",b\n1,2.5\n-300,4\n", "a,b\nTrue,2.5\n-300,4\n",
        "a,b,\n1,2.5,\n-300,4,\n", "a|b,c\n1,2.5\n-300,4\n"})
    expect_points(text);
  expect_points("a,b\n1,2.5\na,b\n-300,4\na,b\n");
  expect_note(read_text("a,b\n1,2\na,b\n3,4\n"), {"1 more lines are the header again"});
  EXPECT_EQ(names_of(read_text("# x y\n1 2\n3 4\n")), (Strings{"x", "y"}));
  EXPECT_EQ(names_of(read_text("#x,y\n1,2\n3,4\n")), (Strings{"x", "y"}));
  for (const char* text : {"1;2,5\n-300;4\n", "1,0;2,5\n-3e2;4,0\n", "1,0\t2,5\n-300,0\t4,0\n"})
    expect_points(text);  // no header, though no number has a point
  expect_note(read_text("a;b\n1,5;2\n"), {"commas in numbers are read as decimal points"});
}

TEST(Tables, ALineOfAnotherLengthIsNamedWithoutAColumn) {
  expect_refusal("1,2\n3,4\n5\n", {}, {"', line 3: the line has 1 fields, the first line has 2"});
}

TEST(Tables, ADecimalMarkIsOneMarkThroughout) {
  expect_refusal("1;2.5\n3;4,5\n", {}, {"line 2", "'4,5' has a decimal comma", "above it a point"});
  expect_refusal("1;2,5\n3;4.5\n", {}, {"line 2", "'4.5' has a decimal point", "above it a comma"});
  expect_refusal("1;2,5\n3;1.234,5\n", {}, {"line 2, column 2", "'1.234,5' is not a number"});
  expect_refusal("1,2\n3,\"1,234\"\n", {}, {"line 2, column 2", "'1,234'", "thousands"});
  expect_refusal("a,b\n\"1,5\",2\n", {}, {"column 'a' ('1,5') is text", "decimal comma where"});
}

TEST(Tables, MissingWordsOfAllProgramsAreMissing) {
  for (const char* word : {"", "?", ".", "NA", "na", "N/A", "n/a", "#N/A", "#NA", "null", "NULL",
                           "None", "<NA>", "\"\"", "NaT", "n.a.", "-1.#IND"}) {
    const std::string text = std::string("a,b\n1,2\n3,") + word + "\n5,6\n";
    const Table table = read_text(text, {}, Missing::nan);
    ASSERT_EQ(table.points.rows(), 3) << word;
    EXPECT_TRUE(std::isnan(table.points.row(1)[1])) << word;
    EXPECT_EQ(table.columns[1].missing, 1) << word;
    expect_refusal(text, {}, {"line 3, column 2", "--missing mean", "--drop b"});
  }
  const Table first = read_text("#N/A,1\n2,3\n", {}, Missing::nan);  // no comment
  EXPECT_EQ(first.points.rows(), 2);
}

TEST(Tables, ColumnsAreChosenByNameOrNumber) {
  const std::string text = "a,b b,c,d\n1,2,3,4\n5,6,7,8\n";
  const auto values = [&](const TableOptions& options) {
    return read_text(text, options).points.values();
  };
  EXPECT_EQ(values({.columns = {"a", "c"}}), (Floats{1, 3, 5, 7}));
  EXPECT_EQ(values({.columns = {"a,3"}}), (Floats{1, 4, 5, 8}));
  EXPECT_EQ(values({.drop = {"1-2"}}), (Floats{1, 4, 5, 8}));
  EXPECT_EQ(values({.drop = {"1-1"}}), (Floats{1, 3, 4, 5, 7, 8}));
  EXPECT_EQ(values({.columns = {"0-3"}}).size(), 8u);
  EXPECT_EQ(values({.drop = {"b b"}}), (Floats{1, 3, 4, 5, 7, 8}));
  expect_matrix(read_text("\"a,b\",c\n1,2\n", {.drop = {"a,b"}}).points, 1, 1, {2});
  expect_matrix(read_text("1,0\n7,8\n", {.header = Header::yes, .drop = {"0"}}).points, 1, 1,
                {7});  // the name goes before the number
  EXPECT_EQ(values({.value_column = "c"}), (Floats{1, 2, 4, 5, 6, 8}));
  EXPECT_EQ(values({.value_column = "c", .values_alone = true}), (Floats{3, 7}));
  const auto refused = [&](const TableOptions& options,
                           std::initializer_list<std::string_view> says) {
    expect_refused<InvalidParameter>([&] { read_text(text, options); }, says);
  };
  refused({.drop = {"e"}}, {"--drop e", "no such column", "'a', 'b b', 'c', 'd'"});
  refused({.columns = {"4"}}, {"--columns 4", "it has 4"});
  refused({.drop = {"3-1"}}, {"--drop 3-1"});
  refused({.columns = {"a"}, .drop = {"a"}}, {"--drop and --columns both name column 'a'"});
  refused({.label_column = "0-1"}, {"several columns"});
  expect_refused<InvalidParameter>([&] { read_text("a,a\n1,2\n", {.drop = {"a"}}); },
                                   {"columns 0 and 1 have this name"});
  expect_refusal("a\n1\n", {.drop = {"a"}}, {"no column of numbers left"});
}

TEST(Tables, TextIsRefusedByNameWithTheFlagsThatHelp) {
  expect_refusal("a,species\n1,setosa\n2,virginica\n", {},
                 {"line 2, column 2", "column 'species' ('setosa') is text", "--drop species",
                  "--label-column species", "--one-hot species"});
  expect_refusal("a,first name,b\n1,x,y\n", {},
                 {"column 'first name' ('x'), column 'b' ('y') are text", "--drop 'first name',b",
                  "--label-column NAME"});
  expect_refusal("1,x\n2,y\n", {}, {"column 1 (from 0) ('x') is text", "--drop 1"});
  expect_refusal("1,2\nx,4\n5,6\n", {},
                 {"line 2, column 1", "'x' is not a number", "of 3 values of column", "1 is text",
                  "--drop 0"});
  expect_refusal("1,x\n3,4\n", {}, {"line 1, column 2", "--header yes"});
  const Table left = read_text("a,s\n1,x\n", {.leave_text = true});
  expect_matrix(left.points, 1, 1, {1});
  EXPECT_EQ(left.columns[1].type, Column::Type::text);
}

TEST(Tables, LabelsAreAColumn) {
  const std::string text = "a,s,n\n1,x,2\n3,NA,1.0\n5,w,2\n";
  const Table named = read_text(text, {.drop = {"n"}, .label_column = "s"});
  expect_matrix(named.points, 3, 1, {1, 3, 5});
  EXPECT_EQ(named.labels.ids, (Ids{1, -1, 0}));
  EXPECT_EQ(named.labels.names, (Strings{"w", "x"}));
  EXPECT_EQ(named.labels.missing, 1);
  const Table numbers = read_text(text, {.drop = {"s"}, .label_column = "n"});
  EXPECT_EQ(numbers.labels.ids, (Ids{2, 1, 2}));
  EXPECT_TRUE(numbers.labels.names.empty());
  std::string measured = "a,y\n";
  for (int i = 0; i < 101; ++i) measured += "1," + std::to_string(i) + ".5\n";
  expect_refusal(measured, {.label_column = "y"}, {"101 numbers", "'0.5'", "--values"});
  expect_note(read_text("a,target\n1,0\n2,1\n"), {"--label-column target"});
}

TEST(Tables, OneHotColumnsStandInTheirPlace) {
  const Table table = read_text("a,s,b\n1,y,2\n3,x,4\n5,,6\n", {.one_hot = {"s"}});
  expect_matrix(table.points, 3, 4, {1, 0, 1, 2, 3, 1, 0, 4, 5, 0, 0, 6});
  std::string many = "a,s\n";
  for (int i = 0; i < 1001; ++i) many += "1,t" + std::to_string(i) + "\n";
  expect_refusal(many, {.one_hot = {"s"}}, {"1001 distinct texts", "at most 1000"});
}

TEST(Tables, ScikitLearnsOwnFilesHaveTheirClassesAsLabels) {
  const Table iris = read_text("3,2,setosa,virginica\n1,2,0\n3,4,1\n5,6,1\n");
  expect_matrix(iris.points, 3, 2, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(iris.labels.ids, (Ids{0, 1, 1}));
  EXPECT_EQ(iris.labels.names, (Strings{"setosa", "virginica"}));
  expect_note(iris, {"scikit-learn", "the last column is the labels"});
}

TEST(Tables, ColumnsAreDescribed) {
  const Table table =
      read_text("i,r,s,c,m\n1,0.5,x,7,\n-2,NaN,y,7,\n", {.leave_text = true}, Missing::nan);
  const auto& columns = table.columns;
  ASSERT_EQ(columns.size(), 5u);
  EXPECT_EQ(columns[0].type, Column::Type::integer);
  EXPECT_EQ(columns[0].minimum, -2);
  EXPECT_EQ(columns[0].maximum, 1);
  EXPECT_EQ(columns[1].type, Column::Type::real);
  EXPECT_EQ(columns[1].missing, 1);
  EXPECT_TRUE(columns[1].constant);
  EXPECT_EQ(columns[2].type, Column::Type::text);
  EXPECT_TRUE(columns[3].constant);
  EXPECT_FALSE(columns[0].constant);
  EXPECT_EQ(columns[4].missing, 2);
  EXPECT_TRUE(std::isnan(columns[4].minimum));
  const std::vector<Column> of_matrix = columns_of(table.points);
  EXPECT_EQ(of_matrix[0].minimum, -2);
  EXPECT_EQ(of_matrix[1].maximum, 0.5);
}

TEST(Standardize, IsTheScalersOfScikitLearn) {
  Matrix points(4, 3, {1, 5, 1e7F, 2, 5, 1e7F, 3, 5, 1e7F + 2, 10, 5, NAN});
  Matrix robust = points;
  const Scales standard = scales_of(points, Scaling::standard);
  const Scales by_quartiles = scales_of(points, Scaling::robust);
  scale_columns(points, standard.centers, standard.spreads);
  EXPECT_NEAR(points.row(3)[0], 6 / std::sqrt(12.5), 1e-6);
  EXPECT_EQ(points.row(2)[1], 0);
  EXPECT_NEAR(points.row(0)[2], -std::sqrt(0.5), 1e-6);
  EXPECT_TRUE(std::isnan(points.row(3)[2]));
  scale_columns(robust, by_quartiles.centers, by_quartiles.spreads);
  EXPECT_NEAR(robust.row(3)[0], (10 - 2.5) / (4.75 - 1.75), 1e-6);
  EXPECT_EQ(robust.row(2)[1], 0);
}

}  // namespace
}  // namespace nearfold::io
