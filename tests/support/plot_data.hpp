// Layouts for the tests of pictures, and what there is to see in a picture.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "math/philox.hpp"
#include "nearfold/matrix.hpp"
#include "plot/canvas.hpp"
#include "plot/picture.hpp"

namespace nearfold {

using Style = PlotOptions::Style;
using Color = std::array<int, 3>;

constexpr Color kWhite = {255, 255, 255};

/// Two round clouds, the first at the lower left, with labels 0 and 1.
struct Clouds {
  Matrix layout;
  std::vector<std::int32_t> labels;
};

inline Clouds two_clouds(std::int64_t n) {
  Clouds clouds{Matrix(n, 2), std::vector<std::int32_t>(static_cast<std::size_t>(n))};
  for (std::int64_t i = 0; i < n; ++i) {
    const Random4 bits = random4(1, Stream::data, static_cast<std::uint64_t>(i));
    const float radius = std::sqrt(to_unit(bits.v[0]));
    const float angle = 6.2831853f * to_unit(bits.v[1]);
    const float center = i % 2 == 0 ? 0.0f : 6.0f;
    clouds.layout.row(i)[0] = center + radius * std::cos(angle);
    clouds.layout.row(i)[1] = center + radius * std::sin(angle);
    clouds.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 2);
  }
  return clouds;
}

inline PlotOptions small(Style style = Style::automatic, bool dark = false) {
  return {.width = 240, .height = 200, .title = "", .dark = dark, .style = style};
}

inline Color pixel(const Image& image, int x, int y) {
  const auto at = static_cast<std::size_t>(3 * (y * image.width + x));
  return {image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]};
}

/// Pixels of the rectangle that differ from `ground`.
inline int marked(const Image& image, const Box& box, const Color& ground = kWhite) {
  int count = 0;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) count += pixel(image, x, y) != ground ? 1 : 0;
  }
  return count;
}

/// A picture of one map.
inline Image map_of(HostMatrix<const float> layout, std::span<const std::int32_t> labels,
                    std::span<const std::string> names, const PlotOptions& options) {
  return draw({.panels = {{layout, labels}}, .names = names}, options);
}

}  // namespace nearfold
