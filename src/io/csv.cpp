// Numbers in text, one row a line: CSV and TSV. The delimiter and a header line are recognised, and
// every field must be a number, or missing where that is allowed: nothing is guessed about others.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "io/formats.hpp"
#include "io/rounding.hpp"
#include "io/text.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

enum class Number { yes, no, too_large };

Number in_range(double value) {
  const bool fits = std::isinf(value) || !std::isinf(static_cast<float>(value));
  return fits ? Number::yes : Number::too_large;
}

/// What double does not hold is too large, or so small that it is 0.
Number beyond_double(std::string_view text, double& value) {
  const std::size_t exponent = text.find_first_of("eE");
  const bool small = exponent == std::string_view::npos
                         ? text.find_first_of("123456789") > text.find('.')
                         : text.substr(exponent + 1).starts_with('-');
  value = text.starts_with('-') ? -0.0 : 0.0;
  return small ? Number::yes : Number::too_large;
}

/// The whole of `text` as a number; "nan" and "inf" are numbers.
Number parse_number(std::string_view text, double& value) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, value);
  if (status == std::errc::invalid_argument || after != end) return Number::no;
  return status == std::errc{} ? in_range(value) : beyond_double(text, value);
}

/// What pandas, R and numpy write where there is no value.
bool is_missing(std::string_view field) {
  constexpr std::array<std::string_view, 6> kMissing = {"", "NA", "N/A", "NULL", "null", "None"};
  return std::find(kMissing.begin(), kMissing.end(), trimmed(field)) != kMissing.end();
}

/// Control characters that no text has, not even a coloured one.
bool looks_binary(std::string_view field) {
  return std::any_of(field.begin(), field.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\x1b';
  });
}

const char* skip_spaces(const char* at, const char* end) {
  while (at != end && *at == ' ') ++at;
  return at;
}

/// The delimiter of a line. Tab before semicolon before comma before space: a comma may be a
/// decimal comma and a space may stand around anything.
char delimiter_of(std::string_view line) {
  bool in_quotes = false;
  std::array<bool, 256> seen{};
  for (const char c : trimmed(line)) {
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes) seen[static_cast<unsigned char>(c)] = true;
  }
  for (const char c : {'\t', ';', ','})
    if (seen[static_cast<unsigned char>(c)]) return c;
  return ' ';
}

class CsvReader {
 public:
  CsvReader(ByteSource& source, Missing missing)
      : source_(source), lines_(source), missing_(missing) {}

  Matrix read() {
    TextValues values;
    std::string_view line;
    if (!lines_.next(line)) lines_.fail("the file has no text");
    delimiter_ = delimiter_of(line);
    cols_ = count_fields(without_margin(line));
    if (is_header(without_margin(line)) && !lines_.next(line))
      lines_.fail("there is a header line and no row of numbers");
    reserve(values, line);
    do append_row(line, values);
    while (lines_.next(line));
    lines_.finish();
    return values.take(cols_, source_);
  }

 private:
  /// Spaces around a line delimit nothing.
  std::string_view without_margin(std::string_view line) const {
    return delimiter_ == ' ' ? trimmed(line) : line;
  }

  /// A header has text and no number in its fields.
  bool is_header(std::string_view line) const {
    bool text = false;
    for (bool more = true; more;) {
      const std::string_view field = take_field(line, more);
      if (looks_binary(field)) return false;
      double ignored = 0;
      if (parse_number(field, ignored) != Number::no) return false;
      text |= !is_missing(field);
    }
    return text;
  }

  std::int64_t count_fields(std::string_view line) const {
    std::int64_t count = 0;
    for (bool more = true; more; ++count) take_field(line, more);
    return count;
  }

  /// Room for all rows if they are as long as `line`; a value has two bytes at least.
  void reserve(TextValues& values, std::string_view line) const {
    const auto rows = lines_.bytes() / static_cast<std::int64_t>(line.size() + 1) + 1;
    const std::int64_t most = lines_.bytes() / 2 + cols_;
    const std::int64_t wanted = checked_product({rows, cols_}).value_or(most);
    values.reserve(static_cast<std::size_t>(std::min(wanted, most)));
  }

