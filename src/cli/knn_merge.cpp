// nearfold knn-merge: all parts of a graph in, the graph out.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
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

struct MergeCommand {
  Conditions conditions;
  Common common;
  std::vector<std::string> parts;
  std::string output, cells;
  std::optional<int> k;
  bool include_self = false, csr = false;
};

void print(const MergeCommand& o, const io::MergedGraph& graph, double seconds) {
  nlohmann::ordered_json report = {
      {"version", graph.of.version}, {"n", graph.of.n},           {"k", graph.k},
      {"seed", graph.of.seed},       {"metric", graph.of.metric}, {"index", graph.index},
      {"parts", o.parts.size()}};
  if (graph.recall) report["recall"] = recall_json(*graph.recall);
  if (graph.tied_rows) report["tied_rows"] = *graph.tied_rows;
  report["duplicates"] = graph.duplicates;
  report["seconds"] = {{"total", seconds}};
  if (o.common.json) std::fputs(json_text(report).c_str(), stdout);
  if (o.common.quiet) return;
  const std::string said = std::to_string(graph.k) + " neighbours of " +
                           std::to_string(graph.of.n) + " points, " + graph.of.metric + ", index " +
                           graph.index + ", of " + std::to_string(o.parts.size()) + " parts\n" +
                           aligned({{"seconds", seconds_text(report["seconds"])},
                                    {"recall", graph.recall ? recall_text(*graph.recall) : ""},
                                    {"graph", o.output}});
  std::fputs(for_terminal(said).c_str(), stderr);
}

void run(const MergeCommand& o) {
  const io::GraphFormat format = graph_format(o.include_self, o.csr);
  io::require_ending(o.output, ".npz", "graphs and answers");
  std::vector<std::string> inputs = o.parts;
  if (!o.cells.empty()) inputs.push_back(o.cells);
  check_outputs({o.output}, inputs, o.common.overwrite());
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  const Stopwatch watch;
  io::MergedGraph graph;
  progress.run("merge", [&] {
    std::optional<io::CellsOfFile> shared;
    if (!o.cells.empty()) shared = io::read_cells(o.cells);
    graph =
        io::merge_part_files(o.parts, o.output, {shared ? &shared->cells : nullptr, o.k, format},
                             o.common.overwrite(), o.common.cpu());
  });
  progress.finish();
  print(o, graph, watch.seconds());
}

}  // namespace

void add_knn_merge(CLI::App& app) {
  CLI::App& command = subcommand(app, "knn-merge", "Make the graph of all points from its parts");
  const auto o = std::make_shared<MergeCommand>();
  texts(command, "parts", o->parts,
        "All parts, in any order: files of nearfold knn with --queries and --data")
      ->required()
      .type_name(kFile);
  file_path(command, "-o,--output", o->output, "Graph, .npz: indices, distances, meta")->required();
  file_path(command, "--cells", o->cells,
            "The cells that the parts share: those that nearfold knn --cells was given");
  number(command, "-k", o->k,
         "Keep so many neighbours of each point; auto: all that the parts have");
  add_graph_format(command, o->include_self, o->csr);
  o->common.add_threads(command);
  o->common.add_progress(command, o->conditions);
  o->common.add_force(command);
  o->common.add_json(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
