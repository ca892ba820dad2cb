// The two ways to draw points: a disc for each, or how many fall on each pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plot/canvas.hpp"
#include "plot/colors.hpp"

namespace nearfold {

/// Points on a canvas and their classes.
struct Dots {
  std::vector<Spot> at;                ///< [n]
  std::vector<std::int32_t> class_of;  ///< [n], index into `colors`; empty: one class
  std::vector<Rgb> colors;             ///< one per class; empty if class_of is
};

/// Radius in pixels that lets `n` discs fill a map of `side` pixels without hiding it.
float disc_radius(std::int64_t n, int side);

/// How much of what is below a disc it covers.
inline constexpr float kDiscAlpha = 0.85f;

/// The order of `n` discs: shuffled, so that no class covers the others.
std::vector<std::size_t> disc_order(std::size_t n);

/// The colour of disc `i`: of its class, or one for all.
Rgb disc_color(const Dots& dots, std::size_t i, const Theme&);

/// Translucent discs.
void draw_discs(Canvas& canvas, const Dots& dots, float radius, const Theme&);

/// Density inside `box`: brightness is the rank of a pixel's density among all pixels with points,
/// hue the mean colour of the points on it, or a colour scale where there are no classes.
void draw_density(Canvas& canvas, const Box& box, const Dots& dots, const Theme&);

}  // namespace nearfold
