#include "io/field.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "io/text.hpp"

namespace nearfold::io {
namespace {

/// Where the quote at `open` is closed; a doubled one is part of the text.
std::size_t closing_quote(std::string_view line, std::size_t open) {
  std::size_t close = line.find('"', open + 1);
  while (close != std::string_view::npos && line.substr(close + 1).starts_with('"'))
    close = line.find('"', close + 2);
  return close;
}

/// A faulty one counts, and ends the line.
std::size_t count_fields(std::string_view line, char delimiter) {
  if (delimiter == ' ') line = trimmed(line);
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    const Cut cut = cut_field(line, delimiter);
    more = cut.more && cut.fault == nullptr;
  }
  return count;
}

/// What from_chars calls out of range: zero, a double, or too large for one.
Number parse_extreme(std::string_view text, double& value) {
  constexpr long double kLargest = std::numeric_limits<double>::max();
  long double wide = 0;
  const auto [after, status] = std::from_chars(text.data(), text.data() + text.size(), wide);
  const bool tiny =
      text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
  if (status != std::errc{} && !tiny) return Number::too_large;
  if (std::abs(wide) > kLargest) return Number::too_large;
  value = static_cast<double>(wide);
  return Number::yes;
}

}  // namespace

Cut cut_field(std::string_view& line, char delimiter) {
  const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
  std::size_t stop = 0;
  Cut cut;
  cut.field.quoted = start < line.size() && line[start] == '"';
  if (cut.field.quoted) {
    const std::size_t close = closing_quote(line, start);
    if (close == std::string_view::npos) {
      cut.fault = "a quote is not closed on the line (a line break within quotes is not read)";
      return cut;
    }
    cut.field.text = line.substr(start + 1, close - start - 1);
    stop = delimiter == ' ' ? close + 1 : line.find_first_not_of(' ', close + 1);
    if (stop >= line.size()) stop = std::string_view::npos;
    if (stop != std::string_view::npos && line[stop] != delimiter) {
      cut.fault = "there is text after the quoted field ";
      cut.names_the_field = true;
      return cut;
    }
  } else {
    stop = line.find(delimiter, start);
    cut.field.text =
        trimmed(line.substr(start, stop == std::string_view::npos ? stop : stop - start));
  }
  cut.more = stop != std::string_view::npos;
  line.remove_prefix(cut.more ? stop + 1 : line.size());
  if (delimiter == ' ') line = trimmed(line);
  return cut;
}

std::optional<std::vector<Field>> split(std::string_view line, char delimiter) {
  std::vector<Field> fields;
  for (bool more = true; more;) {
    const Cut cut = cut_field(line, delimiter);
    if (cut.fault != nullptr) return std::nullopt;
    fields.push_back(cut.field);
    more = cut.more;
  }
  return fields;
}

char delimiter_of(std::string_view first, std::string_view second) {
  constexpr std::array kDelimiters = {'\t', ';', '|', ',', ' '};
  char seen = ' ';
  for (auto d = kDelimiters.rbegin(); d != kDelimiters.rend(); ++d)
    if (count_fields(first, *d) > 1) seen = *d;
  if (second.empty()) return seen;
  for (const char d : kDelimiters) {
    const std::size_t above = count_fields(first, d), below = count_fields(second, d);
    if (below > 1 && (above == below || above + 1 == below)) return d;
  }
  return seen;
}

std::string unescaped(const Field& field) {
  std::string text(field.text);
  if (field.quoted)
    for (std::size_t at = 0; (at = text.find("\"\"", at)) != std::string::npos; ++at)
      text.erase(at, 1);
  return text;
}

Number parse_number(std::string_view text, double& value) {
  constexpr std::array<std::pair<std::string_view, double>, 6> kTruths = {
      {{"True", 1}, {"False", 0}, {"TRUE", 1}, {"FALSE", 0}, {"true", 1}, {"false", 0}}};
  text = trimmed(text);
  for (const auto& [word, truth] : kTruths)
    if (text == word) {
      value = truth;
      return Number::yes;
    }
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, value);
  if (status == std::errc::invalid_argument || after != end) return Number::no;
  return status == std::errc{} ? Number::yes : parse_extreme(text, value);
}

Number parse_decimal_comma(std::string_view text, double& value) {
  if (std::count(text.begin(), text.end(), ',') != 1) return Number::no;
  if (text.find('.') != std::string_view::npos) return Number::no;
  std::string point(text);
  std::replace(point.begin(), point.end(), ',', '.');
  return parse_number(point, value);
}

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 24> kMissing = {
      "",    "NA",   "N/A",  "NULL", "null",   "None",    "na",      "n/a",
      "?",   ".",    "#N/A", "#NA",  "<NA>",   "NaN",     "nan",     "#N/A N/A",
      "NAN", "n.a.", "N.A.", "NaT",  "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"};
  return std::find(kMissing.begin(), kMissing.end(), trimmed(text)) != kMissing.end();
}

bool looks_binary(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\x1b';
  });
}

bool is_comment(std::string_view line) {
  constexpr std::array<std::string_view, 7> kWords = {"#N/A",   "#NA",   "#DIV/0!", "#NUM!",
                                                      "#NAME?", "#REF!", "#VALUE!"};
  line = trimmed(line);
  return line.starts_with('#') && std::none_of(kWords.begin(), kWords.end(),
                                               [&](auto word) { return line.starts_with(word); });
}

}  // namespace nearfold::io
