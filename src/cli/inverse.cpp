// nearfold inverse: a model and places on its map in, the rows that would lie there out.
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "nearfold/nearfold.hpp"
#include "plot/text.hpp"

namespace nearfold::cli {
namespace {

struct InverseCommand {
  Conditions conditions;
  Common common;
  std::string model, positions, array, output, remoteness;

  void check() const;
};

void InverseCommand::check() const {
  io::row_format_of(output);
  if (!remoteness.empty()) io::row_format_of(remoteness);
  check_outputs({output, remoteness}, {model, positions}, common.overwrite());
}

/// Values that were made relative to offsets are written in double: float would not hold them.
void write(const InverseCommand& o, const Model& model, const Inverted& found) {
  const std::vector<double>& offsets = model.preparation.offsets;
  if (offsets.empty()) return io::write_rows(o.output, found.rows, o.common.overwrite());
  std::vector<double> rows;
  rows.reserve(found.rows.values().size());
  for (std::int64_t i = 0; i < found.rows.rows(); ++i)
    for (std::size_t c = 0; c < offsets.size(); ++c)
      rows.push_back(double{found.rows.row(i)[c]} + offsets[c]);
  io::write_rows(o.output, rows, found.rows.cols(), o.common.overwrite());
}

void run(const InverseCommand& o) {
  o.check();
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  std::vector<std::string> warnings;
  Model model;
  Matrix positions;
  progress.run("read", [&] {
    model = io::read_model(o.model);
    positions = io::read_matrix(o.positions, {.array = o.array}, &warnings);
  });
  const Inverter inverter(model, o.common.cpu());
  const Inverted found = inverter.rows(positions, progress.callback());
  progress.run(
      "write",
      [&] {
        write(o, model, found);
        if (!o.remoteness.empty())
          io::write_rows(o.remoteness, {found.remoteness.data(), std::ssize(found.remoteness), 1},
                         o.common.overwrite());
      },
      /*stoppable=*/false);
  progress.finish();
  std::int64_t off = 0;
  for (const float r : found.remoteness) off += r > inverter.remote() ? 1 : 0;
  if (o.common.json) {
    const nlohmann::ordered_json report = {{"version", version()},
                                           {"n", positions.rows()},
                                           {"off_map", off},
                                           {"off_map_remoteness", inverter.remote()},
                                           {"warnings", warnings}};
    std::fputs(json_text(report).c_str(), stdout);
  }
  if (o.common.quiet) return;
  const std::vector<Line> lines = {
      {"off the map", with_commas(off) + " (of the map's own points 1 %)"},
      {"rows", o.output},
      {"remoteness", o.remoteness}};
  std::fputs(for_terminal(with_commas(positions.rows()) + " places on the map of " + o.model +
                          "\n" + aligned(lines))
                 .c_str(),
             stderr);
  print_warnings(warnings, o.common);
}

}  // namespace

void add_inverse(CLI::App& app) {
  CLI::App& command =
      subcommand(app, "inverse", "Make the rows that would lie at places of a model's map");
  const auto o = std::make_shared<InverseCommand>();
  InverseCommand& i = *o;
  file_path(command, "model", i.model, "Model, by `nearfold embed --save-model`")->required();
  file_path(command, "positions", i.positions, "Places on its map [m, n-components]")->required();
  file_path(command, "-o,--output", i.output,
            "Rows [m, columns] as the data has them, .npy, .csv or .tsv")
      ->required();
  text(command, "--array", i.array, "The array of an .npz that holds the places");
  file_path(command, "--remoteness", i.remoteness,
            "How far off the map each place is [m, 1], .npy, .csv or .tsv");
  i.common.add_threads(command);
  i.common.add_force(command);
  i.common.add_json(command);
  i.common.add_progress(command, i.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
