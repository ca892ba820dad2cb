// Antialiased discs and lines by distance: a pixel is covered by as much as its centre is inside
// the edge, clamped to one pixel. And the step from linear light to 8-bit sRGB.
#include "plot/canvas.hpp"

#include <algorithm>
#include <cmath>

#include "plot/colors.hpp"

namespace nearfold {

void draw_line(Canvas& canvas, Spot from, Spot to, float radius, const Rgb& color, float alpha) {
  const float reach = radius + 0.5f;
  const auto first = [&](float a, float b) {
    return std::max(0, static_cast<int>(std::floor(std::min(a, b) - reach)));
  };
  const auto last = [&](float a, float b, int size) {
    return std::min(size - 1, static_cast<int>(std::floor(std::max(a, b) + reach)));
  };
  const float dx = to.x - from.x;
  const float dy = to.y - from.y;
  const float length2 = dx * dx + dy * dy;
  const float inverse = length2 > 0.0f ? 1.0f / length2 : 0.0f;
  const int right = last(from.x, to.x, canvas.width);
  const int bottom = last(from.y, to.y, canvas.height);
  for (int y = first(from.y, to.y); y <= bottom; ++y) {
    for (int x = first(from.x, to.x); x <= right; ++x) {
      const float px = static_cast<float>(x) + 0.5f - from.x;
      const float py = static_cast<float>(y) + 0.5f - from.y;
      const float t = std::clamp((px * dx + py * dy) * inverse, 0.0f, 1.0f);
      const float ex = px - t * dx;
      const float ey = py - t * dy;
      const float d2 = ex * ex + ey * ey;
      if (d2 >= reach * reach) continue;
      const float cover = std::min(1.0f, reach - std::sqrt(d2)) * std::min(1.0f, 2.0f * radius);
      canvas.at(x, y) = mix(canvas.at(x, y), color, alpha * cover);
    }
  }
}

Image to_image(const Canvas& canvas) {
  // 16-bit steps of linear light are finer than 8-bit steps of sRGB even at black.
  constexpr int kSteps = 65535;
  std::vector<std::uint8_t> table(kSteps + 1);
  for (int i = 0; i <= kSteps; ++i) {
    const float code = srgb_from_linear(static_cast<float>(i) / static_cast<float>(kSteps));
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(code * 255.0f + 0.5f);
  }
  const auto encode = [&](float value) {
    const float clamped = std::clamp(value, 0.0f, 1.0f);
    return table[static_cast<std::size_t>(clamped * static_cast<float>(kSteps) + 0.5f)];
  };
  Image image{canvas.width, canvas.height, {}};
  image.rgb.resize(canvas.pixels.size() * 3);
  for (std::size_t i = 0; i < canvas.pixels.size(); ++i) {
    image.rgb[3 * i] = encode(canvas.pixels[i].r);
    image.rgb[3 * i + 1] = encode(canvas.pixels[i].g);
    image.rgb[3 * i + 2] = encode(canvas.pixels[i].b);
  }
  return image;
}

}  // namespace nearfold
