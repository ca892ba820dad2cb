// Pictures of a layout: a scatter plot for thousands of points, a density picture for millions, in
// memory and as PNG bytes. No axes: distances in a map have no unit. Files are written by the tool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// How a map is drawn.
struct PlotOptions {
  int width = 1200;   ///< pixels, [64, 8192]
  int height = 1200;  ///< pixels, [64, 8192]
  std::string title;  ///< printable ASCII; any other character is drawn as "?"
  bool dark = false;  ///< light marks on a dark ground
  enum class Style { automatic, points, density };
  Style style = Style::automatic;  ///< automatic: points up to 20,000 of them, density above
};

/// 8-bit sRGB, row-major from the top left: rgb[(y * width + x) * 3 + channel].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// Draws `layout` ([n, 2], or [n, 3] seen from a fixed oblique direction) with equal scales and the
/// second axis upwards. All points are inside the picture, except that a far outlier (beyond the
/// middle 99 % of the points by more than half their extent) is drawn at the border and counted in
/// the caption, so that it does not shrink the map.
/// `labels` (empty or n) pick the colours; a negative label means "none" and is grey. names[l] is
/// the legend's text for label l; labels beyond `names` are shown as numbers. n may be 0. Throws
/// InvalidInput (shape, not finite, labels of another length) and InvalidParameter (size). A pure
/// function of its arguments. One million points take 0.1 s as density, under 1 s as discs.
Image draw_map(HostMatrix<const float> layout, std::span<const std::int32_t> labels,
               std::span<const std::string> names, const PlotOptions& options);

/// The image as a PNG file, without time stamps: equal images give equal bytes. Throws InvalidInput
/// if the size and the number of values do not agree.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace nearfold
