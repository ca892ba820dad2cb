// nearfold generate: synthetic data sets, with their labels.
#include "data/generate.hpp"

#include <cstdio>
#include <memory>
#include <type_traits>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/alternatives.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

using Kind = decltype(GenerateParams::kind);

struct GenerateCommand {
  Conditions conditions;
  Common common;
  std::string kind, output, labels, from, from_labels;
  std::optional<std::int64_t> n, dim;
  OneOfEach<std::type_identity_t, Kind> each;
};

// ---- every kind: its word, its own flags, and whether it has labels
// ------------------------------

const char* word(const Blobs&) {
  return "blobs";
}
const char* word(const Cubes&) {
  return "cubes";
}
const char* word(const SwissRoll&) {
  return "swiss-roll";
}
const char* word(const Uniform&) {
  return "uniform";
}
const char* word(const Deformed&) {
  return "deformed";
}

void add_flags(CLI::App& app, GenerateCommand&, Blobs& blobs) {
  number(app, "--centers", blobs.centers, "blobs: how many");
  number(app, "--std", blobs.spread, "blobs: standard deviation");
}
void add_flags(CLI::App&, GenerateCommand&, Cubes&) {}
void add_flags(CLI::App& app, GenerateCommand&, SwissRoll& roll) {
  number(app, "--noise", roll.noise, "swiss-roll: standard deviation");
}
void add_flags(CLI::App&, GenerateCommand&, Uniform&) {}
void add_flags(CLI::App& app, GenerateCommand& o, Deformed&) {
  file_path(app, "--from", o.from, "deformed: images to deform, as for embed");
  file_path(app, "--from-labels", o.from_labels, "deformed: their labels");
}

std::string no_labels(const GenerateCommand&, const Blobs&) {
  return "";
}
std::string no_labels(const GenerateCommand&, const Cubes&) {
  return "";
}
std::string no_labels(const GenerateCommand&, const SwissRoll&) {
  return "";
}
std::string no_labels(const GenerateCommand&, const Uniform&) {
  return "a uniform set has no labels; leave --labels out";
}
std::string no_labels(const GenerateCommand& o, const Deformed&) {
  return unless(!o.from_labels.empty(),
                "labels are those of the images; give them with --from-labels, or leave --labels "
                "out");
}

// ---- which flags have an effect
// ------------------------------------------------------------------

std::string is_another(const GenerateCommand& o, const std::string& kinds) {
  return "is of " + kinds + ", and a " + o.kind + " set is asked for; leave it out";
}

template <class Visit>
void for_chosen(const GenerateCommand& o, const Visit& visit) {
  std::apply([&](const auto&... kinds) { ((o.kind == word(kinds) ? visit(kinds) : void()), ...); },
             o.each);
}

void add_flags_of_each(CLI::App& app, GenerateCommand& o) {
  const auto add_one = [&](auto& kind) {
    const auto why_not = [&o, mine = std::string(word(kind))] {
      return o.kind == mine ? "" : is_another(o, mine);
    };
    o.conditions.add(app, why_not, [&] { add_flags(app, o, kind); });
  };
  std::apply([&](auto&... kinds) { (add_one(kinds), ...); }, o.each);
}

void add_dim(CLI::App& app, GenerateCommand& o) {
  const auto fixed = [&o] {
    bool has_dim = false;
    std::string kinds;
    for_each_alternative<Kind>([&](const auto& kind) {
      if constexpr (requires { kind.dim; })
        kinds += (kinds.empty() ? "" : ", ") + std::string(word(kind));
    });
    for_chosen(o, [&](const auto& kind) {
      has_dim = requires {
        kind.dim;
      };
    });
    return has_dim ? "" : is_another(o, kinds);
  };
  o.conditions.add(app, fixed,
                   [&] { number(app, "--dim", o.dim, "Columns (blobs, cubes, uniform)"); });
}

// ---- the set
// -------------------------------------------------------------------------------------

void run(const GenerateCommand& o) {
  std::string unlabelled;
  for_chosen(o, [&](const auto& kind) { unlabelled = no_labels(o, kind); });
  if (!o.labels.empty() && !unlabelled.empty()) throw InvalidParameter(unlabelled);
  io::row_format_of(o.output);
  if (!o.labels.empty()) io::row_format_of(o.labels);
  check_outputs({o.output, o.labels}, {o.from, o.from_labels}, o.common.overwrite());
  GenerateParams params{.seed = o.common.seed, .on = Cpu{o.common.threads}};
  for_chosen(o, [&](auto kind) {
    kind.n = o.n.value_or(kind.n);
    if constexpr (requires { kind.dim; }) kind.dim = o.dim.value_or(kind.dim);
    params.kind = kind;
  });
  Matrix images;
  io::Labels from_labels;
  if (auto* deformed = std::get_if<Deformed>(&params.kind)) {
    if (o.from.empty()) throw InvalidParameter("deformed needs images; give them with --from");
    images = io::read_matrix(o.from);
    if (!o.from_labels.empty()) from_labels = io::read_labels(o.from_labels);
    deformed->images = images;
    deformed->labels = from_labels.ids;
  }
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  Generated made;
  progress.run("generate", [&] {
    const Part whole(1, 1);  // one loop over the points
    made = generate(params);
  });
  io::write_rows(o.output, made.points, o.common.overwrite());
  if (!o.labels.empty()) io::write_labels(o.labels, made.labels, o.common.overwrite());
  progress.finish();
  if (o.common.quiet) return;
  const std::string said = std::to_string(made.points.rows()) + " x " +
                           std::to_string(made.points.cols()) + ", " + o.kind + "\n" +
                           aligned({{"points", o.output}, {"labels", o.labels}});
  std::fputs(for_terminal(said).c_str(), stderr);
}

}  // namespace

void add_generate(CLI::App& app) {
  CLI::App& command = subcommand(app, "generate", "Make a synthetic data set");
  const auto o = std::make_shared<GenerateCommand>();
  std::vector<std::string> kinds;
  for_each_alternative<Kind>([&](const auto& kind) { kinds.emplace_back(word(kind)); });
  choice(command, "kind", o->kind, kinds, "What to make")->required()->default_str("");
  file_path(command, "-o,--output", o->output,
            "Points, .npy, .csv or .tsv; - is standard output, as .csv")
      ->required();
  file_path(command, "--labels", o->labels, "Labels, .npy, .csv or .tsv");
  number(command, "-n,--points", o->n, "Points in all");
  add_dim(command, *o);
  add_flags_of_each(command, *o);
  o->common.add_seed(command);
  o->common.add_threads(command);
  o->common.add_progress(command, o->conditions);
  o->common.add_force(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
