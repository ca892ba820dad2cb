#include "io/utf8.hpp"

namespace nearfold::io {
namespace {

// Bytes of the character that begins with this one; 0 when none does.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

}  // namespace

std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = text.empty() ? 0 : length_of(byte(0));
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool control = length == 1 ? byte(0) < 0x20 || byte(0) == 0x7f  //
                                   : byte(0) == 0xc2 && byte(1) < 0xa0;
  // Longer forms than needed, surrogates and what lies beyond Unicode are not UTF-8.
  const bool wrong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
                     (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f);
  return control || wrong ? 0 : length;
}

}  // namespace nearfold::io
