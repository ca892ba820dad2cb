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

// 3-D layouts are seen from a direction turned 30 degrees about the second axis and 20 degrees
// down.
constexpr double kTurnCos = 0.8660254037844386;
constexpr double kTurnSin = 0.5;
constexpr double kTiltCos = 0.9396926207859084;
constexpr double kTiltSin = 0.3420201433256687;

struct Flat {
  std::vector<double> x;
  std::vector<double> y;
};

Flat flattened(HostMatrix<const float> layout) {
  const auto n = static_cast<std::size_t>(layout.rows());
  Flat flat{std::vector<double>(n), std::vector<double>(n)};
  for (std::int64_t i = 0; i < layout.rows(); ++i) {
    const float* row = layout.row(i);
    for (std::int64_t j = 0; j < layout.cols(); ++j) {
      if (std::isfinite(row[j])) continue;
      throw InvalidInput("row " + std::to_string(i) + " of the layout is not finite (column " +
                         std::to_string(j) + "); remove such rows before plotting");
    }
    double x = double{row[0]};
    double y = double{row[1]};
    if (layout.cols() == 3) {
      const double depth = kTurnCos * double{row[2]} - kTurnSin * x;
      x = kTurnCos * x + kTurnSin * double{row[2]};
      y = kTiltCos * y - kTiltSin * depth;
    }
    flat.x[static_cast<std::size_t>(i)] = x;
    flat.y[static_cast<std::size_t>(i)] = y;
  }
  return flat;
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

Places place_points(HostMatrix<const float> layout, const Box& box, float inset) {
  Places places;
  if (layout.rows() == 0) return places;
  const Flat flat = flattened(layout);
  const Range x = window(flat.x);
  const Range y = window(flat.y);
  const double wide = std::max(1.0, box.width() - 2.0 * double{inset});
  const double high = std::max(1.0, box.height() - 2.0 * double{inset});
  double units_per_pixel = std::max(x.extent() / wide, y.extent() / high);
  if (units_per_pixel <= 0.0) units_per_pixel = 1.0;  // all points are the same
  const double center_x = 0.5 * (box.left + box.right);
  const double center_y = 0.5 * (box.top + box.bottom);
  places.at.resize(flat.x.size());
  for (std::size_t i = 0; i < flat.x.size(); ++i) {
    const double px = std::clamp(flat.x[i], x.low, x.high);
    const double py = std::clamp(flat.y[i], y.low, y.high);
    if (px != flat.x[i] || py != flat.y[i]) ++places.outside;
    places.at[i] = {static_cast<float>(center_x + (px - x.middle()) / units_per_pixel),
                    static_cast<float>(center_y - (py - y.middle()) / units_per_pixel)};
  }
  return places;
}

}  // namespace nearfold
