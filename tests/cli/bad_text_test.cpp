// Text that is no table of numbers, and labels.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

using BadText = BadInput;

TEST_F(BadText, TextThatIsNoTableIsNamedByLineAndColumn) {  // 12, 13, 14, 16
  const std::vector<std::pair<std::string, Says>> cases = {
      {"1,2\n3,4\n5\n", {"line 3: the line has 1 fields, the first line has 2"}},
      {"1,5;2\n3.5;4\n", {"line 2", "'3.5' has a decimal point, and numbers above it a comma"}},
      {"1,2\n3,\"4,5\"\n", {"line 2, column 2", "'4,5' is not a number"}},
      {"\xff\xfe" + std::string("1\0,\0", 4), {"UTF-16: convert it, with iconv"}},
      {"1,2\n3,x\n", {"line 2, column 2", "'x' is not a number"}},
      {"1,2\n3,NA\n", {"line 2, column 2", "'NA' is no value", "--missing mean"}},
      {"1,2\n,4\n", {"line 2, column 1", "the field is empty", "--missing mean"}},
      {"1,2\n3,1e999\n", {"line 2, column 2", "'1e999' does not fit float32"}},
      {"1,2\n3,0x1p3\n", {"line 2, column 2", "'0x1p3' is not a number"}},
      {"1,2\n3,inf\n4,5\n6,7\n", {"row 1, column 1 is inf"}},
      {"x,y\n", {"a header line and no row of numbers"}},
      {"1,cat,2\n3,dog,4\n", {"line 1, column 2", "'cat'", "--label-column 1", "--drop 1"}}};
  for (const auto& [text, says] : cases) file_refused("a.csv", text, says);
}

TEST_F(BadText, TextOfAnyOrdinaryDialectIsRead) {  // 13
  for (const char* text :
       {"\xef\xbb\xbf"
        "1,2\r\n3,4\r\n5,6\r\n7,9\r\n",
        "1;2\n3;4\n5;6\n7;9\n", "1\t2\n3\t4\n5\t6\n7\t9\n", "a b\n1 2\n3 4\n5 6\n7 9\n"}) {
    write("a.csv", text);
    expect_map(map_of("a.csv"));
  }
}

TEST_F(BadText, MissingValuesBecomeMeansWhenAskedFor) {  // 14, 28
  write("a.csv", "1,2\n3,NA\n,4\nnan,6\n2,N/A\n");
  const std::string convert = "convert " + path("a.csv") + " --missing mean -o ";
  expect_says(run(convert + path("c.npy")), kDone, {"warning: 4 missing values"}, convert);
  EXPECT_EQ(io::read_matrix(path("c.npy")).values(),
            (std::vector<float>{1, 2, 3, 4, 2, 4, 2, 6, 2, 4}));
  EXPECT_NE(run("info " + path("a.csv")).out.find("non_finite_values  4"), std::string::npos);
  write("a.csv", "NA,NA\n3,4\n5,8\n");  // a row, not a header
  EXPECT_EQ(run(convert + path("e.npy")).code, kDone);
  EXPECT_EQ(io::read_matrix(path("e.npy")).values(), (std::vector<float>{4, 6, 3, 4, 5, 8}));
  write("a.csv", "1,\n3,NA\n");
  expect_refused(convert + path("d.npy"), kBadInput, {"column 1 (from 0) has no value at all"});
  expect_refused(map_of("a.csv", "--missing drop"), kUsage, {"drop"});
}

TEST_F(BadText, TextThatIsBinaryIsSaidToBe) {  // 15
  file_refused("a.csv", "1,2\n3,\1\2\n", {"line 2, column 2", "a binary file, not text"});
  file_refused("a.csv",
               std::string("\x7f"
                           "ELF\2\1\1\0\0,\n",
                           11),
               {"a binary file, not text"});
  file_refused("a.csv", "1,2\n" + std::string((std::size_t{64} << 20) + (2 << 20), '1'),
               {"line 2", "longer than 64 MiB"});
  write("a.csv", io::npy(io::dictionary("<f4", "(5, 2)"),
                         std::string(40, '\0')));  // magic goes before names
  expect_map(map_of("a.csv"));
}

TEST_F(BadText, LabelsThatDoNotFitAreRefused) {  // 17
  write("l.txt", "1\n2\n3\n");
  const std::string plot = "--plot " + path("p.png") + " --labels ";
  expect_refused(map_of("x.npy", plot + path("l.txt")), kBadInput, {"3 labels for 300 points"});
  write("l.txt", "");
  expect_refused(map_of("x.npy", plot + path("l.txt")), kBadInput, {"no labels"});
  expect_refused(map_of("x.npy", plot + path("x.npy")), kBadInput, {"labels are 1-d"});
}

}  // namespace
}  // namespace nearfold
