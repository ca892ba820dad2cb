// nearfold compare: exact against approximate neighbours, timed, scored and pictured side by side.
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/compare_report.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/index_spec.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/method_flags.hpp"
#include "cli/picture_file.hpp"
#include "cli/picture_flags.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "core/stopping.hpp"
#include "core/taken_rows.hpp"
#include "io/row_output.hpp"
#include "knn/metric_table.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"
#include "quality/quality.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kComparedMap = 480;  // pixels of one map, its title and its gap

struct CompareCommand {
  Conditions conditions;
  Common common;
  MethodFlags method;
  InputFlags inputs;
  std::vector<std::string> indexes = {"flat", "ivf", "hnsw", "nndescent"};
  std::vector<std::string> metrics = {"euclidean"};
  std::vector<std::int64_t> subsets;
  std::string zero_vectors = "error", plot, report;
  std::optional<int> neighbors;
  std::optional<double> min_recall, min_quality;
  LookFlags look;
  bool no_break_even = false;

  PlotOptions picture(int rows, int columns) const {
    return look.options({.title = std::string(method.title()) + " of " + inputs.name() +
                                  " over exact and approximate neighbours",
                         .width = kComparedMap * columns + 120,
                         .height = look.height_of_map(kComparedMap, method.dims) * rows + 120});
  }
  Distance distance(const std::string& metric) const {
    return MetricFlags{metric, zero_vectors}.distance();
  }
};

/// The methods asked for beside the exact one, and the names of all, that one first.
struct Indexes {
  std::vector<std::string> names = {"flat"};
  std::vector<KnnParams> methods;
};

Indexes indexes_of(const CompareCommand& o) {
  Indexes out;
  for (const std::string& spec : o.indexes) {
    const KnnParams params = parse_index(spec);
    if (std::holds_alternative<FlatKnn>(params)) continue;  // is always there
    out.names.push_back(spec);
    out.methods.push_back(params);
  }
  return out;
}

/// Everything that is wrong whatever the data. Returns the settings under the first metric.
Settings check(const CompareCommand& o, const Indexes& indexes) {
  o.inputs.check();
  for (const double least : {o.min_recall.value_or(0), o.min_quality.value_or(0)})
    if (!(least >= 0 && least <= 1))
      throw InvalidParameter("a least recall or quality of " + std::to_string(least) +
                             " is not in [0, 1]");
  for (const std::int64_t n : o.subsets)
    if (n < 4)
      throw InvalidParameter("a subset of " + std::to_string(n) + " points; use 4 or more");
  if (o.neighbors.value_or(1) < 1)
    throw InvalidParameter(std::to_string(*o.neighbors) + " neighbours; use 1 or more");
  if (!o.report.empty()) io::require_ending(o.report, ".json", "reports");
  if (!o.method.targets.files.empty() && !o.subsets.empty())
    throw InvalidParameter("--target is of all points, and --subset takes some; leave one out");
  std::vector<std::string> read = {o.inputs.points, o.inputs.labels};
  read.insert(read.end(), o.method.targets.files.begin(), o.method.targets.files.end());
  check_outputs({o.plot, o.report}, read, o.common.overwrite());
  o.look.check(o.plot);
  o.look.check_columns(o.method.dims);
  if (!o.plot.empty()) check_picture_path(o.plot, o.picture(1, 1));
  for (const std::string& metric : o.metrics)
    for (const KnnParams& knn : indexes.methods)
      validate(Settings{.knn = knn, .distance = o.distance(metric)});
  Settings settings = o.method.settings(o.common, FlatKnn{}, o.distance(o.metrics.at(0)));
  settings.device = o.common.processor();  // unless a GPU is asked for: not all indexes run there
  return settings;
}

/// What is reported while it runs.
class Teller {
 public:
  Teller(const CompareCommand& o, const Indexes& indexes)
      : printer_(o.common.progress, o.common.quiet), indexes_(indexes) {}

