// nearfold quality: points and their map in, scores with their sampling errors out.
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/map_metric.hpp"
#include "cli/new_rows.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "core/take_rows.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct QualityCommand {
  Conditions conditions;
  Flag label_k, map_metric;
  Common common;
  MetricFlags metric;
  ReadFlags reading;
  std::string points, layout, rows, placed, row_labels, report;
  QualityParams params;

  QualityParams chosen() const;
};

QualityParams QualityCommand::chosen() const {
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

/// What is scored: points and their map, and new rows on it where they were asked for.
struct Scored {
  Matrix points, layout;
  std::optional<SparseMatrix> sparse;  // the points instead
  io::Labels labels;
  PreparedRows rows;
  Matrix placed;
  io::Labels row_labels;
  Distance distance;
  OutputMetric map_metric = OutputMetric::euclidean;

  InputPoints input() const { return sparse ? InputPoints(sparse->view()) : InputPoints(points); }
};

void read_files(const QualityCommand& o, Scored& in, std::vector<std::string>& warnings) {
  io::Table table;
  if (o.reading.as_is()) in.sparse = io::read_sparse(o.points);
  if (!in.sparse) table = o.reading.read(o.points, in.distance.metric, warnings);
  in.points = std::move(table.points);
  io::Shift of_map;
  in.layout = io::read_matrix(o.layout, {}, &warnings, &of_map);
  const std::int64_t columns = in.input().cols();
  if (in.layout.cols() > 3 && columns <= 3)
    throw InvalidInput("'" + o.layout + "' has " + std::to_string(in.layout.cols()) +
                       " columns and '" + o.points + "' " + std::to_string(columns) +
                       ": the points are named first, then their map");
  in.labels = o.reading.read_labels(std::move(table.labels), in.input().rows(), o.points, warnings);
}

/// Labels of new rows as those of the map's points are numbered; texts that these do not have get
/// numbers behind them.
void number_as(const io::Labels& own, io::Labels& other) {
  if (other.names.empty() && own.names.empty()) return;
  if (other.names.empty() || own.names.empty())
    throw InvalidInput(
        "labels of the map's points and of the new rows are numbers or texts, and "
        "not one of each");
  std::map<std::string, std::int32_t> ids;
  for (const std::string& name : own.names)
    ids.emplace(name, static_cast<std::int32_t>(ids.size()));
  for (const std::string& name : other.names)
    ids.emplace(name, static_cast<std::int32_t>(ids.size()));
  for (std::int32_t& id : other.ids)
    if (id >= 0) id = ids.at(other.names[static_cast<std::size_t>(id)]);
}

void read_new(const QualityCommand& o, const Model& model, Scored& in,
              std::vector<std::string>& warnings) {
  NewRows file(o.rows, {}, model);
  in.rows = file.block(0, file.rows(), o.common.cpu());
  for (std::string& warning : file.warnings()) warnings.push_back(std::move(warning));
  ReadFlags of_rows;
  of_rows.labels = o.row_labels;
  in.row_labels = of_rows.read_labels(file.labels(), file.rows(), o.rows, warnings);
  if (!in.labels.ids.empty() && !in.row_labels.ids.empty()) number_as(in.labels, in.row_labels);
  const auto placed = [&](const auto& rows) {
    return transform(model, rows, {}, o.common.cpu()).map;
  };
  in.placed = o.placed.empty() ? in.rows.use(placed) : io::read_matrix(o.placed, {}, &warnings);
}

void read_model(const QualityCommand& o, Scored& in, std::vector<std::string>& warnings) {
  Model model = io::read_model(o.points);
  in.distance = model.settings.distance;
  in.map_metric = output_metric_of(model.settings.method);
  in.labels = o.reading.read_labels({}, model.n(), o.points, warnings);
  if (!o.rows.empty()) read_new(o, model, in, warnings);
  in.points = std::move(model.points);
  in.sparse = std::move(model.sparse);
  in.layout = std::move(model.map);
}

QualityReport scores(const Scored& in, const QualityParams& params, const Progress& progress) {
  const auto& labels = in.labels.ids;
  const auto& row_labels = in.row_labels.ids;
  if (in.rows.rows() == 0)
    return in.input().use(
        [&](const auto& points) { return evaluate(points, in.layout, labels, params, progress); });
  if (in.sparse) {
    const SparseMatrix made = in.rows.sparse ? SparseMatrix() : to_sparse(in.rows.dense);
    const SparseView rows = in.rows.sparse ? in.rows.sparse->view() : made.view();
    return evaluate_new(in.sparse->view(), in.layout, labels,
                        PlacedSparsePoints{rows, in.placed, row_labels}, params, progress);
  }
  return evaluate_new(in.points, in.layout, labels,
                      PlacedPoints{in.rows.dense, in.placed, row_labels}, params, progress);
}

void run(const QualityCommand& o) {
  const bool modelled = io::is_model(o.points);
  if (!modelled && o.layout.empty())
    throw InvalidParameter(
        "quality needs 'map', the map of these points; name both, or one model (.nfm)");
  if (modelled && !o.layout.empty())
    throw InvalidParameter("a model has its map; leave '" + o.layout + "' out");
  if (!modelled && !o.rows.empty())
    throw InvalidParameter("--new is of a model; give the .nfm instead of points and map");
  if (modelled && o.metric.is_given())
    throw InvalidParameter("--metric is the model's own; leave it out");
  if (modelled && o.map_metric->count() > 0)
    throw InvalidParameter("--map-metric is the model's own; leave it out");
  QualityParams params = o.chosen();
  if (!o.report.empty()) io::require_ending(o.report, ".json", "reports");
  check_outputs({o.report}, {o.points, o.layout, o.reading.labels, o.rows, o.placed, o.row_labels},
                o.common.overwrite());
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  std::vector<std::string> warnings;
  Scored in;
  in.distance = params.distance;
  progress.run("read",
               [&] { modelled ? read_model(o, in, warnings) : read_files(o, in, warnings); });
  params.distance = in.distance;
  if (modelled) params.map_metric = in.map_metric;
  if (in.labels.ids.empty() && o.label_k->count() > 0)
    throw InvalidParameter("--label-k is for labels; give --labels, or leave it out");
  print_warnings(warnings, o.common);
  const auto began = std::chrono::steady_clock::now();
  const QualityReport report = scores(in, params, progress.callback());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  progress.finish();
  const Json out{{"n", report.n},
                 {"metric", name(params.distance.metric)},
                 {"map_metric", name(params.map_metric)},
                 {"seed", params.seed},
                 {"scores", quality_json(report)},
                 {"seconds", took.count()}};
  const std::string text = json_text(out);
  if (!o.report.empty()) io::write_file(o.report, text, o.common.overwrite());
  if (o.common.json)
    std::fputs(text.c_str(), stdout);
  else if (!o.common.quiet)
    print_table(report);
}

}  // namespace

