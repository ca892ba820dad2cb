// nearfold embed: points or a graph in, a layout out, with a picture and a report.
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "cli/method_flags.hpp"
#include "cli/picture_file.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  Common common;
  IndexFlags index;
  MethodFlags method;
  InputFlags inputs;
  std::string output, plot, report;
};

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
    look.title = o.method.title();
    const Picture picture{.panels = {{result.layout, in.labels.ids}}, .names = in.labels.names};
    write_picture(o.plot, picture, look, o.common.overwrite());
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  result.info.seconds.emplace_back("write", took.count());
  const std::string report = report_json(result.info, settings).dump(2) + "\n";
  if (!o.report.empty()) io::write_file(o.report, report, o.common.overwrite());
  if (o.common.json) std::fputs(report.c_str(), stdout);
}

void run(const Options& o) {
  o.inputs.check();
  if (!o.plot.empty()) check_picture_path(o.plot);
  const Settings settings = o.method.settings(o.common, o.index.params(), o.index.distance());
  for (const std::string& path : {o.output, o.plot, o.report})
    if (!path.empty()) io::check_writable(path, o.common.overwrite());

  ProgressPrinter progress(o.common.progress, o.common.quiet);
  progress.update("read", 0, 0);
  const auto began = Clock::now();
  const Inputs in = o.inputs.read(o.common.cpu());
  if (!o.plot.empty()) check_picture_path(o.plot, {}, in.n());
  const std::chrono::duration<double> reading = Clock::now() - began;
  Result result = o.inputs.graph.empty()
                      ? embed(in.points, settings, progress.callback())
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
  o->inputs.add_points(command);
  text(command, "-o,--output", o->output, "Map, .npy, float32 [n, n-components]")->required();
  o->inputs.add_graph(command);
  o->inputs.add_labels(command);
  text(command, "--plot", o->plot, "Picture, .png or .svg");
  text(command, "--report", o->report, "What the run did, JSON");
  o->method.add(command);
  o->index.add(command);
  o->common.add(command);
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
