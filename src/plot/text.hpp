// Text on a canvas, in a small font of its own: printable ASCII, drawn as round strokes, so that it
// is smooth at any size.
#pragma once

#include <string>
#include <string_view>

#include "plot/canvas.hpp"

namespace nearfold {

/// How text looks. Capital letters are 7 cells high, the part of a "p" below the line is 2 more.
struct TextStyle {
  float cell = 2.0f;    ///< pixels per cell, > 0
  float weight = 0.9f;  ///< width of a stroke in cells, > 0
  Rgb color = {};
};

/// Width in pixels of `text` (UTF-8; a character that is not printable ASCII counts as "?").
float text_width(std::string_view text, const TextStyle&);

/// `text`, or its beginning and "..." so that it is at most `width` pixels wide (may be empty).
std::string shortened(std::string_view text, float width, const TextStyle&);

/// Draws `text` with the top left of its first capital letter at `corner`.
void draw_text(Canvas& canvas, Spot corner, std::string_view text, const TextStyle&);

}  // namespace nearfold
