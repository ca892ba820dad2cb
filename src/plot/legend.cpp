// Legend: as many columns as the entries need, then as wide as their names, within the limits
// given.
#include "plot/legend.hpp"

#include <algorithm>
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
constexpr float kMostColumns = 3.0f;

}  // namespace

int Legend::width() const {
  float sum = 0.0f;
  for (const float column : column_widths) sum += column;
  return static_cast<int>(std::ceil(sum));
}

Legend lay_out_legend(std::vector<LegendEntry> entries, int height, int width,
                      const TextStyle& text) {
  Legend legend{std::move(entries), 0, kLine * text.cell, {}, text};
  legend.rows = std::max(1, static_cast<int>(static_cast<float>(height) / legend.line));
  const auto rows = static_cast<std::size_t>(legend.rows);
  const float fixed = (kColumnGap + kTextAt) * text.cell;
  const float fitting = static_cast<float>(width) / (fixed + kShortestName * text.cell);
  const std::size_t room = rows * static_cast<std::size_t>(std::clamp(fitting, 1.0f, kMostColumns));
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
  return legend;
}

void draw_legend(Canvas& canvas, Spot corner, const Legend& legend) {
  const float cell = legend.text.cell;
  const auto rows = static_cast<std::size_t>(legend.rows);
  float x = corner.x;
  for (std::size_t e = 0; e < legend.entries.size(); ++e) {
    if (e > 0 && e % rows == 0) x += legend.column_widths[e / rows - 1];
    const float left = x + kColumnGap * cell;
    const float top = corner.y + static_cast<float>(e % rows) * legend.line;
    const Spot swatch{left + kSwatch * cell, top + 3.5f * cell};
    draw_line(canvas, swatch, swatch, kSwatch * cell, legend.entries[e].color, 1.0f);
    draw_text(canvas, {left + kTextAt * cell, top}, legend.entries[e].name, legend.text);
  }
}

}  // namespace nearfold
