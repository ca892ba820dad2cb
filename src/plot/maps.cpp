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
std::int64_t add_map(Scene& scene, const Panel& panel, const Box& box, int across, bool framed) {
  const int side = std::min(box.width(), box.height());
  Map map{box, {}, disc_radius(panel.layout.rows(), side)};
  const float inset = framed ? kFramedInset * static_cast<float>(side) : 0.0f;
  Places places =
      place_points(panel.layout, box, std::max({kInset, inset, map.radius + 1.0f}), across);
  if (panel.lines != nullptr)
    for (const auto& [from, to] : panel.lines->pairs)
      map.lines.push_back(
          {places.at[static_cast<std::size_t>(from)], places.at[static_cast<std::size_t>(to)]});
  map.dots.at = std::move(places.at);
  if (framed) scene.frames.push_back(box);
  scene.maps.push_back(std::move(map));
  return places.outside;
}

}  // namespace

std::int64_t add_maps(Scene& scene, const Panel& panel, const Box& box, bool framed,
                      const TextStyle& style) {
  if (views_of(panel) == 1) return add_map(scene, panel, box, 0, framed);
  const auto at_least = [](float pixels) {
    return std::max(kSmallestMap / 2, static_cast<int>(pixels));
  };
  const int wide = at_least(0.5f * (static_cast<float>(box.width()) - kBetween * style.size));
  const int top = box.top + static_cast<int>(kBelowName * style.size);
  std::int64_t outside = 0;
  for (const int across : {0, 2}) {
    const int left = across == 0 ? box.left : box.right - wide;
    const Box view{left, top, left + wide, top + at_least(static_cast<float>(box.bottom - top))};
    outside = add_map(scene, panel, view, across, true);
    const Spot above{0.5f * static_cast<float>(view.left + view.right),
                     static_cast<float>(box.top)};
    scene.texts.push_back({"axis " + std::to_string(across + 1) + " across, 2 up", above, style,
                           static_cast<float>(wide), true});
  }
  return outside;
}

std::string caption(const std::vector<Panel>& panels, std::int64_t outside,
                    std::int64_t names_without_room) {
  std::int64_t least = 0;  // of those that are not blank
  std::int64_t most = 0;
  bool views = false, lines = false, sampled = false;
  for (const Panel& panel : panels) {
    const std::int64_t n = panel.layout.rows();
    if (n > 0) least = least == 0 ? n : std::min(least, n);
    most = std::max(most, n);
    views |= views_of(panel) > 1;
    lines |= panel.lines != nullptr;
    sampled |= panel.lines != nullptr && panel.lines->sampled;
  }
  std::string text = "n = " + with_commas(least);
  if (most > least) text += " to " + with_commas(most);
  if (panels.size() > 1) text += " in each map";
  if (outside > 0) text += ", " + with_commas(outside) + " of them beyond the border";
  if (views) text += "; 3-D, seen along two of its axes";
  if (lines) text += std::string("; lines join neighbours") + (sampled ? ", a sample of them" : "");
  if (names_without_room > 0) text += "; names without room: " + with_commas(names_without_room);
  return text;
}

}  // namespace nearfold
