// nearfold knn: points in, their neighbour graph out; or the neighbours of other points in them.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cli/budget.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/knn_part.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/device.hpp"
#include "io/io.hpp"
#include "io/part_file.hpp"
#include "io/row_output.hpp"
#include "knn/graph_of.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"
#include "run/check_run.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct KnnCommand {
  Conditions conditions;
  Common common;
  IndexFlags index;
  PointFlags points;
  BudgetFlags budget;
  PartFlags part;
  std::string output, query, load_index, save_index, report;
  int k = 15;
  bool include_self = false, csr = false;

  Settings settings() const;
  /// Of a graph alone; queries, indexes and cells are of dense points.
  bool takes_sparse() const {
    return !index.precomputed() && query.empty() && save_index.empty() && part.save_cells.empty();
  }
  /// Whether points of a narrow type stay what they are.
  bool keeps_type(const Settings& settings) const {
    return std::holds_alternative<Cpu>(settings.device) && !index.precomputed() &&
           part.save_cells.empty();
  }
  /// The first file that is written.
  const std::string& made() const {
    if (!output.empty()) return output;
    return save_index.empty() ? part.save_cells : save_index;
  }
};

Settings KnnCommand::settings() const {
  Settings s{
      .knn = index.params(),
      .distance = index.distance(),
      .seed = common.seed,
      .device = query.empty() && save_index.empty() && !part.asked() && part.save_cells.empty()
                    ? common.device_for(index.params(), index.distance())
                    : common.processor()};
  validate(s);
  if (!output.empty()) io::require_ending(output, ".npz", "graphs and answers");
  if (!save_index.empty()) io::require_ending(save_index, ".npz", "indexes");
  if (!part.save_cells.empty()) io::require_ending(part.save_cells, ".npz", "cells");
  if (!report.empty()) io::require_ending(report, ".json", "reports");
  points.check_mmap(index.precomputed() ? "--metric precomputed reads distances"
                    : part.asked()      ? "a part reads the rows that it needs"
                                        : "");
  if (index.precomputed() &&
      (!query.empty() || !save_index.empty() || points.pca || points.standardize != "no"))
    throw InvalidParameter(
        "--metric precomputed has distances and no points; leave --query, --save-index, --pca and "
        "--standardize out");
  if (output.empty() && save_index.empty() && part.save_cells.empty())
    throw InvalidParameter(
        "there is nothing to make; give -o for a graph, --save-index or --save-cells");
  if (!query.empty() && output.empty())
    throw InvalidParameter("--query finds neighbours; say with -o where they go");
  if (query.empty() && !output.empty() && !save_index.empty())
    throw InvalidParameter(
        "--save-index keeps an index instead of a graph; leave -o out, or ask it with --query");
  if (!load_index.empty() && !save_index.empty())
    throw InvalidParameter("--load-index and --save-index name the same index; give one of them");
  if (query.empty() && !load_index.empty())
    throw InvalidParameter("--load-index answers queries; give them with --query");
  if (!query.empty() && (include_self || csr))
    throw InvalidParameter("--include-self and --csr shape graphs; with --query leave them out");
  if (!query.empty() && points.pca)
    throw InvalidParameter(
        "--pca knows the points, not the queries; with --query leave it out, or reduce both "
        "together with nearfold convert");
  if (!query.empty() && (points.standardize != "no" || !points.one_hot.empty()))
    throw InvalidParameter(
        "--standardize and --one-hot go by what is in the points, not in the queries; with --query "
        "leave them out");
  if (!part.save_cells.empty()) {
    part.check(points, index);
    if (part.asked() || !output.empty() || !query.empty() || !save_index.empty())
      throw InvalidParameter(
          "--save-cells keeps cells instead of a graph; leave -o, --queries, --data, --cells, "
          "--query and --save-index out");
  } else if (part.asked()) {
    part.check(points, index);
    if (output.empty())
      throw InvalidParameter(
          "--queries, --data and --cells make a part; say with -o where it goes");
    if (!query.empty() || !save_index.empty() || include_self || csr)
      throw InvalidParameter(
          "--queries and --data make a part of a graph; leave --query, --save-index, "
          "--include-self and --csr out");
  }
  graph_format(include_self, csr);
  return s;
}

/// umap-learn's n_neighbors as neighbours beside the point.
int without_self(const std::string& text) {
  const int size = parse_number<int>(text);
  if (size < 2)
    throw InvalidParameter("--n-neighbors is " + text +
                           ", and must be >= 2: the point itself is counted");
  return size - 1;
}

/// Seconds of each step, in order.
class StageClock {
 public:
  explicit StageClock(Json& into) : into_(&into) {}
  void lap(const char* step) {
    const double now = watch_.seconds();
    (*into_)[step] = now - last_;
    (*into_)["total"] = last_ = now;
  }

 private:
  Json* into_;
  Stopwatch watch_;
  double last_ = 0;
};

/// What is found, as it is reported and written.
struct Found {
  std::int64_t rows = 0;
  std::string metric, index;
  std::optional<Recall> recall;
  std::optional<std::int64_t> tied_rows = {}, duplicates = {};
  std::vector<std::string> warnings = {};
};

