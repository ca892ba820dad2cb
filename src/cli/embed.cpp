// nearfold embed: points or a graph in, a layout out, with a picture and a report.
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"
#include "plot/picture.hpp"

namespace nearfold::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  Common common;
  IndexFlags index;
  TsneParams tsne;
  UmapParams umap;
  std::string method, input, output, graph, labels, plot, report, init = "auto";
  std::optional<double> learning_rate;
  std::optional<int> iterations;
  int dims = 2;

  Settings settings() const;
};

Init named_init(const std::string& name) {
  if (name == "pca") return PcaInit{};
  if (name == "spectral") return SpectralInit{};
  if (name == "random") return RandomInit{};
  return ArrayInit{io::read_matrix(name)};
}

Settings Options::settings() const {
  Settings s;
  s.knn = index.params();
  s.distance = index.distance();
  s.dims = dims;
  s.seed = common.seed;
  s.device = common.chosen_device();
  if (method == "umap") {
    UmapParams params = umap;
    params.n_epochs = iterations;
    params.learning_rate = learning_rate.value_or(params.learning_rate);
    s.method = params;
  } else {
    TsneParams params = tsne;
    params.max_iter = iterations.value_or(params.max_iter);
    params.learning_rate = learning_rate;
    s.method = params;
  }
  validate(s);  // before any file is read
  if (init != "auto") s.init = named_init(init);
  return s;
}

void add_tsne(CLI::App& app, TsneParams& p) {
  const std::string group = "t-SNE";
  number(app, "--perplexity", p.perplexity, "Effective number of neighbours")->group(group);
  number(app, "--early-exaggeration", p.early_exaggeration, "Factor on attraction at first")
      ->group(group);
  number(app, "--early-exaggeration-iter", p.early_exaggeration_iter, "Iterations of it")
      ->group(group);
  number(app, "--exaggeration", p.exaggeration, "Factor on attraction afterwards")->group(group);
  number(app, "--initial-momentum", p.initial_momentum, "Momentum at first")->group(group);
  number(app, "--final-momentum", p.final_momentum, "Momentum afterwards")->group(group);
  number(app, "--max-step-norm", p.max_step_norm, "Longest move of a point per iteration")
      ->group(group);
  app.add_option_function<std::string>(
         "--negative-gradient-method",
         [&p](const std::string& word) {
           p.repulsion = word == "exact" ? TsneParams::Repulsion::exact
                         : word == "fft" ? TsneParams::Repulsion::fft
                                         : TsneParams::Repulsion::automatic;
         },
         "Repulsion: exact, fft, or by size")
      ->check(CLI::IsMember({"auto", "exact", "fft"}))
      ->type_name("")
      ->default_str("auto")
      ->group(group);
}

void add_umap(CLI::App& app, UmapParams& p) {
  const std::string group = "UMAP";
  number(app, "-k,--n-neighbors", p.n_neighbors, "Size of a neighbourhood, the point included")
      ->group(group);
  number(app, "--min-dist", p.min_dist, "Closest that points are packed")->group(group);
  number(app, "--spread", p.spread, "Scale of the layout")->group(group);
  number(app, "--a", p.a, "Curve parameter, instead of min-dist and spread")->group(group);
  number(app, "--b", p.b, "Curve parameter, instead of min-dist and spread")->group(group);
  number(app, "--set-op-mix-ratio", p.set_op_mix_ratio, "1 fuzzy union, 0 intersection")
      ->group(group);
  number(app, "--local-connectivity", p.local_connectivity, "Neighbours taken as fully connected")
      ->group(group);
  number(app, "--repulsion-strength", p.repulsion_strength, "Weight of negative samples")
      ->group(group);
  number(app, "--negative-sample-rate", p.negative_sample_rate, "Negative samples per positive one")
      ->group(group);
}

/// What the run reads. Points may be absent when there is a graph.
struct Inputs {
  Matrix points;
  KnnGraph graph;
  io::Labels labels;
};

