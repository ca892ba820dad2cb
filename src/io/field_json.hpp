// Parameters that are visited by for_each_field(), as JSON of the same names.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "io/knn_json.hpp"
#include "method.hpp"

namespace nearfold::io {

/// Parameters of several whole numbers.
template <class T>
inline constexpr bool kIsTuple = false;
template <std::size_t count>
inline constexpr bool kIsTuple<std::array<int, count>> = true;

template <class T>
Json json_of_field(const T& value) {
  if constexpr (std::is_enum_v<T>)
    return name(value);
  else if constexpr (std::is_arithmetic_v<T> || kIsTuple<T> ||
                     std::is_same_v<T, std::vector<double>>)
    return value;
  else
    return json_of(value);
}

template <class T>
void read_field(const Json& json, const char* key, const ByteSource& source, T& value) {
  if constexpr (std::is_enum_v<T>) {
    constexpr auto kWords = words_of(T{});
    std::array<const char*, kWords.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = name(kWords[i]);
    value = kWords[choice_of(json, key, names, source)];
  } else if constexpr (kIsTuple<T>) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array() || found->size() != value.size())
      source.malformed(in_quotes(key) + " is no list of " + std::to_string(value.size()));
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!(*found)[i].is_number_unsigned() ||
          (*found)[i].template get<std::uint64_t>() > std::numeric_limits<int>::max())
        source.malformed(in_quotes(key) + " holds what is no whole number in range");
      value[i] = (*found)[i].template get<int>();
    }
  } else if constexpr (std::is_same_v<T, int>) {
    const auto found = optional_int(json, key, source);
    if (!found) source.malformed(in_quotes(key) + " is missing");
    value = *found;
  } else if constexpr (std::is_same_v<T, std::vector<double>>) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) source.malformed(in_quotes(key) + " is no list");
    for (const Json& one : *found) {
      if (!one.is_number()) fail_type(key, one, source);
      value.push_back(one.get<double>());
    }
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
inline constexpr std::array<std::string_view, 13> kLaterFields = {"densmap",
                                                                  "dens_lambda",
                                                                  "dens_frac",
                                                                  "dens_var_shift",
                                                                  "output_metric",
                                                                  "dof",
                                                                  "affinities",
                                                                  "k_neighbors",
                                                                  "symmetrize",
                                                                  "perplexities",
                                                                  "late_exaggeration",
                                                                  "late_exaggeration_iter",
                                                                  "disconnection_distance"};

template <class Params>
void read_fields(const Json& json, const ByteSource& source, Params& params) {
  for_each_field(params, [&](const char* key, auto& value) {
    const bool later = std::count(kLaterFields.begin(), kLaterFields.end(), key) > 0;
    if (!later || json.contains(key)) read_field(json, key, source, value);
  });
}

}  // namespace nearfold::io