  void append_row(std::string_view line, TextValues& values) const {
    line = without_margin(line);
    std::int64_t column = 0;
    for (bool more = true; more;) {
      ++column;
      double value = 0;
      if (!take_number(line, value, more)) {
        const std::string_view field = take_field(line, more);
        value = number_of(field, column);
      }
      values.push_back(value);
    }
    if (column != cols_)
      lines_.fail("the line has " + std::to_string(column) + " fields, the first line has " +
                  std::to_string(cols_));
  }

  /// The quick way: a bare number and its delimiter are taken off `line`, or nothing is.
  bool take_number(std::string_view& line, double& value, bool& more) const {
    const char* const end = line.data() + line.size();
    const auto [after, status] = std::from_chars(skip_spaces(line.data(), end), end, value);
    if (status != std::errc{} || in_range(value) != Number::yes) return false;
    const char* at = skip_spaces(after, end);
    more = at != end;
    if (more && delimiter_ == ' ' && at == after) return false;
    if (more && delimiter_ != ' ' && *at++ != delimiter_) return false;
    line = {at, static_cast<std::size_t>(end - at)};
    return true;
  }

  /// Where the quote at `open` is closed; a doubled one is part of the text.
  std::size_t closing_quote(std::string_view line, std::size_t open) const {
    std::size_t close = line.find('"', open + 1);
    while (close != std::string_view::npos && line.substr(close + 1).starts_with('"'))
      close = line.find('"', close + 2);
    if (close == std::string_view::npos) lines_.fail("a quote is not closed on the line");
    return close;
  }

  /// Takes the next field and its delimiter off `line`; quotes around it are dropped. `more` tells
  /// whether a delimiter followed.
  std::string_view take_field(std::string_view& line, bool& more) const {
    const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
    std::size_t stop = 0;
    std::string_view field;
    if (start < line.size() && line[start] == '"') {
      const std::size_t close = closing_quote(line, start);
      field = line.substr(start + 1, close - start - 1);
      stop = delimiter_ == ' ' ? close + 1 : line.find_first_not_of(' ', close + 1);
      if (stop >= line.size()) stop = std::string_view::npos;
      if (stop != std::string_view::npos && line[stop] != delimiter_)
        lines_.fail("there is text after the quoted field " + quoted(field));
    } else {
      stop = line.find(delimiter_, start);
      field = line.substr(start, stop == std::string_view::npos ? stop : stop - start);
    }
    more = stop != std::string_view::npos;
    line.remove_prefix(more ? stop + 1 : line.size());
    if (delimiter_ == ' ') line = trimmed(line);
    return field;
  }

  double number_of(std::string_view field, std::int64_t column) const {
    double value = 0;
    const Number found = parse_number(field, value);
    if (found == Number::yes) return value;
    if (found == Number::too_large)
      lines_.fail(quoted(field) + " does not fit float32 (3.4e38): rescale the data", column);
    if (looks_binary(field))
      lines_.fail("there are control characters: this is a binary file, not text", column);
    if (is_missing(field) && missing_ == Missing::nan) return std::nan("");
    if (is_missing(field))
      lines_.fail((trimmed(field).empty() ? "the field is empty" : quoted(field) + " is no value") +
                      std::string(": fill in missing values, or take the mean of the column "
                                  "(--missing mean)"),
                  column);
    std::string point(field);
    std::replace(point.begin(), point.end(), ',', '.');
    if (parse_number(point, value) == Number::yes)
      lines_.fail(quoted(field) + " has a decimal comma: write " + quoted(point), column);
    const bool first = lines_.number() == 1;
    lines_.fail(quoted(field) + " is not a number" +
                    (first ? ", and the line has numbers, so it is no header" : "") +
                    (cols_ > 1 ? ": keep labels and names in a file of their own" : ""),
                column);
  }

  ByteSource& source_;
  LineReader lines_;
  Missing missing_;
  char delimiter_ = ',';
  std::int64_t cols_ = 0;
};

}  // namespace

Matrix read_csv(ByteSource& source) {
  return CsvReader(source, Missing::refuse).read();
}

Matrix read_csv_or_nan(ByteSource& source) {
  return CsvReader(source, Missing::nan).read();
}

FileInfo describe_csv(ByteSource& source) {
  const Matrix matrix = read_csv_or_nan(source);
  return {"", "text", {matrix.rows(), matrix.cols()}, source.size(), {}};
}

}  // namespace nearfold::io
