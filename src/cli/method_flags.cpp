#include "cli/method_flags.hpp"

#include <filesystem>
#include <functional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "cli/words.hpp"
#include "io/io.hpp"
#include "knn/honours.hpp"
#include "method.hpp"
#include "run/check_run.hpp"

namespace nearfold::cli {
namespace {

const std::vector<std::string> kInits = {"auto", "pca", "spectral", "random"};
constexpr const char* kLandmarks = "landmarks";

Init named_init(const std::string& name) {
  if (name == "pca") return PcaInit{};
  if (name == "spectral") return SpectralInit{};
  if (name == "random") return RandomInit{};
  return ArrayInit{io::read_matrix(name)};
}

}  // namespace

void MethodFlags::add(CLI::App& app, Conditions& conditions, Varied varied) {
  std::vector<std::string> names;
  for_each_alternative<Method>([&](const auto& p) { names.emplace_back(method_name(p)); });
  choice(app, "-m,--method", method, names, "How the map is made")
      ->required(method.empty())
      ->default_str(method);
  number(app, "--n-components,--dims", dims, "Columns of the map: 1 to 100, for tsne 1 to 10");
  std::vector<std::string> inits = kInits;
  if (makes_landmarks) inits.emplace_back(kLandmarks);
  const auto take = [inits](std::string& word) {
    const auto named = meant(word, inits);
    word = named.value_or(word);
    const std::string near = did_you_mean(word, inits);
    if (named || near.empty() || std::filesystem::exists(word)) return std::string();
    return "'" + word + "' is neither a file nor one of " + listed(inits, "and") + near;
  };
  text(app, "--init", init, "Initial layout, or a file of it")
      ->check(take)
      ->type_name(in_braces(inits) + "|" + kFile)
      ->default_str(init);
  number(app, "--learning-rate,--lr", shared.learning_rate,
         "Step size; auto is n / exaggeration for t-SNE, 1 for the others");
  number(app, "--max-iter,--n-epochs,--n-iter", shared.iterations,
         "Iterations in all, those of early phases included");
  if (varied == Varied::none)
    conditions.add(
        app,
        [this] {
          return is_another({UmapParams{}, PacmapParams{}, LocalmapParams{}});
        },
        [&] { add_neighbors_flag(app, shared); });
  conditions.add(
      app,
      [this] {
        return is_another({PacmapParams{}, LocalmapParams{}});
      },
      [&] { add_pair_flags(app, shared, varied); });
  const auto add_one = [&](auto& params) {
    conditions.add(
        app, [this, &params] { return is_another(params); },
        [&] { add_flags(app, conditions, params, varied); });
  };
  std::apply([&](auto&... params) { (add_one(params), ...); }, params_of_each);
}

void MethodFlags::add_targets(CLI::App& app, Conditions& conditions) {
  conditions.add(
      app, [this] { return is_another(UmapParams{}); }, [&] { targets.add(app, conditions); });
}

void MethodFlags::add_unique(CLI::App& app) {
  flag(app, "--unique", unique,
       "Map the distinct rows alone; equal points get the place of the first of them");
}

std::string MethodFlags::is_another(const std::vector<Method>& methods) const {
  std::vector<std::string> titles, names;
  for (const Method& one : methods) {
    names.emplace_back(name_of(one));
    titles.emplace_back(std::visit([](const auto& p) { return cli::title(p); }, one));
    if (names.back() == method) return "";
  }
  return "is of " + listed(titles, "and") + ", and --method is " + method +
         "; leave it out, or use --method " + listed(names, "or");
}

bool MethodFlags::by_landmarks() const {
  return makes_landmarks && init == kLandmarks;
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
             .targets = targets.params(),
             .dims = dims,
             .seed = common.seed,
             .unique = unique};
  s.device = why_not_on_gpu(s).empty() && !by_landmarks() ? common.device_for(knn, distance)
                                                          : common.device_where(/*gpu_does=*/false);
  validate(s);
  if (init != "auto" && !by_landmarks()) s.init = named_init(init);
  return s;
}

}  // namespace nearfold::cli