void add_quality(CLI::App& app) {
  CLI::App& command = subcommand(app, "quality", "Score a map of points");
  const auto o = std::make_shared<QualityCommand>();
  file_path(command, "points", o->points, "Points, as for embed; or a model (.nfm)")->required();
  file_path(command, "map", o->layout, "Map of these points; a model has its own");
  o->reading.add_labels(command);
  numbers(command, "-k,--k", o->params.ks, "Neighbours of knn_recall@k");
  number(command, "--trustworthiness-k", o->params.trustworthiness_k,
         "Neighbours of trustworthiness and continuity");
  QualityCommand& q = *o;
  file_path(command, "--new", o->rows,
            "New points, whose places on the model's map are scored, by transform");
  const auto has_new = [&q] {
    return unless(!q.rows.empty(), "is of new points; give them with --new, or leave it out");
  };
  q.conditions.add(command, has_new, [&] {
    file_path(command, "--new-map", q.placed, "Their places, where transform has put them before");
    file_path(command, "--new-labels", q.row_labels,
              "Their labels, beside --labels of the model's");
  });
  o->label_k = number(command, "--label-k", o->params.label_k, "Neighbours that vote on a label");
  number(command, "--exact-below", o->params.exact_below,
         "Score every point where there are no more than this");
  number(command, "--sample", o->params.rows, "Points scored where there are more");
  number(command, "--subset", o->params.subset,
         "Points that trustworthiness looks at where there are more");
  number(command, "--pairs", o->params.pairs, "Random triplets and random pairs, as many of each");
  file_path(command, "--report", o->report, "The scores, JSON");
  o->reading.add_reading(command);
  o->reading.add_label_column(command);
  o->metric.add(command, q.conditions);
  o->map_metric = add_map_metric(command, "--map-metric", o->params.map_metric,
                                 "Where the map lies, as --output-metric made it; of a model its "
                                 "own");
  o->common.add(command, q.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
