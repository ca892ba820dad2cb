#include "plot/drawn.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace nearfold {
namespace {

constexpr float kStacks = 160;           // side by side
constexpr float kHighest = 0.45f;        // stack, in widths of the map
constexpr std::int64_t kCutOneIn = 200;  // per side, before stacks are made as wide as each other

/// Stacks as wide as it takes the middle 99 % of the values in kStacks; those beyond have more.
struct Stacks {
  float low = 0, width = 0;

  explicit Stacks(std::vector<float> values) {
    std::sort(values.begin(), values.end());
    const std::size_t cut = values.size() / kCutOneIn;
    low = values[cut];
    width = (values[values.size() - 1 - cut] - low) / kStacks;
  }
  float of(float value) const { return width > 0 ? std::floor((value - low) / width) : 0.0f; }
};

Matrix stacked(const std::vector<float>& values, std::span<const std::int32_t> labels) {
  const std::size_t n = values.size();
  Matrix out(static_cast<std::int64_t>(n), 2);
  if (n == 0) return out;
  const Stacks stacks(values);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  const auto place = [&](std::size_t i) {
    return std::pair{stacks.of(values[i]), labels.empty() ? 0 : labels[i]};
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  std::vector<float> height(n);
  float most = 1;
  for (std::size_t k = 1; k < n; ++k) {
    const bool same = stacks.of(values[order[k]]) == stacks.of(values[order[k - 1]]);
    height[order[k]] = same ? height[order[k - 1]] + 1 : 0;
    most = std::max(most, height[order[k]]);
  }
  const float step = kHighest * stacks.width * kStacks / most;
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
  const bool finite = std::all_of(out.values().begin(), out.values().end(),
                                  [](float x) { return std::isfinite(x); });
  if (columns.size() == 1 && finite) return stacked(out.values(), panel.labels);
  return out;  // a column that is not finite is refused where it is placed
}

}  // namespace nearfold
