// Pictures: where marks fall and of what colour, and what happens at the edges.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "plot/colors.hpp"
#include "plot/draw.hpp"
#include "plot/place.hpp"
#include "plot/raster.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

// The rectangle around all marks above the caption.
Box extent(const Image& image) {
  Box box{image.width, image.height, 0, 0};
  for (int y = 0; y < image.height - 14; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (pixel(image, x, y) == kWhite) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
             std::max(box.bottom, y + 1)};
    }
  }
  return box;
}

TEST(Picture, HasTheSizeAskedAndTheGroundInItsCorners) {
  const Clouds clouds = two_clouds(500);
  for (const bool dark : {false, true}) {
    for (const Style style : {Style::points, Style::density}) {
      const Image image = map_of(clouds.layout, clouds.labels, {}, small(style, dark));
      ASSERT_EQ(image.width, 240);
      ASSERT_EQ(image.height, 200);
      ASSERT_EQ(image.rgb.size(), 240u * 200u * 3u);
      const Color ground = dark ? Color{13, 16, 20} : kWhite;
      EXPECT_EQ(pixel(image, 0, 0), ground);
      EXPECT_EQ(pixel(image, 239, 0), ground);
      EXPECT_EQ(pixel(image, 0, 199), ground);
      EXPECT_EQ(pixel(image, 239, 199), ground);
    }
  }
}

TEST(Picture, IsTheSameEveryTime) {
  const Clouds clouds = two_clouds(3000);
  for (const Style style : {Style::points, Style::density}) {
    const Image a = map_of(clouds.layout, clouds.labels, {}, small(style));
    const Image b = map_of(clouds.layout, clouds.labels, {}, small(style));
    EXPECT_EQ(a.rgb, b.rgb);
  }
}

TEST(Picture, MarksEachCloudInItsPlaceAndColour) {
  const Clouds clouds = two_clouds(4000);
  for (const Style style : {Style::points, Style::density}) {
    const Image image = map_of(clouds.layout, clouds.labels, {}, small(style));
    // Without the legend the map is square, so the first cloud is at the lower left.
    const Box box = extent(map_of(clouds.layout, {}, {}, small(style)));
    EXPECT_NEAR(box.width(), box.height(), 2);
    Color first{};
    Color second{};
    int firsts = 0;
    int seconds = 0;
    for (int y = 0; y < 170; ++y) {
      for (int x = 0; x < 170; ++x) {
        const Color c = pixel(image, x, y);
        if (c == kWhite) continue;
        if (y > 100 && ++firsts > 0) {
          for (std::size_t k = 0; k < 3; ++k) first[k] += c[k];
        }
        if (y < 70 && x > 100 && ++seconds > 0) {
          for (std::size_t k = 0; k < 3; ++k) second[k] += c[k];
        }
      }
    }
    ASSERT_GT(firsts, 300);
    ASSERT_GT(seconds, 300);
    EXPECT_GT(first[2] / firsts, first[0] / firsts + 40);      // blue
    EXPECT_GT(second[0] / seconds, second[2] / seconds + 40);  // orange
  }
}

TEST(Picture, ShowsDarkerWhereDensityIsHigher) {
  Matrix layout(40000, 2);
  for (std::int64_t i = 0; i < layout.rows(); ++i) {
    const Random4 bits = random4(2, Stream::data, static_cast<std::uint64_t>(i));
    const float u = to_unit(bits.v[0]);
    layout.row(i)[0] = u * u * u;  // crowded at the left
    layout.row(i)[1] = to_unit(bits.v[1]);
  }
  const Image image = map_of(layout, {}, {}, small());
  const Box box = extent(image);
  const auto brightness = [&](int from, int to) {
    int sum = 0;
    for (int x = from; x < to; ++x) sum += pixel(image, x, 90)[0] + pixel(image, x, 90)[1];
    return sum / (to - from);
  };
  const int part = box.width() / 4;
  const int left = brightness(box.left + 2, box.left + part);
  const int middle = brightness(box.left + part, box.left + 2 * part);
  const int right = brightness(box.right - part, box.right - 2);
  EXPECT_GT(middle, left + 10);
  EXPECT_GT(right, middle + 10);
}

