#include "cli/grid_account.hpp"

#include <algorithm>
#include <map>

#include "method.hpp"
#include "nearfold/grid.hpp"
#include "nearfold/knn.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Seconds of the search that a method would make alone, by its neighbours.
class SearchSeconds {
 public:
  SearchSeconds(bool timed, const InputPoints& points, const Settings& s, double shared)
      : timed_(timed), points_(points), settings_(s), shared_(shared) {}

  /// Timed when asked for; else that of the search that was made, which is the longest of them.
  double of(const Method& method) {
    if (!timed_) return shared_;
    const int k = neighbors_needed(method, points_.rows());
    const auto [at, fresh] = seconds_.try_emplace(k, 0.0);
    if (fresh)
      at->second = points_.use([&](const auto& points) {
        return find_neighbors(points, k, settings_.knn, settings_.device, settings_.seed,
                              settings_.distance)
            .seconds();
      });
    return at->second;
  }

 private:
  bool timed_;
  InputPoints points_;
  const Settings& settings_;
  double shared_;
  std::map<int, double> seconds_;
};

}  // namespace

std::vector<std::size_t> edges_of(const std::vector<Method>& methods) {
  std::vector<std::size_t> first(methods.size());
  for (std::size_t m = 0; m < methods.size(); ++m)
    while (!share_edges(methods[first[m]], methods[m])) ++first[m];
  return first;
}

Json account(const std::vector<Method>& methods, const InputPoints& points, const Settings& s,
             const Json& manifest, bool timed) {
  const double graph = manifest["graph"].value("seconds", 0.0);
  const std::vector<std::size_t> edges = edges_of(methods);
  std::vector<double> made(methods.size());  // of the first with these edges, what all share
  double optimize = 0;
  for (const Json& cell : manifest["cells"]) {
    const Json& took = cell["seconds"];
    const double mine = took.value("optimize", 0.0), all = took.value("total", 0.0);
    double& shared = made[edges[cell["cell"].get<std::size_t>()]];
    shared = std::max(shared, all - mine);
    optimize += mine;
  }
  SearchSeconds search(timed, points, s, graph);
  double once = graph + optimize, apart = optimize;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    once += made[m];
    apart += made[edges[m]] + search.of(methods[m]);
  }
  return {{"graph", graph},
          {"optimize", optimize},
          {"together", once},
          {"one_by_one", apart},
          {"searches_timed", timed}};
}

}  // namespace nearfold::cli
