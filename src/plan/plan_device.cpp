// What each stage holds in the memory of a GPU: counts of the arrays in kernels/, never measured.
#include <algorithm>
#include <cmath>

#include "knn/metric_table.hpp"
#include "knn/search_memory.hpp"
#include "plan/needs.hpp"
#include "weights/weights.hpp"

namespace nearfold {

namespace {

/// The graph twice, names, keys: while vertices are put into order.
double numbering(const Counts& c) {
  return 16 * c.k + 60;
}
/// The answer, and what is known of every row until it is proven.
double row_of_search(const Counts& c) {
  return 8 * c.k + 29;
}

}  // namespace

Need device_knn_need(const PlannedPoints& points, const Settings& settings, const Counts& c) {
  if (points.has_graph) return {numbering(c), 0, 0};
  const bool flat = std::holds_alternative<FlatKnn>(settings.knn);
  // Probes are tuned against all pairs, before there are cells.
  const bool half = flat && points.dim >= kMinHalfWidth;
  const auto pairs = static_cast<double>(kMinScratch + pair_scratch(points.n, points.dim));
  const double centred = 4 * c.dim * static_cast<double>(centred_rows(points.n, points.dim));
  const std::int64_t batch = std::min(points.n, kMaxBatch),
                     block = std::min(points.n, kProductBlock);
  const std::int64_t query = largest_bytes(candidates_for(static_cast<int>(c.k)), block);
  const double products = half ? static_cast<double>(batch * query) : 0.0;
  const auto* const ivf = std::get_if<IvfKnn>(&settings.knn);
  const double cells = ivf != nullptr && ivf->faiss ? cell_copy(c.n, c.dim) : ivf_bytes(c.n, c.dim);
  const double scratch = centred + (flat ? pairs + products : std::max(pairs, cells));
  return {std::max(numbering(c), row_of_search(c) + 4 * c.dim + (half ? 2 * c.dim : 0.0)),
          static_cast<double>(kReserve) + scratch, 0};
}

Need device_knn_least(const PlannedPoints& points, const Settings& settings, const Counts& c) {
  if (points.has_graph || !std::holds_alternative<FlatKnn>(settings.knn))
    return device_knn_need(points, settings, c);
  constexpr std::int64_t kTile = 16'384;  // points of a tile, at the least
  const std::int64_t candidates = candidates_for(static_cast<int>(c.k));
  const std::int64_t tile = std::min(points.n, kTile), batch = std::min(points.n, kMinBatch);
  const auto scratch = static_cast<double>(kReserve + kMinScratch + pair_scratch(tile, points.dim));
  const auto centred = static_cast<double>(centred_rows(points.n, points.dim));
  const double fixed =
      scratch + 4 * c.dim * centred +
      static_cast<double>(tile) * (4 * c.dim + 8 + static_cast<double>(candidates / 32)) +
      static_cast<double>(batch) * (8 * c.dim + 20 * static_cast<double>(candidates));
  return {std::max(numbering(c), row_of_search(c)), fixed, 0};
}
bool weighed_on_host(const Settings& settings) {
  return !settings.targets.empty() ||
         std::visit([](const auto& p) { return weighed_on_host(p); }, settings.method);
}

/// Both lists of each vertex, the edges, and where each of 16 lanes begins. Of those that the host
/// weighs the graph, and then, once it is there, the edges, names and radii.
Need device_weights_need(const Settings& settings, const Counts& c) {
  if (weighed_on_host(settings)) return {std::max(8 * c.k, 8 * c.entries + 12) + 4, 0, 0};
  return {20 * c.k + 8 * c.entries + 150, 0, 0};
}
Need device_init_need(const Init& init, const Counts& c) {
  const double edges = 8 * c.entries + 12;
  if (std::holds_alternative<PcaInit>(init)) return {edges + 4 * c.dim + 64, 16'384 * c.dim, 0};
  return {edges + (std::holds_alternative<SpectralInit>(init) ? 110.0 : 0.0), 0, 0};
}

/// The search counts the points, and so does the initialization; directions are made of them
/// beside.
std::int64_t held_bytes(const PlannedPoints& points, const Settings& settings) {
  const std::int64_t held = 4 * points.n * points.dim;
  std::int64_t most = 0;
  for (const PlannedStage& stage : plan(points, settings).stages) {
    const bool counted =
        stage.name == "init" || (stage.name == "knn" && !directed(settings.distance.metric));
    if (stage.name != "optimize") most = std::max(most, stage.device_bytes + (counted ? 0 : held));
  }
  return most;
}

}  // namespace nearfold
