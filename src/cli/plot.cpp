// nearfold plot: a layout in, a PNG out.
#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "io/io.hpp"
#include "plot/picture.hpp"

namespace nearfold::cli {
namespace {

struct Options {
  std::string input, output, labels, style = "auto";
  PlotOptions look;
  bool force = false;
};

void run(Options& o) {
  const io::Overwrite overwrite = o.force ? io::Overwrite::yes : io::Overwrite::no;
  io::check_writable(o.output, overwrite);
  if (o.style == "points") o.look.style = PlotOptions::Style::points;
  if (o.style == "density") o.look.style = PlotOptions::Style::density;
  io::Labels labels;
  if (!o.labels.empty()) labels = io::read_labels(o.labels);
  const Matrix layout = io::read_matrix(o.input);
  io::write_file(o.output, encode_png(draw_map(layout, labels.ids, labels.names, o.look)),
                 overwrite);
}

}  // namespace

void add_plot(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("plot", "Draw a map");
  const auto o = std::make_shared<Options>();
  text(command, "input", o->input, "Map of 2 or 3 columns")->required();
  text(command, "-o,--output", o->output, "Picture, PNG")->required();
  text(command, "--labels", o->labels, "One label a point: its colour");
  text(command, "--title", o->look.title, "Title");
  choice(command, "--style", o->style, {"auto", "points", "density"}, "Points, or their density");
  number(command, "--width", o->look.width, "Pixels");
  number(command, "--height", o->look.height, "Pixels");
  flag(command, "--dark", o->look.dark, "Dark background");
  flag(command, "--force", o->force, "Overwrite an existing file");
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
