// The surface pictures are painted on. Colours are linear light, so that mixing and antialiasing do
// not darken edges; they become 8-bit sRGB once, at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plot/picture.hpp"

namespace nearfold {

/// Linear light, each channel in [0, 1].
struct Rgb {
  float r = 0.0f;
  float g = 0.0f;
  float b = 0.0f;
};

/// a at t = 0, b at t = 1.
inline Rgb mix(const Rgb& a, const Rgb& b, float t) {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

/// Where a point falls on a canvas: pixels, the centre of pixel (0, 0) is (0.5, 0.5).
struct Spot {
  float x = 0.0f;
  float y = 0.0f;
};

/// A rectangle of pixels: [left, right) x [top, bottom).
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

/// `width` x `height` pixels, row-major from the top left.
struct Canvas {
  int width = 0;
  int height = 0;
  std::vector<Rgb> pixels;

  Canvas(int w, int h, const Rgb& ground)
      : width(w), height(h), pixels(static_cast<std::size_t>(std::int64_t{w} * h), ground) {}

  Rgb& at(int x, int y) { return pixels[static_cast<std::size_t>(std::int64_t{y} * width + x)]; }
};

/// A line of half width `radius` with round ends, antialiased, over what is there; a disc when both
/// ends are the same. `alpha` in [0, 1]. What falls outside the canvas is left out.
void draw_line(Canvas& canvas, Spot from, Spot to, float radius, const Rgb& color, float alpha);

/// The canvas in 8-bit sRGB.
Image to_image(const Canvas& canvas);

}  // namespace nearfold
