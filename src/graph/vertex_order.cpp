#include "graph/vertex_order.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "math/patch.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

using Vertices = std::vector<std::int32_t>;

/// Gives the vertices `open` that have a neighbour in a patch that patch; keeps the others. False
/// when there was none.
bool grow(const KnnGraphView& graph, int k, Vertices& patch, Vertices& open, const Cpu& on) {
  Vertices found(open.size());
  parallel_for(on.threads, std::ssize(open), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto at = static_cast<std::size_t>(begin); at < static_cast<std::size_t>(end); ++at)
      found[at] = grown_patch(&graph.neighbors[static_cast<std::size_t>(open[at] * graph.k)], k,
                              patch.data());
  });
  std::size_t left = 0;
  for (std::size_t at = 0; at < open.size(); ++at)
    if (found[at] == kNoPatch)
      open[left++] = open[at];
    else
      patch[static_cast<std::size_t>(open[at])] = found[at];
  const bool any = left < open.size();
  open.resize(left);
  return any;
}

/// The patch of every vertex, named by its seed.
Vertices patches(const KnnGraphView& graph, int k, std::int64_t stride, const Cpu& on) {
  Vertices patch(static_cast<std::size_t>(graph.n), kNoPatch), open(patch.size());
  std::iota(open.begin(), open.end(), 0);
  for (; !open.empty(); stride = std::max<std::int64_t>(1, stride / kDenser)) {
    std::erase_if(open, [&](std::int32_t v) {
      if (v % stride == 0) patch[static_cast<std::size_t>(v)] = v;
      return v % stride == 0;
    });
    while (grow(graph, k, patch, open, on)) {
    }
  }
  return patch;
}

/// Positions [0, size) by keys, equal ones as they were.
Vertices sorted_by(const Vertices& keys, std::int64_t most) {
  Vertices begin(static_cast<std::size_t>(most) + 1), order(keys.size());
  for (const std::int32_t key : keys) ++begin[static_cast<std::size_t>(key) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (std::size_t at = 0; at < keys.size(); ++at)
    order[static_cast<std::size_t>(begin[static_cast<std::size_t>(keys[at])]++)] =
        static_cast<std::int32_t>(at);
  return order;
}

/// The first k entries of every row of `columns`, each as `taken` makes it, rows by vertex.
template <class T, class Taken>
std::vector<T> rows_by_vertex(std::span<const T> rows, std::int64_t columns, std::int64_t k,
                              const Vertices& point_of, const Cpu& on, const Taken& taken) {
  std::vector<T> out(point_of.size() * static_cast<std::size_t>(k));
  parallel_for(on.threads, std::ssize(point_of), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const std::int64_t from = point_of[static_cast<std::size_t>(v)] * columns;
      std::transform(rows.begin() + from, rows.begin() + from + k, out.begin() + v * k, taken);
    }
  });
  return out;
}

}  // namespace

std::vector<std::int32_t> locality_order(const KnnGraphView& graph, int k, const Cpu& on) {
  Vertices order(static_cast<std::size_t>(graph.n));
  std::iota(order.begin(), order.end(), 0);
  Vertices seed =
      order;  // of the patch that a vertex is in, finer ones being in those of their seed
  for (const std::int64_t stride : kPatchStrides) {
    const Vertices patch = patches(graph, k, stride, on);
    for (std::int32_t& s : seed) s = patch[static_cast<std::size_t>(s)];
    Vertices keys(order.size()), next(order.size());
    for (std::size_t at = 0; at < order.size(); ++at)
      keys[at] = seed[static_cast<std::size_t>(order[at])];
    const Vertices by_key = sorted_by(keys, graph.n);
    for (std::size_t at = 0; at < order.size(); ++at)
      next[at] = order[static_cast<std::size_t>(by_key[at])];
    order.swap(next);
  }
  return order;
}

KnnGraph renumbered(const KnnGraphView& graph, int k, const std::vector<std::int32_t>& point_of,
                    const Cpu& on, const std::function<void()>& drop_ids) {
  KnnGraph out = without_entries(graph);
  out.k = k;
  out.tied_rows = tied_rows(graph, k);
  {
    const std::vector<std::int32_t> vertex_of = inverse_of(point_of);
    out.neighbors = rows_by_vertex(graph.neighbors, graph.k, k, point_of, on, [&](std::int32_t id) {
      return vertex_of[static_cast<std::size_t>(id)];
    });
  }
  drop_ids();
  out.distances = rows_by_vertex(graph.distances, graph.k, k, point_of, on,
                                 [](float distance) { return distance; });
  return out;
}

Reordered<Cpu> reorder(const KnnGraphView& graph, int k, const Cpu& on) {
  require_neighbors(graph, k);
  std::vector<std::int32_t> point_of = locality_order(graph, k, on);
  return {renumbered(graph, k, point_of, on), std::move(point_of)};
}

Reordered<Cpu> reorder(KnnGraph&& graph, int k, const Cpu& on) {
  require_neighbors(graph, k);
  std::vector<std::int32_t> point_of = locality_order(graph, k, on);
  const auto drop_ids = [&] { std::vector<std::int32_t>().swap(graph.neighbors); };
  KnnGraph rows = renumbered(graph, k, point_of, on, drop_ids);
  std::vector<float>().swap(graph.distances);
  return {std::move(rows), std::move(point_of)};
}

std::vector<std::int32_t> inverse_of(const std::vector<std::int32_t>& point_of) {
  std::vector<std::int32_t> vertex_of(point_of.size());
  for (std::size_t v = 0; v < point_of.size(); ++v)
    vertex_of[static_cast<std::size_t>(point_of[v])] = static_cast<std::int32_t>(v);
  return vertex_of;
}

std::vector<float> by_vertex(Matrix by_point, const std::vector<std::int32_t>& point_of) {
  if (point_of.empty()) return std::move(by_point).values();
  std::vector<float> rows(by_point.values().size());
  for (std::size_t v = 0; v < point_of.size(); ++v)
    std::copy_n(by_point.row(point_of[v]), by_point.cols(),
                rows.begin() + static_cast<std::ptrdiff_t>(v) * by_point.cols());
  return rows;
}

std::vector<std::uint8_t> by_vertex(std::vector<std::uint8_t> by_point,
                                    const std::vector<std::int32_t>& point_of) {
  if (point_of.empty()) return by_point;
  std::vector<std::uint8_t> entries(by_point.size());
  for (std::size_t v = 0; v < point_of.size(); ++v)
    entries[v] = by_point[static_cast<std::size_t>(point_of[v])];
  return entries;
}

Matrix by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
                std::int64_t cols) {
  Matrix out(static_cast<std::int64_t>(by_vertex.size()) / cols, cols);
  by_point(by_vertex, point_of, out.view());
  return out;
}

void by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
              HostMatrix<float> out) {
  if (point_of.empty()) return void(std::copy(by_vertex.begin(), by_vertex.end(), out.data()));
  for (std::size_t v = 0; v < point_of.size(); ++v)
    std::copy_n(by_vertex.begin() + static_cast<std::ptrdiff_t>(v) * out.cols(), out.cols(),
                out.row(point_of[v]));
}

}  // namespace nearfold
