// What is where in a picture, in pixels: laid out once, then drawn (draw.cpp).
#pragma once

#include <optional>
#include <vector>

#include "plot/colors.hpp"
#include "plot/geometry.hpp"
#include "plot/picture.hpp"
#include "plot/raster.hpp"
#include "plot/text.hpp"

namespace nearfold {

/// What stands for the points.
enum class Marks {
  discs,       ///< each drawn by itself
  disc_image,  ///< the same, as pixels also in SVG and PDF: there are too many
  density,
};

/// A mark of the legend.
struct Swatch {
  Spot at;
  float radius = 0.0f;
  Rgb color;
};

/// The points of one panel, or of one of its two views if it is 3-D.
struct Map {
  Box box;
  Dots dots;
  float radius = 0.0f;              ///< of a disc
  std::vector<Segment> lines = {};  ///< below the points
};

/// All that a picture shows.
struct Scene {
  int width = 0;
  int height = 0;
  Theme look = {};
  Marks marks = Marks::discs;
  std::vector<Map> maps = {};
  std::vector<Box> frames = {};
  std::vector<Swatch> swatches = {};
  std::optional<Box> bar = {};        ///< the scale of values, its high end above
  std::vector<Segment> leaders = {};  ///< from a text to what it names
  std::vector<TextLine> texts = {};
};

/// Throws what draw() throws for shapes and scales.
void check_picture(const Picture& picture, const PlotOptions& options);

/// Points of all maps: of 3-D panels twice.
std::int64_t points_of(const Picture& picture, const PlotOptions& options);

/// Lays a picture out. Throws what draw() throws.
Scene lay_out(const Picture& picture, const PlotOptions& options);

}  // namespace nearfold
