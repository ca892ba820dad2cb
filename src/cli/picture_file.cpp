#include "cli/picture_file.hpp"

#include <array>
#include <string_view>

#include "nearfold/error.hpp"
#include "nearfold/surface.hpp"

namespace nearfold::cli {
namespace {

struct Ending {
  std::string_view end;
  Format format;
};

constexpr std::array kEndings = {Ending{".png", Format::png}, Ending{".svg", Format::svg},
                                 Ending{".pdf", Format::pdf}, Ending{".html", Format::html}};

Format format_of(const std::string& path) {
  for (const Ending& ending : kEndings)
    if (path.ends_with(ending.end)) return ending.format;
  throw InvalidParameter("'" + path + "' is no picture by its name; end it in " + picture_ends());
}

}  // namespace

std::string picture_ends() {
  std::string text;
  for (std::size_t i = 0; i < kEndings.size(); ++i) {
    if (i > 0) text += i + 1 < kEndings.size() ? ", " : " or ";
    text += kEndings[i].end;
  }
  return text;
}

bool is_page(const std::string& path) {
  return path.ends_with(".html");
}

void check_picture_path(const std::string& path, const PlotOptions& options) {
  format_of(path);
  if (!is_page(path)) check_options(options);
}

std::vector<Matrix> flatten(OutputMetric metric, Picture& picture) {
  std::vector<Matrix> drawn;
  if (metric == OutputMetric::euclidean) return drawn;
  for (Panel& panel : picture.panels)
    if (panel.layout.rows() > 0) {
      drawn.push_back(flattened(metric, panel.layout));
      panel.layout = drawn.back();
    }
  return drawn;
}

void write_picture(const std::string& path, const Picture& picture, const PlotOptions& options,
                   io::Overwrite overwrite) {
  io::write_file(path, draw(picture, options, format_of(path)), overwrite);
}

}  // namespace nearfold::cli
