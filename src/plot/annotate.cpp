#include "plot/annotate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>

#include "plot/names.hpp"

namespace nearfold {
namespace {

constexpr float kMaxWidth = 0.3f;      // of a name, in widths of the map
constexpr float kSize = 1.0f / 40.0f;  // of the text on small maps, in sides of the map
constexpr float kSmallestSize = 0.7f;  // of the text there, in sizes of that on others
// In sizes of the text.
constexpr float kMinWidth = 7.0f;    // that a name may have on any map
constexpr float kMargin = 0.25f;     // around a name
constexpr float kStep = 0.5f;        // from one try to the next
constexpr float kFarthest = 8.0f;    // from the median
constexpr float kLeaderFrom = 1.2f;  // names farther than this have a line to the median

// A class and the median of its points.
struct Cluster {
  std::size_t of = 0;
  std::size_t points = 0;
  Spot median = {};
};

// Where a name is written.
struct Place {
  Spot middle;
  float wide, high;  // to either side
};

float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The largest first.
std::vector<Cluster> clusters(const Dots& dots) {
  std::vector<std::array<std::vector<float>, 2>> at(dots.colors.size());
  for (std::size_t i = 0; i < dots.at.size(); ++i) {
    if (dots.class_of[i] == dots.none) continue;
    auto& [x, y] = at[static_cast<std::size_t>(dots.class_of[i])];
    x.push_back(dots.at[i].x);
    y.push_back(dots.at[i].y);
  }
  std::vector<Cluster> found;
  for (std::size_t c = 0; c < at.size(); ++c)
    if (!at[c][0].empty())
      found.push_back({c, at[c][0].size(), {median(at[c][0]), median(at[c][1])}});
  std::stable_sort(found.begin(), found.end(),
                   [](const Cluster& a, const Cluster& b) { return a.points > b.points; });
  return found;
}

// `wanted`, moved as little as it must be to lie inside `map` and off all `others`.
std::optional<Place> free_place(const Place& wanted, const std::vector<Place>& others,
                                const Box& map, float size) {
  constexpr int kDirections = 16;
  const auto within = [](float value, int low, int high, float half) {
    return std::max(static_cast<float>(low) + half,
                    std::min(static_cast<float>(high) - half, value));
  };
  for (float far = 0.0f; far <= kFarthest * size; far += kStep * size) {
    for (int direction = 0; direction < (far > 0.0f ? kDirections : 1); ++direction) {
      const float angle = 6.2831853f * static_cast<float>(direction) / kDirections;
      Place place = wanted;
      auto& [x, y] = place.middle;
      x = within(x + far * std::cos(angle), map.left, map.right, place.wide);
      y = within(y + far * std::sin(angle), map.top, map.bottom, place.high);
      const bool taken = std::any_of(others.begin(), others.end(), [&](const Place& other) {
        return std::abs(other.middle.x - place.middle.x) < other.wide + place.wide &&
               std::abs(other.middle.y - place.middle.y) < other.high + place.high;
      });
      if (!taken) return place;
    }
  }
  return std::nullopt;
}

}  // namespace

std::int64_t annotate(Scene& scene, const Map& map, const std::vector<std::string>& names,
                      TextStyle style) {
  if (map.dots.class_of.empty()) return 0;
  std::vector<Place> written;
  std::int64_t without = 0;
  const auto wide = static_cast<float>(map.box.width()),
             high = static_cast<float>(map.box.height());
  style.size = std::clamp(kSize * std::min(wide, high), kSmallestSize * style.size, style.size);
  const float room = std::max(kMaxWidth * wide, kMinWidth * style.size);
  const float capital = kCapitals * style.size, margin = kMargin * style.size;
  const std::vector<std::string> texts = shortened(names, room, style);
  for (const Cluster& cluster : clusters(map.dots)) {
    const std::string& text = texts[cluster.of];
    const Place wanted{cluster.median, 0.5f * text_width(text, style) + margin,
                       0.5f * capital + margin};
    const auto place = free_place(wanted, written, map.box, style.size);
    if (!place) {
      ++without;
      continue;
    }
    written.push_back(*place);
    const auto [x, y] = place->middle;
    if (std::hypot(x - cluster.median.x, y - cluster.median.y) > kLeaderFrom * style.size)
      scene.leaders.push_back({place->middle, cluster.median});
    TextLine line{text, {x, y - 0.5f * capital}, style, room, true};
    line.halo = true;
    scene.texts.push_back(line);
  }
  return without;
}

}  // namespace nearfold
