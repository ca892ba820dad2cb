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
      flag(app, "--dark", dark, "Dark background"),
      app.add_option("--map-columns", map_columns,
                     "Columns of the map to draw, one to three, from 0, as in 0,1; auto is all of "
                     "up to three, and of more the first two")
          ->delimiter(',')};
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

void LookFlags::check_columns(std::int64_t dims) const {
  if (map_columns.size() > 3)
    throw InvalidParameter("--map-columns has " + std::to_string(map_columns.size()) +
                           " columns, and a picture shows up to 3");
  for (const int column : map_columns)
    if (column < 0 || column >= dims)
      throw InvalidParameter("--map-columns has column " + std::to_string(column) +
                             ", and the map's are 0 to " + std::to_string(dims - 1));
}

int LookFlags::height_of_map(int across, std::int64_t dims) const {
  const std::int64_t drawn = map_columns.empty() ? dims : std::ssize(map_columns);
  return drawn == 1 || drawn == 3 ? across * 3 / 5 : across;
}

PlotOptions LookFlags::options(const UsualPicture& usual) const {
  PlotOptions out{.width = width.value_or(usual.width),
                  .height = height.value_or(usual.height),
                  .title = title.value_or(usual.title),
                  .dark = dark,
                  .subtitle = subtitle.value_or(usual.subtitle),
                  .annotate = annotate,
                  .map_columns = map_columns};
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

}  // namespace nearfold::cli
