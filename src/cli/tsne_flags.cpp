// t-SNE as the tool knows it.
#include "cli/flags.hpp"
#include "cli/method_words.hpp"
#include "cli/report.hpp"
#include "tsne/method.hpp"

namespace nearfold::cli {
namespace {

using Affinities = TsneParams::Affinities;

/// A flag that takes the words of an enum.
template <class Enum>
Flag add_choice(CLI::App& app, const std::string& names, Enum& target, const std::string& help) {
  std::vector<std::string> words;
  for (const Enum one : words_of(target)) words.emplace_back(name(one));
  const auto set = [&target](const std::string& word) {
    for (const Enum one : words_of(target))
      if (word == name(one)) target = one;  // the flag takes no other word
  };
  return take_words(option(app, names, help, {set}), words)->default_str(name(target));
}

/// One perplexity is itself; several make scales.
void add_perplexities(CLI::App& app, TsneParams& p) {
  const auto set = [&p](const std::string& text) {
    p.perplexities.push_back(parse_number<double>(text));
    if (p.perplexities.size() == 1) p.perplexity = p.perplexities[0];
  };
  list(app, "--perplexity", "Effective number of neighbours; several: the mean of all scales",
       {set, fault_of<double>, shown(p.perplexity), "FLOAT,..."}, [&p] { p.perplexities.clear(); })
      ->group("t-SNE");
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
  const auto by_perplexity = [&p] {
    return unless(p.affinities == Affinities::perplexity,
                  "makes other affinities than uniform ones; leave it out");
  };
  const auto is_uniform = [&p] {
    return unless(p.affinities == Affinities::uniform,
                  "is of uniform affinities; give --affinities uniform, or leave it out");
  };
  const auto is_late = [&p] {
    return unless(p.late_exaggeration_iter > 0,
                  "is of the last iterations; give --late-exaggeration-iter, or leave it out");
  };
  if (varied == Varied::none) conditions.add(app, by_perplexity, [&] { add_perplexities(app, p); });
  add_choice(app, "--affinities", p.affinities, "Of a point to its neighbours")->group(group);
  conditions.add(app, is_uniform, [&] {
    number(app, "--k-neighbors", p.k_neighbors, "Neighbours of uniform affinities")->group(group);
    add_choice(app, "--symmetrize", p.symmetrize, "How both directions of an edge make one")
        ->group(group);
  });
  if (varied == Varied::none)
    number(app, "--exaggeration", p.exaggeration, "Factor on attraction after the early phase")
        ->group(group);
  conditions.add(app, is_early, [&] {
    number(app, "--early-exaggeration", p.early_exaggeration,
           "Factor on attraction in the early phase")
        ->group(group);
    number(app, "--initial-momentum", p.initial_momentum, "Momentum in the early phase")
        ->group(group);
  });
  number(app, "--dof", p.dof, "Degrees of freedom of the kernel: below 1 heavier tails")
      ->group(group);
  conditions.add(app, is_late, [&] {
    number(app, "--late-exaggeration", p.late_exaggeration,
           "Factor on attraction in the last iterations")
        ->group(group);
  });
  number(app, "--late-exaggeration-iter", p.late_exaggeration_iter,
         "Last iterations, which have --late-exaggeration")
      ->group(group);
  number(app, "--early-exaggeration-iter", p.early_exaggeration_iter,
         "Iterations of the early phase")
      ->group(group);
  flag(app, "--early-stop", p.early_stop,
       "Stop each phase once the KL divergence hardly falls (opt-SNE's rules)")
      ->group(group);
  number(app, "--final-momentum", p.final_momentum, "Momentum after the early phase")->group(group);
  number(app, "--max-step-norm", p.max_step_norm, "Longest move of a point per iteration")
      ->group(group);
  add_choice(app, "--negative-gradient-method", p.repulsion, "Repulsion: exact, fft, or by size")
      ->group(group);
}

TsneParams with(TsneParams params, const SharedFlags& shared) {
  params.max_iter = shared.iterations.value_or(params.max_iter);
  params.learning_rate = shared.learning_rate;
  if (params.perplexities.size() == 1) params.perplexities.clear();  // perplexity holds it
  return params;
}

void GridFlags<TsneParams>::add(CLI::App& app) {
  numbers(app, "--perplexity", perplexity, "t-SNE: rows")->group("Grid");
  numbers(app, "--exaggeration", exaggeration, "t-SNE: columns")->group("Grid");
}

}  // namespace nearfold::cli
