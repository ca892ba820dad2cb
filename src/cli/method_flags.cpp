#include "cli/method_flags.hpp"

#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "io/io.hpp"
#include "method.hpp"

namespace nearfold::cli {
namespace {

Init named_init(const std::string& name) {
  if (name == "pca") return PcaInit{};
  if (name == "spectral") return SpectralInit{};
  if (name == "random") return RandomInit{};
  return ArrayInit{io::read_matrix(name)};
}

}  // namespace

void MethodFlags::add(CLI::App& app, Varied varied) {
  std::vector<std::string> names;
  for_each_alternative<Method>([&](const auto& p) { names.emplace_back(method_name(p)); });
  choice(app, "-m,--method", method, names, "Optimiser")
      ->required(method.empty())
      ->default_str(method);
  number(app, "--n-components,--dims", dims, "Columns of the map, 2 or 3");
  text(app, "--init", init, "auto, pca, spectral, random, or a file")->default_str(init);
  number(app, "--learning-rate", shared.learning_rate,
         "Step size; auto is n / exaggeration, UMAP 1");
  number(app, "--max-iter,--n-epochs", shared.iterations,
         "Iterations in all, early exaggeration included");
  std::apply([&](auto&... params) { (add_flags(app, params, varied), ...); }, params_of_each);
}

Method MethodFlags::params() const {
  Method chosen;
  std::apply(
      [&](const auto&... params) {
        ((method == method_name(params) ? void(chosen = with(params, shared)) : void()), ...);
      },
      params_of_each);
  return chosen;  // --method takes the names of these alone
}

const char* MethodFlags::title() const {
  return std::visit([](const auto& p) { return cli::title(p); }, params());
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
