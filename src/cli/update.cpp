// nearfold update: a model and new rows in, the model of all of them out.
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/new_points_picture.hpp"
#include "cli/new_rows.hpp"
#include "cli/picture_file.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/quantile.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "method.hpp"
#include "nearfold/nearfold.hpp"
#include "plot/text.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct UpdateCommand {
  Conditions conditions;
  Common common;
  ReadFlags reading;
  LookFlags look;
  std::string model, rows, output, map, moved, plot, report;
  std::string old_points = "fixed", duplicates = "coincide";
  std::optional<int> iterations;

  void check() const;
  UpdateParams params() const {
    return {old_points == "fixed" ? OldPoints::fixed : OldPoints::free, iterations,
            duplicates == "coincide" ? Duplicates::coincide : Duplicates::optimize};
  }
};

void UpdateCommand::check() const {
  if (rows.empty() && !iterations)
    throw InvalidParameter(
        "there is nothing to do: name a file of new points, or go on with the map as it is by "
        "--max-iter");
  if (rows.empty() && old_points == "fixed")
    throw InvalidParameter(
        "without new points there is nothing to move while --old-points is fixed; use free");
  io::require_ending(output, ".nfm", "models");
  for (const std::string& path : {map, moved})
    if (!path.empty()) io::row_format_of(path);
  if (!report.empty()) io::require_ending(report, ".json", "reports");
  look.check(plot);
  if (!plot.empty()) check_picture_path(plot, look.options({}));
  check_outputs({output, map, moved, plot, report}, {model, rows, reading.labels},
                common.overwrite());
}

Json moved_json(const std::vector<float>& moved) {
  return {{"median", quantile(moved, 0.5)},
          {"p99", quantile(moved, 0.99)},
          {"max", quantile(moved, 1)}};
}

std::string moved_text(const Json& moved, const std::string& old_points) {
  if (old_points == "fixed") return "fixed";
  char text[96];
  std::snprintf(text, sizeof text, "moved by %.3g (median), %.3g (p99), %.3g (most)",
                moved["median"].get<double>(), moved["p99"].get<double>(),
                moved["max"].get<double>());
  return text;
}

void tell(const UpdateCommand& o, const Updated& grown, std::int64_t added, double seconds,
          const std::vector<std::string>& warnings) {
  const Json moved = moved_json(grown.moved);
  const Json report = {{"version", version()},
                       {"n", grown.model.n()},
                       {"added", added},
                       {"iterations", grown.info.iterations},
                       {"old_points", o.old_points},
                       {"moved", moved},
                       {"seconds", seconds},
                       {"warnings", warnings}};
  const std::string text = json_text(report);
  if (!o.report.empty()) io::write_file(o.report, text, o.common.overwrite());
  if (o.common.json) std::fputs(text.c_str(), stdout);
  if (o.common.quiet) return;
  char took[32];
  std::snprintf(took, sizeof took, "%.2f", seconds);
  const std::vector<Line> lines = {{"seconds", took},
                                   {"iterations", std::to_string(grown.info.iterations)},
                                   {"old points", moved_text(moved, o.old_points)},
                                   {"model", o.output},
                                   {"map", o.map},
                                   {"distances moved", o.moved},
                                   {"picture", o.plot},
                                   {"report", o.report}};
  const std::string said = with_commas(added) + " points added to " +
                           with_commas(std::ssize(grown.moved)) + "\n" + aligned(lines);
  std::fputs(for_terminal(said).c_str(), stderr);
  print_warnings(warnings, o.common);
}

void run(const UpdateCommand& o) {
  o.check();
  const auto began = std::chrono::steady_clock::now();
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  Model model;
  PreparedRows rows;
  io::Labels labels;
  std::vector<std::string> warnings;
  progress.run("read", [&] {
    model = io::read_model(o.model);
    rows.dense = Matrix(0, model.dim());
    if (o.rows.empty()) return;
    NewRows file(o.rows, o.reading, model);
    if (file.rows() > 0) rows = file.block(0, file.rows(), o.common.cpu());
    labels = o.reading.read_labels(file.labels(), file.rows(), o.rows, warnings);
    for (std::string& warning : file.warnings()) warnings.push_back(std::move(warning));
  });
  o.look.check_labels(!labels.ids.empty());
  o.look.check_columns(model.map.cols());
  Updated grown = rows.use([&](const auto& given) {
    return update(model, given, o.params(), o.common.cpu(), progress.callback());
  });
  for (const std::string& warning : grown.info.warnings) warnings.push_back(warning);
  progress.run(
      "write",
      [&] {
        io::write_model(o.output, grown.model, o.common.overwrite());
        if (!o.map.empty()) io::write_rows(o.map, grown.model.map, o.common.overwrite());
        if (!o.moved.empty())
          io::write_rows(o.moved, {grown.moved.data(), std::ssize(grown.moved), 1},
                         o.common.overwrite());
        if (o.plot.empty()) return;
        const Matrix& map = grown.model.map;
        const std::int64_t old = model.map.rows();
        draw_new_points(
            o.plot, output_metric_of(model.settings.method), {map.data(), old, map.cols()},
            std::span(map.values()).subspan(static_cast<std::size_t>(old * map.cols())), labels,
            {.title = o.rows, .subtitle = "added to " + o.model}, o.look, o.common.overwrite());
      },
      /*stoppable=*/false);
  progress.finish();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  tell(o, grown, rows.rows(), took.count(), warnings);
}

}  // namespace

void add_update(CLI::App& app) {
  CLI::App& command = subcommand(app, "update", "Add points to a model, and go on with its map");
  const auto o = std::make_shared<UpdateCommand>();
  UpdateCommand& u = *o;
  file_path(command, "model", u.model, "Model, by `nearfold embed --save-model`")->required();
  file_path(command, "rows", u.rows,
            "New points: any format that embed reads; without, --max-iter goes on with the map");
  file_path(command, "-o,--output", u.output, "Model of all points, .nfm")->required();
  file_path(command, "--map", u.map, "Map of all points, the old ones first, .npy, .csv or .tsv");
  choice(command, "--old-points", u.old_points, {"fixed", "free"},
         "The model's own points: they stay where they are, or move as the new ones do");
  file_path(command, "--moved", u.moved, "How far each old point went [n, 1], .npy, .csv or .tsv");
  number(command, "--max-iter", u.iterations,
         "Iterations for all points; auto: a quarter of UMAP's epochs, 100 of t-SNE");
  choice(command, "--duplicates", u.duplicates, {"coincide", "optimize"},
         "Rows that equal a point of the model: they begin exactly there, or as others");
  const auto has_rows = [&u] {
    return unless(!u.rows.empty(), "is of new points; name their file, or leave it out");
  };
  u.conditions.add(command, has_rows, [&] {
    text(command, "--array", u.reading.array, "The array of an .npz that holds the points");
    u.reading.add_label_column(command);
    u.reading.add_table(command);
  });
  const auto is_drawn = [&u] {
    return unless(!u.plot.empty(), "is for the picture; give --plot, or leave it out");
  };
  u.conditions.add(command, is_drawn, [&] { u.reading.add_labels(command); });
  file_path(command, "--plot", u.plot, "Picture of both, the old points pale, " + picture_ends());
  u.look.add(command);
  file_path(command, "--report", u.report, "What the run did, JSON");
  u.common.add_threads(command);
  u.common.add_force(command);
  u.common.add_json(command);
  u.common.add_progress(command, u.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
