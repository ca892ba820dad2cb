// Layouts for the tests of pictures, and what there is to see in a picture.
#pragma once

#include <cairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "math/philox.hpp"
#include "nearfold/matrix.hpp"
#include "plot/geometry.hpp"
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

/// 8-bit sRGB, row-major from the top left: rgb[(y * width + x) * 3 + channel].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// The pixels of a surface in memory.
inline Image image_of(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  Image image{cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface), {}};
  const unsigned char* row = cairo_image_surface_get_data(surface);
  for (int y = 0; y < image.height; ++y, row += cairo_image_surface_get_stride(surface)) {
    for (int x = 0; x < image.width; ++x)
      for (const int channel : {2, 1, 0}) image.rgb.push_back(row[4 * x + channel]);
  }
  return image;
}

/// The pixels of a PNG; none if it is not one.
inline Image decoded(std::string_view png) {
  const auto next = [](void* rest, unsigned char* data, unsigned int size) {
    auto& left = *static_cast<std::string_view*>(rest);
    if (left.size() < size) return CAIRO_STATUS_READ_ERROR;
    std::copy_n(left.begin(), size, data);
    left.remove_prefix(size);
    return CAIRO_STATUS_SUCCESS;
  };
  cairo_surface_t* const surface = cairo_image_surface_create_from_png_stream(next, &png);
  const Image image = image_of(surface);
  cairo_surface_destroy(surface);
  return image;
}

/// The pixels of a picture.
inline Image draw(const Picture& picture, const PlotOptions& options) {
  return decoded(draw(picture, options, Format::png));
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
