#include "weights/radii.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "math/elementary.hpp"
#include "nearfold/density.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

/// The distance of row i to j; 0 where j is not among its neighbours.
float distance_to(const KnnGraph& graph, std::int64_t i, std::int32_t j) {
  const auto first = static_cast<std::size_t>(i * graph.k);
  for (std::size_t e = first; e < first + static_cast<std::size_t>(graph.k); ++e)
    if (graph.neighbors[e] == j) return graph.distances[e];
  return 0;
}

/// -1 without an edge.
double mean_square(const KnnGraph& graph, const EdgeGraph& edges, std::int64_t i) {
  double sum = 0, weights = 0;
  for (std::int64_t e = edges.offsets[static_cast<std::size_t>(i)];
       e < edges.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
    const std::int32_t j = edges.columns[static_cast<std::size_t>(e)];
    const auto d = static_cast<double>(
        std::max(distance_to(graph, i, j), distance_to(graph, j, static_cast<std::int32_t>(i))));
    const auto w = static_cast<double>(edges.weights[static_cast<std::size_t>(e)]);
    sum += w * d * d;
    weights += w;
  }
  return weights > 0 ? sum / weights : -1;
}

/// Of those that are not negative; 0 where there are none.
double median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return value < 0; });
  if (values.empty()) return 0;
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::vector<float> log_radii(const KnnGraph& graph, const EdgeGraph& edges, const Cpu& on) {
  std::vector<double> squares(static_cast<std::size_t>(graph.n));
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      squares[static_cast<std::size_t>(i)] = mean_square(graph, edges, i);
  });
  // In units of the median: what is left is within the range of a float.
  const double unit = std::max(median(squares), std::numeric_limits<double>::min());
  const float log_unit = static_cast<float>(std::log(unit));
  std::vector<float> radii(squares.size());
  for (std::size_t i = 0; i < radii.size(); ++i)
    radii[i] = squares[i] < 0 ? std::numeric_limits<float>::quiet_NaN()
                              : log_f(static_cast<float>(squares[i] / unit) + 1e-8f) + log_unit;
  return radii;
}

std::vector<float> standardised(std::vector<float> radii) {
  double count = 0, sum = 0, squares = 0;
  for (const float r : radii)
    if (!std::isnan(r)) {
      sum += static_cast<double>(r);
      ++count;
    }
  const double mean = sum / std::max(count, 1.0);
  for (const float r : radii)
    if (!std::isnan(r))
      squares += (static_cast<double>(r) - mean) * (static_cast<double>(r) - mean);
  const double deviation = std::sqrt(squares / std::max(count, 1.0));
  if (!(deviation > 1e-6)) return {};
  for (float& r : radii)
    r = std::isnan(r) ? 0.0f : static_cast<float>((static_cast<double>(r) - mean) / deviation);
  return radii;
}

std::vector<float> local_radii(const KnnGraphView& graph, const UmapParams& params, const Cpu& on) {
  validate(Settings{.method = params, .device = on});
  graph.validate();
  const KnnGraph pruned = prune(graph, neighbors_needed(params, graph.n));
  return log_radii(pruned, weigh_edges(pruned, params, on), on);
}

}  // namespace nearfold
