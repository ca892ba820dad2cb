// SVG: well-formed, every point and every text in it, where the pixels have them.
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "plot/colors.hpp"
#include "plot/scene.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

std::int64_t count(const std::string& text, const std::string& part) {
  std::int64_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

// Empty if `text` is one well-formed element of XML, else what is wrong, with the text from there.
std::string fault(const std::string& text) {
  static const std::regex kTag(R"(</?[A-Za-z]+( [A-Za-z0-9:-]+="[^"<>&]*")*/?>)");
  static const std::regex kContent(R"(([^<>&]|&(amp|lt|gt|quot);)*)");
  std::vector<std::string> open;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = text.find('<', at);
    const std::string content = text.substr(at, begin - at);
    if (!std::regex_match(content, kContent)) return "content: " + content;
    if (begin == std::string::npos) break;
    const std::size_t end = text.find('>', begin);
    if (end == std::string::npos) return "open: " + text.substr(begin);
    const std::string tag = text.substr(begin, end + 1 - begin);
    if (!std::regex_match(tag, kTag)) return "tag: " + tag;
    const std::size_t first = tag[1] == '/' ? 2 : 1;
    const std::string name = tag.substr(first, tag.find_first_of(" />", first) - first);
    if (first == 2) {
      if (open.empty() || open.back() != name) return "end: " + tag;
      open.pop_back();
    } else if (tag[tag.size() - 2] != '/') {
      open.push_back(name);
    }
    at = end + 1;
  }
  return open.empty() ? "" : "never ends: " + open.back();
}

Picture labelled(const Clouds& clouds, std::span<const std::string> names) {
  return {.panels = {{clouds.layout, clouds.labels, {}, "panel"}, {clouds.layout, clouds.labels}},
          .columns = 2,
          .row_titles = {"row"},
          .column_titles = {"A", "B"},
          .names = names};
}

TEST(Svg, IsWellFormedWithACircleForEveryPointAndClass) {
  const Clouds clouds = two_clouds(300);
  const std::string svg = draw_svg(labelled(clouds, {}), small());
  EXPECT_EQ(fault(svg), "");
  EXPECT_EQ(count(svg, "<circle "), 2 * 300 + 2);
  EXPECT_EQ(count(svg, "<text "), 7);  // panel, row, A, B, two classes, number of points
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"240\""));
  EXPECT_NE(fault(svg + "<"), "");
}

TEST(Svg, IsWellFormedForValues) {
  const Clouds clouds = two_clouds(100);
  std::vector<float> values(clouds.labels.begin(), clouds.labels.end());
  values[5] = std::nanf("");
  const std::string svg = draw_svg({.panels = {{.layout = clouds.layout, .values = values}}}, {});
  EXPECT_EQ(fault(svg), "");
  EXPECT_EQ(count(svg, "<circle "), 100 + 1);
  EXPECT_EQ(count(svg, "url(#scale)"), 1);
}

TEST(Svg, EscapesTitlesAndNames) {
  const Clouds clouds = two_clouds(20);
  const std::vector<std::string> names = {"a<b>", "\"q\" & \xc3\xa4\n"};
  PlotOptions options = {.width = 800, .height = 600, .title = "1 < 2 & \"x\" > 'y'"};
  const std::string svg = draw_svg(labelled(clouds, names), options);
  EXPECT_EQ(fault(svg), "");
  EXPECT_EQ(count(svg, ">1 &lt; 2 &amp; &quot;x&quot; &gt; 'y'</text>"), 1);
  EXPECT_EQ(count(svg, ">a&lt;b&gt;</text>"), 1);
  EXPECT_EQ(count(svg,
                  ">&quot;q&quot; &amp; ?"
                  "?</text>"),
            1);
}

TEST(Svg, HasAtMostTwoDecimals) {
  const Clouds clouds = two_clouds(500);
  EXPECT_FALSE(std::regex_search(draw_svg(labelled(clouds, {}), small()), std::regex("\\.\\d{3}")));
}

TEST(Svg, HasItsPointsWhereThePixelsHaveThem) {
  Matrix layout(3, 2, {0.0f, 0.0f, 4.0f, 1.0f, 1.0f, 3.0f});
  const std::vector<std::int32_t> labels = {3, 4, 5};
  const Picture picture{.panels = {{layout, labels}}};
  const PlotOptions options = {.width = 300, .height = 300, .title = ""};
  const std::string svg = draw_svg(picture, options);
  const Image image = draw(picture, options);
  const std::regex circle("<circle cx=\"([0-9.]+)\" cy=\"([0-9.]+)\" r=\"[0-9.]+\" fill=\"#");
  int found = 0;
  for (std::sregex_iterator at(svg.begin(), svg.end(), circle), end; at != end; ++at, ++found)
    EXPECT_NE(
        pixel(image, static_cast<int>(std::stof((*at)[1])), static_cast<int>(std::stof((*at)[2]))),
        kWhite);
  EXPECT_EQ(found, 6);
  EXPECT_EQ(count(svg, "fill=\"#e5481e\""), 2);  // class 3: its point and its legend
}

TEST(Svg, IsTheSameEveryTime) {
  const Clouds clouds = two_clouds(500);
  EXPECT_EQ(draw_svg(labelled(clouds, {}), small()), draw_svg(labelled(clouds, {}), small()));
}

TEST(Svg, RefusesDensityAndMorePointsThanItsLimit) {
  const Clouds most = two_clouds(kMaxDots / 2);
  const Clouds one = two_clouds(1);
  EXPECT_EQ(count(draw_svg({.panels = {{most.layout}, {most.layout}}}, small()), "<circle "),
            kMaxDots);
  EXPECT_THROW(
      draw_svg({.panels = {{most.layout}, {most.layout}, {one.layout}}}, small(Style::points)),
      InvalidInput);
  EXPECT_THROW(draw_svg({.panels = {{one.layout}}}, small(Style::density)), InvalidParameter);
}

}  // namespace
}  // namespace nearfold
