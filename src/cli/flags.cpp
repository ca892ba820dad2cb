#include "cli/flags.hpp"

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

Device Common::chosen_device() const {
  if (device == "cpu") return Cpu{threads};
  if (device == "auto") {
    const Device best = best_device();
    return std::holds_alternative<Cpu>(best) ? Device{Cpu{threads}} : best;
  }
  if (device == "cuda") return Cuda{};
  if (device.rfind("cuda:", 0) == 0) return Cuda{parse_number<int>(device.substr(5))};
  throw InvalidParameter("device is '" + device + "', and must be auto, cpu, cuda or cuda:i");
}

void IndexFlags::add(CLI::App& app) {
  choice(app, "--index,--knn-method", index, {"flat", "exact", "ivf"},
         "Neighbour search: flat (exact) or ivf (approximate)");
  choice(app, "--metric", metric, {"euclidean"}, "Distance between points");
  number(app, "--nlist", lists, "ivf: cells");
  number(app, "--nprobe", probes, "ivf: cells searched per point");
  number(app, "--target-recall", target_recall, "ivf: recall that the number of cells is tuned to");
}

KnnParams IndexFlags::params() const {
  if (index == "ivf") return IvfKnn{lists, probes, target_recall};
  return FlatKnn{};
}

}  // namespace nearfold::cli