TEST(Picture, ChoosesDensityAboveTwentyThousandPoints) {
  const Clouds few = two_clouds(20000);
  const Clouds many = two_clouds(20001);
  EXPECT_EQ(map_of(few.layout, {}, {}, small()).rgb,
            map_of(few.layout, {}, {}, small(Style::points)).rgb);
  EXPECT_EQ(map_of(many.layout, {}, {}, small()).rgb,
            map_of(many.layout, {}, {}, small(Style::density)).rgb);
}

TEST(Picture, DoesNotShrinkTheMapForOneOutlier) {
  Clouds clouds = two_clouds(2000);
  const Box box{0, 0, 400, 400};
  const Places before = place_points(clouds.layout, box, 2.0f);
  EXPECT_EQ(before.outside, 0);
  clouds.layout.row(17)[0] = 1e6f;
  clouds.layout.row(17)[1] = 3.0f;
  const Places after = place_points(clouds.layout, box, 2.0f);
  EXPECT_EQ(after.outside, 1);
  EXPECT_NEAR(after.at[17].x, 398.0f, 0.01f);  // on the border
  const auto width = [](const Places& places) { return places.at[1].x - places.at[0].x; };
  EXPECT_GT(width(after), 0.9f * width(before));
}

TEST(Picture, ShowsEveryPointOfSmallAndOfOrdinaryMaps) {
  Matrix few(5, 2, {0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f, 1.0f, 50.0f, 50.0f});
  EXPECT_EQ(place_points(few, {0, 0, 100, 100}, 1.0f).outside, 0);
  EXPECT_EQ(place_points(two_clouds(5000).layout, {0, 0, 100, 100}, 1.0f).outside, 0);
}

TEST(Picture, KeepsEqualScalesAndPointsTheSecondAxisUp) {
  Matrix layout(3, 2, {0.0f, 0.0f, 4.0f, 0.0f, 0.0f, 1.0f});
  const Places places = place_points(layout, {100, 0, 300, 200}, 0.0f);
  EXPECT_FLOAT_EQ(places.at[0].x, 100.0f);
  EXPECT_FLOAT_EQ(places.at[1].x, 300.0f);
  EXPECT_FLOAT_EQ(places.at[0].y - places.at[2].y, 50.0f);
  EXPECT_FLOAT_EQ(places.at[0].y + places.at[2].y, 200.0f);  // centred
}

TEST(Picture, ShowsALayoutOfThreeDimensionsFromTwoSidesAndSaysSo) {
  const Matrix layout(2, 3, {0.0f, 0.0f, -1.0f, 1.0f, 0.0f, 3.0f});
  const Clouds clouds = two_clouds(2);
  const Scene scene = lay_out({.panels = {{layout, clouds.labels}}}, small());
  ASSERT_EQ(scene.maps.size(), 2u);
  const auto across = [&](std::size_t view) {
    const auto& at = scene.maps[view].dots.at;
    EXPECT_FLOAT_EQ(at[0].y, at[1].y);
    return at[1].x - at[0].x;
  };
  EXPECT_NEAR(across(1), 4.0f * across(0), 0.01f);  // on one scale
  EXPECT_GT(scene.maps[1].box.left, scene.maps[0].box.right);
  EXPECT_EQ(scene.maps[0].box.width(), scene.maps[1].box.width());
  EXPECT_EQ(scene.maps[0].dots.class_of, scene.maps[1].dots.class_of);
  const auto says = [&](const std::string& text) {
    return std::any_of(scene.texts.begin(), scene.texts.end(),
                       [&](const TextLine& line) { return line.text == text; });
  };
  EXPECT_TRUE(says("axis 1 across, 2 up"));
  EXPECT_TRUE(says("axis 3 across, 2 up"));
  EXPECT_TRUE(says("n = 2; 3-D, seen along two of its axes"));
}