KnnIndex index_of(const KnnCommand& o, const Settings& s, const io::Points& points,
                  const Progress& progress) {
  if (o.load_index.empty())
    return build_index(points.stored(), s.knn, s.device, s.seed, s.distance, progress);
  KnnIndex index = io::read_index(o.load_index, points.stored(), points.offsets());
  const Metric metric = index.distance().metric;
  if (o.index.is_given() && metric != s.distance.metric)
    throw InvalidParameter("--metric is " + o.index.metric + ", and '" + o.load_index +
                           "' was made by " + name(metric) +
                           "; leave --metric out, or make the index again");
  if (s.distance.params != MetricParams{} && s.distance.params != index.distance().params)
    throw InvalidParameter("'" + o.load_index +
                           "' was made with other parameters of its metric; leave --p and "
                           "--metric-file out, or make the index again");
  return index;
}

/// The graph of the points, into o.output.
Found write_graph_of(const KnnCommand& o, const Settings& s, const KnnGraph& graph,
                     const std::string& fingerprint, StageClock& clock) {
  clock.lap("knn");
  io::write_graph(o.output, graph,
                  {graph_format(o.include_self, o.csr), s.seed, fingerprint, version()},
                  o.common.overwrite());
  return {graph.n,         graph.metric,     graph.index,          graph.recall,
          graph.tied_rows, graph.duplicates, graph_warnings(graph)};
}

Found make_graph(const KnnCommand& o, const Settings& s, const io::Points& points,
                 const Progress& progress, StageClock& clock) {
  const KnnGraph graph =
      o.index.precomputed()
          ? graph_from_distances(points, o.k, s.seed)
          : find_neighbors(points.stored(), o.k, s.knn, s.device, s.seed, s.distance, progress);
  const std::string fingerprint = io::fingerprint(points.stored());
  points.check_unchanged();
  return write_graph_of(o, s, graph, fingerprint, clock);
}

Found make_graph(const KnnCommand& o, const Settings& s, const SparseMatrix& points,
                 const Progress& progress, StageClock& clock) {
  const KnnGraph graph =
      find_neighbors(points.view(), o.k, s.knn, s.device, s.seed, s.distance, progress);
  Found found = write_graph_of(o, s, graph, io::fingerprint(points.view()), clock);
  for (std::string& warning : recall_warnings(found.recall, s.knn))
    found.warnings.push_back(std::move(warning));
  return found;
}

/// The neighbours of o.query, into o.output.
Found answer(const KnnCommand& o, const Settings& s, const io::Points& points,
             const Progress& progress, StageClock& clock) {
  std::vector<std::string> warnings;
  io::Shift same{.given = true, .offsets = points.offsets()};
  const Matrix queries = io::read_matrix(o.query, {.table = o.points.table()}, &warnings, &same);
  print_warnings(warnings, o.common);
  const bool through = !o.load_index.empty() || !o.save_index.empty();
  std::optional<KnnIndex> index;
  if (through) index = index_of(o, s, points, progress);
  const QueryResult result =
      through ? find_neighbors(queries, points.stored(), o.k, *index, s.device, progress)
              : find_neighbors(queries, points.stored(), o.k, s.knn, s.device, s.seed, s.distance,
                               progress);
  points.check_unchanged();
  clock.lap("knn");
  if (!o.save_index.empty())
    io::write_index(o.save_index, *index, points.stored(), o.common.overwrite(), points.offsets());
  io::write_neighbors(o.output, result, o.common.overwrite());
  if (!through) return {result.rows, name(s.distance.metric), o.index.index, result.recall};
  return {result.rows, name(index->distance().metric), index->description(), result.recall};
}

/// The index alone, into o.save_index.
Found save(const KnnCommand& o, const Settings& s, const io::Points& points,
           const Progress& progress, StageClock& clock) {
  const KnnIndex index = index_of(o, s, points, progress);
  points.check_unchanged();
  clock.lap("knn");
  io::write_index(o.save_index, index, points.stored(), o.common.overwrite(), points.offsets());
  return {points.rows(), name(s.distance.metric), index.description(), {}};
}

/// The cells that parts share, into o.part.save_cells.
Found train(const KnnCommand& o, const Settings& s, const io::Points& points,
            const Progress& progress, StageClock& clock) {
  const SharedCells cells = train_cells(points, o.k, std::get<IvfKnn>(s.knn), require_cpu(s.device),
                                        s.seed, s.distance, progress);
  clock.lap("knn");
  io::write_cells(o.part.save_cells, cells, io::fingerprint(points), version(),
                  o.common.overwrite());
  return {points.rows(), name(s.distance.metric), cells.description(), {}};
}

