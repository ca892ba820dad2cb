// The column at the right of the maps that names the classes, or shows the scale of values.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "plot/scene.hpp"
#include "plot/value_range.hpp"

namespace nearfold {

/// One class of the map.
struct LegendEntry {
  std::string name;
  Rgb color;
  bool none = false;  ///< of what has no label or value: the last one, and always there
};

/// The ends in as few digits as tell them apart by a thousandth of the scale, low first.
std::array<std::string, 2> end_texts(const ValueRange& range);

/// A bar of the scale of values, if there is one; below it entries in columns of a fixed height.
struct Legend {
  float bar = 0.0f;                       ///< height in pixels, 0: none
  std::string low = {}, high = {};        ///< ends of the bar
  std::vector<LegendEntry> entries = {};  ///< those that fit
  std::string more = {};                  ///< how many do not, below the others; empty: none
  float more_width = 0.0f;                ///< pixels of it
  int rows = 0;                           ///< entries per column
  float line = 0.0f;                      ///< pixels from one entry to the next
  std::vector<float> name_widths = {};    ///< pixels in each column
  TextStyle text = {};

  int width() const;
};

/// Fits bar and `entries` into a height of `height` pixels and at most `width` pixels: the longest
/// names are shortened, so that they stay different, and the last entries counted, if they do not
/// fit.
Legend lay_out_legend(std::vector<LegendEntry> entries, const std::optional<ValueRange>& range,
                      int height, int width, const TextStyle&);

/// Adds the legend to a scene, its top left corner at `corner`.
void add_legend(Scene& scene, Spot corner, const Legend&);

}  // namespace nearfold
