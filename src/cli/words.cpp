#include "cli/words.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

namespace nearfold::cli {
namespace {

std::string plain(const std::string& word) {
  std::string out;
  for (const char c : word)
    if (c != '-' && c != '_' && c != ' ')
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Letters to change, add, leave out, or exchange with the next one.
std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({row[j - 1] + 1, last[j] + 1, last[j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

/// How far a known word is from what was written: one that contains it is near,
/// and of two as near the one with fewer edits.
std::pair<std::size_t, std::size_t> distance(const std::string& written, const std::string& known) {
  constexpr std::size_t kEnough = 3;  // letters that tell a part of a word
  const std::size_t count = edits(written, known);
  const bool inside = written.size() >= kEnough && known.find(written) != std::string::npos;
  return {inside ? 1 : count, count};
}

}  // namespace

std::optional<std::string> meant(const std::string& word, const std::vector<std::string>& known) {
  if (std::count(known.begin(), known.end(), word) > 0) return word;
  for (const std::string& one : known)
    if (plain(one) == plain(word)) return one;
  return {};
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // of what is compared at all
  const std::string written = plain(word);
  if (written.empty() || written.size() > kLongest) return "";
  const std::string* nearest = nullptr;
  std::pair<std::size_t, std::size_t> least{std::max<std::size_t>(1, written.size() / 3) + 1, 0};
  for (const std::string& one : known)
    if (const auto far = distance(written, plain(one)); far < least) {
      least = far;
      nearest = &one;
    }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

std::vector<std::string> between_commas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace nearfold::cli
