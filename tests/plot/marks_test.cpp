// What is drawn besides points: lines between neighbours, and names on the map.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "plot/lines.hpp"
#include "plot/scene.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

// Each point and the next `k`, round a circle.
struct Ring {
  Ring(std::int64_t n, std::int64_t k) {
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 1; j <= k; ++j) {
        neighbors.push_back(static_cast<std::int32_t>((i + j) % n));
        distances.push_back(static_cast<float>(j));
      }
    graph = KnnGraphView(neighbors, distances, n, k);
  }
  std::vector<std::int32_t> neighbors;
  std::vector<float> distances;
  KnnGraphView graph;
};

TEST(Lines, JoinEveryPairOnceWhereTheyAreFew) {
  const Ring ring(10, 3);
  const Lines lines = lines_of(ring.graph, 2);
  EXPECT_EQ(lines.n, 10);
  EXPECT_FALSE(lines.sampled);
  EXPECT_EQ(lines.pairs.size(), 20u);
  EXPECT_EQ(lines.pairs.front(), (std::array<std::int32_t, 2>{0, 1}));
  const std::vector<std::int32_t> both = {1, 2, 0, 2, 0, 1};  // each other's neighbours
  const std::vector<float> distances(6, 1.0f);
  EXPECT_EQ(lines_of(KnnGraphView(both, distances, 3, 2), 9).pairs.size(), 3u);
}

