#include "io/header.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace nearfold::io {
namespace {

bool is_number(const Field& field) {
  double ignored = 0;
  return parse_number(field.text, ignored) != Number::no;
}

bool is_text(const Field& field) {
  return !is_number(field) && !is_missing(field.text);
}

/// A whole number without sign, as a name or a count is written.
std::optional<std::int64_t> count_in(const Field& field) {
  std::int64_t value = 0;
  const char* const end = field.text.data() + field.text.size();
  const auto [after, status] = std::from_chars(field.text.data(), end, value);
  if (status != std::errc{} || after != end || value < 0) return {};
  return value;
}

/// Whether a number below is written otherwise than a count.
bool has_real(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const Field& field) { return is_number(field) && !count_in(field); });
}

/// "150,4,setosa,versicolor,virginica" above rows of five fields.
bool is_scikit_learn(const Fields& first, const Fields& second) {
  if (first.size() < 4 || !count_in(first[0]) || !count_in(first[1])) return false;
  return std::all_of(first.begin() + 2, first.end(), is_text) &&
         *count_in(first[1]) + 1 == static_cast<std::int64_t>(second.size());
}

bool has_text_above_number(const Fields& first, const Fields& second) {
  for (std::size_t f = 0; f < std::min(first.size(), second.size()); ++f)
    if (is_text(first[f]) && is_number(second[f])) return true;
  return false;
}

/// 0, 1, 2, ... with text between, or from 1 if the text stands above a number.
bool is_counted(const Fields& first, const Fields& second) {
  std::int64_t counts = 0, from = 0, texts = 0;
  for (const Field& field : first) {
    if (is_text(field)) ++texts;
    if (!is_number(field)) continue;
    const auto count = count_in(field);
    if (!count) return false;
    if (counts == 0) from = *count;
    if (*count != from + counts++) return false;
  }
  const bool empty_first = first[0].text.empty() && first.size() > 1;
  if (from == 0 && empty_first && counts > 0) return true;
  if (texts > 0 && counts >= 2)
    return from == 0 || (from == 1 && has_text_above_number(first, second));
  if (texts > 0) return false;
  const bool all = counts == static_cast<std::int64_t>(first.size());
  // Of one column a 0 is as likely its first value.
  return from == 0 && all && (counts >= 3 || (counts == 2 && has_real(second)));
}

/// R quotes names and no numbers.
bool is_quoted_above_bare(const Fields& first, const Fields& second) {
  const bool quoted =
      std::all_of(first.begin(), first.end(), [](const Field& field) { return field.quoted; });
  return quoted && std::any_of(second.begin(), second.end(), [](const Field& field) {
           return !field.quoted && is_number(field);
         });
}

}  // namespace

FirstLine kind_of_first_line(const Fields& first, const Fields& second) {
  if (std::any_of(first.begin(), first.end(), [](auto& field) { return looks_binary(field.text); }))
    return FirstLine::row;
  if (is_scikit_learn(first, second)) return FirstLine::scikit_learn;
  if (std::none_of(first.begin(), first.end(), is_number))
    return std::any_of(first.begin(), first.end(), is_text) ? FirstLine::header : FirstLine::row;
  if (is_counted(first, second)) return FirstLine::header_of_counts;
  return is_quoted_above_bare(first, second) ? FirstLine::header : FirstLine::row;
}

}  // namespace nearfold::io
