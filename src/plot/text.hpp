// Text on a canvas, in a small font of its own: printable ASCII, drawn as round strokes, so that it
// is smooth at any size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plot/canvas.hpp"

namespace nearfold {

/// Height of capital letters in cells.
inline constexpr float kCapitals = 7.0f;

/// How text looks. Capital letters are kCapitals high, the part of a "p" below the line is 2 more.
struct TextStyle {
  float cell = 2.0f;    ///< pixels per cell, > 0
  float weight = 0.9f;  ///< width of a stroke in cells, > 0
  Rgb color = {};
};

/// A line of text and its place.
struct TextLine {
  std::string text;
  Spot at;  ///< top left of the first capital letter, or above the middle of the line
  TextStyle style;
  bool centered = false;
  bool upwards = false;  ///< turned by a quarter about `at`: reads from below to above
};

/// `text` (UTF-8) with "?" for each character that is not printable ASCII.
std::string printable(std::string_view text);

/// Width in pixels of `text`, once printable.
float text_width(std::string_view text, const TextStyle&);

/// `text`, or its beginning and "..." so that it is at most `width` pixels wide (may be empty).
std::string shortened(std::string_view text, float width, const TextStyle&);

void draw_text(Canvas& canvas, const TextLine& line);

/// "1,234,567"
std::string with_commas(std::int64_t value);

}  // namespace nearfold
