// Names that look the same once they are shortened have a beginning in common: a part of it is left
// out, as much as what comes after it needs.
#include "plot/names.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>

namespace nearfold {
namespace {

const std::string kLeftOut = "\xe2\x80\xa6";  // U+2026
constexpr float kTailShare = 2.0f / 3.0f;     // of the room, for what comes after "…"
constexpr std::size_t kLongestWord = 16;      // that is not taken apart there, bytes

std::optional<double> number_of(const std::string& text) {
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, value);
  if (status != std::errc{} || after != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The digits at the beginning of `text`, without zeros before them, and takes them from it.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  std::string_view run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(run.size());
  run.remove_prefix(std::min(run.find_first_not_of('0'), run.size()));
  return run;
}

// The first byte of the character that byte `at` is in.
std::size_t character_at(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (text[at] & 0xc0) == 0x80) --at;
  return at;
}

bool in_word(char c) {  // ASCII, or a part of any other character
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
}

// The beginning of the word that byte `at` is in, or `at`, if it is far.
std::size_t word_at(std::string_view text, std::size_t at) {
  std::size_t from = at;
  while (from > 0 && in_word(text[from - 1])) --from;
  return at - from > kLongestWord ? at : from;
}

// Behind the character at byte `at`, and behind its word, unless that is far.
std::size_t word_end(std::string_view text, std::size_t at) {
  std::size_t next = std::min(at + 1, text.size());
  while (next < text.size() && (text[next] & 0xc0) == 0x80) ++next;
  std::size_t to = next;
  while (to < text.size() && in_word(text[to])) ++to;
  return to - next > kLongestWord ? next : to;
}

std::size_t common_prefix(const std::vector<const std::string*>& names) {
  std::size_t common = names[0]->size();
  for (const std::string* name : names) {
    const auto end = names[0]->begin() + static_cast<std::ptrdiff_t>(common);
    const auto differs = std::mismatch(names[0]->begin(), end, name->begin(), name->end()).first;
    common = static_cast<std::size_t>(differs - names[0]->begin());
  }
  return character_at(*names[0], common);
}

class Shortener {
 public:
  Shortener(float room, const TextStyle& style) : room_(room), style_(style) {}

  // Adds to `shown` what `names` are shortened to. They are alike up to the last of the bytes
  // `differ`, of which those before set them apart from others.
  void shorten(const std::vector<const std::string*>& names, std::vector<std::size_t> differ,
               std::map<std::string, std::string>& shown) const {
    std::map<std::string, std::vector<const std::string*>> alike;
    for (const std::string* name : names) alike[abbreviated(*name, differ)].push_back(name);
    const std::size_t last = differ.empty() ? 0 : differ.back();
    for (const auto& [text, same] : alike) {
      const std::size_t common = common_prefix(same);
      if (same.size() > 1 && common > last) {
        differ.push_back(common);
        shorten(same, differ, shown);
        differ.pop_back();
      } else {
        for (const std::string* name : same) shown[*name] = text;
      }
    }
  }

 private:
  bool fits(const std::string& text, float room) const { return text_width(text, style_) <= room; }

  // As many characters of `text` as fit between `before` and `after`, and these.
  std::string fitted(std::string_view text, const std::string& after, float room,
                     const std::string& before = "") const {
    std::size_t good = 0, bad = text.size() + 1;
    while (bad - good > 1) {
      const std::size_t middle = good + (bad - good) / 2;
      const std::string_view part = text.substr(0, character_at(text, middle));
      (fits(before + std::string(part) + after, room) ? good : bad) = middle;
    }
    return before + std::string(text.substr(0, character_at(text, good))) + after;
  }

  // The word at each place, from the last one on as much as there is room for, and before it all
  // as much of the beginning.
  std::string abbreviated(const std::string& name, const std::vector<std::size_t>& differ) const {
    if (fits(name, room_)) return name;
    if (differ.empty()) return fitted(name, kLeftOut, room_);
    const std::string_view text = name;
    const std::size_t first = word_at(text, differ[0]);
    std::size_t done = first;
    std::string shown = kLeftOut;
    const auto skip_to = [&](std::size_t from) {
      if (from > done) shown += kLeftOut;
      done = std::max(done, from);
    };
    for (std::size_t i = 0; i + 1 < differ.size(); ++i) {
      skip_to(word_at(text, differ[i]));
      const std::size_t to = std::max(done, word_end(text, differ[i]));
      shown += text.substr(done, to - done);
      done = to;
    }
    skip_to(word_at(text, differ.back()));
    const std::string before = shown;
    for (const float room : {kTailShare * room_, room_}) {  // all of it, if nothing shows else
      shown = before + name.substr(done);
      if (!fits(shown, room)) shown = fitted(text.substr(done), kLeftOut, room, before);
      if (done + shown.size() > differ.back() + before.size() + kLeftOut.size()) break;
    }
    std::string out = fitted(text.substr(0, first), shown, room_);
    if (fits(out, room_) || differ.size() == 1) return out;
    return abbreviated(name, {differ.back()});
  }

  float room_;
  const TextStyle& style_;
};

}  // namespace

bool natural_less(const std::string& a, const std::string& b) {
  const auto x = number_of(a), y = number_of(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  std::string_view left = a, right = b;
  while (!left.empty() && !right.empty()) {
    const bool numbers = is_digit(left[0]) && is_digit(right[0]);
    const std::string_view p = numbers ? take_digits(left) : left.substr(0, 1);
    const std::string_view q = numbers ? take_digits(right) : right.substr(0, 1);
    if (p.size() != q.size()) return p.size() < q.size();
    if (p != q) return p < q;
    left.remove_prefix(numbers ? 0 : 1);
    right.remove_prefix(numbers ? 0 : 1);
  }
  return left.empty() && right.empty() ? a < b : left.empty();
}

std::vector<std::string> shortened(const std::vector<std::string>& names, float room,
                                   const TextStyle& style) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back(cleaned(name));
  std::vector<const std::string*> all;
  for (const std::string& name : out) all.push_back(&name);
  std::map<std::string, std::string> shown;
  Shortener(room, style).shorten(all, {}, shown);
  for (std::string& name : out) name = shown[name];
  return out;
}

}  // namespace nearfold
