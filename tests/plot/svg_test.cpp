// SVG: well-formed, every point and every text in it, where the pixels have them.
#include <glib.h>
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

std::string draw_svg(const Picture& picture, const PlotOptions& options) {
  return draw(picture, options, Format::svg);
}

std::int64_t count(const std::string& text, const std::string& part) {
  std::int64_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

std::int64_t discs(const std::string& svg) {
  return count(svg, "fill-opacity:0.75;");
}

// Empty if `text` is well-formed XML in UTF-8, else what is wrong.
std::string fault(const std::string& text) {
  const GMarkupParser parser{};
  GMarkupParseContext* const context =
      g_markup_parse_context_new(&parser, GMarkupParseFlags{}, nullptr, nullptr);
  GError* error = nullptr;
  std::string said;
  if (!g_markup_parse_context_parse(context, text.data(), static_cast<gssize>(text.size()),
                                    &error) ||
      !g_markup_parse_context_end_parse(context, &error)) {
    said = error->message;
    g_error_free(error);
  }
  g_markup_parse_context_free(context);
  return said;
}

Picture labelled(const Clouds& clouds, std::span<const std::string> names) {
  return {.panels = {{clouds.layout, clouds.labels, {}, "panel"}, {clouds.layout, clouds.labels}},
          .columns = 2,
          .row_titles = {"row"},
          .column_titles = {"A", "B"},
          .names = names};
}

TEST(Svg, IsWellFormedWithADiscForEveryPointAndItsTextAsText) {
  const Clouds clouds = two_clouds(300);
  const std::string svg = draw_svg(labelled(clouds, {}), small());
  EXPECT_EQ(fault(svg), "");
  EXPECT_EQ(discs(svg), 2 * 300);
  EXPECT_EQ(count(svg, "<text "), 7);  // panel, row, A, B, two classes, number of points
  EXPECT_NE(svg.find("width=\"240\" height=\"200\""), std::string::npos);
  EXPECT_NE(fault(svg + "<"), "");
  EXPECT_NE(fault("<svg>\xff</svg>"), "");
}

TEST(Svg, IsWellFormedForValues) {
  const Clouds clouds = two_clouds(100);
  std::vector<float> values(clouds.labels.begin(), clouds.labels.end());
  values[5] = std::nanf("");
  const std::string svg = draw_svg({.panels = {{.layout = clouds.layout, .values = values}}}, {});
  EXPECT_EQ(fault(svg), "");
  EXPECT_EQ(discs(svg), 100);
  EXPECT_EQ(count(svg, "<linearGradient "), 1);
}

TEST(Svg, EscapesTitlesAndNames) {
  const Clouds clouds = two_clouds(20);
  const std::vector<std::string> names = {"a<b>", "\"q\" & \xc3\xa4\n"};
  PlotOptions options = {.width = 800, .height = 600, .title = "1 < 2 & \"x\" > 'y'"};
  const std::string svg = draw_svg(labelled(clouds, names), options);
  EXPECT_EQ(fault(svg), "");
  EXPECT_EQ(count(svg, ">1 &lt; 2 &amp; &quot;x&quot; &gt; 'y'</text>"), 1);
  EXPECT_EQ(count(svg, ">a&lt;b&gt;</text>"), 1);
  EXPECT_EQ(count(svg, ">&quot;q&quot; &amp; \xc3\xa4\xef\xbf\xbd</text>"), 1);
}

TEST(Svg, HasItsPointsWhereThePixelsHaveThem) {
  Matrix layout(3, 2, {0.0f, 0.0f, 4.0f, 1.0f, 1.0f, 3.0f});
  const std::vector<std::int32_t> labels = {3, 4, 5};
  const Picture picture{.panels = {{layout, labels}}};
  const PlotOptions options = {.width = 300, .height = 300, .title = ""};
  const std::string svg = draw_svg(picture, options);
  const Image image = draw(picture, options);
  const float radius = lay_out(picture, options).maps[0].radius;
  const std::regex disc("fill-opacity:0.75;\" d=\"M ([0-9.]+) ([0-9.]+) C");
  int found = 0;
  for (std::sregex_iterator at(svg.begin(), svg.end(), disc), end; at != end; ++at, ++found) {
    const float x = std::stof((*at)[1]) - radius;  // a circle begins at its right
    const float y = std::stof((*at)[2]);
    EXPECT_NE(pixel(image, static_cast<int>(x), static_cast<int>(y)), kWhite);
  }
  EXPECT_EQ(found, 3);
}

TEST(Svg, HasItsTextWhereItIsDrawn) {
  const Clouds clouds = two_clouds(20);
  const std::string svg = draw_svg({.panels = {{clouds.layout}}}, small());
  const std::regex letter("<use xlink:href=\"#glyph[0-9-]+\" x=\"([0-9.]+)\" y=\"([0-9.]+)\"");
  const std::regex text("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\"");
  std::smatch first, line;
  ASSERT_TRUE(std::regex_search(svg, first, letter));
  ASSERT_TRUE(std::regex_search(svg, line, text));
  for (const std::size_t axis : {1u, 2u})
    EXPECT_NEAR(std::stof(first[axis]), std::stof(line[axis]), 0.01f);
}

TEST(Svg, IsTheSameEveryTime) {
  const Clouds clouds = two_clouds(500);
  for (const Style style : {Style::points, Style::density}) {
    const PlotOptions options = small(style);
    const std::string first = draw_svg(labelled(clouds, {}), options);
    draw(labelled(clouds, {}), options);  // other surfaces in between
    EXPECT_TRUE(draw_svg(labelled(clouds, {}), options) == first);
  }
}

TEST(Svg, HasAnImageOfDensitiesAndOfMorePointsThanItsLimit) {
  const Clouds most = two_clouds(kMaxDots / 2);
  const Clouds one = two_clouds(1);
  const std::string shapes = draw_svg({.panels = {{most.layout}, {most.layout}}}, small());
  EXPECT_EQ(discs(shapes), kMaxDots);
  EXPECT_EQ(count(shapes, "<image "), 0);
  const std::string raster =
      draw_svg({.panels = {{most.layout}, {most.layout}, {one.layout}}}, small(Style::points));
  EXPECT_EQ(fault(raster), "");
  EXPECT_EQ(discs(raster), 0);
  EXPECT_EQ(count(raster, "<image "), 3);
  EXPECT_EQ(count(draw_svg({.panels = {{one.layout}}}, small(Style::density)), "<image "), 1);
}

}  // namespace
}  // namespace nearfold
