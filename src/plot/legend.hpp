// The column at the right of a map that names the classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plot/canvas.hpp"
#include "plot/colors.hpp"
#include "plot/text.hpp"

namespace nearfold {

/// One class of the map.
struct LegendEntry {
  std::string name;
  Rgb color;
};

/// Entries laid out in columns of a fixed height.
struct Legend {
  std::vector<LegendEntry> entries;  ///< those that fit; the last may say how many do not
  int rows = 0;                      ///< entries per column
  float line = 0.0f;                 ///< pixels from one entry to the next
  std::vector<float> column_widths;  ///< pixels, gap before each column included
  TextStyle text;

  int width() const;
};

/// Fits `entries` into a height of `height` pixels and at most `width` pixels; names are shortened
/// and the last entries counted instead of named if they do not fit.
Legend lay_out_legend(std::vector<LegendEntry> entries, int height, int width, const TextStyle&);

/// Draws the legend with its top left corner at `corner`.
void draw_legend(Canvas& canvas, Spot corner, const Legend&);

}  // namespace nearfold
