// Pictures of several maps and of values: what lands where, on one scale for all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "plot/colors.hpp"
#include "plot/scene.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

PlotOptions square(Style style = Style::automatic) {
  return {.width = 400, .height = 400, .title = "", .style = style};
}

// The line of a scene that begins with `text`; fails if there is none.
TextLine line_of(const Scene& scene, const std::string& text) {
  for (const TextLine& line : scene.texts)
    if (line.text.starts_with(text)) return line;
  ADD_FAILURE() << "no text begins with " << text;
  return {};
}

bool same(const Rgb& a, const Rgb& b) {
  return a.r == b.r && a.g == b.g && a.b == b.b;
}

Color coded(const Rgb& color) {
  const auto code = [](float v) { return static_cast<int>(srgb_from_linear(v) * 255.0f + 0.5f); };
  return {code(color.r), code(color.g), code(color.b)};
}

TEST(Panels, LandInTheirCellsAndBlankOnesStayBlank) {
  const Clouds clouds = two_clouds(600);
  const Picture picture{.panels = {{clouds.layout}, {}, {}, {clouds.layout}}, .columns = 2};
  for (const Style style : {Style::points, Style::density}) {
    const Image image = draw(picture, square(style));
    EXPECT_GT(marked(image, {0, 0, 196, 190}), 1000);
    EXPECT_EQ(marked(image, {196, 0, 400, 190}), 0);
    EXPECT_EQ(marked(image, {0, 195, 196, 370}), 0);
    EXPECT_GT(marked(image, {196, 195, 400, 370}), 1000);
  }
}

// One map lies beside the other in the window of both, and half as wide as alone.
TEST(Panels, OfOneWindowHaveOneScale) {
  const Matrix left(3, 2, {0, 0, 1, 0, 0, 1}), right(3, 2, {3, 3, 4, 3, 3, 4});
  const Matrix both(6, 2, {0, 0, 1, 0, 0, 1, 3, 3, 4, 3, 3, 4});
  const Picture picture{.panels = {{left}, {right}}, .columns = 2, .window = both};
  const Scene scene = lay_out(picture, square(Style::points));
  const auto place = [&](std::size_t map, std::size_t point) {
    Spot at = scene.maps[map].dots.at[point];
    at.x -= static_cast<float>(scene.maps[map].box.left);
    return at;
  };
  EXPECT_LT(place(0, 1).x, place(1, 0).x);  // 1 and 3
  EXPECT_GT(place(0, 2).y, place(1, 0).y);
  const float unit = place(0, 1).x - place(0, 0).x;
  EXPECT_NEAR(place(1, 1).x - place(1, 0).x, unit, 1e-3);
  EXPECT_NEAR(place(1, 0).x - place(0, 0).x, 3 * unit, 1e-2);
  const Matrix other(1, 3);
  EXPECT_THROW(lay_out({.panels = {{left}}, .window = other}, square()), InvalidInput);
}

TEST(Panels, HaveFramesOnlyWhereThereAreSeveral) {
  const Clouds clouds = two_clouds(50);
  EXPECT_EQ(lay_out({.panels = {{clouds.layout}}}, square()).frames.size(), 0u);
  const Scene scene =
      lay_out({.panels = {{clouds.layout}, {}, {clouds.layout}}, .columns = 3}, square());
  ASSERT_EQ(scene.frames.size(), 2u);
  EXPECT_EQ(scene.frames[1].left, scene.maps[2].box.left);
}

TEST(Panels, AreOfEqualSizeAndDoNotTouch) {
  const Clouds clouds = two_clouds(50);
  Picture picture{.panels = std::vector<Panel>(5, Panel{clouds.layout}), .columns = 3};
  picture.panels[4].title = "one\ntwo\nthree";  // makes room above every map
  const Scene scene = lay_out(picture, square());
  ASSERT_EQ(scene.maps.size(), 5u);
  const Box first = scene.maps[0].box;
  for (const Map& map : scene.maps) {
    EXPECT_NEAR(map.box.width(), first.width(), 1);
    EXPECT_NEAR(map.box.height(), first.height(), 1);
  }
  EXPECT_GT(scene.maps[1].box.left, first.right);
  EXPECT_EQ(scene.maps[3].box.left, first.left);
  EXPECT_GT(line_of(scene, "one").at.y, static_cast<float>(first.bottom));
  EXPECT_LT(line_of(scene, "three").at.y, static_cast<float>(scene.maps[4].box.top));
}