TEST(Picture, OfManyColumnsHasTheFirstTwoOrThoseAskedFor) {
  Matrix layout(50, 5), two(50, 2), other(50, 2);
  for (std::int64_t i = 0; i < 50; ++i)
    for (std::int64_t j = 0; j < 5; ++j) {
      const auto counter = static_cast<std::uint64_t>(5 * i + j);
      layout.row(i)[j] = to_unit(random4(3, Stream::data, counter).v[0]);
      if (j < 2) two.row(i)[j] = layout.row(i)[j];
      if (j == 4) other.row(i)[0] = layout.row(i)[j];
      if (j == 1) other.row(i)[1] = layout.row(i)[j];
    }
  PlotOptions options = small();
  const auto places = [&](const Matrix& of) {
    return lay_out({.panels = {{of}}}, options).maps.at(0).dots.at;
  };
  const auto same = [](const std::vector<Spot>& a, const std::vector<Spot>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](Spot p, Spot q) { return p.x == q.x && p.y == q.y; });
  };
  EXPECT_TRUE(same(places(layout), places(two)));
  const std::vector<Spot> wanted = places(other);
  options.map_columns = {4, 1};
  EXPECT_TRUE(same(places(layout), wanted));
  EXPECT_EQ(lay_out({.panels = {{layout}}}, options).texts.back().text,
            "n = 50; columns 4 and 1 of its 5, which are counted from 0");
  options.map_columns = {5};
  EXPECT_THROW(lay_out({.panels = {{layout}}}, options), InvalidInput);
  options.map_columns = {0, 1, 2, 3};
  EXPECT_THROW(lay_out({.panels = {{layout}}}, options), InvalidParameter);
}

// Points at one value are beside each other upwards, those of one label together.
TEST(Picture, OfOneColumnHasStacks) {
  Matrix layout(6, 1, {0, 0, 0, 1, 1, 2});
  const std::vector<std::int32_t> labels = {1, 0, 1, 0, 0, 0};
  const Scene scene = lay_out({.panels = {{layout, labels}}}, small());
  const std::vector<Spot>& at = scene.maps.at(0).dots.at;
  EXPECT_LT(at[0].y, at[1].y);  // label 0 is below
  EXPECT_LT(at[2].y, at[0].y);
  EXPECT_EQ(at[1].y, at[3].y);
  EXPECT_EQ(at[3].y, at[5].y);
  EXPECT_EQ(at[0].x, at[2].x);
  EXPECT_LT(at[2].x, at[3].x);
  EXPECT_EQ(scene.texts.back().text, "n = 6; in stacks, as high as there are points");
}

TEST(Picture, CountsAnOutlierOfThreeDimensionsOnce) {
  Matrix layout(500, 3);
  for (std::int64_t i = 0; i < 500; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      layout.row(i)[j] =
          to_unit(random4(3, Stream::data, static_cast<std::uint64_t>(3 * i + j)).v[0]);
  layout.row(5)[2] = 1e5f;
  const Scene scene = lay_out({.panels = {{layout}}}, small());
  EXPECT_EQ(scene.texts.back().text,
            "n = 500, 1 of them beyond the border; 3-D, seen along two of its axes");
}

TEST(Picture, HasItsSubtitleBelowItsTitleInSmallType) {
  const Clouds clouds = two_clouds(20);
  PlotOptions options = small();
  options.title = "title";
  const Scene plain = lay_out({.panels = {{clouds.layout}}}, options);
  options.subtitle = "UMAP";
  const Scene scene = lay_out({.panels = {{clouds.layout}}}, options);
  const TextLine& title = scene.texts.at(0);
  const TextLine& subtitle = scene.texts.at(1);
  EXPECT_EQ(subtitle.text, "UMAP");
  EXPECT_LT(subtitle.style.size, title.style.size);
  EXPECT_GT(subtitle.at.y, title.at.y + kCapitals * title.style.size);
  EXPECT_LT(subtitle.at.y + subtitle.style.size, static_cast<float>(scene.maps[0].box.top));
  EXPECT_GT(scene.maps[0].box.top, plain.maps[0].box.top);
}

TEST(Picture, DrawsEmptySingleAndEqualPoints) {
  const Box map = {0, 0, 240, 175};
  Matrix equal(100, 2);
  std::fill(equal.span().begin(), equal.span().end(), 3.5f);
  Matrix single(1, 2);
  for (const Style style : {Style::points, Style::density}) {
    EXPECT_EQ(marked(map_of({}, {}, {}, small(style)), map), 0);
    EXPECT_GE(marked(map_of(single, {}, {}, small(style)), map), 4);
    EXPECT_GE(marked(map_of(equal, {}, {}, small(style)), map), 4);
  }
}

TEST(Picture, DrawsExtremeButFiniteValues) {
  constexpr float kMax = std::numeric_limits<float>::max();
  Matrix layout(2, 2, {-kMax, -kMax, kMax, kMax});
  const Places places = place_points(layout, {0, 0, 100, 100}, 0.0f);
  EXPECT_FLOAT_EQ(places.at[0].x, 0.0f);
  EXPECT_FLOAT_EQ(places.at[1].x, 100.0f);
}

TEST(Picture, RefusesWhatItCannotDraw) {
  Clouds clouds = two_clouds(50);
  const std::vector<std::int32_t> short_labels(49, 0);
  EXPECT_THROW(map_of(clouds.layout, short_labels, {}, small()), InvalidInput);
  EXPECT_THROW(map_of(Matrix(4, 0), {}, {}, small()), InvalidInput);
  PlotOptions tiny = small();
  tiny.width = 63;
  EXPECT_THROW(map_of(clouds.layout, {}, {}, tiny), InvalidParameter);
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    clouds.layout.row(31)[1] = bad;
    EXPECT_THROW(map_of(clouds.layout, {}, {}, small()), InvalidInput);
  }
}

