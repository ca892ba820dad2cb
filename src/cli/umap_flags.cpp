// UMAP as the tool knows it.
#include <limits>

#include "cli/flags.hpp"
#include "cli/map_metric.hpp"
#include "cli/method_words.hpp"
#include "cli/report.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

namespace {

/// Neighbours beside the point as umap-learn's n_neighbors.
int with_self(const std::string& text) {
  const int k = parse_number<int>(text);
  if (k < 1 || k == std::numeric_limits<int>::max())
    throw InvalidParameter("-k is " + text + ", and must be >= 1 and less than the points");
  return k + 1;
}

}  // namespace

const char* title(const UmapParams&) {
  return "UMAP";
}

void add_flags(CLI::App& app, Conditions& conditions, UmapParams& p, Varied varied) {
  const std::string group = "UMAP";
  const auto is_fitted = [&p] {
    return unless(!p.a && !p.b, "is of the curve that --a and --b give; leave it out, or both");
  };
  if (varied == Varied::none) {
    option(app, "-k", "--n-neighbors without the point, as `nearfold knn -k` counts: one less",
           {[&p](const std::string& text) { p.n_neighbors = with_self(text); }, fault_of<int>, "",
            "INT"})
        ->excludes(flag_named(app, "--n-neighbors"))
        ->group(group);
  }
  conditions.add(app, is_fitted, [&] {
    if (varied == Varied::none)
      number(app, "--min-dist", p.min_dist, "Smallest distance between points of the map")
          ->group(group);
    number(app, "--spread", p.spread, "Scale of the layout")->group(group);
  });
  if (varied == Varied::none) {  // a grid varies min_dist, which they replace
    number(app, "--a", p.a, "Curve parameter, instead of min-dist and spread")->group(group);
    number(app, "--b", p.b, "Curve parameter, instead of min-dist and spread")->group(group);
  }
  number(app, "--set-op-mix-ratio", p.set_op_mix_ratio,
         "From 1, the fuzzy union, to 0, the intersection")
      ->group(group);
  number(app, "--local-connectivity", p.local_connectivity, "Neighbours taken as fully connected")
      ->group(group);
  number(app, "--repulsion-strength", p.repulsion_strength, "Weight of negative samples")
      ->group(group);
  number(app, "--negative-sample-rate", p.negative_sample_rate, "Negative samples per positive one")
      ->group(group);
  number(
      app, "--disconnection-distance", p.disconnection_distance,
      "Neighbours at this distance or farther are no edges; umap-learn: 1 under jaccard, dice and "
      "hellinger, 2 under cosine and correlation")
      ->group(group);
  flag(app, "--densmap", p.densmap,
       "densMAP: make what is dense among the points dense in the map, too")
      ->group(group);
  add_map_metric(app, "--output-metric", p.output_metric,
                 "Where the map lies: flat space, the unit sphere, the torus of two angles, or the "
                 "hyperbolic plane")
      ->group(group);
  const auto is_dense = [&p] {
    return unless(p.densmap, "is of densMAP; give --densmap, or leave it out");
  };
  conditions.add(app, is_dense, [&] {
    number(app, "--dens-lambda", p.dens_lambda, "densMAP: weight of the correlation of densities")
        ->group(group);
    number(app, "--dens-frac", p.dens_frac, "densMAP: share of the epochs that have it, the last")
        ->group(group);
    number(app, "--dens-var-shift", p.dens_var_shift,
           "densMAP: added to the variance of the map's log radii")
        ->group(group);
  });
}

Flag add_map_metric(CLI::App& app, const std::string& flag, OutputMetric& metric,
                    const std::string& help) {
  std::vector<std::string> words;
  for (const OutputMetricNames& row : kOutputMetrics) words.emplace_back(row.name);
  for (const OutputMetricNames& row : kOutputMetrics)
    if (row.alias != nullptr) words.emplace_back(row.alias);
  return take_words(
      option(app, flag, help,
             {[&metric](const std::string& word) { metric = output_metric_named(word); },
              {},
              name(metric),
              ""}),
      words);
}

UmapParams with(UmapParams params, const SharedFlags& shared) {
  if (shared.n_neighbors) {
    if (!*shared.n_neighbors)
      throw InvalidParameter(
          "--n-neighbors is auto, which is of PaCMAP and LocalMAP; give a number");
    params.n_neighbors = **shared.n_neighbors;
  }
  params.n_epochs = shared.iterations;
  params.learning_rate = shared.learning_rate.value_or(params.learning_rate);
  return params;
}

void GridFlags<UmapParams>::add(CLI::App& app) {
  numbers(app, "--min-dist", min_dist, "UMAP: columns")->group("Grid");
}

}  // namespace nearfold::cli