Inputs read_inputs(const Options& o) {
  Inputs in;
  if (!o.labels.empty()) in.labels = io::read_labels(o.labels);
  io::GraphMeta meta;
  if (!o.graph.empty()) in.graph = io::read_graph(o.graph, &meta);
  if (!o.input.empty()) in.points = io::read_matrix(o.input);
  if (!o.input.empty() && !meta.fingerprint.empty() &&
      meta.fingerprint != io::fingerprint(in.points))
    throw InvalidInput("'" + o.graph + "' was made from other points than '" + o.input +
                       "'; make it again, or give the graph alone");
  const std::int64_t n = o.graph.empty() ? in.points.rows : in.graph.n;
  if (!o.labels.empty() && static_cast<std::int64_t>(in.labels.ids.size()) != n)
    throw InvalidInput("'" + o.labels + "' has " + std::to_string(in.labels.ids.size()) +
                       " labels for " + std::to_string(n) + " points; one a point is needed");
  return in;
}

void write_outputs(const Options& o, const Settings& settings, const Inputs& in, Result& result,
                   Clock::time_point began) {
  std::string map = o.output;
  if (!result.info.finished)
    map.insert(map.rfind(".npy") == map.size() - 4 ? map.size() - 4 : map.size(), ".partial");
  const bool partial = map != o.output;
  if (result.layout.rows > 0)
    io::write_npy(map, result.layout, partial ? io::Overwrite::yes : o.common.overwrite());
  if (!o.plot.empty() && result.layout.rows > 0) {
    PlotOptions look;
    look.title = o.method == "umap" ? "UMAP" : "t-SNE";
    const Image image = draw_map(result.layout, in.labels.ids, in.labels.names, look);
    io::write_file(o.plot, encode_png(image), o.common.overwrite());
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  result.info.seconds.emplace_back("write", took.count());
  const std::string report = report_json(result.info, settings).dump(2) + "\n";
  if (!o.report.empty()) io::write_file(o.report, report, o.common.overwrite());
  if (o.common.json) std::fputs(report.c_str(), stdout);
}

void run(const Options& o) {
  if (o.input.empty() && o.graph.empty())
    throw InvalidParameter("there is nothing to embed; give a data file, or a graph with --knn");
  const Settings settings = o.settings();
  for (const std::string& path : {o.output, o.plot, o.report})
    if (!path.empty()) io::check_writable(path, o.common.overwrite());

  ProgressPrinter progress(o.common.progress, o.common.quiet);
  progress.update("read", 0, 0);
  const auto began = Clock::now();
  const Inputs in = read_inputs(o);
  const std::chrono::duration<double> reading = Clock::now() - began;
  Result result = o.graph.empty() ? embed(in.points, settings, progress.callback())
                                  : embed(in.graph, in.points, settings, progress.callback());
  result.info.seconds.insert(result.info.seconds.begin(), {"read", reading.count()});
  progress.update("write", 0, 0);
  write_outputs(o, settings, in, result, Clock::now());
  progress.finish();
  if (!o.common.quiet) std::fprintf(stderr, "%s\n", summary(result.info).c_str());
}

}  // namespace

void add_embed(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("embed", "Make a map of points by t-SNE or UMAP");
  const auto o = std::make_shared<Options>();
  text(command, "input", o->input, "Points: .npy .npz .csv .tsv IDX(.gz) .fvecs .bvecs .fbin");
  text(command, "-o,--output", o->output, "Map, .npy, float32 [n, n-components]")->required();
  choice(command, "-m,--method", o->method, {"tsne", "umap"}, "Optimiser")
      ->required()
      ->default_str("");
  text(command, "--knn", o->graph,
       "Neighbour graph made by `nearfold knn`, used instead of a search");
  text(command, "--labels", o->labels, "One label a point, for the picture");
  text(command, "--plot", o->plot, "Picture, PNG");
  text(command, "--report", o->report, "What the run did, JSON");
  number(command, "--n-components,--dims", o->dims, "Columns of the map, 2 or 3");
  text(command, "--init", o->init, "auto, pca, spectral, random, or a file")->default_str(o->init);
  number(command, "--learning-rate", o->learning_rate,
         "Step size; auto is n / exaggeration, UMAP 1");
  number(command, "--max-iter,--n-iter,--n-epochs", o->iterations, "Iterations in all");
  o->index.add(command);
  o->common.add(command);
  add_tsne(command, o->tsne);
  add_umap(command, o->umap);
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
