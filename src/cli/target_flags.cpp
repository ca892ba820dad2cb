#include "cli/target_flags.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <variant>

#include "cli/flags.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"
#include "target/target.hpp"

namespace nearfold::cli {
namespace {

constexpr const char* kTargetGroup = "Targets (supervised UMAP)";

void read_entries(ClassTarget& target, const std::string& file, const std::string& column,
                  std::int64_t n, std::vector<std::string>& warnings) {
  io::Labels labels = io::read_labels(file, column);
  io::fit_labels(labels, n, file, warnings);
  const auto unknown = std::find(labels.names.begin(), labels.names.end(), "-1");  // as a number is
  const auto id = static_cast<std::int32_t>(unknown - labels.names.begin());
  if (unknown != labels.names.end())
    std::replace(labels.ids.begin(), labels.ids.end(), id, std::int32_t{-1});
  target.classes = std::move(labels.ids);
  if (std::all_of(target.classes.begin(), target.classes.end(), [](auto c) { return c < 0; }))
    warnings.push_back("'" + file + "' has no class that is known: it steers nothing");
}

void read_entries(ValueTarget& target, const std::string& file, const std::string& column,
                  std::int64_t n, std::vector<std::string>& /*warnings*/) {
  target.values = io::read_values(file, column);
  if (std::ssize(target.values) != n)
    throw InvalidInput("'" + file + "' has " + std::to_string(target.values.size()) +
                       " values for " + std::to_string(n) + " points; give one per point");
}

/// A graph of nearest neighbours, weighed as UMAP weighs that many by default.
void read_entries(GraphTarget& target, const std::string& file, const std::string& /*column*/,
                  std::int64_t n, std::vector<std::string>& /*warnings*/) {
  const KnnGraph graph = io::read_graph(file);
  if (graph.n != n)
    throw InvalidInput("'" + file + "' is a graph of " + std::to_string(graph.n) + " points for " +
                       std::to_string(n) + "; give one of the same points, as nearfold knn makes");
  constexpr int kEpochs = 1'000'000;  // none of its edges is too light
  target.edges = std::make_shared<const EdgeWeights>(edge_weights(
      graph, UmapParams{.n_neighbors = static_cast<int>(graph.k) + 1, .n_epochs = kEpochs}));
}

std::vector<float> entries_of(const GraphTarget& target) {
  std::vector<float> all = target.edges->weights;
  for (const std::int32_t column : target.edges->columns) all.push_back(static_cast<float>(column));
  return all;
}

std::vector<float> entries_of(const ClassTarget& target) {
  return {target.classes.begin(), target.classes.end()};
}

std::vector<float> entries_of(const ValueTarget& target) {
  return target.values;
}

nlohmann::ordered_json target_json(const ClassTarget& target) {
  const auto is_known = [](std::int32_t c) { return c >= 0; };
  std::set<std::int32_t> classes(target.classes.begin(), target.classes.end());
  return {{"target_metric", "categorical"},
          {"target_weight", target.weight},
          {"target_propagate", target.propagate},
          {"known", std::count_if(target.classes.begin(), target.classes.end(), is_known)},
          {"classes", std::count_if(classes.begin(), classes.end(), is_known)}};
}

nlohmann::ordered_json target_json(const ValueTarget& target) {
  const auto is_known = [](float x) { return !std::isnan(x); };
  nlohmann::ordered_json out{{"target_metric", "l2"}, {"target_weight", target.weight}};
  if (target.n_neighbors) out["target_n_neighbors"] = *target.n_neighbors;
  out["known"] = std::count_if(target.values.begin(), target.values.end(), is_known);
  return out;
}

nlohmann::ordered_json target_json(const GraphTarget& target) {
  nlohmann::ordered_json out{{"target_metric", name(target.combine)}};
  if (target.combine == Combine::intersect) out["target_weight"] = target.weight;
  if (target.edges) out["edges"] = target.edges->columns.size();
  return out;
}

/// How a graph of this word is combined; nothing for what is known of single points.
std::optional<Combine> combine_named(const std::string& word) {
  for (const CombineName& row : kCombines)
    if (word == row.name) return row.combine;
  return {};
}

std::vector<std::string> target_metrics() {
  std::vector<std::string> words = {"categorical", "l2"};
  for (const CombineName& row : kCombines) words.emplace_back(row.name);
  return words;
}

}  // namespace

void TargetFlags::add(CLI::App& app, Conditions& conditions) {
  texts(app, "--target", files,
        "What is known of each point and steers the map: a class (a label; -1 or nothing where it "
        "is not known) or a number (nan); or another graph of them, which theirs is combined with. "
        "Several files are taken one after the other")
      ->allow_extra_args(true)
      ->type_name(kFile)
      ->group(kTargetGroup);
  const auto is_steered = [this] {
    return unless(!files.empty(), "is of a target; give --target, or leave it out");
  };
  conditions.add(app, is_steered, [&] {
    take_words(
        texts(app, "--target-metric", metrics,
              "Of all targets, or one for each: classes, numbers that are near or far, or how a "
              "graph (.npz of nearfold knn) is combined"),
        target_metrics())
        ->delimiter(',')
        ->default_str("categorical")
        ->group(kTargetGroup);
    text(app, "--target-column", column, "The column of the target, in files of several")
        ->type_name("NAME")
        ->group(kTargetGroup);
    number(app, "--target-weight", weight, "How much a target counts beside the points, 0 to 1")
        ->group(kTargetGroup);
    const auto is_l2 = [this] {
      const bool any = std::count(metrics.begin(), metrics.end(), "l2") > 0;
      return unless(any, "is of --target-metric l2; leave it out");
    };
    conditions.add(app, is_l2, [&] {
      number(app, "--target-n-neighbors", neighbors,
             "Nearest numbers that one is compared with; auto is n-neighbors")
          ->group(kTargetGroup);
    });
    const auto has_classes = [this] {
      const bool any = std::count(metrics.begin(), metrics.end(), "categorical") > 0;
      return unless(any, "is of --target-metric categorical; leave it out");
    };
    conditions.add(app, has_classes, [&] {
      flag(app, "--target-propagate", propagate,
           "Spread known classes over the graph to the other points first: for few known ones")
          ->group(kTargetGroup);
    });
  });
}

std::vector<Target> TargetFlags::params() const {
  if (metrics.size() != 1 && metrics.size() != files.size())
    throw InvalidParameter("--target-metric names " + std::to_string(metrics.size()) +
                           " metrics for " + std::to_string(files.size()) +
                           " targets; give one, or one for each");
  std::vector<Target> out;
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (const auto combine = combine_named(metric(f)))
      out.emplace_back(GraphTarget{.combine = *combine, .weight = weight});
    else if (metric(f) == "l2")
      out.emplace_back(ValueTarget{.weight = weight, .n_neighbors = neighbors});
    else
      out.emplace_back(ClassTarget{.weight = weight, .propagate = propagate});
  }
  return out;
}

std::vector<Target> TargetFlags::read(std::int64_t n, std::vector<std::string>& warnings) const {
  std::vector<Target> out = params();
  for (std::size_t t = 0; t < out.size(); ++t)
    std::visit([&](auto& target) { read_entries(target, files[t], column, n, warnings); }, out[t]);
  return out;
}

nlohmann::ordered_json TargetFlags::json() const {
  return {{"files", files},
          {"metrics", metrics},
          {"column", column},
          {"weight", weight},
          {"n_neighbors", neighbors ? nlohmann::ordered_json(*neighbors) : "auto"},
          {"propagate", propagate}};
}

std::string fingerprint_of(const std::vector<Target>& targets) {
  std::vector<float> all;
  for (const Target& target : targets) {
    const std::vector<float> one =
        std::visit([](const auto& known) { return entries_of(known); }, target);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all.empty() ? "" : io::fingerprint({all.data(), std::ssize(all), 1});
}

nlohmann::ordered_json targets_json(const std::vector<Target>& targets) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const Target& target : targets)
    out.push_back(std::visit([](const auto& one) { return target_json(one); }, target));
  return out;
}

}  // namespace nearfold::cli