TEST(Panels, AreDrawnInOneStyle) {
  const Clouds clouds = two_clouds(10'001);
  const Panel panel{clouds.layout};
  EXPECT_EQ(lay_out({.panels = {panel}}, square()).marks, Marks::discs);
  EXPECT_EQ(lay_out({.panels = {panel, panel}, .columns = 2}, square()).marks, Marks::density);
}

TEST(Panels, TellOfOutliersBeyondTheirBorders) {
  Clouds clouds = two_clouds(1000);
  const Matrix plain = clouds.layout;
  clouds.layout.row(3)[0] = 1e5f;
  const Scene scene = lay_out({.panels = {{plain}, {clouds.layout}}}, square());
  EXPECT_EQ(scene.texts.back().text, "n = 1,000 in each map, 1 of them beyond the border");
}

TEST(PanelTitles, OfRowsAndColumnsAreBesideTheirMaps) {
  const Clouds clouds = two_clouds(50);
  const Picture picture{.panels = std::vector<Panel>(4, Panel{clouds.layout}),
                        .columns = 2,
                        .row_titles = {"upper", "lower"},
                        .column_titles = {"left", "right"}};
  const Scene scene = lay_out(picture, square());
  const auto inside = [](float at, int from, int to) {
    return at > static_cast<float>(from) && at < static_cast<float>(to);
  };
  const Box map = scene.maps[2].box;  // the lower left one
  const TextLine lower = line_of(scene, "lower");
  EXPECT_TRUE(lower.upwards);
  EXPECT_TRUE(inside(lower.at.y, map.top, map.bottom));
  EXPECT_LT(lower.at.x + kCapitals * lower.style.size, static_cast<float>(map.left));
  const TextLine left = line_of(scene, "left");
  EXPECT_TRUE(inside(left.at.x, map.left, map.right));
  EXPECT_LT(left.at.y + kCapitals * left.style.size, static_cast<float>(scene.maps[0].box.top));

  const Image image = draw(picture, square());
  const int below = static_cast<int>(lower.at.y);
  EXPECT_GT(marked(image, {16, below - 20, map.left - 1, below + 20}), 40);
  EXPECT_EQ(marked(image, {0, below - 20, 15, below + 20}), 0);
}

TEST(PanelTitles, BeginWithALargerLineAndFitTheirMap) {
  const Clouds clouds = two_clouds(50);
  const std::string longest(200, 'm');
  const Picture picture{
      .panels = {{.layout = clouds.layout, .title = "UMAP\n" + longest}, {clouds.layout}},
      .columns = 2};
  const Scene scene = lay_out(picture, square());
  const TextLine first = line_of(scene, "UMAP");
  const TextLine second = line_of(scene, "mm");
  EXPECT_GT(first.style.size, second.style.size);
  EXPECT_GT(second.at.y, first.at.y);
  EXPECT_LE(second.room, static_cast<float>(scene.maps[0].box.width()));
  EXPECT_GT(text_width(second.text, second.style), second.room);
}

TEST(PanelTitles, ThatAreCutStayDifferent) {
  const Clouds clouds = two_clouds(50);
  const std::string longest(100, 'm');
  const Scene scene = lay_out({.panels = {{.layout = clouds.layout, .title = longest + " A\nfirst"},
                                          {.layout = clouds.layout, .title = longest + " B"}},
                               .columns = 2},
                              square());
  const auto ends = [&](const std::string& end) {
    return std::any_of(scene.texts.begin(), scene.texts.end(),
                       [&](const TextLine& line) { return line.text.ends_with(end); });
  };
  EXPECT_TRUE(ends("\u2026A") || ends(" A"));
  EXPECT_TRUE(ends("\u2026B") || ends(" B"));
  EXPECT_TRUE(ends("first"));
}

TEST(PanelTitles, ShrinkTogetherBeforeOneIsCut) {
  const Clouds clouds = two_clouds(50);
  const std::string wide(26, 'm');
  const auto laid_out = [&](const std::string& title) {
    return lay_out({.panels = {{.layout = clouds.layout, .title = title},
                               {.layout = clouds.layout, .title = "short"}},
                    .columns = 2},
                   square());
  };
  const Scene scene = laid_out(wide);
  EXPECT_LE(text_width(wide, line_of(scene, "mm").style), line_of(scene, "mm").room);
  EXPECT_EQ(line_of(scene, "mm").style.size, line_of(scene, "short").style.size);
  EXPECT_LT(line_of(scene, "short").style.size, line_of(laid_out("m"), "short").style.size);
}

TEST(Labels, HaveOneLegendAndTheSameColoursInAllPanels) {
  Matrix layout(2, 2, {0.0f, 0.0f, 1.0f, 1.0f});
  const std::vector<std::int32_t> some = {7, 2};
  const std::vector<std::int32_t> others = {-1, 7};
  const std::vector<std::string> names = {"zero", "one", "two"};
  const Scene scene = lay_out(
      {.panels = {{layout, some}, {layout, others}, {layout}}, .columns = 3, .names = names},
      square());
  EXPECT_EQ(scene.swatches.size(), 3u);
  for (const char* name : {"no label", "two", "7"}) line_of(scene, name);
  const Theme& look = scene.look;
  EXPECT_TRUE(same(disc_color(scene.maps[0].dots, 0, look), class_color(7, look)));
  EXPECT_TRUE(same(disc_color(scene.maps[1].dots, 1, look), class_color(7, look)));
  EXPECT_TRUE(same(disc_color(scene.maps[1].dots, 0, look), look.none));
  EXPECT_TRUE(same(disc_color(scene.maps[2].dots, 0, look), density_color(0.7f, look)));
}

TEST(Values, HaveOneScaleOverAllPanelsWithABarThatShowsIt) {
  Matrix layout(3, 2, {0.0f, 0.0f, 1.0f, 1.0f, 2.0f, 0.0f});
  const std::vector<float> lower = {-2.5f, kNone, 0.0f};
  const std::vector<float> upper = {0.0f, 70000.0f, std::numeric_limits<float>::infinity()};
  const Picture picture{
      .panels = {{.layout = layout, .values = lower}, {.layout = layout, .values = upper}},
      .columns = 2};
  PlotOptions options = square();
  options.vmin = -2.5f;
  const Scene scene = lay_out(picture, options);
  const Theme& look = scene.look;
  const Dots& left = scene.maps[0].dots;
  const Dots& right = scene.maps[1].dots;
  EXPECT_TRUE(same(disc_color(left, 0, look), value_color(0.0f)));
  EXPECT_TRUE(same(disc_color(left, 1, look), look.none));
  EXPECT_TRUE(same(disc_color(left, 2, look), disc_color(right, 0, look)));
  EXPECT_TRUE(same(disc_color(right, 1, look), value_color(1.0f)));
  EXPECT_TRUE(same(disc_color(right, 2, look), look.none));

  EXPECT_GT(line_of(scene, "-2.5").at.y, line_of(scene, "\u2265 65800").at.y);
  EXPECT_TRUE(same(scene.swatches.at(0).color, look.none));
  EXPECT_GT(line_of(scene, "no value").at.y, line_of(scene, "-2.5").at.y);

  const Image image = draw(picture, options);
  ASSERT_TRUE(scene.bar);
  const auto far = [](const Color& a, const Color& b) {
    return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]);
  };
  const Box bar = *scene.bar;
  EXPECT_LT(far(pixel(image, bar.left, bar.top), coded(value_color(1.0f))), 12);
  EXPECT_LT(far(pixel(image, bar.left, bar.bottom - 1), coded(value_color(0.0f))), 12);
  const Spot low = left.at[0];
  Color drawn = coded(look.ground);  // and a disc on it
  for (std::size_t c = 0; c < 3; ++c)
    drawn[c] +=
        static_cast<int>(kDiscAlpha * static_cast<float>(coded(value_color(0.0f))[c] - drawn[c]));
  EXPECT_LT(far(pixel(image, static_cast<int>(low.x), static_cast<int>(low.y)), drawn), 6);
}

