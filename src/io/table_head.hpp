// How a table begins: the names of its columns, or its first row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/field.hpp"
#include "io/scanned_column.hpp"
#include "io/text.hpp"

namespace nearfold::io {

struct NumberedLine {
  std::string text = {};
  std::int64_t number = 0;  ///< 0: there is no line
};

struct TableHead {
  bool has_header = false;
  bool no_corner = false;                 ///< the header lacks the name of the row names
  ScannedColumns columns = {};            ///< named
  std::vector<std::string> classes = {};  ///< of scikit-learn's own files
  std::vector<std::string> notes = {};
};

/// By the first two lines, and the last comment above them. InvalidInput where they do not fit.
TableHead head_of(const NumberedLine& first, const NumberedLine& second, char delimiter,
                  std::string_view comment, const TableOptions& options, const LineReader& lines);

/// cut_field(), or InvalidInput naming the line.
Field take_field(std::string_view& line, bool& more, char delimiter, const LineReader& lines,
                 std::int64_t number);

/// Spaces around a line delimit nothing.
std::string_view without_margin(std::string_view line, char delimiter);

[[noreturn]] void fail_length(const LineReader& lines, std::int64_t number, std::size_t fields,
                              std::size_t due);

}  // namespace nearfold::io
