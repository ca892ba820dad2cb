// Puts a picture together: title above, caption below, legend at the right, the map in the rest.
#include "plot/picture.hpp"

#include <algorithm>
#include <utility>

#include "nearfold/error.hpp"
#include "plot/canvas.hpp"
#include "plot/colors.hpp"
#include "plot/legend.hpp"
#include "plot/place.hpp"
#include "plot/raster.hpp"
#include "plot/text.hpp"

namespace nearfold {
namespace {

constexpr int kSmallest = 64;
constexpr int kLargest = 8192;
constexpr std::int64_t kMostDiscs = 20'000;
constexpr float kInset = 4.0f;        // pixels around the map, for the smoothing of densities
constexpr double kLegendShare = 0.4;  // of the picture's width, at most

// The classes of a map: sorted labels, all negative ones as -1, and the class of every point.
struct Classes {
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> of_point;
};

// Sizes in pixels that follow from the size of the picture.
struct Frame {
  float cell;  // of the legend's text
  int margin;
  TextStyle title;
  TextStyle text;
  TextStyle caption;
};

void check(HostMatrix<const float> layout, std::span<const std::int32_t> labels,
           const PlotOptions& options) {
  for (const int size : {options.width, options.height}) {
    if (size >= kSmallest && size <= kLargest) continue;
    throw InvalidParameter("a picture of " + std::to_string(options.width) + " x " +
                           std::to_string(options.height) + " pixels: each side must be in [" +
                           std::to_string(kSmallest) + ", " + std::to_string(kLargest) + "]");
  }
  if (layout.rows > 0 && layout.cols != 2 && layout.cols != 3) {
    throw InvalidInput("the layout has " + std::to_string(layout.cols) +
                       " columns; a map has 2 or 3");
  }
  if (!labels.empty() && static_cast<std::int64_t>(labels.size()) != layout.rows) {
    throw InvalidInput(std::to_string(labels.size()) + " labels for " +
                       std::to_string(layout.rows) + " points; give one for each, or none");
  }
}

Classes classes_of(std::span<const std::int32_t> labels) {
  Classes classes;
  std::int32_t last = -2;
  for (const std::int32_t label : labels) {
    const std::int32_t value = std::max(label, -1);
    if (value == last) continue;
    classes.labels.push_back(last = value);
  }
  std::sort(classes.labels.begin(), classes.labels.end());
  classes.labels.erase(std::unique(classes.labels.begin(), classes.labels.end()),
                       classes.labels.end());
  classes.of_point.reserve(labels.size());
  for (const std::int32_t label : labels) {
    const auto at =
        std::lower_bound(classes.labels.begin(), classes.labels.end(), std::max(label, -1));
    classes.of_point.push_back(static_cast<std::int32_t>(at - classes.labels.begin()));
  }
  return classes;
}

std::vector<LegendEntry> legend_entries(const Classes& classes, std::span<const std::string> names,
                                        const Theme& look) {
  std::vector<LegendEntry> entries;
  for (const std::int32_t label : classes.labels) {
    const auto index = static_cast<std::size_t>(std::max(label, 0));
    std::string name = label < 0 ? "no label" : std::to_string(label);
    if (label >= 0 && index < names.size()) name = names[index];
    entries.push_back({std::move(name), class_color(label, look)});
  }
  return entries;
}

std::string with_commas(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string caption(std::int64_t n, std::int64_t outside) {
  std::string text = "n = " + with_commas(n);
  if (outside > 0) text += ", " + with_commas(outside) + " of them beyond the border";
  return text;
}

Frame frame_for(const PlotOptions& options, const Theme& look) {
  const int side = std::min(options.width, options.height);
  const float cell = std::max(1.0f, 0.4f + static_cast<float>(side) / 750.0f);
  return {cell,
          side / 25,
          {1.5f * cell, 1.15f, look.text},
          {cell, 0.95f, look.text},
          {0.8f * cell, 0.95f, look.muted}};
}

}  // namespace

Image draw_map(HostMatrix<const float> layout, std::span<const std::int32_t> labels,
               std::span<const std::string> names, const PlotOptions& options) {
  check(layout, labels, options);
  const Theme look = theme(options.dark);
  const Frame frame = frame_for(options, look);
  const int margin = frame.margin;
  Canvas canvas(options.width, options.height, look.ground);
  Box box{margin, margin, options.width - margin, options.height - margin};
  const auto left = static_cast<float>(margin);
  if (!options.title.empty()) {
    const auto room = static_cast<float>(box.width());
    draw_text(canvas, {left, static_cast<float>(box.top)},
              shortened(options.title, room, frame.title), frame.title);
    box.top += static_cast<int>(9.0f * frame.title.cell) + margin / 2;
  }
  box.bottom -= static_cast<int>(7.0f * frame.caption.cell) + margin / 2;

  Classes classes = classes_of(labels);
  if (!classes.labels.empty()) {
    const int room = static_cast<int>(kLegendShare * options.width);
    const Legend legend =
        lay_out_legend(legend_entries(classes, names, look), box.height(), room, frame.text);
    box.right -= legend.width();
    draw_legend(canvas, {static_cast<float>(box.right), static_cast<float>(box.top)}, legend);
  }

  const float radius = disc_radius(layout.rows, std::min(box.width(), box.height()));
  Places places = place_points(layout, box, std::max(kInset, radius + 1.0f));
  Dots dots{std::move(places.at), std::move(classes.of_point), {}};
  for (const std::int32_t label : classes.labels) dots.colors.push_back(class_color(label, look));
  const bool discs = options.style == PlotOptions::Style::points ||
                     (options.style == PlotOptions::Style::automatic && layout.rows <= kMostDiscs);
  if (discs) {
    draw_discs(canvas, dots, radius, look);
  } else {
    draw_density(canvas, box, dots, look);
  }
  draw_text(canvas, {left, static_cast<float>(box.bottom + margin / 2)},
            caption(layout.rows, places.outside), frame.caption);
  return to_image(canvas);
}

}  // namespace nearfold
