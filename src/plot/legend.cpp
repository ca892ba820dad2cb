// Legend: as many columns as the entries need, then as wide as their names, within the limits
// given.
#include "plot/legend.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "plot/names.hpp"

namespace nearfold {
namespace {

// In sizes of the text.
constexpr float kLine = 1.4f;
constexpr float kSwatch = 0.38f;  // radius
constexpr float kTextAt = 1.25f;
constexpr float kColumnGap = 1.1f;
constexpr float kShortestName = 0.9f;
constexpr float kMaxColumns = 3.0f;
// In lines.
constexpr float kBarHeight = 10.0f;
constexpr float kBelowBar = 0.5f;

std::string digits_of(float value, std::chars_format format, int digits) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value, format, digits);
  return {text.begin(), end.ptr};
}

// In as few digits as show `value` by a thousandth of `extent`, and itself by a half percent.
std::string end_text(float value, float extent) {
  constexpr int kMaxDigits = 9;  // enough for every float
  constexpr float kFixedBelow = 1e10f, kFixedFrom = 1e-4f;
  const float size = std::max(std::abs(value), extent);
  const bool fixed = size == 0.0f || (size < kFixedBelow && size >= kFixedFrom);
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  for (int digits = 0;; ++digits) {
    const std::string text = digits_of(value, format, digits);
    float read = 0.0f;
    std::from_chars(text.data(), text.data() + text.size(), read);
    const float error = std::abs(read - value);
    const float own = std::max(5e-3f * std::abs(value), 1e-6f * extent);
    if (digits == kMaxDigits || error <= (extent > 0.0f ? std::min(1e-3f * extent, own) : 0.0f))
      return text;
  }
}

// Pixels from the top of the legend to its first entry.
float entries_top(const Legend& legend) {
  return legend.bar > 0.0f ? legend.bar + kBelowBar * legend.line : 0.0f;
}

// Pixels of a column besides its names.
float beside_names(const TextStyle& text) {
  return (kColumnGap + kTextAt) * text.size;
}

// Shortens names to `most` pixels; returns the widest of each column.
std::vector<float> fit_names(Legend& legend, std::size_t columns, float most) {
  std::vector<std::string> names;
  for (const LegendEntry& entry : legend.entries) names.push_back(entry.name);
  names = shortened(names, most, legend.text);
  std::vector<float> widths(columns);
  const auto rows = static_cast<std::size_t>(legend.rows);
  for (std::size_t e = 0; e < names.size(); ++e) {
    float& width = widths[e / rows];
    width = std::max(width, std::min(most, text_width(names[e], legend.text)));
    legend.entries[e].name = std::move(names[e]);
  }
  return widths;
}

// Leaves out the last entries beyond `room`, but for the one of what has no label.
void cut_entries(Legend& legend, std::size_t room, float width) {
  legend.more =
      "+ " + with_commas(static_cast<std::int64_t>(legend.entries.size() - room)) + " more";
  legend.more_width = std::min(text_width(legend.more, legend.text), width);
  if (legend.entries.back().none) std::swap(legend.entries[room - 1], legend.entries.back());
  legend.entries.resize(room);
}

}  // namespace

std::array<std::string, 2> end_texts(const ValueRange& range) {
  const float extent = range.high - range.low;
  return {(range.below ? "\u2264 " : "") + end_text(range.low, extent),
          (range.above ? "\u2265 " : "") + end_text(range.high, extent)};
}

int Legend::width() const {
  float sum = 0.0f;
  for (const float names : name_widths) sum += beside_names(text) + names;
  if (!more.empty()) sum = std::max(sum, beside_names(text) + more_width);
  return static_cast<int>(std::ceil(sum));
}

Legend lay_out_legend(std::vector<LegendEntry> entries, const std::optional<ValueRange>& range,
                      int height, int width, const TextStyle& text) {
  Legend legend{.entries = std::move(entries), .line = kLine * text.size, .text = text};
  if (range) {
    const float room = static_cast<float>(height) - (1.0f + kBelowBar) * legend.line;
    legend.bar = std::clamp(room, legend.line, kBarHeight * legend.line);
    const auto ends = end_texts(*range);
    legend.low = ends[0];
    legend.high = ends[1];
  }
  const float below = static_cast<float>(height) - entries_top(legend);
  legend.rows = std::max(1, static_cast<int>(below / legend.line));
  const float fixed = beside_names(text);
  const float fitting = static_cast<float>(width) / (fixed + kShortestName * text.size);
  const auto most = static_cast<std::size_t>(std::clamp(fitting, 1.0f, kMaxColumns));
  if (legend.entries.size() > static_cast<std::size_t>(legend.rows) * most) {
    legend.rows = std::max(1, legend.rows - 1);
    cut_entries(legend, static_cast<std::size_t>(legend.rows) * most,
                std::max(0.0f, static_cast<float>(width) - fixed));
  }
  const auto rows = static_cast<std::size_t>(legend.rows);
  const std::size_t columns =
      std::max<std::size_t>((legend.entries.size() + rows - 1) / rows, range ? 1 : 0);
  const float share = static_cast<float>(width) / static_cast<float>(columns);
  const float widest = std::max(0.0f, share - fixed);
  legend.name_widths = fit_names(legend, columns, widest);
  if (range) {
    const float ends = std::max(text_width(legend.low, text), text_width(legend.high, text));
    legend.name_widths[0] = std::max(legend.name_widths[0], std::min(ends, widest));
  }
  return legend;
}

void add_legend(Scene& scene, Spot corner, const Legend& legend) {
  const float size = legend.text.size;
  const auto add_text = [&](float left, float top, const std::string& text, float room) {
    scene.texts.push_back({text, {left + kTextAt * size, top}, legend.text, room});
  };
  if (legend.bar > 0.0f) {
    const float left = corner.x + kColumnGap * size;
    const auto pixel = [](float at) { return static_cast<int>(std::lround(at)); };
    scene.bar = Box{pixel(left), pixel(corner.y), pixel(left + 2.0f * kSwatch * size),
                    pixel(corner.y + legend.bar)};
    const float room = legend.name_widths[0];
    add_text(left, corner.y, legend.high, room);
    add_text(left, corner.y + legend.bar - kCapitals * size, legend.low, room);
  }
  const auto rows = static_cast<std::size_t>(legend.rows);
  const float first = corner.y + entries_top(legend);
  float x = corner.x;
  for (std::size_t e = 0; e < legend.entries.size(); ++e) {
    if (e > 0 && e % rows == 0) x += beside_names(legend.text) + legend.name_widths[e / rows - 1];
    const float left = x + kColumnGap * size;
    const float top = first + static_cast<float>(e % rows) * legend.line;
    const LegendEntry& entry = legend.entries[e];
    const Spot at{left + kSwatch * size, top + 0.5f * kCapitals * size};
    scene.swatches.push_back({at, kSwatch * size, entry.color});
    add_text(left, top, entry.name, legend.name_widths[e / rows]);
  }
  if (legend.more.empty()) return;
  const float left = corner.x + kColumnGap * size;
  const float top = first + static_cast<float>(legend.rows) * legend.line;
  add_text(left, top, legend.more, legend.more_width);
}

}  // namespace nearfold
