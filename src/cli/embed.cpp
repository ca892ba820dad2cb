// nearfold embed: points or a graph in, a layout out, with a picture and a report.
#include <memory>

#include "cli/commands.hpp"
#include "cli/embed_run.hpp"
#include "cli/folder.hpp"
#include "cli/picture_file.hpp"
#include "io/row_output.hpp"

namespace nearfold::cli {
namespace {

void run(const EmbedOptions& o) {
  o.check();
  const Settings settings = o.method.settings(o.common, o.index.params(), o.index.distance());
  if (!o.budget.dry_run)
    check_outputs({o.output, o.plot, o.report, o.model, o.radii},
                  {o.inputs.points, o.inputs.graph, o.inputs.labels, o.inputs.values, o.method.init,
                   o.picture.hover_data},
                  o.common.overwrite());
  if (!o.report.empty()) io::require_ending(o.report, ".json", "reports");
  if (o.index.precomputed()) o.inputs.check_precomputed();
  Reading reading = o.inputs.reading();
  reading.has_graph = reading.has_graph || o.index.precomputed();
  reading.graph = o.inputs.graph;
  reading.sparse = !o.index.precomputed();
  reading.keep_type = o.keeps_type(settings);
  const Budget budget(o.budget, reading, settings);
  if (o.budget.dry_run) return budget.print(o.common.json);
  budget.require();
  EmbedRun(o, settings, budget).run();
}

}  // namespace

void add_embed(CLI::App& app) {
  CLI::App& command = subcommand(app, "embed", "Make a map of points by t-SNE or UMAP");
  const auto o = std::make_shared<EmbedOptions>();
  EmbedOptions& e = *o;
  o->inputs.add_points_and_graph(command, e.conditions);
  o->inputs.add_mmap(command);
  file_path(command, "-o,--output", o->output,
            "Map [n, n-components], .npy (float32), .csv or .tsv; - is standard output, as .csv")
      ->required();
  const auto is_drawn = [&e] {
    return unless(!e.plot.empty(), "is for the picture; give --plot, or leave it out");
  };
  e.conditions.add(command, is_drawn, [&] {
    e.inputs.add_labels(command);
    e.inputs.add_colors(command);
  });
  file_path(command, "--plot", o->plot,
            "Picture, or page of a map to explore (.html): " + picture_ends());
  o->picture.add(command);
  e.conditions.add(
      command, [&e] { return e.method.is_another(UmapParams{}); },
      [&] {
        file_path(command, "--output-dens", o->radii,
                  "Local radii of points and of the map, log: .npy [n, 2]")
            ->group("UMAP");
      });
  file_path(command, "--save-model", o->model, "Model for `nearfold transform`, .nfm: an .npz");
  file_path(command, "--report", o->report, "Report of the run, JSON");
  o->method.makes_landmarks = true;
  o->method.add(command, e.conditions);
  o->method.add_targets(command, e.conditions);
  o->method.add_unique(command);
  o->index.add(command, e.conditions, [&e] { return e.inputs.graph.empty() ? "" : "--knn"; });
  o->keep.add(command, e.conditions);
  o->budget.add(command);
  o->common.add(command, e.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
