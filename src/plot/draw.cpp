// A scene drawn by Cairo: the same for pixels, SVG and PDF.
#include "plot/draw.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "plot/layout.hpp"

namespace nearfold {
namespace {

constexpr int kStops = 16;           // of the bar's gradient
constexpr double kHalo = 0.25;       // width in sizes of the text
constexpr float kHaloAlpha = 0.75f;  // lets the map be seen

struct Srgb {
  double r, g, b;
};

Srgb srgb(const Rgb& color) {
  const std::uint32_t code = packed(color);
  const auto channel = [code](int shift) { return (code >> shift & 0xffu) / 255.0; };
  return {channel(16), channel(8), channel(0)};
}

void set_color(cairo_t* cairo, const Rgb& color, float alpha = 1.0f) {
  const Srgb code = srgb(color);
  cairo_set_source_rgba(cairo, code.r, code.g, code.b, double{alpha});
}

void add_box(cairo_t* cairo, const Box& box, double inset = 0.0) {
  cairo_rectangle(cairo, box.left + inset, box.top + inset, box.width() - 2.0 * inset,
                  box.height() - 2.0 * inset);
}

void draw_disc(cairo_t* cairo, Spot at, float radius) {
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, double{at.x}, double{at.y}, double{radius}, 0.0, 2.0 * std::numbers::pi);
  cairo_fill(cairo);
}

void draw_segments(cairo_t* cairo, const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) {  // not as one path, whose crossings would be sought
    cairo_move_to(cairo, double{segment.from.x}, double{segment.from.y});
    cairo_line_to(cairo, double{segment.to.x}, double{segment.to.y});
    cairo_stroke(cairo);
  }
}

void draw_discs(cairo_t* cairo, const Map& map, const Theme& look) {
  for (const std::size_t i : disc_order(map.dots)) {
    set_color(cairo, disc_color(map.dots, i, look), kDiscAlpha);
    draw_disc(cairo, map.dots.at[i], map.radius);
  }
}

// An image that a map is drawn on, in the picture's places.
class MapImage {
 public:
  MapImage(const Box& box, cairo_format_t format)
      : box_(box),
        surface_(cairo_image_surface_create(format, box.width(), box.height())),
        cairo_(cairo_create(surface_.get())) {
    check_cairo(cairo_surface_status(surface_.get()));
    cairo_translate(cairo_.get(), -box.left, -box.top);
  }

  cairo_t* cairo() const { return cairo_.get(); }
  cairo_surface_t* surface() const { return surface_.get(); }

  void paint_on(cairo_t* cairo) const {
    cairo_set_source_surface(cairo, surface_.get(), box_.left, box_.top);
    cairo_paint(cairo);
  }

 private:
  Box box_;
  Surface surface_;
  Cairo cairo_;
};

// Fainter where there are many, or they would be one blot. As an image where they are too many for
// shapes.
void draw_lines(cairo_t* cairo, const Map& map, const Theme& look) {
  if (map.lines.empty()) return;
  constexpr double kArea = 0.15;  // share of the map that all lines together darken
  double length = 0.0;
  for (const Segment& line : map.lines)
    length += std::hypot(double{line.to.x - line.from.x}, double{line.to.y - line.from.y});
  const double area = 1.0 * map.box.width() * map.box.height();
  const auto alpha =
      static_cast<float>(std::clamp(kArea * area / std::max(length, 1.0), 0.02, 0.5));
  const auto stroke = [&](cairo_t* on) {
    set_color(on, look.text, alpha);
    cairo_set_line_width(on, 0.8);
    draw_segments(on, map.lines);
  };
  if (static_cast<std::int64_t>(map.lines.size()) <= kMaxDots) return stroke(cairo);
  const MapImage image(map.box, CAIRO_FORMAT_ARGB32);
  stroke(image.cairo());
  image.paint_on(cairo);
}

// The ground of a map and what is below its points.
MapImage begun_image(const Map& map, const Theme& look) {
  MapImage image(map.box, CAIRO_FORMAT_RGB24);
  set_color(image.cairo(), look.ground);
  cairo_paint(image.cairo());
  draw_lines(image.cairo(), map, look);
  return image;
}

