// Fields of a line of text: where they end, and what they are. What tables and label files share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nearfold::io {

/// Text between two delimiters, without the quotes and spaces around it.
struct Field {
  std::string_view text;
  bool quoted = false;
};

/// A field taken off a line, or what is wrong with it.
struct Cut {
  Field field;
  bool more = false;             ///< a delimiter followed
  const char* fault = nullptr;   ///< what a message says of the line
  bool names_the_field = false;  ///< and whether it ends with the field
};

/// Takes the next field and its delimiter off `line`. Between spaces there may be several of them.
Cut cut_field(std::string_view& line, char delimiter);

/// All fields; nothing where one is at fault.
std::optional<std::vector<Field>> split(std::string_view line, char delimiter);

/// The delimiter of a table that begins with these lines, the second one perhaps empty: the first
/// of tab, semicolon, bar, comma and space that divides both alike (a header may lack the name of
/// the first column). A comma may be a decimal comma and a space may stand around anything.
char delimiter_of(std::string_view first, std::string_view second);

/// The text of a quoted field, in which quotes are doubled.
std::string unescaped(const Field& field);

enum class Number { yes, no, too_large };

/// The whole of `text` as a number: decimal, "nan" and "inf", and True and False as 1 and 0. What
/// is too small becomes 0; too_large is a finite number that float64 does not hold.
Number parse_number(std::string_view text, double& value);

/// The same of a number with a decimal comma, one of them and no point.
Number parse_decimal_comma(std::string_view text, double& value);

/// What pandas, R, Excel and others write where there is no value.
bool is_missing(std::string_view text);

/// Control characters that no text has, not even a coloured one.
bool looks_binary(std::string_view text);

/// A line of remarks, as numpy.savetxt writes them: it begins with #, and with no word that does.
bool is_comment(std::string_view line);

}  // namespace nearfold::io
