// Labels in text, one a line: integers as they are, any other text numbered in sorted order.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats.hpp"
#include "io/text.hpp"

namespace nearfold::io {
namespace {

std::optional<std::int32_t> parse_int(std::string_view text) {
  std::int32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, value);
  if (status != std::errc{} || after != end) return std::nullopt;
  return value;
}

/// The lines as integers, if all are, the first perhaps excepted: then it is a header.
std::optional<std::vector<std::int32_t>> as_integers(const std::vector<std::string>& lines) {
  const bool header = lines.size() > 1 && !parse_int(lines[0]);
  std::vector<std::int32_t> ids;
  ids.reserve(lines.size());
  for (std::size_t i = header ? 1 : 0; i < lines.size(); ++i) {
    const auto id = parse_int(lines[i]);
    if (!id) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

Labels read_text_labels(ByteSource& source) {
  LineReader reader(source);
  std::vector<std::string> lines;
  for (std::string_view line; reader.next(line);) {
    const std::string_view text = trimmed(line);
    if (text.find('\0') != std::string_view::npos)
      reader.fail("there is a zero byte: this is a binary file, not text");
    lines.emplace_back(unquoted(text));
  }
  reader.finish();
  if (lines.empty()) reader.fail("the file has no labels");
  if (auto ids = as_integers(lines)) return {std::move(*ids), {}};

  Labels labels;
  labels.names = lines;
  std::sort(labels.names.begin(), labels.names.end());
  labels.names.erase(std::unique(labels.names.begin(), labels.names.end()), labels.names.end());
  labels.ids.reserve(lines.size());
  for (const std::string& line : lines) {
    const auto at = std::lower_bound(labels.names.begin(), labels.names.end(), line);
    labels.ids.push_back(static_cast<std::int32_t>(at - labels.names.begin()));
  }
  return labels;
}

}  // namespace nearfold::io
