#include "cli/flags.hpp"

#include "cli/report.hpp"
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

void MetricFlags::add(CLI::App& app, const std::string& group) {
  metric_option = choice(app, "--metric", metric,
                         {"euclidean", "sqeuclidean", "cosine", "correlation", "inner_product",
                          "manhattan", "chebyshev", "l2", "ip", "dot", "l1", "cityblock", "linf"},
                         "Distance between points")
                      ->group(group);
  choice(app, "--zero-vectors", zero_vectors, {"error", "far"},
         "Rows without a direction under cosine and correlation")
      ->group(group);
}

Distance MetricFlags::distance() const {
  return {metric_named(metric), zero_vectors == "far" ? ZeroVectors::far : ZeroVectors::refuse};
}

void IndexFlags::add(CLI::App& app) {
  const std::string group = "Neighbours";
  choice(app, "--index,--knn-method", index, {"flat", "exact", "ivf", "hnsw", "nndescent", "auto"},
         "Search: flat (exact), ivf, hnsw, nndescent, or auto: the one of least predicted work")
      ->group(group);
  MetricFlags::add(app, group);
  number(app, "--target-recall", target_recall, "Recall that an approximate search is tuned to")
      ->group(group);
  number(app, "--nlist", ivf.lists, "ivf: cells")->group(group);
  number(app, "--nprobe", ivf.probes, "ivf: cells searched per point")->group(group);
  number(app, "--hnsw-m", hnsw.links, "hnsw: links per point")->group(group);
  number(app, "--ef-construction", hnsw.ef_construction, "hnsw: candidates kept while building")
      ->group(group);
  number(app, "--ef", hnsw.ef, "hnsw: candidates kept while searching")->group(group);
  number(app, "--nnd-iterations", nndescent.iterations, "nndescent: iterations")->group(group);
  number(app, "--max-candidates", nndescent.max_candidates, "nndescent: neighbours compared")
      ->group(group);
}

KnnParams IndexFlags::params() const {
  const auto tuned = [&](auto params) {
    params.target_recall = target_recall;
    return KnnParams{params};
  };
  if (index == "ivf") return tuned(ivf);
  if (index == "hnsw") return tuned(hnsw);
  if (index == "nndescent") return tuned(nndescent);
  if (index == "auto") return tuned(AutoKnn{});
  return FlatKnn{};
}

nlohmann::ordered_json IndexFlags::json() const {
  return {{"index", index},
          {"metric", name(distance().metric)},
          {"zero_vectors", zero_vectors},
          {"target_recall", target_recall},
          {"nlist", or_auto(ivf.lists)},
          {"nprobe", or_auto(ivf.probes)},
          {"hnsw_m", hnsw.links},
          {"ef_construction", hnsw.ef_construction},
          {"ef", or_auto(hnsw.ef)},
          {"nnd_iterations", or_auto(nndescent.iterations)},
          {"max_candidates", nndescent.max_candidates}};
}

}  // namespace nearfold::cli
