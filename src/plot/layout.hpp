// Lines of text as Pango lays them out. Apart from text.hpp, so that only what draws needs Pango.
#pragma once

#include <pango/pangocairo.h>

#include <memory>

#include "plot/text.hpp"

namespace nearfold {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};

/// The cleaned text of a line, shortened to its room. Sizes do not depend on the screen.
std::unique_ptr<PangoLayout, Unref> layout_of(const TextLine& line);

/// Fills the letters, or draws lines of a width of `rim` pixels along their outlines.
void draw_text(cairo_t* cairo, const TextLine& line, double rim = 0.0);

}  // namespace nearfold
