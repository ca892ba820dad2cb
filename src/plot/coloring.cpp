#include "plot/coloring.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "nearfold/error.hpp"
#include "plot/names.hpp"

namespace nearfold {
namespace {

constexpr std::int32_t kShades = 256;

// Those that occur in any panel, sorted; all negative ones as -1.
std::vector<std::int32_t> distinct_labels(const Picture& picture) {
  std::vector<std::int32_t> found;
  for (const Panel& panel : picture.panels) {
    std::int32_t last = -2;
    for (const std::int32_t label : panel.labels) {
      const std::int32_t value = std::max(label, -1);
      if (value != last) found.push_back(last = value);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<std::int32_t> places(std::span<const std::int32_t> labels,
                                 const std::vector<std::int32_t>& classes) {
  std::vector<std::int32_t> found;
  found.reserve(labels.size());
  for (const std::int32_t label : labels) {
    const auto at = std::lower_bound(classes.begin(), classes.end(), std::max(label, -1));
    found.push_back(static_cast<std::int32_t>(at - classes.begin()));
  }
  return found;
}

std::string label_name(std::int32_t label, const Picture& picture) {
  if (label < 0) return picture.none;
  const auto index = static_cast<std::size_t>(label);
  return index < picture.names.size() ? picture.names[index] : std::to_string(label);
}

std::optional<ValueRange> range_of(const Picture& picture, const PlotOptions& options) {
  std::vector<float> values;
  for (const Panel& panel : picture.panels)
    values.insert(values.end(), panel.values.begin(), panel.values.end());
  return value_range(std::move(values), options.vmin, options.vmax);
}

std::int32_t shade_of(float value, const std::optional<ValueRange>& range) {
  if (!std::isfinite(value)) return kShades;
  const double extent = double{range->high} - double{range->low};
  const double t = extent > 0.0 ? (double{value} - double{range->low}) / extent : 0.5;
  return static_cast<std::int32_t>(std::lround(std::clamp(t, 0.0, 1.0) * (kShades - 1)));
}

Coloring by_labels(const Picture& picture, const Theme& look) {
  Coloring coloring;
  const std::vector<std::int32_t> classes = distinct_labels(picture);
  for (const std::int32_t label : classes) {
    coloring.colors.push_back(class_color(label, look));
    coloring.names.push_back(label_name(label, picture));
    coloring.entries.push_back({coloring.names.back(), coloring.colors.back(), label < 0});
  }
  if (!classes.empty() && classes[0] < 0) coloring.none = 0;
  std::stable_sort(coloring.entries.begin(), coloring.entries.end(),
                   [](const LegendEntry& a, const LegendEntry& b) {
                     return a.none == b.none ? natural_less(a.name, b.name) : b.none;
                   });
  for (const Panel& panel : picture.panels)
    coloring.class_of.push_back(places(panel.labels, classes));
  return coloring;
}

Coloring by_values(const Picture& picture, const PlotOptions& options, const Theme& look) {
  Coloring coloring;
  coloring.range = range_of(picture, options);
  for (std::int32_t shade = 0; shade < kShades; ++shade)
    coloring.colors.push_back(value_color(static_cast<float>(shade) / (kShades - 1)));
  coloring.colors.push_back(look.none);
  for (const Panel& panel : picture.panels) {
    std::vector<std::int32_t>& class_of = coloring.class_of.emplace_back();
    class_of.reserve(panel.values.size());
    for (const float value : panel.values) {
      class_of.push_back(shade_of(value, coloring.range));
      if (class_of.back() == kShades) coloring.none = kShades;
    }
  }
  if (coloring.none >= 0) coloring.entries.push_back({"no value", look.none, true});
  return coloring;
}

}  // namespace

Coloring color_points(const Picture& picture, const PlotOptions& options, const Theme& look) {
  const bool values = std::any_of(picture.panels.begin(), picture.panels.end(),
                                  [](const Panel& panel) { return !panel.values.empty(); });
  return values ? by_values(picture, options, look) : by_labels(picture, look);
}

}  // namespace nearfold
