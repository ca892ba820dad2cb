// Values: the graph of the points intersected with that of nearest values, as umap-learn does for
// target_metric "l2" (general_simplicial_set_intersection, reset_local_connectivity), float32. An
// edge that only one of both graphs has counts there as half of the lightest that it has. Where a
// value is not known, which umap-learn refuses, it counts as exp(-1), as of unknown classes.
#include <utility>

#include "target/rows.hpp"
#include "target/target.hpp"

namespace nearfold {

EdgeGraph steered(EdgeGraph graph, const ValueTarget& target, const Steering& by, int n_neighbors,
                  const Cpu& on) {
  const ValueNeighbors near =
      nearest_values(target.values, target.n_neighbors.value_or(n_neighbors) - 1, by, on);
  const Mix mix(graph.weights, near.memberships, target.weight);
  DirectedRows rows;
  fill_rows(rows, graph.n, rows.values, on, [&](std::int64_t i, const auto& emit) {
    const auto known = [&](std::int64_t v) { return near.known[static_cast<std::size_t>(v)] != 0; };
    const Row right{near.ids.data() + i * near.k, near.memberships.data() + i * near.k,
                    known(i) ? near.k : 0};
    merge(row_of(graph.offsets, graph.columns, graph.weights, i), right,
          [&](std::int32_t j, float left, float value) {
            emit(j, mix(left, value, known(i) && known(j)));
          });
  });
  const std::int64_t n = graph.n;
  graph = {};
  scale_to_heaviest(rows, n, on);
  return united_rows(rows, n, on);
}

}  // namespace nearfold