TEST(Legend, IsBesideTheMapAndNamesTheClasses) {
  const Clouds clouds = two_clouds(1000);
  const std::vector<std::string> names = {"first", "second"};
  const Image plain = map_of(clouds.layout, {}, {}, small());
  const Image numbers = map_of(clouds.layout, clouds.labels, {}, small());
  const Box column = {205, 0, 240, 60};
  EXPECT_EQ(marked(plain, {225, 0, 240, 30}), 0);
  EXPECT_GT(marked(numbers, column), 20);
  const Scene named =
      lay_out({.panels = {{clouds.layout, clouds.labels}}, .names = names}, small());
  for (const std::size_t c : {0u, 1u}) {
    EXPECT_EQ(named.texts.at(c).text, names[c]);
    EXPECT_GT(named.swatches.at(c).at.x, static_cast<float>(named.maps[0].box.right));
    EXPECT_GT(named.texts.at(c).at.x, named.swatches.at(c).at.x);
  }
}

TEST(Legend, CopesWithMoreClassesAndLongerNamesThanFit) {
  Matrix layout(500, 2);
  std::vector<std::int32_t> labels(500);
  for (std::int64_t i = 0; i < 500; ++i) {
    layout.row(i)[0] = static_cast<float>(i % 25);
    layout.row(i)[1] = static_cast<float>(i / 25);
    labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i - 1);
  }
  const std::vector<std::string> names(500, std::string(300, 'w') + "\xc3\xa4");
  const Image image = map_of(layout, labels, names, small());
  EXPECT_GT(marked(image, {10, 10, 130, 175}), 400);  // the map keeps its place
  for (const Style style : {Style::points, Style::density}) {
    const PlotOptions least = {.width = 64, .height = 64, .title = "title", .style = style};
    EXPECT_GT(marked(map_of(layout, labels, names, least), {2, 20, 36, 54}), 50);
  }
}

// The pixels of a scene, drawn as it says.
Image drawn(const Scene& scene) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, scene.width, scene.height));
  draw(Cairo(cairo_create(surface.get())).get(), scene);
  return image_of(surface.get());
}

TEST(Discs, LetNoClassCoverTheOthers) {
  Dots dots{{}, {}, {{1.0f, 0.0f, 0.0f}, {0.0f, 0.0f, 1.0f}}};
  for (std::size_t i = 0; i < 400; ++i) {
    dots.class_of.push_back(i < 200 ? 0 : 1);
    dots.at.push_back({20.0f + 16.0f * static_cast<float>(i % 200 % 20), 20.0f});
  }
  // At each of 20 places ten discs of either class lie on each other: both win somewhere.
  for (const Marks marks : {Marks::discs, Marks::disc_image}) {
    const Image image = drawn({.width = 360,
                               .height = 40,
                               .look = theme(false),
                               .marks = marks,
                               .maps = {{{0, 0, 360, 40}, dots, 4.0f}}});
    int red = 0;
    for (int place = 0; place < 20; ++place) {
      const Color color = pixel(image, 20 + 16 * place, 20);
      red += color[0] > color[2] ? 1 : 0;
    }
    EXPECT_GE(red, 4);
    EXPECT_LE(red, 16);
  }
}

