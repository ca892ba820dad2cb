#include "umap_edges.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "math/umap_force.hpp"
#include "parallel.hpp"
#include "simd.hpp"

namespace nearfold {
namespace {

constexpr double kFiringsPerPart = 1.0;
constexpr int kMostParts = 16;
constexpr std::int32_t kRests = -1;  // instead of a number of samples: the edge does not fire

/// The graph with part 0 of every row first, then part 1 of every row, and so on: that of vertex i
/// in part p begins at offsets[p n + i]. So every part reads memory in its order.
EdgeGraph split_rows(const EdgeGraph& rows, std::int32_t parts, const Cpu& on) {
  EdgeGraph out{rows.n, {}, {}, {}, {}};
  out.offsets.resize(static_cast<std::size_t>(rows.n * parts + 1));
  out.columns.resize(rows.columns.size());
  out.weights.resize(rows.weights.size());
  const auto for_each_edge = [&](const auto& body) {  // (place in offsets, edge)
    parallel_for(on.threads, rows.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for (std::int64_t e = rows.offsets[static_cast<std::size_t>(i)];
             e < rows.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
          const auto edge = static_cast<std::size_t>(e);
          const std::int64_t part =
              part_of_edge(static_cast<std::int32_t>(i), rows.columns[edge], parts);
          body(static_cast<std::size_t>(part * rows.n + i), edge);
        }
    });
  };
  for_each_edge([&](std::size_t at, std::size_t) { ++out.offsets[at + 1]; });
  for (std::size_t at = 1; at < out.offsets.size(); ++at) out.offsets[at] += out.offsets[at - 1];
  std::vector<std::int64_t> next(out.offsets.begin(), out.offsets.end() - 1);
  for_each_edge([&](std::size_t at, std::size_t edge) {
    const auto to = static_cast<std::size_t>(next[at]++);
    out.columns[to] = rows.columns[edge];
    out.weights[to] = rows.weights[edge];
  });
  return out;
}

}  // namespace

UmapEdges::UmapEdges(EdgeGraph graph, const Cpu& on) {
  const float heaviest = *std::max_element(graph.weights.begin(), graph.weights.end());
  double firings = 0;
  for (float& w : graph.weights) {
    w /= heaviest;
    firings += static_cast<double>(w);
  }
  const double parts = std::ceil(firings / static_cast<double>(graph.n) / kFiringsPerPart);
  parts_ = static_cast<std::int32_t>(std::clamp<double>(parts, 1, kMostParts));
  graph_ = split_rows(graph, parts_, on);
  owners_.resize(graph_.columns.size());
  for (std::size_t row = 0; row + 1 < graph_.offsets.size(); ++row) {
    const auto vertex = static_cast<std::int64_t>(row) % graph_.n;
    std::fill(owners_.begin() + graph_.offsets[row], owners_.begin() + graph_.offsets[row + 1],
              static_cast<std::uint8_t>(vertex % kUmapBlock));
  }
  graph_.weights.resize(graph_.weights.size() + kSimd);  // read as whole registers
}

void UmapEdges::find_firing(std::int64_t begin, std::int64_t end, std::int32_t epoch,
                            std::int32_t part, float samples_per_firing, Firing& out) const {
  const std::int64_t* offsets = &graph_.offsets[static_cast<std::size_t>(part * graph_.n + begin)];
  const std::int64_t first = offsets[0], edges = offsets[end - begin] - first;
  out.samples.resize(static_cast<std::size_t>(edges + kSimd));
  out.others.resize(static_cast<std::size_t>(edges + 1));
  std::int32_t* const samples = out.samples.data();
  for (std::int64_t e = 0; e < edges; e += kSimd) {
    const Floats rate = load(&graph_.weights[static_cast<std::size_t>(first + e)]);
    const Ints now = firings(epoch, rate);
    const Ints due = samples_due<Floats>(now, samples_per_firing) -
                     samples_due<Floats>(now - 1, samples_per_firing);
    store(samples + e, now == firings(epoch - 1, rate) ? Ints{} + kRests : due);
  }
  std::fill_n(out.pulls, end - begin, 0);
  std::fill_n(out.pushes, end - begin, 0);
  // Every edge is written to the end of the list, which grows by those that fire: no branches, and
  // no row ends.
  const std::int32_t* columns = graph_.columns.data() + first;
  const std::uint8_t* owners = owners_.data() + first;
  std::int32_t* const others = out.others.data();
  std::int64_t count = 0;
  for (std::int64_t e = 0; e < edges; ++e) {
    const std::int32_t due = samples[e], fires = due > kRests ? 1 : 0;
    const std::uint8_t owner = owners[e];
    others[count] = columns[e];
    count += fires;
    out.pulls[owner] += fires;
    out.pushes[owner] += std::max(due, 0);
  }
  std::exclusive_scan(out.pulls, out.pulls + (end - begin), out.first, 0);
}

}  // namespace nearfold
