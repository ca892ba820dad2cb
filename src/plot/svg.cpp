#include "plot/svg.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

// At most two decimals, whatever the locale.
std::string number(float value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, 2);
  return {text.begin(), end.ptr};
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : cleaned(text)) {
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

std::string element(const TextLine& line) {
  const float width = std::min(line.room, text_width(line.text, line.style));
  const std::string x = number(line.at.x), y = number(line.at.y);
  std::string out = "<text" + attribute("x", x) +
                    attribute("y", number(line.at.y + kCapitals * line.style.size)) +
                    attribute("font-size", number(line.style.size)) +
                    attribute("textLength", number(width)) +
                    attribute("lengthAdjust", "spacingAndGlyphs");
  if (line.centered) out += attribute("text-anchor", "middle");
  if (line.upwards) out += attribute("transform", "rotate(-90 " + x + " " + y + ")");
  return out + ">" + escaped(line.text) + "</text>\n";
}

// Cairo's names of images and groups count what the whole process has drawn. Here they count those
// in the file, so that equal pictures are equal bytes.
std::string renumbered(const std::string& svg) {
  std::string out;
  std::map<std::string, std::size_t> numbers;
  std::size_t done = 0;
  for (std::size_t at = 0; (at = svg.find_first_of("\"#", at)) != std::string::npos;) {
    const std::size_t name = ++at;
    const std::size_t number = svg.find_first_not_of("abcdefghijklmnopqrstuvwxyz", name);
    const std::size_t end = svg.find_first_not_of("0123456789", number);
    if (number == name || end == number || end >= svg.size()) continue;
    if (svg[end] != '"' && svg[end] != ')') continue;
    const std::size_t next = numbers.size();
    out.append(svg, done, number - done);
    out += std::to_string(numbers.emplace(svg.substr(name, end - name), next).first->second);
    done = at = end;
  }
  return out.append(svg, done);
}

}  // namespace

std::string finished_svg(std::string svg, const std::vector<TextLine>& lines) {
  svg = renumbered(svg);
  const std::size_t end = svg.rfind("</svg>");
  if (end == std::string::npos) throw Error("the picture could not be drawn: the SVG has no end");
  std::string layer =
      "<g font-family=\"DejaVu Sans, sans-serif\" fill-opacity=\"0\" xml:space=\"preserve\">\n";
  for (const TextLine& line : lines) layer += element(line);
  return svg.insert(end, layer + "</g>\n");
}

}  // namespace nearfold
