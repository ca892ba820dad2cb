// Names in lists: their order, how they stay different when they are shortened, and the legend.
#include "plot/names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "plot/legend.hpp"
#include "plot/scene.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

const std::string kDots = "\xe2\x80\xa6";  // U+2026

TEST(Names, AreInNaturalOrder) {
  const std::vector<std::string> sorted = {
      "-3", "0.25",  "0.5",    "2",      "10",      "1e3", "",     "T2b",   "T10", "T10a",
      "b",  "day 2", "day 02", "day 10", "day 10b", "nan", "x1y2", "x1y10", "é 9", "é 10"};
  for (std::size_t a = 0; a < sorted.size(); ++a)
    for (std::size_t b = 0; b < sorted.size(); ++b) {
      if (sorted[a] == "day 2" || sorted[a] == "day 02") continue;  // equal but for the zero
      EXPECT_EQ(natural_less(sorted[a], sorted[b]), a < b) << sorted[a] << " and " << sorted[b];
    }
  EXPECT_TRUE(natural_less("day 02", "day 2"));
  EXPECT_FALSE(natural_less("day 2", "day 02"));
  EXPECT_TRUE(natural_less("v99999999999999999999", "v100000000000000000000"));
}

// Shortened to `room` pixels; each fits and, where they did before, all differ.
std::vector<std::string> checked(const std::vector<std::string>& names, float room) {
  const TextStyle style;
  std::vector<std::string> out = shortened(names, room, style);
  for (const std::string& name : out) EXPECT_LE(text_width(name, style), room) << name;
  EXPECT_EQ(std::set<std::string>(out.begin(), out.end()).size(), names.size()) << out[0];
  return out;
}

TEST(Names, ThatAreShortenedKeepWhatTellsThemApart) {
  const std::string stem = "a sample of the second batch of the experiment, ";
  for (const float room : {90.0f, 160.0f, 300.0f}) {
    auto out =
        checked({stem + "A", stem + "B", "short", stem + "Z and much more of the same"}, room);
    EXPECT_TRUE(out[0].ends_with("A"));
    EXPECT_TRUE(out[1].ends_with("B"));
    EXPECT_EQ(out[2], "short");
    EXPECT_TRUE(out[0].starts_with("a s"));  // what they share begins them all the same
    out = checked({stem + "day 9", stem + "day 10", stem + "day 11"}, room);
    EXPECT_TRUE(out[2].ends_with("11"));
    out = checked({"first " + stem, "second " + stem}, room);
    EXPECT_TRUE(out[0].starts_with("first") && out[0].ends_with(kDots));
    // Where they differ in more than one place.
    checked({stem + "A one, of which there is more", stem + "A two, of which there is more",
             stem + "B one, of which there is more", stem + "B two, of which there is more"},
            room);
  }
  std::vector<std::string> both;
  for (int i = 0; i < 20; ++i)
    both.push_back(stem + "cluster " + std::to_string(i / 2) + " of the second donor, batch " +
                   "AB"[i % 2]);
  EXPECT_TRUE(checked(both, 300.0f)[13].ends_with(kDots + "6" + kDots + "B"));
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back("Staphylococcus aureus strain " + std::to_string(i));
  EXPECT_TRUE(checked(many, 120.0f)[137].ends_with("137"));
}

TEST(Names, OfAnyKindAreShortenedOnWholeCharacters) {
  std::string chinese, tower = "a";
  for (int i = 0; i < 60; ++i) chinese += "中", tower += "e\xcc\x81";
  for (const auto& out : {checked({chinese + "文", chinese + "字"}, 100.0f),
                          checked({tower + "x", tower + "y"}, 100.0f)})
    for (const std::string& name : out) EXPECT_EQ(cleaned(name), name);  // is UTF-8
  const TextStyle style;
  for (const std::string& name : shortened({chinese, chinese, "", "\xff\n"}, 0.0f, style))
    EXPECT_EQ(cleaned(name), name);
}

