// The JSON text that a file of ours holds in its array `meta`, uint8 as numpy has no text without
// pickles: written, and read by keys whose types are checked.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "io/npy.hpp"
#include "io/zip.hpp"

namespace nearfold::io {

using Json = nlohmann::json;  // its headers bring std::quoted in, hence io::quoted below

/// The value of a key as T; InvalidInput of `source` when it is missing or of another type.
template <class T>
T required(const Json& json, const char* key, const ByteSource& source) {
  const auto found = json.find(key);
  if (found == json.end()) source.malformed(io::quoted(key) + " is missing");
  const bool right = std::is_same_v<T, std::string> ? found->is_string()
                     : std::is_same_v<T, Json>      ? found->is_object()
                     : std::is_same_v<T, bool>      ? found->is_boolean()
                     : std::is_floating_point_v<T>  ? found->is_number()
                                                    : found->is_number_unsigned();
  if (!right)
    source.malformed("the value of " + io::quoted(key) + " has the wrong type: " +
                     io::quoted(found->dump(-1, ' ', /*ensure_ascii=*/true)));
  return found->template get<T>();
}

/// The same, or `otherwise` when it is missing or null.
template <class T>
T value_of(const Json& json, const char* key, T otherwise, const ByteSource& source) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return otherwise;
  return required<T>(json, key, source);
}

/// A number of [0, 2^31), or nothing when it is missing or null.
inline std::optional<int> optional_int(const Json& json, const char* key,
                                       const ByteSource& source) {
  constexpr std::uint64_t kMax = std::numeric_limits<int>::max();
  if (json.value(key, Json()).is_null()) return {};
  const auto value = required<std::uint64_t>(json, key, source);
  if (value > kMax)
    source.malformed(io::quoted(key) + " is " + std::to_string(value) + ", and " +
                     std::to_string(kMax) + " at most");
  return static_cast<int>(value);
}

/// The object in `meta`. Not nested deeply: values are copied and printed by recursion.
inline Json read_json(ByteSource& entry) {
  constexpr std::int64_t kLongest = std::int64_t{1} << 20;
  constexpr int kDeepest = 16;
  const NpyHeader header = read_npy_header(entry);
  if (header.shape.size() != 1 || header.type.kind != 'u' || header.type.bytes != 1 ||
      header.shape[0] > kLongest)
    entry.malformed("meta is " + header.type.name() + " " + shape_text(header.shape) +
                    ": it must be JSON text as uint8, 1 MiB at most");
  std::string text(static_cast<std::size_t>(header.shape[0]), '\0');
  entry.read(std::as_writable_bytes(std::span(text)));
  entry.finish();
  const auto shallow = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > kDeepest)
      entry.malformed("meta is nested more than " + std::to_string(kDeepest) + " deep");
    return true;
  };
  Json json = Json::parse(text, shallow, /*allow_exceptions=*/false);
  if (!json.is_object()) entry.malformed("meta is not a JSON object");
  return json;
}

/// `meta` as an entry to be written.
inline ZipEntry json_entry(const Json& json) {
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  const std::int64_t length[] = {static_cast<std::int64_t>(text.size())};
  return {"meta.npy", npy_header("|u1", length) + text, {}};
}

inline Json json_of(const std::optional<Recall>& recall) {
  if (!recall) return {};
  return {{"mean", recall->mean}, {"p1", recall->p1}, {"p5", recall->p5}, {"rows", recall->rows}};
}

}  // namespace nearfold::io
