// Pictures of layouts: a scatter plot for thousands of points, a density picture for millions, one
// map or several side by side, as PNG, SVG or PDF. No axes: distances in a map have no unit. Files
// are written by the tool.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nearfold/matrix.hpp"
#include "plot/lines.hpp"
#include "plot/page_column.hpp"

namespace nearfold {

/// How a map is drawn.
struct PlotOptions {
  int width = 1200;   ///< pixels, [64, 8192]; 96 of them are an inch in SVG and PDF
  int height = 1200;  ///< pixels, [64, 8192]
  std::string title;  ///< UTF-8, as all text; what is not is drawn as U+FFFD
  bool dark = false;  ///< light marks on a dark ground
  enum class Style { automatic, points, density };
  Style style = Style::automatic;  ///< automatic: points up to kMaxDots of them, density above
  std::string subtitle = {};       ///< below the title, in small type
  bool annotate = false;           ///< the name of every class at the median of its points
  /// The ends of the scale of values, beyond which colours stay what they are there. Unset: the 2nd
  /// and the 98th percentile, or all of the range where these are equal.
  std::optional<float> vmin = {}, vmax = {};
  /// Which one, two or three columns of the maps are drawn, from 0; empty: all of up to three, and
  /// of more the first two.
  std::vector<int> map_columns = {};
};

/// Points of a picture, over all its maps, that are drawn one by one: in SVG and PDF as shapes, and
/// as an image if there are more.
inline constexpr std::int64_t kMaxDots = 20'000;

/// One map of a picture.
struct Panel {
  HostMatrix<const float> layout;             ///< [n, dims]; rows == 0: only the title is drawn
  std::span<const std::int32_t> labels = {};  ///< empty or n: classes; negative: none, grey
  std::span<const float> values = {};         ///< empty or n: a colour scale; not finite: grey
  std::string title = {};        ///< above the map; lines divided by '\n', the first one larger
  const Lines* lines = nullptr;  ///< between neighbours, drawn under the points; null: none
};

/// Maps side by side, row by row. Either labels or values colour them, on one scale for all.
struct Picture {
  std::vector<Panel> panels = {};  ///< at least one
  int columns = 1;
  std::vector<std::string> row_titles = {};     ///< empty, or one for each row: at the left
  std::vector<std::string> column_titles = {};  ///< empty, or one for each column: above
  std::span<const std::string> names = {};      ///< of the labels; numbers beyond
  std::string none = "no label";                ///< of points whose label is negative
  std::span<const PageColumn> hover_data = {};  ///< columns, which a page alone shows
  /// Rows [any, dims] by whose extent every map is drawn, so that places in several maps or
  /// pictures can be compared; of as many columns as the maps, finite. rows == 0: each map by its
  /// own. A page has each by its own.
  HostMatrix<const float> window = {};
};

/// What a picture is written as. The first three are drawn by the same code: sizes, places and
/// colours are the same. A page (page.hpp) has no size, style, annotations and lines.
enum class Format { png, svg, pdf, html };

/// The bytes of a file that shows the maps, each with equal scales and the second axis upwards; 3-D
/// ones twice, side by side and named: the first and the third axis across; of one column its
/// points in stacks, as high as there are many. Legend or colour bar at
/// the right, at most a third of the width, names in natural order; the number of points below. All
/// points are inside the picture, except that a far outlier (beyond the middle 99 % of the points
/// by more than half their extent) is drawn at its map's border and counted below, so that it does
/// not shrink the map. Throws InvalidInput (shape, not finite, labels or values of another length
/// or both, titles of another number, lines of another graph) and InvalidParameter (size, columns,
/// vmin and vmax). Equal arguments and fonts give equal bytes. One million points take 0.1 s as
/// density, about 1 s as discs.
std::string draw(const Picture& picture, const PlotOptions& options, Format format);

/// Throws InvalidParameter for a size out of range, IoError where there is no font: what can be
/// said before there are maps.
void check_options(const PlotOptions& options);

}  // namespace nearfold
