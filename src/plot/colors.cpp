// The class colours were found by a search in Oklab, from ten familiar hues on, that keeps each
// pair apart to normal, deutan and protan eyes: by at least 0.09 among the first ten, 0.05 among
// all. Oklab: B. Ottosson, "A perceptual color space for image processing", 2020.
#include "plot/colors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace nearfold {
namespace {

constexpr std::array<std::uint32_t, 24> kClassColors = {
    0x3b51d3, 0xea9602, 0x2b9667, 0xe5481e, 0x9980fe, 0x86422a, 0xfd9cba, 0xd0d25d,
    0x60d4fe, 0x81347c, 0x5b84ae, 0x8fb07d, 0x86a4e4, 0x247261, 0x635dab, 0x2b7ad6,
    0xc58aa5, 0xac4e87, 0x478809, 0x91d993, 0x673ba2, 0xaa3f4e, 0x3bcfcf, 0xc36953};

struct Oklab {
  float lightness;
  float a;
  float b;
};

// Pale yellow over teal to deep indigo, in steps of equal lightness.
constexpr std::array<Oklab, 6> kDensityScale = {{{0.93f, -0.035f, 0.105f},
                                                 {0.80f, -0.105f, 0.060f},
                                                 {0.67f, -0.100f, -0.015f},
                                                 {0.54f, -0.050f, -0.085f},
                                                 {0.41f, 0.010f, -0.130f},
                                                 {0.28f, 0.050f, -0.115f}}};

// Indigo, magenta, red, orange, yellow: steps of equal length in Oklab, lighter all the way.
constexpr std::array<Oklab, 7> kValueScale = {{{0.420f, 0.013f, -0.190f},
                                               {0.492f, 0.104f, -0.159f},
                                               {0.565f, 0.169f, -0.088f},
                                               {0.637f, 0.190f, 0.006f},
                                               {0.710f, 0.147f, 0.089f},
                                               {0.789f, 0.067f, 0.132f},
                                               {0.870f, -0.017f, 0.162f}}};

Rgb from_hex(std::uint32_t code) {
  const auto channel = [&](int shift) {
    return linear_from_srgb(static_cast<float>((code >> shift) & 0xffu) / 255.0f);
  };
  return {channel(16), channel(8), channel(0)};
}

Rgb from_oklab(const Oklab& c) {
  const auto cube = [](float v) { return v * v * v; };
  const float l = cube(c.lightness + 0.3963377774f * c.a + 0.2158037573f * c.b);
  const float m = cube(c.lightness - 0.1055613458f * c.a - 0.0638541728f * c.b);
  const float s = cube(c.lightness - 0.0894841775f * c.a - 1.2914855480f * c.b);
  const auto unit = [](float v) { return std::clamp(v, 0.0f, 1.0f); };
  return {unit(4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s),
          unit(-1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s),
          unit(-0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s)};
}

// The scale at t: between its two nearest colours.
template <std::size_t N>
Rgb along(const std::array<Oklab, N>& scale, float t) {
  const float at = std::clamp(t, 0.0f, 1.0f) * static_cast<float>(N - 1);
  const std::size_t part = std::min(N - 2, static_cast<std::size_t>(at));
  const float u = at - static_cast<float>(part);
  const Oklab& a = scale[part];
  const Oklab& b = scale[part + 1];
  return from_oklab({a.lightness + (b.lightness - a.lightness) * u, a.a + (b.a - a.a) * u,
                     a.b + (b.b - a.b) * u});
}

}  // namespace

float srgb_from_linear(float value) {
  return value <= 0.0031308f ? 12.92f * value : 1.055f * std::pow(value, 1.0f / 2.4f) - 0.055f;
}

float linear_from_srgb(float code) {
  return code <= 0.04045f ? code / 12.92f : std::pow((code + 0.055f) / 1.055f, 2.4f);
}

std::uint32_t packed(const Rgb& color) {
  // 16-bit steps of linear light are finer than 8-bit steps of sRGB even at black.
  constexpr int kSteps = 65535;
  static const std::vector<std::uint8_t> codes = [] {
    std::vector<std::uint8_t> table(kSteps + 1);
    for (int i = 0; i <= kSteps; ++i) {
      const float code = srgb_from_linear(static_cast<float>(i) / static_cast<float>(kSteps));
      table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(code * 255.0f + 0.5f);
    }
    return table;
  }();
  const auto code = [](float value) -> std::uint32_t {
    const float step = std::clamp(value, 0.0f, 1.0f) * static_cast<float>(kSteps) + 0.5f;
    return codes[static_cast<std::size_t>(step)];
  };
  return code(color.r) << 16 | code(color.g) << 8 | code(color.b);
}

Theme theme(bool dark) {
  if (dark) {
    return {from_hex(0x0d1014), from_hex(0xe9ebee), from_hex(0x8b929c),
            from_hex(0x7d838c), from_hex(0x2b3038), true};
  }
  return {from_hex(0xffffff), from_hex(0x23272e), from_hex(0x868d98),
          from_hex(0xb4b9c1), from_hex(0xe1e4e9), false};
}

Rgb class_color(std::int32_t label, const Theme& look) {
  if (label < 0) return look.none;
  const auto index = static_cast<std::size_t>(label);
  Rgb color;
  if (index < kClassColors.size()) {
    color = from_hex(kClassColors[index]);
  } else {
    constexpr double kGoldenAngle = 2.399963229728653;  // radians
    const double hue = kGoldenAngle * static_cast<double>(label);
    const float lightness = std::array<float, 3>{0.55f, 0.75f, 0.65f}[index % 3];
    color = from_oklab({lightness, static_cast<float>(0.12 * std::cos(hue)),
                        static_cast<float>(0.12 * std::sin(hue))});
  }
  if (!look.dark) return color;
  // The darkest would sink into a dark ground; a common factor keeps the hue.
  constexpr float kMaxGain = 1.8f;
  const float gain = std::min(kMaxGain, 1.0f / std::max({color.r, color.g, color.b, 0.01f}));
  return {color.r * gain, color.g * gain, color.b * gain};
}

Rgb density_color(float t, const Theme& look) {
  return along(kDensityScale, look.dark ? 1.0f - t : t);
}

Rgb value_color(float t) {
  return along(kValueScale, t);
}

std::string hex_text(const Rgb& color) {
  char text[8];
  std::snprintf(text, sizeof text, "#%06x", packed(color));
  return text;
}

}  // namespace nearfold
