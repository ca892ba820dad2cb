#include "cli/flags.hpp"

#include "cli/index_spec.hpp"
#include "knn/honours.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

void not_a_number(const std::string& text, bool whole) {
  throw CLI::ValidationError("'" + text + "' is not a " + (whole ? "whole " : "") +
                             "number in range; write it like " + (whole ? "15" : "0.5"));
}

CLI::Option* text(CLI::App& app, const std::string& names, std::string& target,
                  const std::string& help) {
  return app.add_option(names, target, help);
}

CLI::Option* choice(CLI::App& app, const std::string& names, std::string& target,
                    const std::vector<std::string>& words, const std::string& help) {
  return app.add_option(names, target, help)
      ->check(CLI::IsMember(words))
      ->type_name("")
      ->default_str(target);
}

CLI::Option* flag(CLI::App& app, const std::string& names, bool& target, const std::string& help) {
  return app.add_flag(names, target, help);
}

void Common::add(CLI::App& app) {
  number(app, "--seed,--random-state", seed, "Seed of everything random");
  number(app, "--threads,--n-jobs", threads, "Threads, 0 for all; never changes the result");
  text(app, "--device", device, "auto, cpu, or cuda[:i]")->default_str(device);
  choice(app, "--progress", progress, {"auto", "bar", "plain", "json", "none"},
         "How progress is shown on stderr");
  flag(app, "--force", force, "Overwrite existing files");
  flag(app, "-q,--quiet", quiet, "Say nothing but errors");
  flag(app, "--json", json, "Print the report as JSON on stdout");
}

Device Common::device_for(const KnnParams& knn, const Distance& distance) const {
  if (device != "auto" || !searched_on_gpu(knn, distance.metric)) return processor();
  const Device best = best_device();
  return std::holds_alternative<Cpu>(best) ? processor() : best;
}

Device Common::processor() const {
  if (device == "cpu" || device == "auto") return cpu();
  if (device == "cuda") return Cuda{};
  if (device.rfind("cuda:", 0) == 0) return Cuda{parse_number<int>(device.substr(5))};
  throw InvalidParameter("device is '" + device + "', and must be auto, cpu, cuda or cuda:i");
}

void MetricFlags::add(CLI::App& app, const std::string& group, bool matrices) {
  std::vector<std::string> words = metric_words();
  if (matrices) words.emplace_back("precomputed");
  metric_option = choice(app, "--metric", metric, words,
                         matrices ? "Distance between points; precomputed: the input is the matrix "
                                    "of all distances"
                                  : "Distance between points")
                      ->group(group);
  add_zero_vectors(app, zero_vectors)->group(group);
}

CLI::Option* add_zero_vectors(CLI::App& app, std::string& zero_vectors) {
  const auto turned = [](const MetricRow& row) { return directed(row.points); };
  return choice(
      app, "--zero-vectors", zero_vectors, {"error", "far"},
      "Zero vectors (constant ones for correlation) under " + listed(metrics_that(turned), "and"));
}

Distance MetricFlags::distance() const {
  return {precomputed() ? Metric::euclidean : metric_named(metric),
          zero_vectors == "far" ? ZeroVectors::far : ZeroVectors::refuse};
}

void IndexFlags::add(CLI::App& app) {
  const std::string group = "Neighbours";
  text(app, "--index,--knn-method", index,
       "Search: flat (exact), ivf, hnsw, nndescent, or auto (the one of least predicted work); "
       "parameters follow as in ivf:nlist=1024,nprobe=16 or hnsw:M=16,target_recall=0.98")
      ->default_str(index)
      ->group(group);
  MetricFlags::add(app, group, /*matrices=*/true);
}

KnnParams IndexFlags::params() const {
  if (precomputed() && index != "flat")
    throw InvalidParameter("--index " + index +
                           " searches among points, and --metric precomputed has all distances; "
                           "leave --index out");
  return parse_index(index);
}

nlohmann::ordered_json IndexFlags::json() const {
  return {{"index", index_spec(params())},
          {"metric", precomputed() ? metric : name(distance().metric)},
          {"zero_vectors", zero_vectors}};
}

}  // namespace nearfold::cli
