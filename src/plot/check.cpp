// What a picture must be before it is laid out.
#include <cmath>
#include <string>

#include "nearfold/error.hpp"
#include "plot/scene.hpp"
#include "plot/value_range.hpp"

namespace nearfold {
namespace {

constexpr int kSmallest = 64;
constexpr int kLargest = 8192;

void check_colors(std::size_t count, const char* what, const std::string& name,
                  std::int64_t points) {
  if (count == 0 || static_cast<std::int64_t>(count) == points) return;
  throw InvalidInput(name + " has " + std::to_string(count) + " " + what + " for " +
                     std::to_string(points) + " points; give one for each, or none");
}

void check_panel(const Panel& panel, const PlotOptions& options, const std::string& name) {
  const HostMatrix<const float>& layout = panel.layout;
  if (layout.rows() > 0 && layout.cols() < 1)
    throw InvalidInput(name + " has a layout without columns; give one of 1 or more");
  for (const int column : options.map_columns)
    if (layout.rows() > 0 && (column < 0 || column >= layout.cols()))
      throw InvalidInput("map_columns has column " + std::to_string(column) + ", and " + name +
                         " has " + std::to_string(layout.cols()) + ", counted from 0");
  check_colors(panel.labels.size(), "labels", name, layout.rows());
  check_colors(panel.values.size(), "values", name, layout.rows());
  if (panel.lines != nullptr && panel.lines->n != layout.rows())
    throw InvalidInput(name + " has a graph of " + std::to_string(panel.lines->n) + " points for " +
                       std::to_string(layout.rows()) + " points; give the graph of these");
}

void check_scale(const PlotOptions& options) {
  for (const auto& end : {options.vmin, options.vmax})
    if (end && !std::isfinite(*end))
      throw InvalidParameter("a scale of values that ends at " + number_text(*end) +
                             "; its ends must be finite");
  if (options.vmin && options.vmax && *options.vmin >= *options.vmax)
    throw InvalidParameter("vmin is " + number_text(*options.vmin) + " and vmax " +
                           number_text(*options.vmax) + "; vmin must be less");
}

void check_titles(std::size_t count, const char* what, std::int64_t wanted) {
  if (count == 0 || static_cast<std::int64_t>(count) == wanted) return;
  throw InvalidInput("a picture of " + std::to_string(wanted) + " " + what + "s has " +
                     std::to_string(count) + " " + what + " titles; give one for each, or none");
}

}  // namespace

void check_options(const PlotOptions& options) {
  for (const int size : {options.width, options.height}) {
    if (size >= kSmallest && size <= kLargest) continue;
    throw InvalidParameter("a picture of " + std::to_string(options.width) + " x " +
                           std::to_string(options.height) + " pixels: each side must be in [" +
                           std::to_string(kSmallest) + ", " + std::to_string(kLargest) + "]");
  }
  check_scale(options);
  check_fonts();
}

void check_picture(const Picture& picture, const PlotOptions& options) {
  check_scale(options);
  if (options.map_columns.size() > 3)
    throw InvalidParameter("map_columns has " + std::to_string(options.map_columns.size()) +
                           " columns, and a picture shows up to 3");
  if (picture.columns < 1)
    throw InvalidParameter("a picture of " + std::to_string(picture.columns) +
                           " columns; it must have at least 1");
  if (picture.panels.empty()) throw InvalidInput("a picture without panels; give at least one");
  bool labels = false;
  bool values = false;
  for (std::size_t p = 0; p < picture.panels.size(); ++p) {
    const std::string name = "panel " + std::to_string(p);
    check_panel(picture.panels[p], options, name);
    const std::int64_t columns = picture.panels[p].layout.cols();
    if (picture.window.rows() > 0 && picture.panels[p].layout.rows() > 0 &&
        picture.window.cols() != columns)
      throw InvalidInput("the window of the picture has " + std::to_string(picture.window.cols()) +
                         " columns, and " + name + " has " + std::to_string(columns));
    labels |= !picture.panels[p].labels.empty();
    values |= !picture.panels[p].values.empty();
  }
  if (labels && values)
    throw InvalidInput("a picture has both labels and values; colour it by one of them");
  if (options.annotate && !labels)
    throw InvalidParameter("annotate writes the names of labels, and the picture has none");
  if ((options.vmin || options.vmax) && !values)
    throw InvalidParameter("vmin and vmax are of a scale of values, and the picture has none");
  const auto panels = static_cast<std::int64_t>(picture.panels.size());
  check_titles(picture.row_titles.size(), "row", (panels - 1) / picture.columns + 1);
  check_titles(picture.column_titles.size(), "column", picture.columns);
}

}  // namespace nearfold
