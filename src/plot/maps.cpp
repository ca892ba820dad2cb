#include "plot/maps.hpp"

#include <algorithm>
#include <utility>

#include "plot/place.hpp"

namespace nearfold {
namespace {

constexpr float kInset = 4.0f;         // pixels around the map, for the smoothing of densities
constexpr float kFramedInset = 0.03f;  // of a map's side
constexpr float kBelowName = 1.2f;     // from the name of a view to it, in sizes of its text
constexpr float kBetween = 0.5f;       // views, in the same

// `across`: the column of the layout that is drawn to the right.
std::int64_t add_map(Scene& scene, const Panel& panel, const Matrix& layout, const Matrix& window,
                     const Box& box, int across, bool framed) {
  const int side = std::min(box.width(), box.height());
  Map map{box, {}, disc_radius(panel.layout.rows(), side)};
  const float inset = framed ? kFramedInset * static_cast<float>(side) : 0.0f;
  Places places = place_points(layout, window.rows() > 0 ? window : layout, box,
                               std::max({kInset, inset, map.radius + 1.0f}), across);
  if (panel.lines != nullptr)
    for (const auto& [from, to] : panel.lines->pairs)
      map.lines.push_back(
          {places.at[static_cast<std::size_t>(from)], places.at[static_cast<std::size_t>(to)]});
  map.dots.at = std::move(places.at);
  if (framed) scene.frames.push_back(box);
  scene.maps.push_back(std::move(map));
  return places.outside;
}

// What of a map its picture does not show, or shows in another way than one would think.
std::string part_shown(const Panel& panel, const PlotOptions& options) {
  const std::vector<int> columns = drawn_columns(panel, options);
  std::string text;
  if (std::ssize(columns) < panel.layout.cols()) {
    text = columns.size() == 1 ? "; column " : "; columns ";
    for (std::size_t c = 0; c < columns.size(); ++c)
      text += (c == 0 ? "" : c + 1 < columns.size() ? ", " : " and ") + std::to_string(columns[c]);
    text += " of its " + std::to_string(panel.layout.cols()) + ", which are counted from 0";
  }
  if (columns.size() == 1) text += "; in stacks, as high as there are points";
  return text;
}

}  // namespace

std::int64_t add_maps(Scene& scene, const Panel& panel, HostMatrix<const float> window,
                      const PlotOptions& options, const Box& box, bool framed,
                      const TextStyle& style) {
  const std::vector<int> columns = drawn_columns(panel, options);
  const Matrix layout = drawn_layout(panel, columns);
  const Matrix shown = window.rows() > 0 ? drawn_layout({.layout = window}, columns) : Matrix();
  if (columns.size() != 3) return add_map(scene, panel, layout, shown, box, 0, framed);
  const auto at_least = [](float pixels) {
    return std::max(kSmallestMap / 2, static_cast<int>(pixels));
  };
  const int wide = at_least(0.5f * (static_cast<float>(box.width()) - kBetween * style.size));
  const int top = box.top + static_cast<int>(kBelowName * style.size);
  std::int64_t outside = 0;
  for (const int across : {0, 2}) {
    const int left = across == 0 ? box.left : box.right - wide;
    const Box view{left, top, left + wide, top + at_least(static_cast<float>(box.bottom - top))};
    outside = add_map(scene, panel, layout, shown, view, across, true);
    const Spot above{0.5f * static_cast<float>(view.left + view.right),
                     static_cast<float>(box.top)};
    const bool chosen = !options.map_columns.empty();  // in words of the flag, which counts from 0
    const auto axis = [&](std::size_t which) {
      return std::to_string(columns[which] + (chosen ? 0 : 1));
    };
    const std::string name = (chosen ? "column " : "axis ") +
                             axis(static_cast<std::size_t>(across)) + " across, " + axis(1) + " up";
    scene.texts.push_back({name, above, style, static_cast<float>(wide), true});
  }
  return outside;
}

std::string caption(const std::vector<Panel>& panels, const PlotOptions& options,
                    std::int64_t outside, std::int64_t names_without_room) {
  std::int64_t least = 0;  // of those that are not blank
  std::int64_t most = 0;
  std::string part;
  bool views = false, lines = false, sampled = false;
  for (const Panel& panel : panels) {
    const std::int64_t n = panel.layout.rows();
    if (n > 0) least = least == 0 ? n : std::min(least, n);
    most = std::max(most, n);
    views |= views_of(panel, options) > 1;
    if (n > 0 && part.empty()) part = part_shown(panel, options);
    lines |= panel.lines != nullptr;
    sampled |= panel.lines != nullptr && panel.lines->sampled;
  }
  std::string text = "n = " + with_commas(least);
  if (most > least) text += " to " + with_commas(most);
  if (panels.size() > 1) text += " in each map";
  if (outside > 0) text += ", " + with_commas(outside) + " of them beyond the border";
  if (views) text += "; 3-D, seen along two of its axes";
  text += part;
  if (lines) text += std::string("; lines join neighbours") + (sampled ? ", a sample of them" : "");
  if (names_without_room > 0) text += "; names without room: " + with_commas(names_without_room);
  return text;
}

}  // namespace nearfold