// Discs as masks, made once for each quarter of a pixel: several times faster than shapes, and a
// million of those would take seconds.
void draw_masked_discs(cairo_t* cairo, const Map& map, const Theme& look) {
  constexpr int kParts = 4;
  const int reach = static_cast<int>(std::ceil(map.radius)) + 1;
  const Box around{-reach, -reach, reach + 1, reach + 1};
  std::vector<MapImage> masks;
  for (int part = 0; part < kParts * kParts; ++part) {
    masks.emplace_back(around, CAIRO_FORMAT_A8);
    const auto fraction = [](int step) { return static_cast<float>(step) / kParts; };
    draw_disc(masks.back().cairo(), {fraction(part % kParts), fraction(part / kParts)}, map.radius);
  }
  for (const std::size_t i : disc_order(map.dots)) {
    const int x = static_cast<int>(std::lround(map.dots.at[i].x * kParts));
    const int y = static_cast<int>(std::lround(map.dots.at[i].y * kParts));
    const auto mask = static_cast<std::size_t>(y % kParts * kParts + x % kParts);
    set_color(cairo, disc_color(map.dots, i, look), kDiscAlpha);
    cairo_mask_surface(cairo, masks[mask].surface(), x / kParts - reach, y / kParts - reach);
  }
}

void draw_disc_image(cairo_t* cairo, const Map& map, const Theme& look) {
  const MapImage image = begun_image(map, look);
  draw_masked_discs(image.cairo(), map, look);
  image.paint_on(cairo);
}

void draw_density(cairo_t* cairo, const Map& map, const Theme& look) {
  const MapImage image = begun_image(map, look);
  const Raster raster = density_raster(map.box, map.dots, look);
  cairo_surface_flush(image.surface());
  const int stride = cairo_image_surface_get_stride(image.surface());
  unsigned char* row = cairo_image_surface_get_data(image.surface());
  const auto width = static_cast<std::size_t>(raster.width);
  for (std::size_t at = 0; at < raster.pixels.size(); at += width, row += stride)
    for (std::size_t x = 0; x < width; ++x)
      if (raster.pixels[at + x] != Raster::kClear)
        std::memcpy(row + x * sizeof(std::uint32_t), &raster.pixels[at + x], sizeof(std::uint32_t));
  cairo_surface_mark_dirty(image.surface());
  image.paint_on(cairo);
}

void draw_map(cairo_t* cairo, const Scene& scene, const Map& map) {
  switch (scene.marks) {
    case Marks::discs:
      draw_lines(cairo, map, scene.look);
      return draw_discs(cairo, map, scene.look);
    case Marks::disc_image:
      return draw_disc_image(cairo, map, scene.look);
    case Marks::density:
      return draw_density(cairo, map, scene.look);
  }
}

void draw_bar(cairo_t* cairo, const Box& box) {
  cairo_pattern_t* const scale = cairo_pattern_create_linear(0.0, box.bottom, 0.0, box.top);
  for (int i = 0; i <= kStops; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(kStops);
    const Srgb code = srgb(value_color(t));
    cairo_pattern_add_color_stop_rgb(scale, double{t}, code.r, code.g, code.b);
  }
  cairo_set_source(cairo, scale);
  cairo_pattern_destroy(scale);
  add_box(cairo, box);
  cairo_fill(cairo);
}

}  // namespace

void draw(cairo_t* cairo, const Scene& scene) {
  set_color(cairo, scene.look.ground);
  cairo_paint(cairo);
  for (const Map& map : scene.maps) draw_map(cairo, scene, map);
  cairo_set_line_width(cairo, 1.0);
  for (const Box& frame : scene.frames) {
    set_color(cairo, scene.look.frame);
    add_box(cairo, frame, 0.5);
    cairo_stroke(cairo);
  }
  for (const Swatch& swatch : scene.swatches) {
    set_color(cairo, swatch.color);
    draw_disc(cairo, swatch.at, swatch.radius);
  }
  if (scene.bar) draw_bar(cairo, *scene.bar);
  set_color(cairo, scene.look.text);
  draw_segments(cairo, scene.leaders);
  for (const TextLine& line : scene.texts) {
    if (line.halo) {
      set_color(cairo, scene.look.ground, kHaloAlpha);
      draw_text(cairo, line, kHalo * double{line.style.size});
    }
    set_color(cairo, line.style.color);
    draw_text(cairo, line);
  }
  check_cairo(cairo_status(cairo));
}

}  // namespace nearfold
