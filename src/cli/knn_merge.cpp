// nearfold knn-merge: all parts of a graph in, the graph out.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/conditions.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/json_text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "io/part_file.hpp"
#include "io/row_output.hpp"
#include "knn/graph_of.hpp"

namespace nearfold::cli {
namespace {

struct Options {
  Conditions conditions;
  Common common;
  std::vector<std::string> parts;
  std::string output;
};

void print(const Options& o, const io::MergedGraph& graph, double seconds) {
  const nlohmann::ordered_json report = {{"version", graph.of.version},
                                         {"n", graph.of.n},
                                         {"k", graph.of.k},
                                         {"seed", graph.of.seed},
                                         {"metric", graph.of.metric},
                                         {"index", "flat"},
                                         {"parts", o.parts.size()},
                                         {"tied_rows", graph.tied_rows},
                                         {"duplicates", graph.duplicates},
                                         {"seconds", {{"total", seconds}}}};
  if (o.common.json) std::fputs(json_text(report).c_str(), stdout);
  if (o.common.quiet) return;
  const std::string said =
      std::to_string(graph.of.k) + " neighbours of " + std::to_string(graph.of.n) + " points, " +
      graph.of.metric + ", of " + std::to_string(o.parts.size()) + " parts\n" +
      aligned({{"seconds", seconds_text(report["seconds"])}, {"graph", o.output}});
  std::fputs(for_terminal(said).c_str(), stderr);
}

void run(const Options& o) {
  io::require_ending(o.output, ".npz", "graphs and answers");
  check_outputs({o.output}, o.parts, o.common.overwrite());
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  const Stopwatch watch;
  io::MergedGraph graph;
  progress.run("merge", [&] {
    graph = io::merge_part_files(o.parts, o.output, o.common.overwrite(), o.common.cpu());
  });
  progress.finish();
  print(o, graph, watch.seconds());
}

}  // namespace

void add_knn_merge(CLI::App& app) {
  CLI::App& command = subcommand(app, "knn-merge", "Make the graph of all points from its parts");
  const auto o = std::make_shared<Options>();
  texts(command, "parts", o->parts,
        "All parts, in any order: files of nearfold knn with --queries and --data")
      ->required()
      .type_name(kFile);
  file_path(command, "-o,--output", o->output, "Graph, .npz: indices, distances, meta")->required();
  o->common.add_threads(command);
  o->common.add_progress(command, o->conditions);
  o->common.add_force(command);
  o->common.add_json(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
