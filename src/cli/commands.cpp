#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include "cli/build.hpp"

namespace nearfold::cli {

void add_commands(CLI::App& app) {
  app.name("nearfold");
  app.description("Maps of high-dimensional points by t-SNE and UMAP");
  app.set_version_flag("--version", build_text());
  app.require_subcommand(1);
  app.ignore_case();
  add_info(app);
  add_generate(app);
  add_convert(app);
  add_knn(app);
  add_knn_merge(app);
  add_embed(app);
  add_transform(app);
  add_update(app);
  add_inverse(app);
  add_grid(app);
  add_aligned(app);
  add_compare(app);
  add_plot(app);
  add_quality(app);
  add_plan(app);
}

}  // namespace nearfold::cli