void print(const KnnCommand& o, const Found& found, Json&& seconds) {
  Json report = {{"version", version()},  {"n", found.rows},        {"k", o.k},
                 {"seed", o.common.seed}, {"metric", found.metric}, {"index", found.index}};
  if (found.recall) report["recall"] = recall_json(*found.recall);
  if (found.tied_rows) report["tied_rows"] = *found.tied_rows;
  if (found.duplicates) report["duplicates"] = *found.duplicates;
  report["warnings"] = found.warnings;
  report["seconds"] = std::move(seconds);
  const std::string text = json_text(report);
  if (!o.report.empty()) io::write_file(o.report, text, o.common.overwrite());
  if (o.common.json) std::fputs(text.c_str(), stdout);
  if (o.common.quiet) return;
  const std::string what = o.output.empty() ? "" : std::to_string(o.k) + " neighbours of ";
  const std::vector<Line> lines = {{"seconds", seconds_text(report["seconds"])},
                                   {"recall", found.recall ? recall_text(*found.recall) : ""},
                                   {o.query.empty() ? "graph" : "neighbours", o.output},
                                   {"index", o.save_index},
                                   {"cells", o.part.save_cells},
                                   {"report", o.report}};
  const std::string said = what + std::to_string(found.rows) + " points, " + found.metric +
                           ", index " + found.index + "\n" + aligned(lines);
  std::fputs(for_terminal(said).c_str(), stderr);
  print_warnings(found.warnings, o.common);
}

/// What a search needs: the stages before a map of such neighbourhoods.
Budget budget_of(const KnnCommand& o, Settings settings) {
  settings.method =
      UmapParams{.n_neighbors = std::min(o.k, std::numeric_limits<int>::max() - 1) + 1};
  Reading reading = o.points.reading();
  reading.graph_only = true;
  reading.has_graph = o.index.precomputed();
  reading.sparse = o.takes_sparse();
  reading.keep_type = o.keeps_type(settings);
  return {o.budget, reading, settings};
}

void run(const KnnCommand& o) {
  const Settings settings = o.settings();
  if (o.part.asked())
    return make_part({o.part, o.points, o.budget, o.common, settings, o.k, o.output, o.report});
  if (!o.budget.dry_run)
    check_outputs({o.output, o.save_index, o.part.save_cells, o.report},
                  {o.points.points, o.query, o.load_index}, o.common.overwrite());
  const Budget budget = budget_of(o, settings);
  if (o.budget.dry_run) return budget.print(o.common.json);
  budget.require();
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  Json seconds;
  StageClock clock(seconds);
  std::vector<std::string> warnings;
  io::Points points;
  std::optional<SparseMatrix> sparse;
  progress.run("read", [&] {
    if (o.takes_sparse()) sparse = o.points.read_sparse();
    if (sparse && o.points.pca) {
      points = pca(sparse->view(), *o.points.pca, o.common.cpu());
      sparse.reset();
    } else if (!sparse)
      points = o.points.read_points(
          o.common.cpu(), o.index.precomputed() ? Metric::inner_product : settings.distance.metric,
          warnings, budget.disk_beside(o.made()), nullptr, nullptr, o.keeps_type(settings));
  });
  if (!o.index.precomputed() && !sparse) warn_of_distances(points, warnings);
  print_warnings(warnings, o.common);
  clock.lap("read");
  const Progress watched = progress.callback();
  const Found found = sparse ? make_graph(o, settings, *sparse, watched, clock)
                      : !o.part.save_cells.empty() ? train(o, settings, points, watched, clock)
                      : !o.query.empty()           ? answer(o, settings, points, watched, clock)
                      : !o.output.empty()          ? make_graph(o, settings, points, watched, clock)
                                                   : save(o, settings, points, watched, clock);
  clock.lap("write");
  progress.finish();
  print(o, found, std::move(seconds));
}

}  // namespace

void add_knn(CLI::App& app) {
  CLI::App& command = subcommand(app, "knn", "Find the nearest neighbours of every point");
  const auto o = std::make_shared<KnnCommand>();
  o->points.add_points(command)->required();
  o->points.add_mmap(command);
  file_path(command, "-o,--output", o->output, "Graph, .npz: indices, distances, meta");
  KnnCommand& k = *o;
  const auto is_written = [&k] {
    return unless(!k.output.empty() || k.save_index.empty(),
                  "is of neighbours, and only an index is made; give -o, or leave it out");
  };
  k.conditions.add(command, is_written, [&] {
    const Flag count =
        number(command, "-k", k.k, "Neighbours per point, the point itself not counted");
    option(
        command, "--n-neighbors",
        "The same with the point, as umap-learn counts: one more; what `nearfold embed "
        "--n-neighbors` needs",
        {[&k](const std::string& words) { k.k = without_self(words); }, fault_of<int>, "", "INT"})
        ->excludes(count);
    add_graph_format(command, k.include_self, k.csr);
  });
  file_path(command, "--query", o->query,
            "Other points (a file): their neighbours among the points are written instead");
  file_path(command, "--save-index", o->save_index,
            "Keep the ivf or hnsw index for later queries, .npz");
  file_path(command, "--load-index", o->load_index, "Answer queries through a saved index");
  file_path(command, "--report", o->report, "Report of the run, JSON");
  o->index.add(command, k.conditions, [&k] { return k.load_index.empty() ? "" : "--load-index"; });
  o->part.add(command, k.conditions);
  o->budget.add(command);
  o->common.add(command, k.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
