#include "plot/drawn.hpp"

#include <algorithm>
#include <numeric>

namespace nearfold {
namespace {

constexpr std::size_t kStacks = 160;     // side by side
constexpr float kHighest = 0.45f;        // stack, in widths of the map
constexpr std::int64_t kCutOneIn = 200;  // per side, before stacks are made as wide as each other

/// Which stack each value is in: as wide as it takes the middle 99 % of them in kStacks, more for
/// those beyond.
struct Stacks {
  float low = 0, width = 0;

  explicit Stacks(std::vector<float> values) {
    std::sort(values.begin(), values.end());
    const std::size_t cut = values.size() / kCutOneIn;
    low = values[cut];
    width = (values[values.size() - 1 - cut] - low) / static_cast<float>(kStacks);
  }
  std::size_t of(float value) const {
    if (!(width > 0)) return 0;
    const float at = std::clamp((value - low) / width, -1.0f, static_cast<float>(kStacks));
    return static_cast<std::size_t>(at + 1);
  }
};

Matrix stacked(const std::vector<float>& values, std::span<const std::int32_t> labels) {
  const std::size_t n = values.size();
  Matrix out(static_cast<std::int64_t>(n), 2);
  if (n == 0) return out;
  const Stacks stacks(values);
  std::vector<std::size_t> order(n), heights(kStacks + 2);
  std::iota(order.begin(), order.end(), 0);
  if (!labels.empty())
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  std::vector<float> height(n);
  for (const std::size_t i : order) height[i] = static_cast<float>(heights[stacks.of(values[i])]++);
  const auto most = static_cast<float>(*std::max_element(heights.begin(), heights.end()));
  const float step = kHighest * stacks.width * static_cast<float>(kStacks) / most;
  for (std::size_t i = 0; i < n; ++i) {
    out.row(static_cast<std::int64_t>(i))[0] = values[i];
    out.row(static_cast<std::int64_t>(i))[1] = step * height[i];
  }
  return out;
}

}  // namespace

std::vector<int> drawn_columns(const Panel& panel, const PlotOptions& options) {
  if (!options.map_columns.empty()) return options.map_columns;
  const std::int64_t columns = panel.layout.cols();
  std::vector<int> drawn(static_cast<std::size_t>(columns > 3 ? 2 : columns));
  std::iota(drawn.begin(), drawn.end(), 0);
  return drawn;
}

Matrix drawn_layout(const Panel& panel, const std::vector<int>& columns) {
  const HostMatrix<const float>& from = panel.layout;
  Matrix out(from.rows(), std::ssize(columns));
  for (std::int64_t i = 0; i < from.rows(); ++i)
    for (std::size_t c = 0; c < columns.size(); ++c) out.row(i)[c] = from.row(i)[columns[c]];
  return columns.size() == 1 ? stacked(out.values(), panel.labels) : std::move(out);
}

}  // namespace nearfold
