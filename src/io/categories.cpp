#include "io/categories.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "io/field.hpp"
#include "io/source.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::int32_t kNone = -1;

/// A number as digits: "inf" and "True" are names.
std::optional<double> as_number(const std::string& text) {
  double value = 0;
  const bool digits =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || parse_number(text, value) != Number::yes) return {};
  return value;
}

/// Labels of whole numbers, one for each text; nothing where one is anything else.
std::optional<std::vector<std::int32_t>> as_integers(const std::vector<std::string>& texts) {
  std::vector<std::int32_t> values;
  for (const std::string& text : texts) {
    const auto value = is_missing(text) ? std::optional<double>(kNone) : as_number(text);
    if (!value || *value != std::floor(*value)) return {};
    if (std::abs(*value) > std::numeric_limits<std::int32_t>::max()) return {};
    values.push_back(static_cast<std::int32_t>(*value));
  }
  return values;
}

/// Some numbers may name classes, as doses do; many are measurements.
void refuse_measurements(const std::vector<std::string>& texts, const std::string& where) {
  constexpr std::size_t kMostClasses = 100;
  if (texts.size() <= kMostClasses) return;
  const std::string* broken = nullptr;
  for (const std::string& text : texts) {
    const auto value = as_number(text);
    if (!value && !is_missing(text)) return;
    if (value && *value != std::floor(*value) && broken == nullptr) broken = &text;
  }
  if (broken != nullptr)
    throw InvalidInput(where + ": " + std::to_string(texts.size()) + " numbers, such as " +
                       in_quotes(*broken) +
                       ", are no classes: labels are whole numbers or text; numbers colour a map "
                       "as values, with --values FILE or --value-column NAME");
}

/// Places in sorted order.
std::vector<std::int32_t> as_names(const std::vector<std::string>& texts,
                                   std::vector<std::string>& names) {
  for (const std::string& text : texts)
    if (!is_missing(text)) names.push_back(text);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::int32_t> values;
  for (const std::string& text : texts) {
    const auto at = std::lower_bound(names.begin(), names.end(), text);
    values.push_back(is_missing(text) ? kNone : static_cast<std::int32_t>(at - names.begin()));
  }
  return values;
}

}  // namespace

void Categories::add(std::string text) {
  const auto [at, is_new] =
      places_.try_emplace(std::move(text), static_cast<std::int32_t>(texts.size()));
  if (is_new) texts.push_back(at->first);
  ids.push_back(at->second);
}

Labels labels_of(const Categories& categories, const std::string& where) {
  Labels labels;
  refuse_measurements(categories.texts, where);
  auto values = as_integers(categories.texts);
  if (!values) values = as_names(categories.texts, labels.names);
  labels.ids.reserve(categories.ids.size());
  for (const std::int32_t id : categories.ids) {
    const auto at = static_cast<std::size_t>(id);
    labels.ids.push_back((*values)[at]);
    labels.missing += is_missing(categories.texts[at]) ? 1 : 0;
  }
  return labels;
}

}  // namespace nearfold::io
