// Two weighted graphs of the same points as one: umap-learn's operators, after which each point's
// heaviest edge counts 1 again. Of an edge that only one of both has the other has half of its
// lightest weight in a union and an intersection, as there, and nothing in a difference, where
// umap-learn 0.5.12 leaves 1e-8 of such an edge.
#include <algorithm>
#include <string>
#include <utility>

#include "nearfold/error.hpp"
#include "nearfold/weights.hpp"
#include "target/rows.hpp"
#include "target/target.hpp"

namespace nearfold {
namespace {

/// The other graph with rows and columns by vertex, columns ascending.
DirectedRows by_vertex(const EdgeWeights& edges, const Steering& by, const Cpu& on) {
  std::vector<std::int32_t> vertex_of(static_cast<std::size_t>(edges.n));
  for (std::int64_t v = 0; v < edges.n; ++v)
    vertex_of[static_cast<std::size_t>(by.point(static_cast<std::int32_t>(v)))] =
        static_cast<std::int32_t>(v);
  DirectedRows out;
  fill_rows(out, edges.n, out.values, on, [&](std::int64_t v, const auto& emit) {
    const auto p = static_cast<std::size_t>(by.point(static_cast<std::int32_t>(v)));
    std::vector<std::pair<std::int32_t, float>> row;
    for (std::int64_t e = edges.offsets[p]; e < edges.offsets[p + 1]; ++e) {
      const auto at = static_cast<std::size_t>(e);
      row.emplace_back(vertex_of[static_cast<std::size_t>(edges.columns[at])], edges.weights[at]);
    }
    std::sort(row.begin(), row.end());
    for (const auto& [id, weight] : row) emit(id, weight);
  });
  return out;
}

/// combine(weight in a, weight in b), kAbsent where there is none, for every edge of either;
/// edges of weight 0 are none.
template <class Weight>
DirectedRows combined(const EdgeGraph& a, const DirectedRows& b, const Cpu& on,
                      const Weight& combine) {
  DirectedRows out;
  fill_rows(out, a.n, out.values, on, [&](std::int64_t i, const auto& emit) {
    merge(row_of(a.offsets, a.columns, a.weights, i), row_of(b.offsets, b.columns, b.values, i),
          [&](std::int32_t j, float left, float right) {
            const float weight = combine(left, right);
            if (weight > 0) emit(j, weight);
          });
  });
  return out;
}

DirectedRows combined(const EdgeGraph& a, const DirectedRows& b, const GraphTarget& target,
                      const Cpu& on) {
  switch (target.combine) {
    case Combine::unite: {
      const float left_floor = floor_of(a.weights, 1.0f), right_floor = floor_of(b.values, 1.0f);
      return combined(a, b, on, [=](float left, float right) {
        const float l = left < 0 ? left_floor : left, r = right < 0 ? right_floor : right;
        return l + r - l * r;
      });
    }
    case Combine::intersect: {
      const Mix mix(a.weights, b.values, target.weight);
      return combined(a, b, on, [&](float left, float right) { return mix(left, right, true); });
    }
    case Combine::subtract:
      return combined(a, b, on, [](float left, float right) {
        return left < 0 ? 0.0f : left * (1 - std::max(right, 0.0f));
      });
  }
  return {};
}

}  // namespace

EdgeGraph steered(EdgeGraph graph, const GraphTarget& target, const Steering& by, int n_neighbors,
                  const Cpu& on) {
  const std::int64_t n = graph.n;
  DirectedRows rows = combined(graph, by_vertex(*target.edges, by, on), target, on);
  graph = {};
  if (rows.columns.empty())
    throw InvalidInput(std::string("the ") + name(target.combine) +
                       " of both graphs has no edge left, and there is nothing to map; combine "
                       "graphs of different data, or in another way");
  scale_to_heaviest(rows, n, on);
  if (target.combine != Combine::subtract) rescale_rows(rows, n, n_neighbors, on);
  return united_rows(rows, n, on);
}

}  // namespace nearfold