  void begin(const std::string& title) {
    title_ = title;
    at_ = 0;
    next();
  }
  OnCompared on_compared() {
    return [this](const Compared&) {
      ++at_;
      next();
    };
  }
  Progress progress() {
    return [this](const ProgressInfo& info) {
      printer_.update(phase_ + ", " + name(info.stage), info.done, info.total);
      return stop_signal() == 0;
    };
  }
  void finish() { printer_.finish(); }
  ProgressPrinter& printer() { return printer_; }

 private:
  void next() {
    phase_ = title_ + ": " + (at_ < indexes_.names.size() ? indexes_.names[at_] : "break-even");
    printer_.update(phase_, 0, 0);
  }

  ProgressPrinter printer_;
  const Indexes& indexes_;
  std::string title_, phase_;
  std::size_t at_ = 0;
};

Experiment run_one(const CompareCommand& o, const Inputs& in, const Indexes& indexes,
                   Settings settings, std::int64_t n, const std::string& metric, Teller& teller) {
  settings.distance = o.distance(metric);
  const QualityParams scored{.seed = settings.seed};
  const InputPoints all = in.as_input();
  const std::vector<std::int64_t> rows = draw_rows(all.rows(), n, settings.seed, Draw::points);
  std::optional<TakenRows> subset;
  if (n < all.rows()) subset.emplace(all, rows);
  const InputPoints points = subset ? subset->points() : all;
  Experiment e{.data = o.inputs.name(), .metric = settings.distance.metric, .names = indexes.names};
  e.k = o.neighbors.value_or(neighbors_needed(settings.method, n));
  if (!in.labels.ids.empty())
    for (const std::int64_t row : rows)
      e.labels.push_back(in.labels.ids[static_cast<std::size_t>(row)]);
  teller.begin(std::to_string(n) + " points, " + metric);
  points.use([&](const auto& some) {
    e.compared = compare_graphs(some, e.labels, e.k, indexes.methods, settings, scored,
                                teller.on_compared(), teller.progress());
  });
  try {
    if (!o.no_break_even && stop_signal() == 0)
      e.breaks = points.use([&](const auto& some) {
        return break_even(some, e.k, e.compared, settings, teller.progress());
      });
  } catch (const Stopped&) {    // between searches, reported without
  } catch (const Cancelled&) {  // within one
  }
  return e;
}

/// Throws GateFailed naming the first graph or map that is not good enough.
void check_gates(const CompareCommand& o, const std::vector<Experiment>& experiments) {
  const auto fail = [](const Experiment& e, std::size_t c, const std::string& what, double value,
                       double least) {
    throw GateFailed(e.title() + ", " + e.names[c] + ": " + what + " is " + std::to_string(value) +
                     ", and should be " + std::to_string(least) + " at least");
  };
  for (const Experiment& e : experiments)
    for (std::size_t c = 0; c < e.compared.size(); ++c) {
      const Compared& one = e.compared[c];
      if (o.min_recall && one.info.recall && one.info.recall->mean < *o.min_recall)
        fail(e, c, "recall", one.info.recall->mean, *o.min_recall);
      for (const Score& score : one.quality.scores)
        if (o.min_quality && score.name.starts_with("trustworthiness") &&
            score.value < *o.min_quality)
          fail(e, c, "trustworthiness", score.value, *o.min_quality);
    }
}

void draw_all(const CompareCommand& o, const Inputs& in,
              const std::vector<Experiment>& experiments) {
  Picture picture = panels_of(experiments, in.labels.names);
  const std::vector<Matrix> drawn = flatten(output_metric_of(o.method.params()), picture);
  const PlotOptions look = o.picture(static_cast<int>(experiments.size()), picture.columns);
  const bool whole = stop_signal() == 0;
  write_picture(whole ? o.plot : partial_of(o.plot), picture, look,
                whole ? o.common.overwrite() : io::Overwrite::yes);
}

