// Title above, number of points below, legend at the right, titles of rows and columns around the
// maps, which share the rest evenly. A 3-D map is two views side by side in the place of one.
#include "plot/scene.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nearfold/error.hpp"
#include "plot/annotate.hpp"
#include "plot/coloring.hpp"
#include "plot/legend.hpp"
#include "plot/maps.hpp"
#include "plot/titles.hpp"

namespace nearfold {
namespace {

constexpr int kLegendPart = 3;  // of the picture's width: one in so many at most

// Sizes in pixels that follow from the size of the picture.
struct Frame {
  int margin;
  TextStyle title;
  TextStyle heading;  // of rows and columns
  TextStyle text;
  TextStyle caption;
};

// Where the maps are.
struct Cells {
  Box box;  // of all
  int columns;
  int rows;
  int gap;     // between neighbours
  int titles;  // height above each map

  Box map(std::int64_t row, std::int64_t column) const {
    const std::int64_t wide = box.width() + gap;
    const std::int64_t high = box.height() + gap;
    return {box.left + static_cast<int>(column * wide / columns),
            box.top + static_cast<int>(row * high / rows) + titles,
            box.left + static_cast<int>((column + 1) * wide / columns) - gap,
            box.top + static_cast<int>((row + 1) * high / rows) - gap};
  }
};

Frame frame_for(const PlotOptions& options, const Theme& look) {
  const float side =
      std::sqrt(static_cast<float>(options.width) * static_cast<float>(options.height));
  const float size = std::max(10.0f, 3.6f + side / 83.0f);
  return {static_cast<int>(side) / 25,
          {1.5f * size, look.text},
          {1.15f * size, look.text},
          {size, look.text},
          {0.8f * size, look.muted}};
}

float capitals(const TextStyle& style) {
  return kCapitals * style.size;
}

Marks marks_for(PlotOptions::Style style, std::int64_t n) {
  switch (style) {
    case PlotOptions::Style::automatic:
      return n <= kMaxDots ? Marks::discs : Marks::density;
    case PlotOptions::Style::points:
      return n <= kMaxDots ? Marks::discs : Marks::disc_image;
    case PlotOptions::Style::density:
      break;
  }
  return Marks::density;
}

// Takes from `box` what the titles of rows and columns need.
Box without_headings(Box box, const Picture& picture, const Frame& frame) {
  if (!picture.row_titles.empty())
    box.left += static_cast<int>(capitals(frame.heading)) + frame.margin / 2;
  if (!picture.column_titles.empty())
    box.top += static_cast<int>(kTitleLine * frame.heading.size) + frame.margin / 4;
  return box;
}

void add_headings(Scene& scene, const Box& box, const Picture& picture, const Cells& cells,
                  const Frame& frame) {
  const TextStyle& style = frame.heading;
  for (std::size_t c = 0; c < picture.column_titles.size(); ++c) {
    const Box map = cells.map(0, static_cast<std::int64_t>(c));
    const Spot at{0.5f * static_cast<float>(map.left + map.right), static_cast<float>(box.top)};
    const auto room = static_cast<float>(map.width());
    scene.texts.push_back({picture.column_titles[c], at, style, room, true});
  }
  for (std::size_t r = 0; r < picture.row_titles.size(); ++r) {
    const Box map = cells.map(static_cast<std::int64_t>(r), 0);
    const Spot at{static_cast<float>(box.left), 0.5f * static_cast<float>(map.top + map.bottom)};
    const auto room = static_cast<float>(map.height());
    scene.texts.push_back({picture.row_titles[r], at, style, room, true, true});
  }
}

Cells cells_in(const Box& box, const Picture& picture, const Frame& frame, int titles) {
  const auto panels = static_cast<std::int64_t>(picture.panels.size());
  const auto rows = static_cast<int>((panels - 1) / picture.columns + 1);
  const Cells cells{box, picture.columns, rows, frame.margin / 2, titles};
  const Box least = cells.map(0, 0);
  if (least.width() < kSmallestMap || least.height() < kSmallestMap)
    throw InvalidParameter("the picture leaves " + std::to_string(least.width()) + " x " +
                           std::to_string(least.height()) + " pixels for each of " +
                           std::to_string(rows) + " x " + std::to_string(picture.columns) +
                           " maps, and each side must be at least " + std::to_string(kSmallestMap) +
                           "; make it larger");
  return cells;
}

// Writes title and subtitle at the top of `box`, and takes from it what they need.
void add_titles(Scene& scene, const PlotOptions& options, const Frame& frame, Box& box) {
  const auto add = [&](const std::string& text, const TextStyle& style, float below) {
    if (text.empty()) return;
    const Spot at{static_cast<float>(box.left), static_cast<float>(box.top)};
    scene.texts.push_back({text, at, style, static_cast<float>(box.width())});
    box.top += static_cast<int>(style.size + below);
  };
  const auto gap = static_cast<float>(frame.margin / 2);
  add(options.title, frame.title, options.subtitle.empty() ? gap : 0.4f * frame.caption.size);
  add(options.subtitle, frame.caption, gap);
}

// Fills the cells with the maps and their titles. Returns what is to be said of them.
std::string add_panels(Scene& scene, const Picture& picture, const PlotOptions& options,
                       const Cells& cells, const PanelTitles& titles, const Coloring& coloring,
                       const Frame& frame) {
  std::int64_t outside = 0, unwritten = 0;
  for (std::size_t p = 0; p < picture.panels.size(); ++p) {
    const auto at = static_cast<std::int64_t>(p);
    const Panel& panel = picture.panels[p];
    const Box box = cells.map(at / picture.columns, at % picture.columns);
    const bool framed = picture.panels.size() > 1 && panel.layout.rows() > 0;
    add_panel_title(scene, titles.texts[p], box, titles);
    const std::size_t first = scene.maps.size();
    outside += add_maps(scene, panel, picture.window, options, box, framed, frame.caption);
    for (std::size_t m = first; m < scene.maps.size(); ++m) {
      Dots& dots = scene.maps[m].dots;
      dots.class_of = coloring.class_of[p];
      dots.colors = coloring.colors;
      dots.none = coloring.none;
      if (options.annotate) unwritten += annotate(scene, scene.maps[m], coloring.names, frame.text);
    }
  }
  return caption(picture.panels, options, outside, unwritten);
}

}  // namespace

std::int64_t points_of(const Picture& picture, const PlotOptions& options) {
  std::int64_t sum = 0;
  for (const Panel& panel : picture.panels) sum += panel.layout.rows() * views_of(panel, options);
  return sum;
}

Scene lay_out(const Picture& picture, const PlotOptions& options) {
  check_options(options);
  check_picture(picture, options);
  Scene scene{.width = options.width, .height = options.height, .look = theme(options.dark)};
  scene.marks = marks_for(options.style, points_of(picture, options));
  const Frame frame = frame_for(options, scene.look);
  const int margin = frame.margin;
  Box box{margin, margin, options.width - margin, options.height - margin};
  add_titles(scene, options, frame, box);
  box.bottom -= static_cast<int>(capitals(frame.caption)) + margin / 2;

  Coloring coloring = color_points(picture, options, scene.look);
  const Legend legend = lay_out_legend(std::move(coloring.entries), coloring.range, box.height(),
                                       options.width / kLegendPart, frame.text);
  box.right -= legend.width();
  add_legend(scene, {static_cast<float>(box.right), static_cast<float>(box.top)}, legend);

  const Box inner = without_headings(box, picture, frame);
  // Two pixels less: other cells may be one narrower, and what was fitted must not be cut.
  const int wide = cells_in(inner, picture, frame, 0).map(0, 0).width() - 2;
  const PanelTitles titles =
      fit_titles(picture.panels, static_cast<float>(wide), frame.text, frame.caption);
  const Cells cells = cells_in(inner, picture, frame, titles.height);
  add_headings(scene, box, picture, cells, frame);
  const Spot below{static_cast<float>(margin), static_cast<float>(box.bottom + margin / 2)};
  const std::string said = add_panels(scene, picture, options, cells, titles, coloring, frame);
  const auto room = static_cast<float>(options.width - 2 * margin);
  scene.texts.push_back({said, below, frame.caption, room});
  return scene;
}

}  // namespace nearfold
