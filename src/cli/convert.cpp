// nearfold convert: points of any format as .npy (float32) or text, reduced to principal components
// if wanted.
#include <cstdio>
#include <memory>

#include "cli/budget.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "io/io.hpp"
#include "io/row_file.hpp"
#include "io/row_output.hpp"

namespace nearfold::cli {
namespace {

struct ConvertCommand {
  Conditions conditions;
  Common common;
  PointFlags points;
  BudgetFlags budget;
  std::string output;
};

struct Shape {
  std::int64_t rows, cols;
};

/// A file of any size, some megabytes at a time.
Shape convert_in_blocks(io::RowFile& file, const ConvertCommand& o) {
  io::RowWriter writer(o.output, file.rows(), file.cols(), o.common.overwrite());
  file.for_each_block([&](std::int64_t, HostMatrix<const float> rows) { writer.write(rows); });
  writer.commit();
  std::vector<std::string> warnings;
  file.warn(warnings);
  print_warnings(warnings, o.common);
  return {file.rows(), file.cols()};
}

Shape convert_whole(const ConvertCommand& o, const Budget& budget) {
  std::vector<std::string> warnings;
  // Values are written as they are: under a metric that sees offsets none are subtracted.
  const io::Points points = o.points.read_points(o.common.cpu(), Metric::inner_product, warnings,
                                                 budget.disk_beside(o.output));
  print_warnings(warnings, o.common);
  io::write_rows(o.output, points, o.common.overwrite());
  return {points.rows(), points.cols()};
}

void run(const ConvertCommand& o) {
  io::row_format_of(o.output);
  check_outputs({o.output}, {o.points.points}, o.common.overwrite());
  auto file = o.points.pca ? std::nullopt : o.points.row_file();
  // Of the stages there is none but reading, and of what is read perhaps a search for axes.
  Reading reading = o.points.reading();
  reading.has_graph = reading.graph_only = true;
  const Budget budget(o.budget, reading, {.method = UmapParams{.n_neighbors = 2}});
  if (!file) budget.require();
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  Shape shape{};
  progress.run("convert",
               [&] { shape = file ? convert_in_blocks(*file, o) : convert_whole(o, budget); });
  progress.finish();
  if (o.common.quiet) return;
  const std::string said = std::to_string(shape.rows) + " x " + std::to_string(shape.cols) +
                           ", float32\n" + aligned({{"points", o.output}});
  std::fputs(for_terminal(said).c_str(), stderr);
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App& command =
      subcommand(app, "convert", "Write points as .npy, .csv or .tsv, or fewer columns of them");
  const auto o = std::make_shared<ConvertCommand>();
  o->points.add_points(command)->required();
  file_path(command, "-o,--output", o->output,
            "Points, .npy (float32), .csv or .tsv; - is standard output, as .csv")
      ->required();
  o->budget.add_limit(command);
  o->common.add_threads(command);
  o->common.add_progress(command, o->conditions);
  o->common.add_force(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
