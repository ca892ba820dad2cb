// nearfold quality: points and their map in, scores with their sampling errors out.
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Conditions conditions;
  const CLI::Option* label_k = nullptr;
  Common common;
  MetricFlags metric;
  ReadFlags reading;
  std::string points, layout, report;
  QualityParams params;

  QualityParams chosen() const;
};

QualityParams Options::chosen() const {
  QualityParams p = params;
  p.distance = metric.distance();
  p.seed = common.seed;
  p.device = common.processor();
  return p;
}

void print_table(const QualityReport& report) {
  std::printf("%-20s %8s  %-15s %s\n", "measure", "value", "standard error", "sample");
  for (const Score& score : report.scores) {
    char error[32] = "exact";
    if (score.standard_error > 0)
      std::snprintf(error, sizeof error, "+- %.4f", score.standard_error);
    std::printf("%-20s %8.4f  %-15s %lld\n", score.name.c_str(), score.value, error,
                static_cast<long long>(score.sample));
  }
}

void run(const Options& o) {
  const QualityParams params = o.chosen();
  if (!o.report.empty()) io::require_ending(o.report, ".json", "reports");
  check_outputs({o.report}, {o.points, o.layout, o.reading.labels}, o.common.overwrite());
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  std::vector<std::string> warnings;
  Matrix points, layout;
  io::Labels labels;
  progress.run("read", [&] {
    io::Table table = o.reading.read(o.points, params.distance.metric, warnings);
    points = std::move(table.points);
    io::Shift of_map;
    layout = io::read_matrix(o.layout, {}, &warnings, &of_map);
    if (layout.cols() > 3 && points.cols() <= 3)
      throw InvalidInput("'" + o.layout + "' has " + std::to_string(layout.cols()) +
                         " columns and '" + o.points + "' " + std::to_string(points.cols()) +
                         ": the points are named first, then their map");
    labels = o.reading.read_labels(std::move(table.labels), points.rows(), o.points, warnings);
  });
  if (labels.ids.empty() && o.label_k->count() > 0)
    throw InvalidParameter("--label-k is for labels; give --labels, or leave it out");
  print_warnings(warnings, o.common);
  const auto began = std::chrono::steady_clock::now();
  const QualityReport report = evaluate(points, layout, labels.ids, params, progress.callback());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  progress.finish();
  const Json out{{"n", report.n},
                 {"metric", name(params.distance.metric)},
                 {"seed", params.seed},
                 {"scores", quality_json(report)},
                 {"seconds", took.count()}};
  const std::string text = out.dump(2) + "\n";
  if (!o.report.empty()) io::write_file(o.report, text, o.common.overwrite());
  if (o.common.json)
    std::fputs(text.c_str(), stdout);
  else if (!o.common.quiet)
    print_table(report);
}

}  // namespace

void add_quality(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("quality", "Score a map of points");
  const auto o = std::make_shared<Options>();
  text(command, "points", o->points, "Points, as for embed")->required();
  text(command, "map", o->layout, "Map of these points")->required();
  o->reading.add_labels(command);
  numbers(command, "-k,--k", o->params.ks, "Neighbours of knn_recall@k");
  number(command, "--trustworthiness-k", o->params.trustworthiness_k,
         "Neighbours of trustworthiness and continuity");
  Options& q = *o;
  o->label_k = number(command, "--label-k", o->params.label_k, "Neighbours that vote on a label");
  number(command, "--exact-below", o->params.exact_below,
         "Score every point where there are no more than this");
  number(command, "--sample", o->params.rows, "Points scored where there are more");
  number(command, "--subset", o->params.subset,
         "Points that trustworthiness looks at where there are more");
  number(command, "--pairs", o->params.pairs, "Random triplets and random pairs, as many of each");
  text(command, "--report", o->report, "The scores, JSON");
  o->reading.add_reading(command);
  o->reading.add_label_column(command);
  o->metric.add(command, q.conditions);
  o->common.add(command, q.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
