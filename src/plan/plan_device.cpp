// What each stage holds in the memory of a GPU: counts of the arrays in kernels/, never measured.
#include <algorithm>
#include <cmath>

#include "knn/search_memory.hpp"
#include "plan/needs.hpp"

namespace nearfold {

/// Flat search needs less where it goes through the points in tiles.
Need device_knn_need(const PlannedPoints& points, const Settings& settings, const Counts& c) {
  const double numbering = 16 * c.k + 60;  // the graph twice, names, keys
  if (points.has_graph) return {numbering, 0, 0};
  const double row = 8 * c.k + 29;
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
  return {std::max(numbering, row + 4 * c.dim + (half ? 2 * c.dim : 0.0)),
          static_cast<double>(kReserve) + scratch, 0};
}
Need device_weights_need(const Counts& c) {
  return {28 * c.k + 8 * c.entries + 40, 0, 0};
}
Need device_init_need(const Init& init, const Counts& c) {
  const double edges = 8 * c.entries + 12;
  if (std::holds_alternative<PcaInit>(init)) return {edges + 4 * c.dim + 64, 16'384 * c.dim, 0};
  return {edges + (std::holds_alternative<SpectralInit>(init) ? 110.0 : 0.0), 0, 0};
}
}  // namespace nearfold
