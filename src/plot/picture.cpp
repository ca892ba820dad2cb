// A scene drawn as pixels.
#include "plot/picture.hpp"

#include "plot/scene.hpp"

namespace nearfold {
namespace {

void draw_bar(Canvas& canvas, const Box& box) {
  for (int y = box.top; y < box.bottom; ++y) {
    const float below = static_cast<float>(box.bottom - y) - 0.5f;
    const Rgb color = value_color(below / static_cast<float>(box.height()));
    for (int x = box.left; x < box.right; ++x) canvas.at(x, y) = color;
  }
}

void draw_frame(Canvas& canvas, const Box& box, const Rgb& color) {
  const float left = static_cast<float>(box.left) + 0.5f;
  const float top = static_cast<float>(box.top) + 0.5f;
  const float right = static_cast<float>(box.right) - 0.5f;
  const float bottom = static_cast<float>(box.bottom) - 0.5f;
  const auto edge = [&](Spot from, Spot to) { draw_line(canvas, from, to, 0.5f, color, 1.0f); };
  edge({left, top}, {right, top});
  edge({left, bottom}, {right, bottom});
  edge({left, top}, {left, bottom});
  edge({right, top}, {right, bottom});
}

}  // namespace

Image draw(const Picture& picture, const PlotOptions& options) {
  const Scene scene = lay_out(picture, options);
  Canvas canvas(scene.width, scene.height, scene.look.ground);
  for (const Box& frame : scene.frames) draw_frame(canvas, frame, scene.look.frame);
  for (const Map& map : scene.maps) {
    if (scene.discs) {
      draw_discs(canvas, map.dots, map.radius, scene.look);
    } else {
      draw_density(canvas, map.box, map.dots, scene.look);
    }
  }
  for (const Swatch& swatch : scene.swatches)
    draw_line(canvas, swatch.at, swatch.at, swatch.radius, swatch.color, 1.0f);
  if (scene.bar) draw_bar(canvas, *scene.bar);
  for (const TextLine& line : scene.texts) draw_text(canvas, line);
  return to_image(canvas);
}

}  // namespace nearfold
