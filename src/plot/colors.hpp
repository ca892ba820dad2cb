// Colours: one per class, a scale for density and one for values, and the two grounds.
#pragma once

#include <cstdint>
#include <string>

namespace nearfold {

/// Linear light, each channel in [0, 1]: the mean of such colours is the colour seen from afar.
struct Rgb {
  float r = 0.0f;
  float g = 0.0f;
  float b = 0.0f;
};

/// The colours that are not data.
struct Theme {
  Rgb ground;
  Rgb text;
  Rgb muted;  ///< captions
  Rgb none;   ///< points without a label or value
  Rgb frame;  ///< around each map of several
  bool dark = false;
};

Theme theme(bool dark);

/// The colour of label `label`: grey if negative; 24 chosen ones, then hues a golden angle apart.
/// The same label has the same colour in every picture.
Rgb class_color(std::int32_t label, const Theme&);

/// The density scale at t in [0, 1]: equal steps of t look equally large. Near the ground's
/// lightness at 0, farthest from it at 1.
Rgb density_color(float t, const Theme&);

/// The scale of values at t in [0, 1], indigo over red to yellow: equal steps of t look equally
/// large, and all of it shows on either ground.
Rgb value_color(float t);

/// sRGB transfer function, [0, 1] -> [0, 1], and its inverse.
float srgb_from_linear(float value);
float linear_from_srgb(float code);

/// 8-bit sRGB as 0x00RRGGBB.
std::uint32_t packed(const Rgb& color);

/// The same in HTML's form: "#rrggbb".
std::string hex_text(const Rgb& color);

}  // namespace nearfold
