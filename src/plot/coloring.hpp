// How labels or values become the colours of points, one scale for all panels.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plot/legend.hpp"
#include "plot/picture.hpp"

namespace nearfold {

/// The colours of a picture's points, and what explains them.
struct Coloring {
  std::vector<Rgb> colors;                          ///< one per class
  std::vector<std::vector<std::int32_t>> class_of;  ///< one per panel: empty, or [n]
  std::vector<LegendEntry> entries;
  std::optional<ValueRange> range;  ///< of the finite values
};

/// Labels: a class for each that occurs, all negative ones together. Values: 256 classes of equal
/// width between the least and the largest, and one for those that are not finite.
Coloring color_points(const Picture& picture, const Theme&);

}  // namespace nearfold
