// From a scene to a surface of Cairo's, and what Cairo's objects need here.
#pragma once

#include <cairo.h>

#include <memory>

#include "plot/scene.hpp"

namespace nearfold {

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyCairo {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;
using Cairo = std::unique_ptr<cairo_t, DestroyCairo>;

/// Throws std::bad_alloc or Error unless `status` is success. Cairo does nothing more after a
/// failure, so that it is enough to ask at the end.
void check_cairo(cairo_status_t status);

/// Draws a scene in units of its pixels.
void draw(cairo_t* cairo, const Scene& scene);

}  // namespace nearfold
