// Pictures of layouts: a scatter plot for thousands of points, a density picture for millions, one
// map or several side by side, as pixels, PNG or SVG. No axes: distances in a map have no unit.
// Files are written by the tool.
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
  std::string title;  ///< printable ASCII, as all text; any other character is drawn as "?"
  bool dark = false;  ///< light marks on a dark ground
  enum class Style { automatic, points, density };
  Style style = Style::automatic;  ///< automatic: points up to kMaxDots of them, density above
};

/// Points of a picture, over all its panels, that are drawn one by one unless asked for.
inline constexpr std::int64_t kMaxDots = 20'000;

/// One map of a picture.
struct Panel {
  HostMatrix<const float> layout;             ///< [n, 2 or 3]; rows == 0: only the title is drawn
  std::span<const std::int32_t> labels = {};  ///< empty or n: classes; negative: none, grey
  std::span<const float> values = {};         ///< empty or n: a colour scale; not finite: grey
  std::string title = {};  ///< above the map; lines divided by '\n', the first one larger
};

/// Maps side by side, row by row. Either labels or values colour them, on one scale for all.
struct Picture {
  std::vector<Panel> panels = {};  ///< at least one
  int columns = 1;
  std::vector<std::string> row_titles = {};     ///< empty, or one for each row: at the left
  std::vector<std::string> column_titles = {};  ///< empty, or one for each column: above
  std::span<const std::string> names = {};      ///< of the labels; numbers beyond
};

/// 8-bit sRGB, row-major from the top left: rgb[(y * width + x) * 3 + channel].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// Draws the maps, each with equal scales and the second axis upwards, 3-D ones seen from a fixed
/// oblique direction; legend or colour bar at the right, the number of points below. All points are
/// inside the picture, except that a far outlier (beyond the middle 99 % of the points by more than
/// half their extent) is drawn at its map's border and counted below, so that it does not shrink
/// the map. Throws InvalidInput (shape, not finite, labels or values of another length or both,
/// titles of another number) and InvalidParameter (size, columns). A pure function of its
/// arguments. One million points take 0.1 s as density, under 1 s as discs.
Image draw(const Picture& picture, const PlotOptions& options);

/// The same picture as SVG text: equal pictures give equal bytes. Throws what draw() and
/// check_svg() throw.
std::string draw_svg(const Picture& picture, const PlotOptions& options);

/// Throws InvalidParameter for a size out of range: what can be said before there are maps.
void check_options(const PlotOptions& options);

/// The same for an SVG with `n` points in all, which holds at most kMaxDots (InvalidInput above)
/// and no density (InvalidParameter).
void check_svg(const PlotOptions& options, std::int64_t n);

/// The image as a PNG file, without time stamps: equal images give equal bytes. Throws InvalidInput
/// if the size and the number of values do not agree.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace nearfold
