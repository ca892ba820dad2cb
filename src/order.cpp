#include "order.hpp"

#include <algorithm>
#include <utility>

#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr std::size_t kPatch = 4096;  // points whose coordinates fill a first cache
constexpr int kSeeds = 2;             // nearest neighbours of an edge point that may begin a patch

}  // namespace

std::vector<std::int32_t> local_order(const KnnGraph& graph, int k) {
  const auto n = static_cast<std::size_t>(graph.n);
  std::vector<std::int32_t> order, seeds;
  std::vector<bool> taken(n);
  order.reserve(n);
  std::size_t first_left = 0;
  auto next_seed = [&, at = std::size_t{0}]() mutable {
    while (at < seeds.size() && taken[static_cast<std::size_t>(seeds[at])]) ++at;
    if (at < seeds.size()) return seeds[at];
    while (taken[first_left]) ++first_left;
    return static_cast<std::int32_t>(first_left);
  };
  const auto take = [&](std::int32_t point) {
    if (taken[static_cast<std::size_t>(point)]) return;
    taken[static_cast<std::size_t>(point)] = true;
    order.push_back(point);
  };
  while (order.size() < n) {
    const std::size_t begin = order.size();
    take(next_seed());
    std::size_t grown = begin;  // whose neighbours have been taken
    for (; grown < order.size() && order.size() < begin + kPatch; ++grown) {
      const std::int64_t row = std::int64_t{order[grown]} * graph.k;
      for (int c = 0; c < k; ++c) take(graph.neighbors[static_cast<std::size_t>(row + c)]);
    }
    for (; grown < order.size(); ++grown) {
      const std::int64_t row = std::int64_t{order[grown]} * graph.k;
      for (int c = 0; c < std::min(kSeeds, k); ++c)
        seeds.push_back(graph.neighbors[static_cast<std::size_t>(row + c)]);
    }
  }
  return order;
}

KnnGraph renumbered(const KnnGraph& graph, int k, const std::vector<std::int32_t>& point_of,
                    const Cpu& on) {
  std::vector<std::int32_t> vertex_of(point_of.size());
  for (std::size_t v = 0; v < point_of.size(); ++v)
    vertex_of[static_cast<std::size_t>(point_of[v])] = static_cast<std::int32_t>(v);
  KnnGraph out = empty_like(graph, k);
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const std::int64_t from = std::int64_t{point_of[static_cast<std::size_t>(v)]} * graph.k;
      for (std::int64_t c = 0; c < k; ++c) {
        const auto to = static_cast<std::size_t>(v * k + c);
        const auto entry = static_cast<std::size_t>(from + c);
        out.neighbors[to] = vertex_of[static_cast<std::size_t>(graph.neighbors[entry])];
        out.distances[to] = graph.distances[entry];
      }
    }
  });
  return out;
}

std::vector<float> by_vertex(Matrix by_point, const std::vector<std::int32_t>& point_of) {
  if (point_of.empty()) return std::move(by_point.values);
  std::vector<float> rows(by_point.values.size());
  for (std::size_t v = 0; v < point_of.size(); ++v)
    std::copy_n(by_point.row(point_of[v]), by_point.cols,
                rows.begin() + static_cast<std::ptrdiff_t>(v) * by_point.cols);
  return rows;
}

Matrix by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
                std::int64_t cols) {
  Matrix out(static_cast<std::int64_t>(by_vertex.size()) / cols, cols);
  by_point(by_vertex, point_of, out.view());
  return out;
}

void by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
              HostMatrix<float> out) {
  if (point_of.empty()) return void(std::copy(by_vertex.begin(), by_vertex.end(), out.data));
  for (std::size_t v = 0; v < point_of.size(); ++v)
    std::copy_n(by_vertex.begin() + static_cast<std::ptrdiff_t>(v) * out.cols, out.cols,
                out.row(point_of[v]));
}

}  // namespace nearfold