TEST(Values, AreOnAScaleOfTheMiddleNinetySixPercent) {
  Matrix layout(101, 2);
  std::vector<float> values;
  for (std::int64_t i = 0; i < 101; ++i) {
    layout.row(i)[0] = static_cast<float>(i);
    values.push_back(static_cast<float>(i * i));
  }
  const Picture picture{.panels = {{.layout = layout, .values = values}}};
  const auto shade = [&](const PlotOptions& options, std::size_t i) {
    return disc_color(lay_out(picture, options).maps[0].dots, i, theme(false));
  };
  PlotOptions options = square();
  const Scene scene = lay_out(picture, options);
  line_of(scene, "\u2264 4");
  line_of(scene, "\u2265 9604");
  EXPECT_TRUE(same(shade(options, 0), value_color(0.0f)));
  EXPECT_TRUE(same(shade(options, 98), value_color(1.0f)));
  EXPECT_TRUE(same(shade(options, 100), value_color(1.0f)));
  options.vmin = 0.0f;
  options.vmax = 20000.0f;
  EXPECT_TRUE(same(shade(options, 100), value_color(128.0f / 255.0f)));
  EXPECT_EQ(line_of(lay_out(picture, options), "20000").text, "20000");
  options.vmin = 30000.0f;
  EXPECT_THROW(lay_out(picture, options), InvalidParameter);  // above vmax
  options.vmax = {};
  EXPECT_THROW(lay_out(picture, options), InvalidParameter);  // above the 98th percentile
  options.vmin = kNone;
  EXPECT_THROW(lay_out(picture, options), InvalidParameter);
  options.vmin = 1.0f;
  EXPECT_THROW(lay_out({.panels = {{layout}}}, options), InvalidParameter);  // nothing to scale
}