TEST(Lines, AreASampleThatIsAlwaysTheSame) {
  const Ring ring(40'000, 5);
  const Lines lines = lines_of(ring.graph, 5);
  EXPECT_TRUE(lines.sampled);
  EXPECT_LE(std::ssize(lines.pairs), kMaxLines);
  EXPECT_GT(std::ssize(lines.pairs), kMaxLines / 2);
  EXPECT_EQ(lines_of(ring.graph, 5).pairs, lines.pairs);
  EXPECT_EQ(std::set(lines.pairs.begin(), lines.pairs.end()).size(), lines.pairs.size());
  std::int64_t upper = 0;
  for (const auto& [a, b] : lines.pairs) upper += a < 20'000 ? 0 : 1;
  EXPECT_NEAR(static_cast<double>(upper) / static_cast<double>(lines.pairs.size()), 0.5, 0.02);
}

TEST(Lines, AreDrawnUnderThePointsAndSaidSo) {
  Matrix layout(2, 2, {0.0f, 0.0f, 1.0f, 0.0f});
  const Lines lines{.n = 2, .pairs = {{0, 1}}};
  for (const Style style : {Style::points, Style::density}) {
    Picture picture{.panels = {{.layout = layout}}};
    const Scene plain = lay_out(picture, small(style));
    const Spot from = plain.maps[0].dots.at[0], to = plain.maps[0].dots.at[1];
    const int x = static_cast<int>(0.5f * (from.x + to.x)), y = static_cast<int>(from.y);
    const Box middle{x - 2, y - 2, x + 2, y + 2};
    EXPECT_EQ(marked(draw(picture, small(style)), middle), 0);
    picture.panels[0].lines = &lines;
    EXPECT_GT(marked(draw(picture, small(style)), middle), 3);
    EXPECT_EQ(lay_out(picture, small(style)).texts.back().text, "n = 2; lines join neighbours");
    EXPECT_TRUE(draw(picture, small(style)).rgb == draw(picture, small(style)).rgb);
  }
  const Lines others{.n = 3, .pairs = {{0, 2}}};
  EXPECT_THROW(draw({.panels = {{.layout = layout, .lines = &others}}}, small()), InvalidInput);
}

TEST(Lines, AreAnImageWhereTheyAreTooManyForShapes) {
  const Clouds clouds = two_clouds(5001);
  const Ring ring(5001, 4);
  for (const std::int64_t k : {3, 4}) {
    const Lines lines = lines_of(ring.graph, k);
    const Picture picture{.panels = {{.layout = clouds.layout, .lines = &lines}}};
    EXPECT_EQ(draw(picture, small(), Format::svg).find("<image ") != std::string::npos, k == 4);
  }
}

PlotOptions annotated() {
  return {.width = 600, .height = 500, .title = "", .annotate = true};
}

// The lines of text on the map.
std::vector<TextLine> notes(const Scene& scene) {
  std::vector<TextLine> found;
  for (const TextLine& line : scene.texts)
    if (line.halo) found.push_back(line);
  return found;
}

TEST(Annotations, AreAtTheMediansOfTheirPoints) {
  Clouds clouds = two_clouds(1001);
  clouds.labels[0] = clouds.labels[3] = -1;
  const std::vector<std::string> names = {"lower left", "upper right"};
  const Scene scene =
      lay_out({.panels = {{clouds.layout, clouds.labels}}, .names = names}, annotated());
  const auto found = notes(scene);
  ASSERT_EQ(found.size(), 2u);
  for (const TextLine& note : found) {
    const int of = note.text == names[0] ? 0 : 1;
    double x = 0.0, y = 0.0, count = 0.0;
    for (std::size_t i = 0; i < clouds.labels.size(); ++i) {
      if (clouds.labels[i] != of) continue;
      x += double{scene.maps[0].dots.at[i].x};
      y += double{scene.maps[0].dots.at[i].y};
      ++count;
    }
    EXPECT_NEAR(note.at.x, x / count, 8.0);  // of round clouds medians are means
    EXPECT_NEAR(note.at.y + 0.5f * kCapitals * note.style.size, y / count, 8.0);
  }
  EXPECT_TRUE(scene.leaders.empty());
}

TEST(Annotations, NeverTouchEachOtherNorLeaveTheMap) {
  constexpr std::int64_t kClasses = 300;
  Matrix layout(kClasses, 2);
  std::vector<std::int32_t> labels;
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < kClasses; ++i) {
    layout.row(i)[0] = static_cast<float>(i % 60) * (i < 60 ? 1.0f : 0.1f);
    layout.row(i)[1] = static_cast<float>(i / 60) * 3.0f;
    labels.push_back(static_cast<std::int32_t>(i));
    names.push_back((i % 9 == 0 ? std::string(90, 'w') : "class ") + std::to_string(i));
  }
  const Scene scene = lay_out({.panels = {{layout, labels}}, .names = names}, annotated());
  const Box map = scene.maps[0].box;
  const auto found = notes(scene);
  ASSERT_GT(found.size(), 20u);
  EXPECT_FALSE(scene.leaders.empty());
  EXPECT_EQ(scene.texts.back().text,
            "n = 300; names without room: " + std::to_string(kClasses - std::ssize(found)));
  const auto half = [](const TextLine& note) { return 0.5f * text_width(note.text, note.style); };
  for (std::size_t a = 0; a < found.size(); ++a) {
    EXPECT_GE(found[a].at.x - half(found[a]), static_cast<float>(map.left));
    EXPECT_LE(found[a].at.x + half(found[a]), static_cast<float>(map.right));
    EXPECT_GE(found[a].at.y, static_cast<float>(map.top));
    for (std::size_t b = 0; b < a; ++b)
      EXPECT_TRUE(std::abs(found[a].at.x - found[b].at.x) >= half(found[a]) + half(found[b]) ||
                  std::abs(found[a].at.y - found[b].at.y) >= kCapitals * found[a].style.size)
          << found[a].text << " and " << found[b].text;
  }
}

TEST(Annotations, AreInEveryFormatAndNeedLabels) {
  const Clouds clouds = two_clouds(200);
  const std::vector<std::string> names = {"one", "two"};
  const Picture picture{.panels = {{clouds.layout, clouds.labels}}, .names = names};
  for (const Format format : {Format::png, Format::svg, Format::pdf}) {
    EXPECT_TRUE(draw(picture, annotated(), format) == draw(picture, annotated(), format));
    EXPECT_FALSE(draw(picture, annotated(), format) ==
                 draw(picture, {.width = 600, .height = 500, .title = ""}, format));
  }
  EXPECT_THROW(draw({.panels = {{clouds.layout}}}, annotated()), InvalidParameter);
}

}  // namespace
}  // namespace nearfold