void run(const CompareCommand& o) {
  const Indexes indexes = indexes_of(o);
  Settings settings = check(o, indexes);
  Teller teller(o, indexes);
  MetricFlags strictest;  // of all: one that sees offsets, if any does
  for (const std::string& metric : o.metrics)
    if (sees_shift(metric_named(metric))) strictest.metric = metric;
  Inputs in;
  teller.printer().run("read", [&] {
    in = o.inputs.read(o.common.cpu(), strictest, /*disk=*/"", /*takes_sparse=*/true);
  });
  o.look.check_labels(!in.labels.ids.empty());
  settings.targets = o.method.targets.read(in.n(), in.warnings);
  print_warnings(in.warnings, o.common);
  std::vector<std::int64_t> sizes = o.subsets;
  if (sizes.empty()) sizes = {in.n()};
  for (const std::int64_t n : sizes)
    if (n > in.n())
      throw InvalidInput("a subset of " + std::to_string(n) + " points is asked of " +
                         std::to_string(in.n()));
  std::vector<Experiment> experiments;
  for (const std::string& metric : o.metrics)
    for (const std::int64_t n : sizes)
      if (stop_signal() == 0)
        experiments.push_back(run_one(o, in, indexes, settings, n, metric, teller));
  const StopScope to_the_end({});
  teller.finish();
  const bool finished = stop_signal() == 0;
  Json report{{"version", version()},      {"status", finished ? "finished" : "interrupted"},
              {"method", o.method.method}, {"settings", settings_json(settings.method)},
              {"seed", settings.seed},     {"device", describe(settings.device)},
              {"data_sets", Json::array()}};
  if (!settings.targets.empty()) report["targets"] = targets_json(settings.targets);
  std::string tables;
  for (const Experiment& e : experiments) {
    report["data_sets"].push_back(experiment_json(e));
    tables += (tables.empty() ? "" : "\n") + table(e);
  }
  const std::string json = json_text(report);
  if (!o.report.empty()) io::write_file(o.report, json, o.common.overwrite());
  if (!o.plot.empty() && !experiments.empty()) draw_all(o, in, experiments);
  if (!o.common.quiet || o.common.json) std::fputs((o.common.json ? json : tables).c_str(), stdout);
  if (!finished) std::fprintf(stderr, "interrupted; what was compared so far is reported\n");
  check_gates(o, experiments);
}

}  // namespace

void add_compare(CLI::App& app) {
  CLI::App& command =
      subcommand(app, "compare", "Compare maps over exact and approximate neighbours");
  const auto o = std::make_shared<CompareCommand>();
  o->method.method = "tsne";
  o->inputs.add_points(command);
  flag_named(command, "input")->required();
  o->inputs.add_labels(command);
  texts(command, "--index", o->indexes,
        "Searches: flat ivf:target_recall=0.95 ivf:nlist=64,nprobe=8 hnsw nndescent auto")
      ->type_name(index_type())
      ->default_str("flat ivf hnsw nndescent");
  take_words(texts(command, "--metric", o->metrics, "Distances between points"), metric_words())
      ->delimiter(',')
      ->default_str("euclidean");
  CompareCommand& c = *o;
  add_zero_vectors(command, c.conditions, o->zero_vectors, [&c] { return c.metrics; });
  numbers(command, "--subset", o->subsets, "Random points, once for each size given")
      ->allow_extra_args(true);
  number(command, "--neighbors", o->neighbors, "Neighbours in a graph; auto is what the map needs");
  flag(command, "--no-break-even", o->no_break_even,
       "Do not time the searches on smaller sets of points");
  number(command, "--min-recall", o->min_recall, "Exit with 7 if a graph's recall is less")
      ->default_str("none");
  number(command, "--min-quality", o->min_quality, "Exit with 7 if a map's trustworthiness is less")
      ->default_str("none");
  file_path(command, "--plot", o->plot, "Picture with a map for each, " + picture_ends());
  o->look.add(command);
  file_path(command, "--report", o->report, "All of it, JSON");
  o->common.add(command, c.conditions);
  o->method.add(command, c.conditions);
  o->method.add_targets(command, c.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