// A picture of one point for each name.
struct Named {
  explicit Named(std::vector<std::string> all)
      : names(std::move(all)), layout(std::ssize(names), 2), labels(names.size()) {
    for (std::size_t i = 0; i < names.size(); ++i) labels[i] = static_cast<std::int32_t>(i);
    for (std::int64_t i = 0; i < layout.rows(); ++i)
      layout.row(i)[0] = static_cast<float>(i % 7), layout.row(i)[1] = static_cast<float>(i / 7);
  }
  Scene scene(const PlotOptions& options) const {
    return lay_out({.panels = {{layout, labels}}, .names = names}, options);
  }

  std::vector<std::string> names;
  Matrix layout;
  std::vector<std::int32_t> labels;
};

TEST(Legend, TakesAThirdOfTheWidthAtMost) {
  std::vector<std::string> names;
  for (int i = 0; i < 150; ++i) names.push_back(std::string(80, 'w') + " " + std::to_string(i));
  for (const std::size_t count : {2u, 30u, 60u, 150u}) {
    const Named named({names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count)});
    for (const int width : {300, 800, 1200, 3000}) {
      const Scene scene = named.scene({.width = width, .height = 800, .title = ""});
      const int margin = scene.maps[0].box.left;
      EXPECT_LE(width - margin - scene.maps[0].box.right, width / 3 + 1) << count << " " << width;
      std::set<std::string> shown;
      for (std::size_t e = 0; e < scene.swatches.size(); ++e) shown.insert(scene.texts[e].text);
      if (width >= 800) {
        EXPECT_EQ(shown.size(), scene.swatches.size()) << width;
      }
    }
  }
}

TEST(Legend, HasItsNamesInNaturalOrderAndThoseWithoutOneLast) {
  Named named({"10", "100", "2", "T10", "T2"});
  named.labels = {0, -1, 2, 3, 4};
  const Scene scene = named.scene({});
  const char* const expected[] = {"2", "10", "T2", "T10", "no label"};
  for (std::size_t e = 0; e < 5; ++e) EXPECT_EQ(scene.texts.at(e).text, expected[e]);
  const Rgb last = scene.swatches.at(4).color, none = theme(false).none;
  EXPECT_TRUE(last.r == none.r && last.g == none.g && last.b == none.b);
}

TEST(Legend, SaysThatThereAreNoLabelsHoweverManyThereAre) {
  std::vector<LegendEntry> entries;
  for (int i = 0; i < 500; ++i) entries.push_back({"class " + std::to_string(i), {}});
  entries.push_back({"no label", {}, true});
  const Legend legend = lay_out_legend(entries, std::nullopt, 500, 600, {});
  EXPECT_EQ(legend.entries.back().name, "no label");
  EXPECT_EQ(legend.more, "+ " + with_commas(501 - std::ssize(legend.entries)) + " more");
}

TEST(LegendText, HasTheDigitsThatTellTheEndsOfAScaleApart) {
  const auto ends = [](float low, float high) { return end_texts({low, high}); };
  using Ends = std::array<std::string, 2>;
  EXPECT_EQ(ends(0.0f, 1.0f), (Ends{"0", "1"}));
  EXPECT_EQ(ends(-2.5f, 70000.0f), (Ends{"-2.5", "70000"}));
  EXPECT_EQ(ends(1000000.0f, 1000000.5f), (Ends{"1000000", "1000000.5"}));
  EXPECT_EQ(ends(0.1f, 0.12345f), (Ends{"0.1", "0.12345"}));
  EXPECT_EQ(ends(1.7e9f, 1.7e9f + 86400.0f), (Ends{"1700000000", "1700086400"}));
  EXPECT_EQ(ends(3e-9f, 5e-9f), (Ends{"3e-09", "5e-09"}));
  EXPECT_EQ(ends(0.1f, 0.1f), (Ends{"0.1", "0.1"}));
  EXPECT_EQ(end_texts({-1.0f, 1.0f, true, true}), (Ends{"\u2264 -1", "\u2265 1"}));
}

}  // namespace
}  // namespace nearfold