TEST(Values, ThatAreAlmostAllTheSameShowTheRest) {
  Matrix layout(500, 2);
  std::vector<float> values(500, 0.0f);
  values[17] = 8.0f;
  const Scene scene = lay_out({.panels = {{.layout = layout, .values = values}}}, square());
  EXPECT_TRUE(same(disc_color(scene.maps[0].dots, 17, scene.look), value_color(1.0f)));
  EXPECT_EQ(line_of(scene, "8").text, "8");
}

TEST(Values, ShowTheirMeanInDensities) {
  const Clouds clouds = two_clouds(4000);
  const std::vector<float> values(clouds.labels.begin(), clouds.labels.end());
  const Image image =
      draw({.panels = {{.layout = clouds.layout, .values = values}}}, square(Style::density));
  std::array<int, 3> lower{};  // the first cloud, of the low value, at the lower left
  std::array<int, 3> upper{};
  for (int y = 20; y < 370; ++y) {
    for (int x = 20; x < 330; ++x) {
      if ((x < 160) != (y > 210)) continue;
      const Color color = pixel(image, x, y);
      for (std::size_t c = 0; c < 3; ++c) (x < 160 ? lower : upper)[c] += color[c];
    }
  }
  EXPECT_GT(lower[2], lower[0]);  // indigo
  EXPECT_GT(upper[0], upper[2]);  // yellow
}

TEST(Values, MayAllBeTheSameOrMissing) {
  Matrix layout(2, 2, {0.0f, 0.0f, 1.0f, 1.0f});
  const std::vector<float> equal = {3.0f, 3.0f};
  const Scene one = lay_out({.panels = {{.layout = layout, .values = equal}}}, square());
  EXPECT_TRUE(same(disc_color(one.maps[0].dots, 0, one.look), value_color(128.0f / 255.0f)));
  const std::vector<float> missing = {kNone, kNone};
  const Scene none = lay_out({.panels = {{.layout = layout, .values = missing}}}, square());
  EXPECT_FALSE(none.bar);
  EXPECT_TRUE(same(disc_color(none.maps[0].dots, 1, none.look), none.look.none));
  line_of(none, "no value");
}

TEST(Panels, AreTheSameEveryTime) {
  const Clouds clouds = two_clouds(500);
  const Picture picture{.panels = {{clouds.layout, clouds.labels}, {clouds.layout}}, .columns = 2};
  EXPECT_EQ(draw(picture, square()).rgb, draw(picture, square()).rgb);
}

TEST(Panels, RefuseWhatDoesNotFitTogether) {
  const Clouds clouds = two_clouds(50);
  const std::vector<std::int32_t> short_labels(49, 0);
  const std::vector<float> short_values(51, 0.0f);
  const std::vector<float> values(50, 0.0f);
  const Panel panel{clouds.layout};
  const auto refused = [](const Picture& picture) {
    EXPECT_THROW(draw(picture, square()), InvalidInput);
  };
  refused({});
  refused({.panels = {panel, {clouds.layout, short_labels}}});
  refused({.panels = {panel, {.layout = clouds.layout, .values = short_values}}});
  refused({.panels = {{clouds.layout, clouds.labels, values}}});
  refused(
      {.panels = {{clouds.layout, clouds.labels}, {.layout = clouds.layout, .values = values}}});
  refused({.panels = {panel, panel, panel}, .columns = 2, .row_titles = {"one"}});
  refused({.panels = {panel}, .columns = 1, .column_titles = {"one", "two"}});
  EXPECT_THROW(draw({.panels = {panel}, .columns = 0}, square()), InvalidParameter);
  EXPECT_THROW(draw({.panels = {panel}, .columns = 100}, square()), InvalidParameter);  // no room
}

TEST(ValueColours, GoEvenlyFromDarkToLightAndShowOnBothGrounds) {
  const auto luminance = [](const Rgb& c) { return 0.2126f * c.r + 0.7152f * c.g + 0.0722f * c.b; };
  for (int step = 0; step < 50; ++step) {
    const float here = luminance(value_color(static_cast<float>(step) / 50.0f));
    EXPECT_LT(here, luminance(value_color(static_cast<float>(step + 1) / 50.0f))) << step;
    EXPECT_GT((here + 0.05f) / (luminance(theme(true).ground) + 0.05f), 1.8f) << step;
    EXPECT_GT((luminance(theme(false).ground) + 0.05f) / (here + 0.05f), 1.4f) << step;
  }
}

}  // namespace
}  // namespace nearfold
