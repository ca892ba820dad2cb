// The window ends at the outermost point of each side that is no far outlier, one that lies more
// than half an extent beyond the middle 99 % of the points. So ordinary maps are shown whole, and
// one stray point does not shrink the rest to a dot.
#include "plot/place.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

struct Range {
  double low = 0.0;
  double high = 0.0;

  double extent() const { return high - low; }
  double middle() const { return 0.5 * (low + high); }
};

std::vector<double> column(HostMatrix<const float> layout, std::int64_t j) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(layout.rows()));
  for (std::int64_t i = 0; i < layout.rows(); ++i) {
    const float value = layout.row(i)[j];
    if (!std::isfinite(value))
      throw InvalidInput("row " + std::to_string(i) + " of the layout is not finite (column " +
                         std::to_string(j) + "); remove such rows before plotting");
    values.push_back(double{value});
  }
  return values;
}

// `values` is reordered.
Range window(std::vector<double> values) {
  constexpr std::size_t kMin = 20;        // below, no point can be called an outlier
  constexpr std::size_t kCutOneIn = 200;  // per side: 0.5 %
  constexpr double kFar = 0.5;            // of the extent of the middle part
  constexpr double kBorder = 0.06;        // between the map and the outliers on the border
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const Range all{*least, *most};
  if (values.size() < kMin) return all;
  const std::size_t cut = std::max<std::size_t>(1, values.size() / kCutOneIn);
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(cut);
  const auto high = values.end() - static_cast<std::ptrdiff_t>(cut + 1);
  std::nth_element(values.begin(), low, values.end());
  const double bottom = *low;  // the next selection moves it
  std::nth_element(low, high, values.end());
  const Range middle{bottom, *high};
  const double far = kFar * middle.extent();
  if (far <= 0.0) return all;
  Range shown = middle;
  for (const double value : values) {
    if (value >= middle.low - far) shown.low = std::min(shown.low, value);
    if (value <= middle.high + far) shown.high = std::max(shown.high, value);
  }
  const double border = kBorder * middle.extent();
  if (all.low < shown.low) shown.low -= border;
  if (all.high > shown.high) shown.high += border;
  return {std::max(all.low, shown.low), std::min(all.high, shown.high)};
}

}  // namespace

Places place_points(HostMatrix<const float> layout, HostMatrix<const float> shown_rows,
                    const Box& box, float inset, int across) {
  constexpr std::size_t kUp = 1;
  Places places;
  if (layout.rows() == 0) return places;
  std::vector<Range> windows;
  for (std::int64_t j = 0; j < layout.cols(); ++j) windows.push_back(window(column(shown_rows, j)));
  const double wide = std::max(1.0, box.width() - 2.0 * double{inset});
  const double high = std::max(1.0, box.height() - 2.0 * double{inset});
  double units_per_pixel = 0.0;
  for (std::size_t j = 0; j < windows.size(); ++j)
    units_per_pixel = std::max(units_per_pixel, windows[j].extent() / (j == kUp ? high : wide));
  if (units_per_pixel <= 0.0) units_per_pixel = 1.0;  // all points are the same
  const double center_x = 0.5 * (box.left + box.right);
  const double center_y = 0.5 * (box.top + box.bottom);
  places.at.reserve(static_cast<std::size_t>(layout.rows()));
  for (std::int64_t i = 0; i < layout.rows(); ++i) {
    bool outside = false;
    const auto moved = [&](std::size_t j) {  // from the middle
      const double value = double{layout.row(i)[j]};
      const double shown = std::clamp(value, windows[j].low, windows[j].high);
      outside |= shown != value;
      return (shown - windows[j].middle()) / units_per_pixel;
    };
    for (std::size_t j = 0; j < windows.size(); ++j) moved(j);
    places.at.push_back({static_cast<float>(center_x + moved(static_cast<std::size_t>(across))),
                         static_cast<float>(center_y - moved(kUp))});
    places.outside += outside ? 1 : 0;
  }
  return places;
}

}  // namespace nearfold
