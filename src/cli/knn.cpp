// nearfold knn: points in, their neighbour graph out.
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/progress.hpp"
#include "io/io.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

struct Options {
  Common common;
  IndexFlags index;
  std::string input, output;
  int k = 15;
  bool include_self = false;
};

void run(const Options& o) {
  const Settings settings{
      .knn = o.index.params(), .seed = o.common.seed, .device = o.common.chosen_device()};
  validate(settings);
  io::check_writable(o.output, o.common.overwrite());
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  progress.update("read", 0, 0);
  const Matrix points = io::read_matrix(o.input);
  progress.update("knn", 0, 0);
  const KnnGraph graph = find_neighbors(points, o.k, settings.knn, settings.device, settings.seed);
  progress.update("write", 0, 0);
  const io::GraphMeta meta{o.include_self, settings.seed, io::fingerprint(points), version()};
  io::write_graph(o.output, graph, meta, o.common.overwrite());
  progress.finish();
  if (!o.common.quiet) {
    std::fprintf(stderr, "%lld neighbours of %lld points, index %s",
                 static_cast<long long>(graph.k), static_cast<long long>(graph.n),
                 graph.index.c_str());
    if (graph.recall)
      std::fprintf(stderr, ", recall %.4f on %lld rows", *graph.recall,
                   static_cast<long long>(graph.recall_rows));
    std::fputc('\n', stderr);
  }
}

}  // namespace

void add_knn(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("knn", "Find the nearest neighbours of every point");
  const auto o = std::make_shared<Options>();
  text(command, "input", o->input, "Points, as for embed")->required();
  text(command, "-o,--output", o->output, "Graph, .npz: indices, distances, meta")->required();
  number(command, "-k,--n-neighbors", o->k, "Neighbours per point, the point not counted");
  flag(command, "--include-self", o->include_self,
       "Write each point as its own first neighbour, as umap-learn wants it");
  o->index.add(command);
  o->common.add(command);
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
