#include "cli/method_flags.hpp"

#include <utility>

#include "io/io.hpp"

namespace nearfold::cli {
namespace {

Init named_init(const std::string& name) {
  if (name == "pca") return PcaInit{};
  if (name == "spectral") return SpectralInit{};
  if (name == "random") return RandomInit{};
  return ArrayInit{io::read_matrix(name)};
}

void add_tsne(CLI::App& app, TsneParams& p, Varied varied) {
  const std::string group = "t-SNE";
  if (varied == Varied::none) {
    number(app, "--perplexity", p.perplexity, "Effective number of neighbours")->group(group);
    number(app, "--exaggeration", p.exaggeration, "Factor on attraction afterwards")->group(group);
  }
  number(app, "--early-exaggeration", p.early_exaggeration, "Factor on attraction at first")
      ->group(group);
  number(app, "--early-exaggeration-iter", p.early_exaggeration_iter, "Iterations of it")
      ->group(group);
  app.add_flag("--early-stop", p.early_stop,
               "End both phases when the KL divergence says so (opt-SNE's rules)")
      ->group(group);
  number(app, "--initial-momentum", p.initial_momentum, "Momentum at first")->group(group);
  number(app, "--final-momentum", p.final_momentum, "Momentum afterwards")->group(group);
  number(app, "--max-step-norm", p.max_step_norm, "Longest move per point and iteration")
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

void add_umap(CLI::App& app, UmapParams& p, Varied varied) {
  const std::string group = "UMAP";
  if (varied == Varied::none) {
    number(app, "-k,--n-neighbors", p.n_neighbors, "Size of a neighbourhood, the point included")
        ->group(group);
    number(app, "--min-dist", p.min_dist, "Closest that points are packed")->group(group);
  }
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

}  // namespace

void MethodFlags::add(CLI::App& app, Varied varied) {
  choice(app, "-m,--method", method, {"tsne", "umap"}, "Optimiser")
      ->required(method.empty())
      ->default_str(method);
  number(app, "--n-components,--dims", dims, "Columns of the map, 2 or 3");
  text(app, "--init", init, "auto, pca, spectral, random, or a file")->default_str(init);
  number(app, "--learning-rate", learning_rate, "Step size; auto is n / exaggeration, UMAP 1");
  number(app, "--max-iter,--n-epochs", iterations,
         "Iterations in all, early exaggeration included");
  add_tsne(app, tsne, varied);
  add_umap(app, umap, varied);
}

Method MethodFlags::params() const {
  if (is_umap()) {
    UmapParams params = umap;
    params.n_epochs = iterations;
    params.learning_rate = learning_rate.value_or(params.learning_rate);
    return params;
  }
  TsneParams params = tsne;
  params.max_iter = iterations.value_or(params.max_iter);
  params.learning_rate = learning_rate;
  return params;
}

Settings MethodFlags::settings(const Common& common, const KnnParams& knn,
                               const Distance& distance) const {
  Settings s{.knn = knn,
             .distance = distance,
             .method = params(),
             .dims = dims,
             .seed = common.seed,
             .device = common.device_for(knn, distance)};
  validate(s);
  if (init != "auto") s.init = named_init(init);
  return s;
}

}  // namespace nearfold::cli
