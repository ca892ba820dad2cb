#include "cli/picture_flags.hpp"

#include "cli/flags.hpp"
#include "nearfold/error.hpp"
#include "plot/text.hpp"

namespace nearfold::cli {
namespace {

constexpr const char* kGroup = "Picture";

CLI::Option* optional_text(CLI::App& app, const std::string& name,
                           std::optional<std::string>& target, const std::string& help) {
  return app.add_option_function<std::string>(
      name, [&target](const std::string& text) { target = text; }, help);
}

}  // namespace

void LookFlags::add(CLI::App& app) {
  options_ = {
      optional_text(app, "--title", title, "Title, instead of the name of the data ('' for none)"),
      optional_text(app, "--subtitle", subtitle,
                    "Line below the title, instead of method and parameters ('' for none)"),
      choice(app, "--style", style, {"auto", "points", "density"},
             "Draw points or their density; auto is density above " + std::to_string(kMaxDots) +
                 " points"),
      flag(app, "--annotate", annotate, "Write the names of labels at the medians of their points"),
      number(app, "--width", width, "Width in pixels"),
      number(app, "--height", height, "Height in pixels"),
      flag(app, "--dark", dark, "Dark background")};
  for (CLI::Option* option : options_) option->group(kGroup);
}

void LookFlags::check(bool has_picture) const {
  for (const CLI::Option* option : options_)
    if (!has_picture && option->count() > 0)
      throw InvalidParameter(option->get_name() +
                             " is of a picture, and none is drawn; give --plot, or leave it out");
}

void LookFlags::check_labels(bool has_labels) const {
  if (annotate && !has_labels)
    throw InvalidParameter("--annotate writes the names of labels; give --labels");
}

PlotOptions LookFlags::options(const UsualPicture& usual) const {
  PlotOptions out{.width = width.value_or(usual.width),
                  .height = height.value_or(usual.height),
                  .title = title.value_or(usual.title),
                  .dark = dark,
                  .subtitle = subtitle.value_or(usual.subtitle),
                  .annotate = annotate};
  if (style == "points") out.style = PlotOptions::Style::points;
  if (style == "density") out.style = PlotOptions::Style::density;
  return out;
}

void PictureFlags::add(CLI::App& app) {
  LookFlags::add(app);
  for (CLI::Option* option :
       {number(app, "--vmin", vmin, "Low end of the scale; auto is the 2nd percentile"),
        number(app, "--vmax", vmax, "High end of the scale; auto is the 98th percentile"),
        flag(app, "--edges", edges, "Draw lines to the neighbours in the graph, a sample of many")})
    options_.push_back(option->group(kGroup));
}

void PictureFlags::check(bool has_picture, bool has_labels, bool has_values) const {
  LookFlags::check(has_picture);
  if (has_labels && has_values)
    throw InvalidParameter("--labels and --values both colour the points; give one of them");
  if ((vmin || vmax) && !has_values)
    throw InvalidParameter("--vmin and --vmax are the ends of the scale of --values; give these");
  if (vmin && vmax && !(*vmin < *vmax))
    throw InvalidParameter("--vmin is " + number_text(*vmin) + " and --vmax " + number_text(*vmax) +
                           "; --vmin must be less");
}

PlotOptions PictureFlags::options(const UsualPicture& usual) const {
  PlotOptions out = LookFlags::options(usual);
  out.vmin = vmin;
  out.vmax = vmax;
  return out;
}

int height_of_map(int width, std::int64_t dims) {
  return dims == 3 ? width * 3 / 5 : width;
}

}  // namespace nearfold::cli
