// Points as marks: how large discs are, of what colour and in which order, and for densities how
// many points fall on each pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plot/colors.hpp"
#include "plot/geometry.hpp"

namespace nearfold {

/// Points of a picture and their classes.
struct Dots {
  std::vector<Spot> at;                ///< [n]
  std::vector<std::int32_t> class_of;  ///< [n], index into `colors`; empty: one class
  std::vector<Rgb> colors;             ///< one per class; empty if class_of is
  std::int32_t none = -1;  ///< the class of those without a label or value, if there are
};

/// Pixels in sRGB, 0x00RRGGBB or kClear, row-major from the top left.
struct Raster {
  /// Shows what is below.
  static constexpr std::uint32_t kClear = 0xff000000;

  int width = 0;
  int height = 0;
  std::vector<std::uint32_t> pixels;

  Raster(int w, int h)
      : width(w), height(h), pixels(static_cast<std::size_t>(std::int64_t{w} * h), kClear) {}

  std::uint32_t& at(int x, int y) {
    return pixels[static_cast<std::size_t>(std::int64_t{y} * width + x)];
  }
};

/// Radius in pixels that lets `n` discs fill a map of `side` pixels without hiding it.
float disc_radius(std::int64_t n, int side);

/// How much of what is below a disc it covers.
inline constexpr float kDiscAlpha = 0.75f;

/// The order of discs: shuffled, so that no class covers the others, but those of no class first.
std::vector<std::size_t> disc_order(const Dots& dots);

/// The colour of disc `i`: of its class, or one for all.
Rgb disc_color(const Dots& dots, std::size_t i, const Theme&);

/// Density inside `box`: brightness is the rank of a pixel's density among all pixels with points,
/// hue the mean colour of the points on it, or a colour scale where there are no classes.
Raster density_raster(const Box& box, const Dots& dots, const Theme&);

}  // namespace nearfold