TEST(Discs, WithoutALabelAreBelowTheOthers) {
  Dots dots{{}, {}, {{1.0f, 0.0f, 0.0f}, {0.0f, 0.0f, 1.0f}}, 1};
  for (std::size_t i = 0; i < 40; ++i) {
    dots.class_of.push_back(i < 20 ? 0 : 1);
    dots.at.push_back({20.0f, 20.0f});
  }
  const std::vector<std::size_t> order = disc_order(dots);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(dots.class_of[order[i]], i < 20 ? 1 : 0);
}

TEST(Discs, LookTheSameAsShapesAndAsAnImage) {
  const Clouds clouds = two_clouds(300);
  for (const bool dark : {false, true}) {
    Scene scene = lay_out({.panels = {{clouds.layout, clouds.labels}}}, small(Style::points, dark));
    ASSERT_EQ(scene.marks, Marks::discs);
    const Image shapes = drawn(scene);
    scene.marks = Marks::disc_image;
    const Image image = drawn(scene);
    double sum = 0.0;
    for (std::size_t i = 0; i < shapes.rgb.size(); ++i)
      sum += std::abs(static_cast<double>(shapes.rgb[i]) - image.rgb[i]);
    EXPECT_LT(sum / static_cast<double>(shapes.rgb.size()), 1.0);
    EXPECT_GT(marked(image, {0, 0, 200, 170}, pixel(image, 0, 0)), 300);
  }
}

TEST(Discs, AreAnImageWhereTheyAreTooManyForShapes) {
  const Clouds many = two_clouds(kMaxDots + 1);
  EXPECT_EQ(lay_out({.panels = {{many.layout}}}, small(Style::points)).marks, Marks::disc_image);
}

TEST(Colours, OfTheFirstTwentyFourClassesAreAllDifferentFromEachOtherAndTheGround) {
  for (const bool dark : {false, true}) {
    const Theme look = theme(dark);
    std::vector<Rgb> colors = {look.ground, look.none};
    for (std::int32_t label = 0; label < 24; ++label) colors.push_back(class_color(label, look));
    for (std::size_t a = 0; a < colors.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const auto step = [](float u, float v) {
          return std::abs(srgb_from_linear(u) - srgb_from_linear(v)) * 255.0f;
        };
        const float apart = step(colors[a].r, colors[b].r) + step(colors[a].g, colors[b].g) +
                            step(colors[a].b, colors[b].b);
        EXPECT_GT(apart, 25.0f) << a << " and " << b << (dark ? ", dark" : ", light");
      }
    }
  }
}

TEST(Colours, OfDensityGoEvenlyAwayFromTheGround) {
  const auto luminance = [](const Rgb& c) { return 0.2126f * c.r + 0.7152f * c.g + 0.0722f * c.b; };
  for (const bool dark : {false, true}) {
    for (int step = 1; step <= 50; ++step) {
      const float t = static_cast<float>(step) / 50.0f;
      const float before = luminance(density_color(t - 0.02f, theme(dark)));
      const float here = luminance(density_color(t, theme(dark)));
      if (dark) {
        EXPECT_GT(here, before) << t;
      } else {
        EXPECT_LT(here, before) << t;
      }
    }
  }
}

TEST(Png, IsTheSizeAskedForAndTheSameBytesEveryTime) {
  const Clouds clouds = two_clouds(800);
  const Picture picture{.panels = {{clouds.layout, clouds.labels}}};
  const std::string bytes = draw(picture, small(), Format::png);
  EXPECT_TRUE(bytes.starts_with("\x89PNG\r\n\x1a\n"));
  EXPECT_EQ(decoded(bytes).width, 240);
  EXPECT_EQ(decoded(bytes).height, 200);
  EXPECT_TRUE(draw(picture, small(), Format::png) == bytes);
}

}  // namespace
}  // namespace nearfold
