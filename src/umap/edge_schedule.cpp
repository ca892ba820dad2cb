#include "umap/edge_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/parallel.hpp"
#include "core/simd.hpp"
#include "math/umap_force.hpp"

namespace nearfold {
namespace {

constexpr double kFiringsPerPart = 1.0;

/// The graph with part 0 of every row first, then part 1 of every row, and so on: that of vertex i
/// in part p begins at offsets[p n + i]. So every part reads memory in its order.
EdgeGraph split_rows(EdgeGraph rows, std::int32_t parts, const Cpu& on) {
  EdgeGraph out;
  out.n = rows.n;
  out.offsets.resize(static_cast<std::size_t>(rows.n * parts + 1));
  const auto for_each_edge = [&](const auto& body) {  // (place in offsets, how many before, edge)
    parallel_for(on.threads, rows.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        std::int32_t before[kMaxParts] = {};  // edges of the row, by part
        for (std::int64_t e = rows.offsets[static_cast<std::size_t>(i)];
             e < rows.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
          const auto edge = static_cast<std::size_t>(e);
          const std::int64_t part =
              part_of_edge(static_cast<std::int32_t>(i), rows.columns[edge], parts);
          body(static_cast<std::size_t>(part * rows.n + i), before[part]++, edge);
        }
      }
    });
  };
  for_each_edge(
      [&](std::size_t at, std::int32_t before, std::size_t) { out.offsets[at + 1] = before + 1; });
  for (std::size_t at = 1; at < out.offsets.size(); ++at) out.offsets[at] += out.offsets[at - 1];
  // Weights, which are dropped, and then columns, which tell parts apart: never all of both twice.
  const auto split = [&](const auto& from, auto& to) {
    to.resize(from.size());
    for_each_edge([&](std::size_t at, std::int32_t before, std::size_t edge) {
      to[static_cast<std::size_t>(out.offsets[at] + before)] = from[edge];
    });
  };
  out.weights.reserve(rows.weights.size() + kSimd);  // read as whole registers
  split(rows.weights, out.weights);
  std::vector<float>().swap(rows.weights);
  split(rows.columns, out.columns);
  return out;
}

}  // namespace

std::int32_t parts_of_epoch(double firings, std::int64_t n) {
  const double parts = std::ceil(firings / static_cast<double>(n) / kFiringsPerPart);
  return static_cast<std::int32_t>(std::clamp<double>(parts, kMinParts, kMaxParts));
}

UmapEdges::UmapEdges(EdgeGraph graph, const Cpu& on) {
  const float heaviest = *std::max_element(graph.weights.begin(), graph.weights.end());
  for (float& w : graph.weights) w /= heaviest;
  const double firings = parallel_sum(
      on.threads, graph.edges(), kRatesOfRange, 0.0, [&](std::int64_t begin, std::int64_t end) {
        return chunked_sum(begin, end, 0.0, [&](std::int64_t e) {
          return static_cast<double>(graph.weights[static_cast<std::size_t>(e)]);
        });
      });
  parts_ = parts_of_epoch(firings, graph.n);
  graph_ = split_rows(std::move(graph), parts_, on);
  graph_.weights.resize(graph_.weights.size() + kSimd);
}

void UmapEdges::find_firing(std::int64_t begin, std::int64_t end, std::int32_t epoch,
                            std::int32_t part, Firing& out) const {
  const std::int64_t* offsets = &graph_.offsets[static_cast<std::size_t>(part * graph_.n + begin)];
  const std::int64_t first = offsets[0], edges = offsets[end - begin] - first;
  std::vector<std::int32_t> before(static_cast<std::size_t>(edges + kSimd));  // how many fire
  std::vector<std::int32_t> others(static_cast<std::size_t>(edges + 1));
  std::int32_t count = 0;
  for (std::int64_t e = 0; e < edges + 1; e += kSimd) {
    const Floats rate = load(&graph_.weights[static_cast<std::size_t>(first + e)]);
    const Ints fires = firings(epoch, rate) == firings(epoch - 1, rate) ? Ints{} : Ints{} + 1;
    const Ints up_to = running_sum(fires);
    store(&before[static_cast<std::size_t>(e)], up_to - fires + count);
    count += up_to[kSimd - 1];
  }
  // Every edge is written where the next one that fires belongs: no branches, and no row ends.
  const std::int32_t* const columns = graph_.columns.data() + first;
  const auto fired = [&](std::int64_t e) { return before[static_cast<std::size_t>(e)]; };
  for (std::int64_t e = 0; e < edges; ++e) others[static_cast<std::size_t>(fired(e))] = columns[e];
  out.others.assign(others.begin(), others.begin() + fired(edges));
  for (std::int64_t v = 0; v < end - begin; ++v) {
    out.first[v] = fired(offsets[v] - first);
    out.pulls[v] = fired(offsets[v + 1] - first) - out.first[v];
  }
}

}  // namespace nearfold
