// t-SNE as the tool knows it.
#include "cli/flags.hpp"
#include "cli/method_words.hpp"
#include "cli/report.hpp"
#include "nearfold/grid.hpp"
#include "tsne/method.hpp"

namespace nearfold::cli {
namespace {

using Repulsion = TsneParams::Repulsion;

std::vector<std::string> repulsion_names() {
  std::vector<std::string> names;
  names.reserve(kRepulsions.size());
  for (const Repulsion repulsion : kRepulsions) names.emplace_back(name(repulsion));
  return names;
}

Repulsion repulsion_named(const std::string& word) {
  for (const Repulsion repulsion : kRepulsions)
    if (word == name(repulsion)) return repulsion;
  return Repulsion::automatic;  // the flag takes no other word
}

}  // namespace

const char* title(const TsneParams&) {
  return "t-SNE";
}

void add_flags(CLI::App& app, Conditions& conditions, TsneParams& p, Varied varied) {
  const std::string group = "t-SNE";
  const auto is_early = [&p] {
    return unless(p.early_exaggeration_iter > 0,
                  "is of early exaggeration, and --early-exaggeration-iter is 0; leave it out");
  };
  if (varied == Varied::none) {
    number(app, "--perplexity", p.perplexity, "Effective number of neighbours")->group(group);
    number(app, "--exaggeration", p.exaggeration, "Factor on attraction after the early phase")
        ->group(group);
  }
  conditions.add(app, is_early, [&] {
    number(app, "--early-exaggeration", p.early_exaggeration,
           "Factor on attraction in the early phase")
        ->group(group);
    number(app, "--initial-momentum", p.initial_momentum, "Momentum in the early phase")
        ->group(group);
  });
  number(app, "--early-exaggeration-iter", p.early_exaggeration_iter,
         "Iterations of the early phase")
      ->group(group);
  flag(app, "--early-stop", p.early_stop,
       "Stop each phase once the KL divergence hardly falls (opt-SNE's rules)")
      ->group(group);
  number(app, "--final-momentum", p.final_momentum, "Momentum after the early phase")->group(group);
  number(app, "--max-step-norm", p.max_step_norm, "Longest move of a point per iteration")
      ->group(group);
  take_words(option(app, "--negative-gradient-method", "Repulsion: exact, fft, or by size",
                    {[&p](const std::string& word) { p.repulsion = repulsion_named(word); }}),
             repulsion_names())
      ->default_str(name(p.repulsion))
      ->group(group);
}

TsneParams with(TsneParams params, const SharedFlags& shared) {
  params.max_iter = shared.iterations.value_or(params.max_iter);
  params.learning_rate = shared.learning_rate;
  return params;
}

void GridFlags<TsneParams>::add(CLI::App& app) {
  numbers(app, "--perplexity", perplexity, "t-SNE: rows")->group("Grid");
  numbers(app, "--exaggeration", exaggeration, "t-SNE: columns")->group("Grid");
}

MethodGrid GridFlags<TsneParams>::of(const TsneParams& base) const {
  return {grid(base, perplexity, exaggeration), grid_axis("perplexity", perplexity),
          grid_axis("exaggeration", exaggeration)};
}

}  // namespace nearfold::cli
