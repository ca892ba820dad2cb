// Text in pictures: any script that a font has, shortened to its room, and cleaned of what is none.
#include <fontconfig/fontconfig.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "plot/draw.hpp"
#include "plot/layout.hpp"
#include "plot/legend.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

// Characters that come out as boxes.
int boxes(const std::string& text) {
  return pango_layout_get_unknown_glyphs_count(
      layout_of({.text = text, .at = {}, .style = {}}).get());
}

// Whether one font on this machine has all characters of `text`.
bool some_font_has(const std::string& text) {
  FcCharSet* const characters = FcCharSetCreate();
  for (const char* at = text.c_str(); *at != '\0'; at = g_utf8_next_char(at))
    FcCharSetAddChar(characters, g_utf8_get_char(at));
  FcPattern* const wanted = FcPatternCreate();
  FcPatternAddCharSet(wanted, FC_CHARSET, characters);
  FcObjectSet* const names = FcObjectSetBuild(FC_FAMILY, nullptr);
  FcFontSet* const fonts = FcFontList(nullptr, wanted, names);
  const bool found = fonts != nullptr && fonts->nfont > 0;
  if (fonts != nullptr) FcFontSetDestroy(fonts);
  FcObjectSetDestroy(names);
  FcPatternDestroy(wanted);
  FcCharSetDestroy(characters);
  return found;
}

struct Script {
  const char* name;
  const char* text;
  bool in_dejavu;
};

class Scripts : public testing::TestWithParam<Script> {};

TEST_P(Scripts, DoNotComeOutAsBoxes) {
  const Script& script = GetParam();
  if (!script.in_dejavu && !some_font_has(script.text))
    GTEST_SKIP() << "no font on this machine has '" << script.text << "'";
  EXPECT_EQ(boxes(script.text), 0);
  EXPECT_EQ(boxes(std::string("label ") + script.text + " 1"), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Text, Scripts,
    testing::Values(Script{"Greek", "Ελληνικά", true}, Script{"Cyrillic", "Кириллица", true},
                    Script{"Accents", "e\u0301a\u0308n\u0303", true},
                    Script{"Chinese", "中文", false}, Script{"Emoji", "😀", false},
                    Script{"Arabic", "العربية", false}, Script{"Devanagari", "हिन्दी", false}),
    [](const auto& script) { return std::string(script.param.name); });

TEST(Text, OfOtherScriptsIsMeasuredAndDrawn) {
  const TextStyle style;
  EXPECT_FLOAT_EQ(text_width("e\u0301", style), text_width("é", style));
  EXPECT_GT(text_width("Ελληνικά", style), 3.0f * style.size);
  EXPECT_EQ(boxes("\U000f0000"), 1);  // of nobody
}

// A white image with a line of text on it.
Image drawn(const TextLine& line, int width, int height) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  const Cairo cairo(cairo_create(surface.get()));
  cairo_set_source_rgb(cairo.get(), 1.0, 1.0, 1.0);
  cairo_paint(cairo.get());
  cairo_set_source_rgb(cairo.get(), 0.0, 0.0, 0.0);
  draw_text(cairo.get(), line);
  return image_of(surface.get());
}

TEST(Text, DrawsEveryPrintableCharacterDifferently) {
  std::set<std::vector<std::uint8_t>> seen;
  for (char c = 32; c < 127; ++c)
    seen.insert(
        drawn({.text = std::string(1, c), .at = {4, 4}, .style = {.size = 24}}, 40, 40).rgb);
  EXPECT_EQ(seen.size(), 95u);
}

TEST(Text, HasItsCapitalsBelowItsPlace) {
  const Image image = drawn({.text = "H", .at = {20, 20}, .style = {.size = 40}}, 80, 80);
  EXPECT_EQ(marked(image, {0, 0, 80, 19}), 0);
  EXPECT_EQ(marked(image, {0, 0, 20, 80}), 0);
  EXPECT_GT(marked(image, {20, 20, 60, 22}), 0);
  EXPECT_GT(marked(image, {20, 47, 60, 49}), 0);
  EXPECT_EQ(marked(image, {0, 50, 80, 80}), 0);
}

