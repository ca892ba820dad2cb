// Pages: what they hold, and that texts in them stay texts. What they do in a browser is tested by
// python/tests/test_page.py.
#include "plot/page.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nearfold/error.hpp"
#include "plot/page_data.hpp"
#include "support/plot_data.hpp"

namespace nearfold {
namespace {

using Json = nlohmann::json;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return "none";
  return text.substr(from + begin.size(), text.find(end, from) - from - begin.size());
}

Json meta_of(const std::string& page) {
  return Json::parse(between(page, "id=\"meta\">", "</script>"));
}

std::string array_of(const std::string& page, const std::string& id) {
  return between(page, "id=\"" + id + "\">", "</script>");
}

Page two_points() {
  return {.title = "two", .views = {{"", Matrix(2, 2, {0.0f, 1.0f, 2.0f, 3.0f})}}};
}

TEST(Page, ArraysAreBase64OfTheirBytes) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64({"\xff\xfe\xfd\x00", 4}), "//79AA==");
  EXPECT_EQ(base64_of(std::vector<float>{0.0f, 1.0f, 2.0f, 3.0f}), "AAAAAAAAgD8AAABAAABAQA==");
  EXPECT_EQ(array_of(page_text(two_points()), "view0"), "AAAAAAAAgD8AAABAAABAQA==");
}

TEST(Page, TextsAreNeverMarkup) {
  const std::string evil = "</script><script>alert(1)</script><b>&\"'\\\n\x01";
  Page page = two_points();
  page.title = page.subtitle = page.views[0].name = page.none = evil;
  page.columns = {{evil, Classes{{0, -1}, {evil}}}};
  const std::string text = page_text(page);
  EXPECT_EQ(text.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(text.find("<b>"), std::string::npos);
  EXPECT_NE(text.find("<title>&lt;/script>&lt;script>alert(1)"), std::string::npos);
  const Json meta = meta_of(text);
  EXPECT_EQ(meta["title"], evil);
  EXPECT_EQ(meta["views"][0]["name"], evil);
  EXPECT_EQ(meta["columns"][0]["name"], evil);
  EXPECT_EQ(meta["columns"][0]["names"][0], evil);
}

TEST(Page, NeedsNoNetwork) {
  const std::string text = page_text(two_points());
  EXPECT_NE(text.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(text.find("http"), text.find("http-equiv"));
  EXPECT_EQ(text.find("http", text.find("http-equiv") + 1), std::string::npos);
}

TEST(Page, CodesTakeAsFewBytesAsTheirNamesNeed) {
  const auto type_of = [](std::size_t names) {
    Page page = two_points();
    Classes classes{{0, -1}};
    for (std::size_t c = 0; c < names; ++c) classes.names.push_back(std::to_string(c));
    page.columns = {{"class", classes}};
    const std::string text = page_text(page);
    const Json column = meta_of(text)["columns"][0];
    EXPECT_EQ(column.contains("light"), names <= kMostColors);
    return std::pair{column["type"].get<std::string>(), array_of(text, "column0")};
  };
  EXPECT_EQ(type_of(254), std::pair(std::string("u8"), base64({"\x00\xfe", 2})));
  EXPECT_EQ(type_of(255).first, "u16");
  EXPECT_EQ(type_of(65534).first, "u16");
  EXPECT_EQ(type_of(65535).first, "u32");
}

TEST(Page, NumbersStayWhatTheyAre) {
  Page page = two_points();
  page.columns = {{"id", Numbers{{16777217.0, 2.0}}}, {"age", Numbers{{0.5, std::nan("")}}}};
  const Json columns = meta_of(page_text(page))["columns"];
  EXPECT_EQ(columns[0]["type"], "f64");  // 2^24 + 1 is no float32
  EXPECT_EQ(columns[1]["type"], "f32");
  EXPECT_EQ(columns[1]["low"], 0.5);
}

TEST(Page, RefusesWhatDoesNotFit) {
  Page page = two_points();
  page.columns = {{"age", Numbers{{1.0}}}};
  EXPECT_THROW(page_text(page), InvalidInput);
  page = two_points();
  page.views.push_back({"b", Matrix(3, 2)});
  EXPECT_THROW(page_text(page), InvalidInput);
  page.views[1] = {"b", Matrix(2, 2, {0.0f, std::numeric_limits<float>::infinity(), 0.0f, 0.0f})};
  EXPECT_THROW(page_text(page), InvalidInput);
  EXPECT_THROW(page_text({}), InvalidInput);
}

TEST(Page, OfAPictureHasItsMapsLabelsAndColours) {
  const Clouds clouds = two_clouds(10);
  std::vector<std::int32_t> labels = clouds.labels;
  labels[9] = -1;
  const std::vector<std::string> names = {"left", "right"};
  const Picture picture{
      .panels = {{clouds.layout, labels, {}, "first\nline"}, {clouds.layout, labels}},
      .columns = 2,
      .column_titles = {"", "B"},
      .names = names};
  const Json meta = meta_of(draw(picture, {.title = "clouds", .dark = true}, Format::html));
  EXPECT_EQ(meta["title"], "clouds");
  EXPECT_EQ(meta["dark"], true);
  EXPECT_EQ(meta["n"], 10);
  EXPECT_EQ(meta["views"][0]["name"], "first line");
  EXPECT_EQ(meta["views"][1]["name"], "B");
  EXPECT_EQ(meta["columns"][0]["names"], Json(names));
  EXPECT_EQ(meta["columns"][0]["light"][1], "#ea9602");  // as in pictures
}

TEST(Page, OfThreeColumnsIsSeenAlongEach) {
  const Matrix layout(2, 3, {0.0f, 1.0f, 2.0f, 3.0f, 4.0f, 5.0f});
  const std::string text = draw({.panels = {{.layout = layout}}}, {}, Format::html);
  EXPECT_EQ(meta_of(text)["views"].size(), 3u);
  EXPECT_EQ(array_of(text, "view1"), base64_of(std::vector<float>{2.0f, 1.0f, 5.0f, 4.0f}));
}

TEST(Page, RefusesWhatOnlyAPictureHas) {
  const Clouds clouds = two_clouds(10);
  const Picture picture{.panels = {{clouds.layout, clouds.labels}}};
  EXPECT_THROW(draw(picture, {.title = "", .annotate = true}, Format::html), InvalidParameter);
  EXPECT_THROW(draw(picture, {.title = "", .style = Style::density}, Format::html),
               InvalidParameter);
}

}  // namespace
}  // namespace nearfold
