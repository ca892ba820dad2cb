#include "io/meta_json.hpp"

#include <limits>
#include <span>

namespace nearfold::io {

std::string value_text(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/true);
}

void fail_type(const char* key, const Json& value, const ByteSource& source) {
  source.malformed("the value of " + in_quotes(key) +
                   " has the wrong type: " + in_quotes(value_text(value)));
}

std::optional<int> optional_int(const Json& json, const char* key, const ByteSource& source) {
  constexpr std::uint64_t kMax = std::numeric_limits<int>::max();
  if (json.value(key, Json()).is_null()) return {};
  const auto value = required<std::uint64_t>(json, key, source);
  if (value > kMax)
    source.malformed(in_quotes(key) + " is " + std::to_string(value) + ", and " +
                     std::to_string(kMax) + " at most");
  return static_cast<int>(value);
}

Json read_json(ByteSource& entry) {
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

ZipEntry json_entry(const Json& json) {
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  const std::int64_t length[] = {static_cast<std::int64_t>(text.size())};
  return {"meta.npy", npy_header("|u1", length) + text, {}};
}

}  // namespace nearfold::io