TEST(Text, IsShortenedToItsRoom) {
  TextLine line{.text = "a name that is too long", .at = {10, 10}, .style = {}};
  const float width = text_width(line.text, line.style);
  EXPECT_GT(marked(drawn(line, 300, 40), {110, 0, 300, 40}), 0);
  line.room = 100.0f;
  EXPECT_EQ(marked(drawn(line, 300, 40), {111, 0, 300, 40}), 0);
  EXPECT_GT(marked(drawn(line, 300, 40), {90, 0, 110, 40}), 0);
  EXPECT_FALSE(pango_layout_is_ellipsized(layout_of({line.text, {}, {}, width}).get()));
  EXPECT_TRUE(pango_layout_is_ellipsized(layout_of(line).get()));
  for (const char* name : {"", "x", "一二三四五六七八九", "שלום עולם שלום עולם"}) {
    line = {.text = name, .at = {10, 10}, .style = {}, .room = 60.0f};
    EXPECT_EQ(marked(drawn(line, 300, 40), {72, 0, 300, 40}), 0) << name;
  }
}

TEST(Text, IsNeverMarkup) {
  EXPECT_GT(text_width("<b>x</b>", {}), 3.0f * text_width("x", {}));
  EXPECT_EQ(boxes("&amp; <span foreground='red'>"), 0);
}

TEST(Text, IsCleanedOfWhatIsNone) {
  const std::string bad = "\xef\xbf\xbd";  // U+FFFD
  EXPECT_EQ(cleaned("as it is: é 中 😀"), "as it is: é 中 😀");
  EXPECT_EQ(cleaned("\x1b[31m\n"), bad + "[31m" + bad);
  EXPECT_EQ(cleaned(std::string_view("a\0b", 3)), "a" + bad + "b");
  EXPECT_EQ(cleaned("\xff|\xc3|\xe2\x82"), bad + "|" + bad + "|" + bad + bad);
  EXPECT_EQ(cleaned("\xc0\x80\xed\xa0\x80"), bad + bad + bad + bad + bad);
  EXPECT_EQ(cleaned("\u2028\u2029\u0085"), bad + bad + bad);  // ends of lines
  EXPECT_EQ(cleaned("\uffff\ufdd0"), bad + bad);              // no characters
}

TEST(Text, OfAnyBytesAndCharactersIsDrawnInEveryFormat) {
  std::vector<std::string> names(40);
  for (gunichar c = 0; c < 0x110000; c += 331) {
    std::array<char, 6> bytes{};
    const auto length = static_cast<std::size_t>(g_unichar_to_utf8(c, bytes.data()));
    names[c / 331 % names.size()].append(bytes.data(), length);
  }
  for (int c = 0; c < 0x300; ++c) names[0] += static_cast<char>(c * 7);
  for (const char* text : {"\u202e\u2067\u200f\u2069", "\u0e49\u200d\ufe0f", "\ufdd0\ufffc\u00ad"})
    names.emplace_back(text);
  const Matrix layout(std::ssize(names), 2);
  std::vector<std::int32_t> labels(names.size());
  std::iota(labels.begin(), labels.end(), 0);
  for (const Format format : {Format::png, Format::svg, Format::pdf})
    EXPECT_GT(draw({.panels = {{layout, labels}}, .names = names}, {}, format).size(), 1000u);
}

TEST(Text, OfMegabytesIsCutBeforeItIsLaidOut) {
  for (const std::string part : {"w", "中", "\xff", "a\u0301"}) {
    std::string text;
    while (text.size() < 1'000'000) text += part;
    const std::string cut = cleaned(text);
    EXPECT_LT(cut.size(), 10'000u);
    EXPECT_TRUE(cut.ends_with("…"));
    EXPECT_TRUE(g_utf8_validate(cut.data(), static_cast<gssize>(cut.size()), nullptr));
    EXPECT_EQ(cleaned(cut), cut);
  }
  std::string tower = "a";
  for (int i = 0; i < 100'000; ++i) tower += "\u0301";
  EXPECT_LT(cleaned(tower).size(), 30u);
}

TEST(LegendText, SaysInFullHowManyAreNotShown) {
  std::vector<LegendEntry> entries;
  for (int i = 0; i < 5000; ++i) entries.push_back({"class " + std::to_string(i), Rgb{}});
  entries[3].name = std::string(500, 'w');
  for (const int width : {170, 200, 480, 900}) {
    const Legend legend = lay_out_legend(entries, std::nullopt, 1000, width, {});
    Scene scene;
    add_legend(scene, {}, legend);
    const TextLine& last = scene.texts.back();
    EXPECT_EQ(last.text, "+ " + with_commas(5000 - std::ssize(scene.swatches)) + " more");
    EXPECT_GE(last.room, text_width(last.text, last.style));
    EXPECT_LE(last.at.y, 1000.0f - last.style.size);
    EXPECT_LE(legend.width(), width + 1);
  }
}

}  // namespace
}  // namespace nearfold
