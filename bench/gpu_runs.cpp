// The same map twice in one process: the first run pays for what a GPU has to set up, the second is
// what a service sees. A line of JSON for each, with a fingerprint of the map: a processor's is to
// be the same.
//
//   gpu_runs POINTS umap|tsne flat|ivf ITERATIONS cuda|cpu
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "io/io.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold {
namespace {

Settings settings_of(const std::string& method, const std::string& index, int iterations,
                     const std::string& device) {
  Settings settings;
  if (method == "umap")
    settings.method = UmapParams{.n_epochs = iterations};
  else
    settings.method = TsneParams{.max_iter = iterations};
  if (index == "flat")
    settings.knn = FlatKnn{};
  else
    settings.knn = IvfKnn{};
  settings.seed = 42;
  settings.device = device == "cpu" ? Device{Cpu{}} : Device{Cuda{0}};
  return settings;
}

void print(const char* turn, const Result& result) {
  nlohmann::ordered_json line = {{"turn", turn},
                                 {"method", result.info.method},
                                 {"index", result.info.index},
                                 {"device", result.info.device},
                                 {"n", result.info.n},
                                 {"dim", result.info.dim},
                                 {"k", result.info.k},
                                 {"iterations", result.info.iterations},
                                 {"map", io::fingerprint(result.layout)}};
  if (result.info.recall) line["recall"] = result.info.recall->mean;
  if (result.info.kl_divergence) line["kl_divergence"] = *result.info.kl_divergence;
  for (const auto& [stage, seconds] : result.info.seconds) line["seconds"][stage] = seconds;
  line["seconds"]["total"] = result.info.total_seconds();
  line["warnings"] = result.info.warnings;
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

}  // namespace
}  // namespace nearfold

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "gpu_runs POINTS umap|tsne flat|ivf ITERATIONS cuda|cpu\n");
    return 2;
  }
  try {
    const nearfold::Matrix points = nearfold::io::read_matrix(argv[1]);
    const nearfold::Settings settings =
        nearfold::settings_of(argv[2], argv[3], std::atoi(argv[4]), argv[5]);
    for (const char* turn : {"first", "second"}) nearfold::print(turn, embed(points, settings));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_runs: %s\n", error.what());
    return 1;
  }
}
