// Pango chooses a font for each character: DejaVu Sans where it has one, else whatever fontconfig
// finds. Text is never taken for Pango's markup.
#include "plot/text.hpp"

#include <hb-ot.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "nearfold/error.hpp"
#include "plot/layout.hpp"

namespace nearfold {
namespace {

constexpr const char* kFamily = "DejaVu Sans, sans-serif";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";     // U+2026
// A name may have megabytes, of which the widest picture shows less than this.
constexpr std::size_t kMaxBytes = 8192;
// Some languages need four; hundreds on one letter would cover the map.
constexpr int kMaxAccents = 8;

struct FreeFont {
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
using Font = std::unique_ptr<PangoFontDescription, FreeFont>;

// An absolute size is one in pixels, whatever resolution a screen has.
Font font_of(double size) {
  Font font(pango_font_description_from_string(kFamily));
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  return font;
}

// Of this thread, as Pango's objects must not be shared. Hinting and resolution would be those of a
// screen, and differ from format to format.
PangoContext* context() {
  static const thread_local std::unique_ptr<PangoContext, Unref> kept = [] {
    const std::unique_ptr<PangoFontMap, Unref> fonts(pango_cairo_font_map_new());
    std::unique_ptr<PangoContext, Unref> made(pango_font_map_create_context(fonts.get()));
    cairo_font_options_t* const options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(made.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(made.get(), FALSE);
    pango_context_set_language(made.get(), pango_language_from_string("en"));
    const Font font = font_of(18.0);
    if (!std::unique_ptr<PangoFont, Unref>(
            pango_font_map_load_font(fonts.get(), made.get(), font.get())))
      throw IoError("no font was found on this machine; install one, as fonts-dejavu-core");
    return made;
  }();
  return kept.get();
}

// What may reach Pango, Cairo and XML as it is: no control characters, and no numbers that stand
// for no character and never will.
bool shown(gunichar character) {
  switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return false;
    default:
      return (character & 0xfffe) != 0xfffe && (character < 0xfdd0 || character > 0xfdef);
  }
}

double pixels(int units) {
  return static_cast<double>(units) / PANGO_SCALE;
}

int logical_width(PangoLayout* layout) {
  PangoRectangle logical;
  pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), nullptr, &logical);
  return logical.width;
}

// Whether a glyph of the line may have colours of its own, as emoji have, which outlines lack.
bool is_in_color(PangoLayoutLine* line) {
  for (const GSList* at = line->runs; at != nullptr; at = at->next) {
    PangoFont* const font = static_cast<const PangoLayoutRun*>(at->data)->item->analysis.font;
    hb_face_t* const face = hb_font_get_face(pango_font_get_hb_font(font));
    if (hb_ot_color_has_png(face) || hb_ot_color_has_layers(face)) return true;
  }
  return false;
}

}  // namespace

void check_fonts() {
  context();
}

std::string cleaned(std::string_view text) {
  const std::string_view part = text.substr(0, 4 * kMaxBytes);
  std::string out;
  int accents = 0;
  for (std::size_t at = 0; at < part.size() && out.size() <= kMaxBytes;) {
    const gunichar character =
        g_utf8_get_char_validated(part.data() + at, static_cast<gssize>(part.size() - at));
    const bool valid = character < 0x110000;
    const auto length = valid ? static_cast<std::size_t>(g_unichar_to_utf8(character, nullptr)) : 1;
    accents = valid && g_unichar_ismark(character) ? accents + 1 : 0;
    if (!valid || !shown(character)) {
      out += kReplacement;
    } else if (accents <= kMaxAccents) {
      out += part.substr(at, length);
    }
    at += length;
  }
  if (out.size() <= kMaxBytes && part.size() == text.size()) return out;
  std::size_t end = std::min(out.size(), kMaxBytes - kEllipsis.size());
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
  return out.replace(end, std::string::npos, kEllipsis);
}

std::unique_ptr<PangoLayout, Unref> layout_of(const TextLine& line) {
  std::unique_ptr<PangoLayout, Unref> layout(pango_layout_new(context()));
  pango_layout_set_font_description(layout.get(), font_of(double{line.style.size}).get());
  pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
  const std::string text = cleaned(line.text);
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  if (pixels(logical_width(layout.get())) > double{line.room}) {
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_width(layout.get(),
                           static_cast<int>(std::max(0.0f, line.room) * float{PANGO_SCALE}));
  }
  return layout;
}

void draw_text(cairo_t* cairo, const TextLine& line, double rim) {
  const auto layout = layout_of(line);
  const double left = line.centered ? -0.5 * pixels(logical_width(layout.get())) : 0.0;
  cairo_save(cairo);
  cairo_translate(cairo, double{line.at.x}, double{line.at.y});
  if (line.upwards) cairo_rotate(cairo, -0.5 * G_PI);
  cairo_move_to(cairo, left, double{kCapitals * line.style.size});
  PangoLayoutLine* const drawn = pango_layout_get_line_readonly(layout.get(), 0);
  // As glyphs, letters are put on whole pixels, which makes uneven gaps: outlines are not. In SVG
  // and PDF there are no pixels, and glyphs stay letters.
  const bool in_pixels =
      cairo_surface_get_type(cairo_get_target(cairo)) == CAIRO_SURFACE_TYPE_IMAGE;
  if (rim > 0.0) {
    cairo_set_line_width(cairo, rim);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    pango_cairo_layout_line_path(cairo, drawn);
    cairo_stroke(cairo);
  } else if (in_pixels && !is_in_color(drawn)) {
    pango_cairo_layout_line_path(cairo, drawn);
    cairo_fill(cairo);
  } else {
    pango_cairo_show_layout_line(cairo, drawn);
  }
  cairo_restore(cairo);
}

float text_width(std::string_view text, const TextStyle& style) {
  const TextLine line{.text = cleaned(text), .at = {}, .style = style};
  return static_cast<float>(pixels(logical_width(layout_of(line).get())));
}

std::string with_commas(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

}  // namespace nearfold

#ifdef __SANITIZE_ADDRESS__
// Fontconfig keeps offsets for pointers, so that its caches, which live as long as the process,
// look lost to the leak sanitizer.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig\n";
}
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}
#endif
