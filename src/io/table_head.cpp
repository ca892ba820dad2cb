#include "io/table_head.hpp"

#include <algorithm>

#include "io/header.hpp"

namespace nearfold::io {
namespace {

/// R's write.table leaves the corner out, above row names.
bool is_row_name(const Field& field) {
  double value = 0;
  return field.quoted || parse_number(field.text, value) == Number::no || value == 0 || value == 1;
}

Fields fields_of(const NumberedLine& line, char delimiter, const LineReader& lines) {
  Fields fields;
  std::string_view rest = without_margin(line.text, delimiter);
  for (bool more = line.number > 0; more;)
    fields.push_back(take_field(rest, more, delimiter, lines, line.number));
  return fields;
}

void name(ScannedColumns& columns, const Fields& names, std::size_t from = 0) {
  for (std::size_t c = 0; c < names.size(); ++c) columns[from + c].name = unescaped(names[c]);
}

/// numpy.savetxt has the names in a comment.
void name_by_comment(ScannedColumns& columns, std::string_view comment, char delimiter) {
  comment.remove_prefix(std::min(comment.find_first_not_of("# \t"), comment.size()));
  const auto names = split(trimmed(comment), delimiter);
  if (names && names->size() == columns.size()) name(columns, *names);
}

/// "'2010', '2011', ...", without an empty corner.
std::string some_of(const Fields& fields) {
  const std::size_t first = fields[0].text.empty() && fields.size() > 1 ? 1 : 0;
  const std::string one = in_quotes(fields[first].text);
  return first + 1 < fields.size() ? one + ", " + in_quotes(fields[first + 1].text) + ", ..." : one;
}

FirstLine kind_of(const Fields& first, const Fields& second, Header header) {
  switch (header) {
    case Header::yes:
      return FirstLine::header;
    case Header::no:
      return FirstLine::row;
    case Header::automatic:
      break;
  }
  const FirstLine kind = kind_of_first_line(first, second);
  return kind == FirstLine::header_of_numbers && second.empty() ? FirstLine::row : kind;
}

}  // namespace

TableHead head_of(const NumberedLine& first, const NumberedLine& second, char delimiter,
                  std::string_view comment, const TableOptions& options, const LineReader& lines) {
  const Fields above = fields_of(first, delimiter, lines);
  const Fields below = fields_of(second, delimiter, lines);
  const FirstLine kind = kind_of(above, below, options.header);
  TableHead head{.has_header = kind != FirstLine::row && kind != FirstLine::row_like_header};
  if (head.has_header && below.empty()) lines.fail("there is a header line and no row of numbers");
  head.columns.resize(head.has_header ? below.size() : above.size());
  switch (kind) {
    case FirstLine::row_like_header:
      head.notes.push_back("the first line, " + some_of(above) +
                           ", is in order and is taken for a point; if it is a header, "
                           "say --header yes");
      [[fallthrough]];
    case FirstLine::row:
      if (options.header == Header::automatic) name_by_comment(head.columns, comment, delimiter);
      break;
    case FirstLine::header_of_numbers:
      head.notes.push_back("the first line, " + some_of(above) +
                           ", is taken for a header of numbers; --header no would take it for a "
                           "point");
      [[fallthrough]];
    case FirstLine::header:
      head.no_corner = above.size() + 1 == below.size() && is_row_name(below[0]);
      if (above.size() != below.size() && !head.no_corner)
        fail_length(lines, second.number, below.size(), above.size());
      name(head.columns, above, head.no_corner ? 1 : 0);
      head.columns[0].is_quoted = below[0].quoted;
      break;
    case FirstLine::scikit_learn:
      for (std::size_t f = 2; f < above.size(); ++f) head.classes.push_back(unescaped(above[f]));
      head.columns.back().name = "target";
      if (!options.label_column.empty() || !options.columns.empty() || !options.drop.empty()) break;
      head.columns.back().role = ScannedColumn::Role::label;
      head.notes.emplace_back(
          "the file begins as scikit-learn's own: the last column is the labels");
      break;
  }
  return head;
}

Field take_field(std::string_view& line, bool& more, char delimiter, const LineReader& lines,
                 std::int64_t number) {
  const Cut cut = cut_field(line, delimiter);
  if (cut.fault != nullptr)
    lines.fail_at(number,
                  cut.fault + (cut.names_the_field ? in_quotes(cut.field.text) : std::string()));
  more = cut.more;
  return cut.field;
}

std::string_view without_margin(std::string_view line, char delimiter) {
  return delimiter == ' ' ? trimmed(line) : line;
}

void fail_length(const LineReader& lines, std::int64_t number, std::size_t fields,
                 std::size_t due) {
  lines.fail_at(number, "the line has " + std::to_string(fields) + " fields, the first line has " +
                            std::to_string(due));
}

}  // namespace nearfold::io
