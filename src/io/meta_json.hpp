// The JSON text that a file of ours holds in its array `meta`, uint8 as numpy has no text without
// pickles: written, and read by keys whose types are checked. Parser and printer are compiled once.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "io/npy.hpp"
#include "io/zip.hpp"

namespace nearfold::io {

using Json = nlohmann::json;

/// A value on one line, in ASCII.
std::string value_text(const Json& value);

[[noreturn]] void fail_type(const char* key, const Json& value, const ByteSource& source);

/// The value of a key as T; InvalidInput of `source` when it is missing or of another type.
template <class T>
T required(const Json& json, const char* key, const ByteSource& source) {
  const auto found = json.find(key);
  if (found == json.end()) source.malformed(in_quotes(key) + " is missing");
  const bool right = std::is_same_v<T, std::string> ? found->is_string()
                     : std::is_same_v<T, Json>      ? found->is_object()
                     : std::is_same_v<T, bool>      ? found->is_boolean()
                     : std::is_floating_point_v<T>  ? found->is_number()
                                                    : found->is_number_unsigned();
  if (!right) fail_type(key, *found, source);
  return found->template get<T>();
}

/// The same, or `otherwise` when it is missing or null.
template <class T>
T value_of(const Json& json, const char* key, T otherwise, const ByteSource& source) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return otherwise;
  return required<T>(json, key, source);
}

/// A whole number of [least, most].
inline std::int64_t size_in(const Json& json, const char* key, std::int64_t least,
                            std::int64_t most, const ByteSource& source) {
  const auto value = required<std::uint64_t>(json, key, source);
  if (std::cmp_less(value, least) || std::cmp_greater(value, most))
    source.malformed(in_quotes(key) + " is " + std::to_string(value) + ", and must be in [" +
                     std::to_string(least) + ", " + std::to_string(most) + "]");
  return static_cast<std::int64_t>(value);
}

/// A number of [0, 2^31), or nothing when it is missing or null.
std::optional<int> optional_int(const Json& json, const char* key, const ByteSource& source);

/// The object in `meta`. Not nested deeply: values are copied and printed by recursion.
Json read_json(ByteSource& entry);

/// `meta` as an entry to be written.
ZipEntry json_entry(const Json& json);

inline Json json_of(const std::optional<Recall>& recall) {
  if (!recall) return {};
  return {{"mean", recall->mean}, {"p1", recall->p1}, {"p5", recall->p5}, {"rows", recall->rows}};
}

}  // namespace nearfold::io
