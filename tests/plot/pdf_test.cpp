// PDF: of the right size, without dates, with letters that stay letters.
#include <gtest/gtest.h>

#include <string>

#include "support/plot_data.hpp"

namespace nearfold {
namespace {

std::string pdf_of(std::int64_t n, const PlotOptions& options) {
  const Clouds clouds = two_clouds(n);
  return draw({.panels = {{clouds.layout, clouds.labels}}}, options, Format::pdf);
}

bool has(const std::string& bytes, const char* part) {
  return bytes.find(part) != std::string::npos;
}

TEST(Pdf, IsOnePageOfTheSizeAskedForAt96PixelsAnInch) {
  const std::string pdf = pdf_of(300, small());  // 240 x 200
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
  EXPECT_TRUE(pdf.ends_with("%%EOF\n"));
  EXPECT_TRUE(has(pdf, "/MediaBox [ 0 0 180 150 ]"));
  EXPECT_TRUE(has(pdf, "/Count 1"));
}

TEST(Pdf, KeepsItsTextAsText) {
  EXPECT_TRUE(has(pdf_of(10, small()), "/ToUnicode"));
}

TEST(Pdf, HasNoDateAndIsTheSameEveryTime) {
  for (const Style style : {Style::points, Style::density}) {
    const std::string pdf = pdf_of(3000, small(style));
    EXPECT_FALSE(has(pdf, "Date"));
    draw({.panels = {{}}}, small(), Format::svg);  // other surfaces in between
    EXPECT_TRUE(pdf_of(3000, small(style)) == pdf);
  }
}

TEST(Pdf, HasAnImageOfDensitiesAndShapesElse) {
  EXPECT_TRUE(has(pdf_of(3000, small(Style::density)), "/Subtype /Image"));
  EXPECT_FALSE(has(pdf_of(3000, small(Style::points)), "/Subtype /Image"));
  EXPECT_TRUE(has(pdf_of(kMaxDots + 1, small(Style::points)), "/Subtype /Image"));
}

}  // namespace
}  // namespace nearfold
