// A map as a page for a browser: one file that needs no network, in which a million points are
// panned, zoomed, coloured, searched and selected. What runs in it is in the folder page/.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nearfold/matrix.hpp"
#include "plot/page_column.hpp"
#include "plot/picture.hpp"

namespace nearfold {

/// One map of the points, of those that the page has to choose from.
struct PageView {
  std::string name;
  Matrix places;  ///< [n, 2], finite
};

struct Page {
  std::string title = {}, subtitle = {};  ///< UTF-8, as all text: shown as it is, never as markup
  bool dark = false;                      ///< else as the reader's system is set
  std::string none = "no label";          ///< of points without a class
  std::vector<PageView> views = {};       ///< at least one
  std::vector<PageColumn> columns = {};
  int color_by = -1;  ///< the column that colours the points at first; -1: all are alike
};

/// A column of more distinct names than this is shown on hover and searched, but colours no points.
inline constexpr std::size_t kMostColors = 1000;

/// The page as HTML. Throws InvalidInput (places that are not finite, columns of another length).
/// Equal arguments give equal bytes: 11 for a point and view, 1 to 6 more for each column of
/// classes, 6 or 11 for one of numbers, and names.
std::string page_text(const Page& page);

/// The page of a picture: a view for each panel, or three where a map has three columns. Throws
/// what draw() throws, and InvalidInput for panels of different numbers of points.
std::string draw_page(const Picture& picture, const PlotOptions& options);

}  // namespace nearfold
