// nearfold generate: synthetic data sets, with their labels.
#include "data/generate.hpp"

#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

struct Options {
  Common common;
  std::string kind, output, labels, from, from_labels;
  std::optional<std::int64_t> n, dim;
  Blobs blobs;
  SwissRoll roll;
};

void run(const Options& o) {
  io::row_format_of(o.output);
  if (!o.labels.empty()) io::row_format_of(o.labels);
  check_outputs({o.output, o.labels}, {o.from, o.from_labels}, o.common.overwrite());
  GenerateParams params{.seed = o.common.seed, .on = Cpu{o.common.threads}};
  Matrix images;
  io::Labels from_labels;
  if (o.kind == "blobs") {
    Blobs blobs = o.blobs;
    blobs.dim = o.dim.value_or(blobs.dim);
    if (o.n) blobs.points_per = *o.n / blobs.centers;
    params.kind = blobs;
  } else if (o.kind == "cubes") {
    Cubes cubes;
    cubes.dim = o.dim.value_or(cubes.dim);
    if (o.n) cubes.points_per = *o.n / 3;
    params.kind = cubes;
  } else if (o.kind == "swiss-roll") {
    SwissRoll roll = o.roll;
    roll.n = o.n.value_or(roll.n);
    params.kind = roll;
  } else if (o.kind == "uniform") {
    Uniform uniform;
    uniform.n = o.n.value_or(uniform.n);
    uniform.dim = o.dim.value_or(uniform.dim);
    params.kind = uniform;
  } else {
    if (o.from.empty()) throw InvalidParameter("deformed needs images; give them with --from");
    images = io::read_matrix(o.from);
    if (!o.from_labels.empty()) from_labels = io::read_labels(o.from_labels);
    Deformed deformed{.images = images, .labels = from_labels.ids};
    deformed.n = o.n.value_or(deformed.n);
    params.kind = deformed;
  }
  const Generated made = generate(params);
  io::write_rows(o.output, made.points, o.common.overwrite());
  if (o.labels.empty()) return;
  if (made.labels.empty())
    throw InvalidParameter("a " + o.kind + " set has no labels; leave --labels out");
  io::write_labels(o.labels, made.labels, o.common.overwrite());
}

}  // namespace

void add_generate(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("generate", "Make a synthetic data set");
  const auto o = std::make_shared<Options>();
  choice(command, "kind", o->kind, {"blobs", "cubes", "swiss-roll", "uniform", "deformed"},
         "What to make")
      ->required()
      ->default_str("");
  text(command, "-o,--output", o->output,
       "Points, .npy, .csv or .tsv; - is standard output, as .csv")
      ->required();
  text(command, "--labels", o->labels, "Labels, .npy, .csv or .tsv");
  number(command, "-n,--points", o->n, "Points in all");
  number(command, "--dim", o->dim, "Columns (blobs, cubes, uniform)");
  number(command, "--centers", o->blobs.centers, "blobs: how many");
  number(command, "--std", o->blobs.spread, "blobs: standard deviation");
  number(command, "--noise", o->roll.noise, "swiss-roll: standard deviation");
  text(command, "--from", o->from, "deformed: images to deform, as for embed");
  text(command, "--from-labels", o->from_labels, "deformed: their labels");
  o->common.add(command);
  command.callback([o] { run(*o); });
}

}  // namespace nearfold::cli
