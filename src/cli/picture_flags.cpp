#include "cli/picture_flags.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/flags.hpp"
#include "cli/picture_file.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"
#include "plot/value_range.hpp"

namespace nearfold::cli {
namespace {

constexpr const char* kPictureGroup = "Picture";

Flag optional_text(CLI::App& app, const std::string& name, std::optional<std::string>& target,
                   const std::string& help) {
  return option(app, name, help, {[&target](const std::string& text) { target = text; }});
}

/// Numbers where all that is not missing is a number.
PageColumn page_column(io::TextColumn&& column, std::size_t place) {
  std::string name = column.name.empty() ? "column " + std::to_string(place) : column.name;
  std::vector<double> values;
  for (const std::string& text : column.texts)
    values.push_back(number_in<double>(text).value_or(std::nan("")));
  const auto is_number = [&](std::int32_t id) {
    return id < 0 || std::isfinite(values[static_cast<std::size_t>(id)]);
  };
  if (!std::all_of(column.ids.begin(), column.ids.end(), is_number))
    return {std::move(name), Classes{std::move(column.ids), std::move(column.texts)}};
  Numbers numbers;
  for (const std::int32_t id : column.ids)
    numbers.of.push_back(id < 0 ? std::nan("") : values[static_cast<std::size_t>(id)]);
  return {std::move(name), std::move(numbers)};
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
      numbers(app, "--map-columns", map_columns,
              "Columns of the map to draw, one to three, from 0, as in 0,1; auto is all of "
              "up to three, and of more the first two")
          ->allow_extra_args(true)};
  for (Flag option : options_) option->group(kPictureGroup);
  for (const char* name : {"--style", "--annotate", "--width", "--height"})
    drawn_.push_back(flag_named(app, name));
}

void LookFlags::check(const std::string& path) const {
  for (const Flag& option : options_)
    if (path.empty() && option->count() > 0)
      throw InvalidParameter(option->get_name() +
                             " is of a picture, and none is drawn; give --plot, or leave it out");
  for (const Flag& option : drawn_)
    if (is_page(path) && option->count() > 0)
      throw InvalidParameter(option->get_name() + " is of a picture, and '" + path +
                             "' is a page, which has no such thing; draw .png, or leave it out");
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
  drawn_.push_back(
      flag(app, "--edges", edges, "Draw lines to the neighbours in the graph, a sample of many"));
  for (Flag option :
       {number(app, "--vmin", vmin, "Low end of the scale; auto is the 2nd percentile"),
        number(app, "--vmax", vmax, "High end of the scale; auto is the 98th percentile"),
        drawn_.back(),
        file_path(
            app, "--hover-data", hover_data,
            "Table of one row per point, whose columns an .html shows, searches and colours by")})
    options_.push_back(option->group(kPictureGroup));
}

void PictureFlags::check(const std::string& path, bool has_labels, bool has_values) const {
  LookFlags::check(path);
  if (!hover_data.empty() && !is_page(path))
    throw InvalidParameter("--hover-data is shown by a page, and '" + path +
                           "' is a picture; end its name in .html, or leave the flag out");
  if (has_labels && has_values)
    throw InvalidParameter("--labels and --values both colour the points; give one of them");
  if ((vmin || vmax) && !has_values)
    throw InvalidParameter("--vmin and --vmax are the ends of the scale of --values; give these");
  if (vmin && vmax && !(*vmin < *vmax))
    throw InvalidParameter("--vmin is " + number_text(*vmin) + " and --vmax " + number_text(*vmax) +
                           "; --vmin must be less");
}

std::vector<PageColumn> PictureFlags::read_hover_data(std::int64_t n) const {
  std::vector<PageColumn> columns;
  if (hover_data.empty()) return columns;
  for (io::TextColumn& column : io::read_columns(hover_data)) {
    if (std::ssize(column.ids) != n)
      throw InvalidInput("'" + hover_data + "' has " + std::to_string(column.ids.size()) +
                         " rows, and the map " + std::to_string(n) +
                         " points; --hover-data has one row per point");
    columns.push_back(page_column(std::move(column), columns.size()));
  }
  return columns;
}

PlotOptions PictureFlags::options(const UsualPicture& usual) const {
  PlotOptions out = LookFlags::options(usual);
  out.vmin = vmin;
  out.vmax = vmax;
  return out;
}

}  // namespace nearfold::cli
