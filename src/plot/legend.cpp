// Legend: as many columns as the entries need, then as wide as their names, within the limits
// given.
#include "plot/legend.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace nearfold {
namespace {

// In cells of the text.
constexpr float kLine = 13.0f;
constexpr float kSwatch = 3.6f;  // radius
constexpr float kTextAt = 12.0f;
constexpr float kColumnGap = 10.0f;
constexpr float kShortestName = 8.0f;
constexpr float kMaxColumns = 3.0f;
// In lines.
constexpr float kBarHeight = 10.0f;
constexpr float kBelowBar = 0.5f;

std::string number_text(float value) {
  constexpr int kDigits = 5;
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.begin(), text.end(), value, std::chars_format::general, kDigits);
  return {text.begin(), end.ptr};
}

// Pixels from the top of the legend to its first entry.
float entries_top(const Legend& legend) {
  return legend.bar > 0.0f ? legend.bar + kBelowBar * legend.line : 0.0f;
}

}  // namespace

int Legend::width() const {
  float sum = 0.0f;
  for (const float column : column_widths) sum += column;
  return static_cast<int>(std::ceil(sum));
}

Legend lay_out_legend(std::vector<LegendEntry> entries, const std::optional<ValueRange>& range,
                      int height, int width, const TextStyle& text) {
  Legend legend{.entries = std::move(entries), .line = kLine * text.cell, .text = text};
  if (range) {
    const float room = static_cast<float>(height) - (1.0f + kBelowBar) * legend.line;
    legend.bar = std::clamp(room, legend.line, kBarHeight * legend.line);
    legend.low = number_text(range->low);
    legend.high = number_text(range->high);
  }
  const float below = static_cast<float>(height) - entries_top(legend);
  legend.rows = std::max(1, static_cast<int>(below / legend.line));
  const auto rows = static_cast<std::size_t>(legend.rows);
  const float fixed = (kColumnGap + kTextAt) * text.cell;
  const float fitting = static_cast<float>(width) / (fixed + kShortestName * text.cell);
  const std::size_t room = rows * static_cast<std::size_t>(std::clamp(fitting, 1.0f, kMaxColumns));
  if (legend.entries.size() > room) {
    const std::size_t hidden = legend.entries.size() - room + 1;
    legend.entries.resize(room);
    legend.entries.back() = {"+ " + std::to_string(hidden) + " more", text.color};
  }
  const std::size_t columns = (legend.entries.size() + rows - 1) / rows;
  for (std::size_t c = 0; c < columns; ++c) {
    const float most = static_cast<float>(width) / static_cast<float>(columns) - fixed;
    float widest = 0.0f;
    for (std::size_t e = c * rows; e < std::min(legend.entries.size(), (c + 1) * rows); ++e) {
      legend.entries[e].name = shortened(legend.entries[e].name, most, text);
      widest = std::max(widest, text_width(legend.entries[e].name, text));
    }
    legend.column_widths.push_back(fixed + widest);
  }
  if (range) {
    legend.column_widths.resize(std::max<std::size_t>(1, columns), fixed);
    const float ends = std::max(text_width(legend.low, text), text_width(legend.high, text));
    legend.column_widths[0] = std::max(legend.column_widths[0], fixed + ends);
  }
  return legend;
}

void add_legend(Scene& scene, Spot corner, const Legend& legend) {
  const float cell = legend.text.cell;
  const auto add_text = [&](float left, float top, const std::string& text) {
    scene.texts.push_back({text, {left + kTextAt * cell, top}, legend.text});
  };
  if (legend.bar > 0.0f) {
    const float left = corner.x + kColumnGap * cell;
    const auto pixel = [](float at) { return static_cast<int>(std::lround(at)); };
    scene.bar = Box{pixel(left), pixel(corner.y), pixel(left + 2.0f * kSwatch * cell),
                    pixel(corner.y + legend.bar)};
    add_text(left, corner.y, legend.high);
    add_text(left, corner.y + legend.bar - kCapitals * cell, legend.low);
  }
  const auto rows = static_cast<std::size_t>(legend.rows);
  const float first = corner.y + entries_top(legend);
  float x = corner.x;
  for (std::size_t e = 0; e < legend.entries.size(); ++e) {
    if (e > 0 && e % rows == 0) x += legend.column_widths[e / rows - 1];
    const float left = x + kColumnGap * cell;
    const float top = first + static_cast<float>(e % rows) * legend.line;
    const Spot at{left + kSwatch * cell, top + 0.5f * kCapitals * cell};
    scene.swatches.push_back({at, kSwatch * cell, legend.entries[e].color});
    add_text(left, top, legend.entries[e].name);
  }
}

}  // namespace nearfold
