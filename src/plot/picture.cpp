// A scene as the bytes of a file.
#include "plot/picture.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>

#include <new>
#include <utility>

#include "nearfold/error.hpp"
#include "plot/draw.hpp"
#include "plot/page.hpp"
#include "plot/svg.hpp"

namespace nearfold {
namespace {

constexpr double kPointsPerPixel = 0.75;  // 96 pixels an inch, as in SVG

// Called by Cairo, which knows no exceptions.
cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) noexcept {
  try {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
  return CAIRO_STATUS_SUCCESS;
}

// Draws on a surface and completes what it writes.
void finish(const Surface& surface, const Scene& scene, double scale = 1.0) {
  const Cairo cairo(cairo_create(surface.get()));
  cairo_scale(cairo.get(), scale, scale);
  draw(cairo.get(), scene);
  cairo_surface_finish(surface.get());
  check_cairo(cairo_surface_status(surface.get()));
}

std::string png(const Scene& scene) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, scene.width, scene.height));
  check_cairo(cairo_surface_status(surface.get()));
  draw(Cairo(cairo_create(surface.get())).get(), scene);
  std::string bytes;
  check_cairo(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

std::string svg(const Scene& scene) {
  std::string bytes;
  const Surface surface(
      cairo_svg_surface_create_for_stream(append, &bytes, scene.width, scene.height));
  cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_USER);
  finish(surface, scene);
  return finished_svg(std::move(bytes), scene.texts);
}

std::string pdf(const Scene& scene) {
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(
      append, &bytes, scene.width * kPointsPerPixel, scene.height * kPointsPerPixel));
  // Without the date, equal pictures have equal bytes.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
  finish(surface, scene, kPointsPerPixel);
  return bytes;
}

}  // namespace

void check_cairo(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
  throw Error(std::string("the picture could not be drawn: ") + cairo_status_to_string(status));
}

std::string draw(const Picture& picture, const PlotOptions& options, Format format) {
  switch (format) {
    case Format::png:
      return png(lay_out(picture, options));
    case Format::svg:
      return svg(lay_out(picture, options));
    case Format::pdf:
      return pdf(lay_out(picture, options));
    case Format::html:
      return draw_page(picture, options);
  }
  throw InvalidParameter("a picture is PNG, SVG, PDF or HTML");
}

}  // namespace nearfold
