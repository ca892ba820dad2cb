#include "io/header.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

namespace nearfold::io {
namespace {

/// With either decimal mark.
Number number_in(const Field& field, double& value) {
  const Number found = parse_number(field.text, value);
  return found == Number::no ? parse_decimal_comma(field.text, value) : found;
}

bool is_number(const Field& field) {
  double ignored = 0;
  return number_in(field, ignored) != Number::no;
}

bool is_text_field(const Field& field) {
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
  return std::all_of(first.begin() + 2, first.end(), is_text_field) &&
         *count_in(first[1]) + 1 == static_cast<std::int64_t>(second.size());
}

bool has_text_above_number(const Fields& first, const Fields& second) {
  for (std::size_t f = 0; f < std::min(first.size(), second.size()); ++f)
    if (is_text_field(first[f]) && is_number(second[f])) return true;
  return false;
}

/// 0, 1, 2, ... with text between, or from 1 if the text stands above a number.
bool is_counted(const Fields& first, const Fields& second) {
  std::int64_t counts = 0, from = 0, texts = 0;
  for (const Field& field : first) {
    if (is_text_field(field)) ++texts;
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

/// The numbers of a line, from one field on; nothing where another one is none.
std::optional<std::vector<double>> numbers_of(const Fields& fields, std::size_t from) {
  std::vector<double> values;
  for (std::size_t f = from; f < fields.size(); ++f) {
    double value = 0;
    if (number_in(fields[f], value) != Number::yes || !std::isfinite(value)) return {};
    values.push_back(value);
  }
  return values;
}

/// The step between neighbours, where it is the same one and not 0 throughout.
std::optional<double> step_of(const Fields& fields) {
  const auto values = numbers_of(fields, 0);
  if (!values || values->size() < 3) return {};
  const double step = (values->back() - values->front()) / static_cast<double>(values->size() - 1);
  for (std::size_t v = 1; v < values->size(); ++v)
    if (std::abs((*values)[v] - (*values)[v - 1] - step) > 1e-6 * std::abs(step)) return {};
  return step != 0 ? std::optional(step) : std::nullopt;
}

/// Whether all of them rise, or all of them fall.
bool in_order(const std::vector<double>& values) {
  const auto ordered = [&](auto before) {
    return std::adjacent_find(values.begin(), values.end(), std::not_fn(before)) == values.end();
  };
  return ordered(std::less<>()) || ordered(std::greater<>());
}

/// Years or wavelengths: in equal steps, or many in order, they are names above measurements. Above
/// whole numbers, or where they are few, they may be a row; so they are above their like.
FirstLine kind_by_order(const Fields& first, const Fields& second) {
  constexpr std::size_t kSome = 5, kMany = 8;  // one of 120 rows is in order, one of 40,320
  const auto step = step_of(first);
  const auto above = numbers_of(first, 0), below = numbers_of(second, 0);
  if (!above || first.size() != second.size() || step_of(second)) return FirstLine::row;
  const bool ordered = first.size() >= kSome && in_order(*above) && !(below && in_order(*below));
  if (!step && !ordered) return FirstLine::row;
  const bool whole = std::all_of(first.begin(), first.end(),
                                 [](const Field& field) { return count_in(field).has_value(); });
  const bool in_steps =
      step && (whole ? first.size() > 3 || std::abs(*step) == 1 : first.size() >= kSome);
  const bool named = has_real(second) && (in_steps || first.size() >= kMany);
  return named ? FirstLine::header_of_numbers : FirstLine::row_like_header;
}

/// ",400,402,404" above "0,1.5,...": names in order, where a row has its number or its name.
bool is_above_row_numbers(const Fields& first, const Fields& second) {
  if (!first[0].text.empty() || first.size() != second.size()) return false;
  const auto names = numbers_of(first, 1);
  const auto row = count_in(second[0]);
  const bool begins = row ? *row <= 1 : is_text_field(second[0]);
  const bool few = first.size() == 3;  // of two, whole ones
  if (first.size() < 3 || (few && !(count_in(first[1]) && count_in(first[2])))) return false;
  return names && begins && in_order(*names);
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
    return std::any_of(first.begin(), first.end(), is_text_field) ? FirstLine::header
                                                                  : FirstLine::row;
  if (is_counted(first, second) || is_above_row_numbers(first, second))
    return FirstLine::header_of_numbers;
  if (is_quoted_above_bare(first, second)) return FirstLine::header;
  return kind_by_order(first, second);
}

}  // namespace nearfold::io
