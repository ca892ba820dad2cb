// Lines of text in a picture, in any script that a font on this machine has.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "plot/colors.hpp"
#include "plot/geometry.hpp"

namespace nearfold {

/// Height of a capital letter in sizes of its text.
inline constexpr float kCapitals = 0.73f;

/// How text looks.
struct TextStyle {
  float size = 18.0f;  ///< of the font, in pixels, > 0
  Rgb color = {};
};

/// A line of text and its place.
struct TextLine {
  std::string text;  ///< as it was given: drawn is cleaned(text)
  Spot at;           ///< top left of the first capital letter, or above the middle of the line
  TextStyle style;
  float room = std::numeric_limits<float>::infinity();  ///< pixels; a longer line ends with "…"
  bool centered = false;
  bool upwards = false;  ///< turned by a quarter about `at`: reads from below to above
  bool halo = false;     ///< on a rim of the ground's colour, which sets it off from a map
};

/// `text` as what can be drawn in one line: UTF-8 of at most some thousand characters, with U+FFFD
/// for each control character and each byte that is not UTF-8, and at most a few accents on a
/// letter. What is clean stays as it is.
std::string cleaned(std::string_view text);

/// Width in pixels of `text`, once it is cleaned.
float text_width(std::string_view text, const TextStyle&);

/// Throws IoError where there is no font.
void check_fonts();

/// "1,234,567"
std::string with_commas(std::int64_t value);

}  // namespace nearfold
