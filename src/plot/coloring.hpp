// How labels or values become the colours of points, one scale for all panels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plot/legend.hpp"
#include "plot/picture.hpp"

namespace nearfold {

/// The colours of a picture's points, and what explains them.
struct Coloring {
  std::vector<Rgb> colors;                          ///< one per class
  std::vector<std::vector<std::int32_t>> class_of;  ///< one per panel: empty, or [n]
  std::int32_t none = -1;          ///< the class of points without a label or value; -1: none has
  std::vector<std::string> names;  ///< of classes that are labels, one per class, but for `none`
  std::vector<LegendEntry> entries;
  std::optional<ValueRange> range;  ///< of the scale
};

/// Labels: a class for each that occurs, all negative ones together. Values: 256 classes of equal
/// width between the ends of the scale, and one for those that are not finite. Throws
/// InvalidParameter for ends that are in the wrong order.
Coloring color_points(const Picture& picture, const PlotOptions& options, const Theme&);

}  // namespace nearfold
