#include "plot/page.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "nearfold/error.hpp"
#include "plot/colors.hpp"
#include "plot/page_assets.hpp"
#include "plot/page_data.hpp"
#include "plot/value_range.hpp"

namespace nearfold {
namespace {

std::string class_colors(const Classes& classes, bool dark) {
  std::vector<std::string> colors;
  for (std::size_t c = 0; c < classes.names.size(); ++c)
    colors.push_back(json_text(hex_text(class_color(
        classes.labels.empty() ? static_cast<std::int32_t>(c) : classes.labels[c], theme(dark)))));
  return json_list(colors);
}

/// What the page reads of a column: how it is described, the type of its array, and the array.
struct Packed {
  std::string meta, type, array;
};

/// Codes in as few bytes as they need; of none, the one past the names.
template <class Code>
Packed packed_as(const char* type, const Classes& classes) {
  std::vector<Code> codes;
  codes.reserve(classes.of.size());
  for (const std::int32_t c : classes.of)
    codes.push_back(static_cast<Code>(c < 0 ? classes.names.size() : static_cast<std::size_t>(c)));
  return {"", type, base64_of(codes)};
}

Packed packed_column(const Classes& classes) {
  const std::size_t codes = classes.names.size() + 1;
  Packed out = codes <= std::numeric_limits<std::uint8_t>::max()
                   ? packed_as<std::uint8_t>("u8", classes)
               : codes <= std::numeric_limits<std::uint16_t>::max()
                   ? packed_as<std::uint16_t>("u16", classes)
                   : packed_as<std::uint32_t>("u32", classes);
  std::vector<std::string> names;
  for (const std::string& name : classes.names) names.push_back(json_text(name));
  out.meta = ",\"names\":" + json_list(names);
  if (classes.names.size() <= kMostColors)
    out.meta +=
        ",\"light\":" + class_colors(classes, false) + ",\"dark\":" + class_colors(classes, true);
  return out;
}

Packed packed_column(const Numbers& numbers) {
  const std::vector<float> singles(numbers.of.begin(), numbers.of.end());
  const bool exact = std::equal(
      singles.begin(), singles.end(), numbers.of.begin(),
      [](float a, double b) { return double{a} == b || (std::isnan(a) && std::isnan(b)); });
  const auto range = value_range(singles, numbers.low, numbers.high).value_or(ValueRange{});
  return {
      ",\"low\":" + json_number(double{range.low}) + ",\"high\":" + json_number(double{range.high}),
      exact ? "f32" : "f64", exact ? base64_of(singles) : base64_of(numbers.of)};
}

void check(const Page& page) {
  if (page.views.empty()) throw InvalidInput("a page without maps; give at least one");
  const std::int64_t n = page.views[0].places.rows();
  for (const PageView& view : page.views) {
    if (view.places.rows() != n || view.places.cols() != 2)
      throw InvalidInput("map '" + view.name + "' of a page is " +
                         std::to_string(view.places.rows()) + " x " +
                         std::to_string(view.places.cols()) + ", and the first has " +
                         std::to_string(n) + " points; give maps of the same points");
    for (const float x : view.places.values())
      if (!std::isfinite(x))
        throw InvalidInput("map '" + view.name + "' of a page has a value that is not finite");
  }
  for (const PageColumn& column : page.columns) {
    const auto size =
        std::visit([](const auto& values) { return std::ssize(values.of); }, column.values);
    if (size != n)
      throw InvalidInput("column '" + column.name + "' has " + std::to_string(size) +
                         " values for " + std::to_string(n) + " points; give one for each");
  }
}

std::string array(const char* name, std::size_t index, const std::string& text) {
  return "<script type=\"text/plain\" id=\"" + std::string(name) + std::to_string(index) + "\">" +
         text + "</script>\n";
}

std::string scale_colors() {
  std::vector<std::string> colors(256);
  for (std::size_t i = 0; i < colors.size(); ++i)
    colors[i] = json_text(hex_text(value_color(static_cast<float>(i) / 255.0f)));
  return json_list(colors);
}

}  // namespace

std::string page_text(const Page& page) {
  check(page);
  std::string arrays;
  std::vector<std::string> views, columns;
  for (std::size_t i = 0; i < page.views.size(); ++i) {
    views.push_back("{\"name\":" + json_text(page.views[i].name) + "}");
    arrays += array("view", i, base64_of(page.views[i].places.values()));
  }
  for (std::size_t i = 0; i < page.columns.size(); ++i) {
    const Packed packed = std::visit([](const auto& values) { return packed_column(values); },
                                     page.columns[i].values);
    columns.push_back("{\"name\":" + json_text(page.columns[i].name) + ",\"type\":\"" +
                      packed.type + "\"" + packed.meta + "}");
    arrays += array("column", i, packed.array);
  }
  const std::string meta =
      "{\"title\":" + json_text(page.title) + ",\"subtitle\":" + json_text(page.subtitle) +
      ",\"dark\":" + (page.dark ? "true" : "null") + ",\"none\":" + json_text(page.none) +
      ",\"n\":" + std::to_string(page.views[0].places.rows()) +
      ",\"color\":" + std::to_string(page.color_by) + ",\"single\":[" +
      json_text(hex_text(class_color(0, theme(false)))) + "," +
      json_text(hex_text(class_color(0, theme(true)))) + "],\"scale\":" + scale_colors() +
      ",\"views\":" + json_list(views) + ",\"columns\":" + json_list(columns) + "}";
  std::string out;
  out.reserve(page_head().size() + page.title.size() + page_body().size() + meta.size() +
              arrays.size() + page_end().size() + 128);
  out.append(page_head()).append(html_text(page.title)).append(page_body());
  out.append("<script type=\"application/json\" id=\"meta\">").append(meta).append("</script>\n");
  return out.append(arrays).append(page_end());
}

}  // namespace nearfold
