// nearfold plot: one map or several in, a picture out.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/picture_file.hpp"
#include "cli/terminal.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

struct Options {
  std::vector<std::string> inputs;
  ReadFlags reading;
  std::string output, values, style = "auto";
  std::optional<int> columns, width, height;
  PlotOptions look;
  bool force = false;

  int columns_or_square() const;
  PlotOptions chosen_look() const;
};

int Options::columns_or_square() const {
  return columns.value_or(static_cast<int>(std::ceil(std::sqrt(inputs.size()))));
}

PlotOptions Options::chosen_look() const {
  PlotOptions chosen = look;
  if (style == "points") chosen.style = PlotOptions::Style::points;
  if (style == "density") chosen.style = PlotOptions::Style::density;
  const int across = columns_or_square();
  const int down = (static_cast<int>(inputs.size()) - 1) / across + 1;
  constexpr int kOfSeveral = 600;  // pixels a side
  const bool several = inputs.size() > 1;
  chosen.width = width.value_or(several ? kOfSeveral * across : chosen.width);
  chosen.height = height.value_or(several ? kOfSeveral * down : chosen.height);
  return chosen;
}

void run(const Options& o) {
  const io::Overwrite overwrite = o.force ? io::Overwrite::yes : io::Overwrite::no;
  if (!o.reading.labels.empty() && !o.values.empty())
    throw InvalidParameter("--labels and --values both colour the points; give one of them");
  if (o.columns && *o.columns < 1)
    throw InvalidParameter("columns is " + std::to_string(*o.columns) + ", and must be >= 1");
  const PlotOptions look = o.chosen_look();
  check_picture_path(o.output, look);
  std::vector<std::string> read = o.inputs;
  read.insert(read.end(), {o.reading.labels, o.values});
  check_outputs({o.output}, read, overwrite);

  std::vector<std::string> warnings;
  std::vector<float> values;
  if (!o.values.empty()) values = io::read_values(o.values);
  std::vector<Matrix> maps;
  io::Labels labels;
  for (const std::string& input : o.inputs) {
    io::Table map = o.reading.read(input, warnings);
    maps.push_back(std::move(map.points));
    if (labels.ids.empty()) labels = std::move(map.labels);
  }
  labels = o.reading.read_labels(std::move(labels), maps[0].rows(), o.inputs[0], warnings);
  print_warnings(warnings, {});

  Picture picture{.columns = o.columns_or_square(), .names = labels.names};
  for (const Matrix& map : maps) picture.panels.push_back({map, labels.ids, values});
  for (std::size_t i = 0; maps.size() > 1 && i < maps.size(); ++i)
    picture.panels[i].title = for_terminal(std::filesystem::path(o.inputs[i]).stem().string());
  write_picture(o.output, picture, look, overwrite);
}

}  // namespace

void add_plot(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("plot", "Draw a map, or several side by side");
  const auto o = std::make_shared<Options>();
  command.add_option("input", o->inputs, "Maps of 2 or 3 columns")->required();
  text(command, "-o,--output", o->output, "Picture, " + picture_ends())->required();
  text(command, "--array", o->reading.array, "The array of an .npz that holds the map");
  o->reading.add_labels(command);
  text(command, "--values", o->values, "One number a point: its colour on a scale");
  text(command, "--title", o->look.title, "Title");
  choice(command, "--style", o->style, {"auto", "points", "density"}, "Points, or their density");
  number(command, "--columns", o->columns, "Maps side by side; auto is about square");
  number(command, "--width", o->width, "Pixels; auto is 1200, or 600 a map");
  number(command, "--height", o->height, "Pixels; auto is 1200, or 600 a map");
  flag(command, "--dark", o->look.dark, "Dark background");
  o->reading.add_table(command, /*with_columns=*/false);
  flag(command, "--force", o->force, "Overwrite an existing file");
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
