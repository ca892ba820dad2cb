// A scene written as SVG 1.1: text stays text, every point is a circle. Points are in the order in
// which they are drawn as pixels, not grouped by class, or one class would cover the others.
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "plot/scene.hpp"

namespace nearfold {
namespace {

constexpr float kCapitalShare = 0.72f;  // height of capitals in sizes of a usual sans-serif font
constexpr int kStops = 16;              // of the bar's gradient

// At most two decimals.
std::string number(float value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, 2);
  std::string digits(text.begin(), end.ptr);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

std::string attribute(const char* name, float value) {
  return attribute(name, number(value));
}

std::string paint(const char* name, const Rgb& color) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string code = "#";
  for (const float channel : {color.r, color.g, color.b}) {
    const auto value = static_cast<std::size_t>(srgb_from_linear(channel) * 255.0f + 0.5f);
    code += {kDigits[value / 16], kDigits[value % 16]};
  }
  return attribute(name, code);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string circle(Spot at, float radius, const Rgb& color) {
  return "<circle" + attribute("cx", at.x) + attribute("cy", at.y) + attribute("r", radius) +
         paint("fill", color) + "/>\n";
}

// `inset` pixels inside the box on every side.
std::string rectangle(const Box& box, const std::string& paints, float inset = 0.0f) {
  return "<rect" + attribute("x", static_cast<float>(box.left) + inset) +
         attribute("y", static_cast<float>(box.top) + inset) +
         attribute("width", static_cast<float>(box.width()) - 2.0f * inset) +
         attribute("height", static_cast<float>(box.height()) - 2.0f * inset) + paints + "/>\n";
}

std::string bar(const Box& box) {
  std::string out = "<linearGradient id=\"scale\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">\n";
  for (int i = 0; i <= kStops; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(kStops);
    out += "<stop" + attribute("offset", number(100.0f * t) + "%") +
           paint("stop-color", value_color(t)) + "/>\n";
  }
  return out + "</linearGradient>\n" + rectangle(box, attribute("fill", "url(#scale)"));
}

std::string text(const TextLine& line) {
  const TextStyle& style = line.style;
  std::string out =
      "<text" + attribute("x", line.at.x) + attribute("y", line.at.y + kCapitals * style.cell) +
      attribute("font-size", kCapitals * style.cell / kCapitalShare) + paint("fill", style.color);
  if (line.centered) out += attribute("text-anchor", "middle");
  if (line.upwards)
    out +=
        attribute("transform", "rotate(-90 " + number(line.at.x) + " " + number(line.at.y) + ")");
  return out + ">" + escaped(line.text) + "</text>\n";
}

}  // namespace

std::string draw_svg(const Picture& picture, const PlotOptions& options) {
  check_svg(options, points_of(picture));
  const Scene scene = lay_out(picture, options);
  const std::string width = std::to_string(scene.width);
  const std::string height = std::to_string(scene.height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) +
                    attribute("height", height) +
                    attribute("viewBox", "0 0 " + width + " " + height) + ">\n" +
                    rectangle({0, 0, scene.width, scene.height}, paint("fill", scene.look.ground));
  for (const Box& frame : scene.frames)
    out += rectangle(frame, attribute("fill", "none") + paint("stroke", scene.look.frame), 0.5f);
  for (const Map& map : scene.maps) {
    out += "<g" + attribute("fill-opacity", kDiscAlpha) + ">\n";
    for (const std::size_t i : disc_order(map.dots.at.size()))
      out += circle(map.dots.at[i], map.radius, disc_color(map.dots, i, scene.look));
    out += "</g>\n";
  }
  for (const Swatch& swatch : scene.swatches) out += circle(swatch.at, swatch.radius, swatch.color);
  if (scene.bar) out += bar(*scene.bar);
  out += "<g font-family=\"sans-serif\" xml:space=\"preserve\">\n";
  for (const TextLine& line : scene.texts) out += text(line);
  return out + "</g>\n</svg>\n";
}

}  // namespace nearfold
