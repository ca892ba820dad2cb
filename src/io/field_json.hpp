// Parameters that are visited by for_each_field(), as JSON of the same names.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <type_traits>

#include "io/knn_json.hpp"
#include "method.hpp"

namespace nearfold::io {

template <class T>
Json json_of_field(const T& value) {
  if constexpr (std::is_enum_v<T>)
    return name(value);
  else if constexpr (std::is_arithmetic_v<T>)
    return value;
  else
    return json_of(value);
}

template <class T>
void read_field(const Json& json, const char* key, const ByteSource& source, T& value) {
  if constexpr (std::is_same_v<T, TsneParams::Repulsion>) {
    std::array<const char*, kRepulsions.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = name(kRepulsions[i]);
    value = kRepulsions[choice_of(json, key, names, source)];
  } else if constexpr (std::is_same_v<T, int>) {
    const auto found = optional_int(json, key, source);
    if (!found) source.malformed(in_quotes(key) + " is missing");
    value = *found;
  } else if constexpr (std::is_same_v<T, std::optional<int>>) {
    value = optional_int(json, key, source);
  } else if constexpr (std::is_same_v<T, std::optional<double>>) {
    if (!json.value(key, Json()).is_null()) value = required<double>(json, key, source);
  } else {
    value = required<T>(json, key, source);
  }
}

/// All of them.
template <class Params>
Json json_of_fields(const Params& params) {
  Json json = Json::object();
  for_each_field(params,
                 [&](const char* key, const auto& value) { json[key] = json_of_field(value); });
  return json;
}

/// Parameters that files of earlier versions do not have: there they are as by default.
inline constexpr std::array<std::string_view, 4> kLaterFields = {"densmap", "dens_lambda",
                                                                 "dens_frac", "dens_var_shift"};

template <class Params>
void read_fields(const Json& json, const ByteSource& source, Params& params) {
  for_each_field(params, [&](const char* key, auto& value) {
    const bool later = std::count(kLaterFields.begin(), kLaterFields.end(), key) > 0;
    if (!later || json.contains(key)) read_field(json, key, source, value);
  });
}

}  // namespace nearfold::io
