#include "knn/exact.hpp"

#include <algorithm>
#include <numeric>

#include "knn/graph_of.hpp"

namespace nearfold {

Queries all_points(const MetricSpace& space) {
  Queries all{space.as_queries, {}};
  all.which.resize(static_cast<std::size_t>(space.n()));
  std::iota(all.which.begin(), all.which.end(), std::int64_t{0});
  return all;
}

std::vector<QueryOrder> query_order_of(const Queries& queries,
                                       const std::vector<std::int32_t>& ids) {
  std::vector<QueryOrder> order(queries.which.size());
  for (std::size_t q = 0; q < order.size(); ++q) order[q].at = q;
  if (!queries.are_points) return order;
  const std::vector<std::int32_t> row_of = row_of_point(ids);
  for (QueryOrder& entry : order)
    entry.row = row_of[static_cast<std::size_t>(queries.which[entry.at])];
  std::sort(order.begin(), order.end(),
            [](const QueryOrder& a, const QueryOrder& b) { return a.row < b.row; });
  return order;
}

ExactSearch::ExactSearch(const MetricSpace& space, const Cpu& on) : space_(&space) {
  if (!by_products(space.norm)) return;
  const Projection projection = make_projection(space.points.view, kFilterCarries, on);
  const KnnRows rows = make_knn_rows(space.points.view, projection, Norm::l2, on);
  filter_ = make_knn_filter(rows, projection, on);
}

ExactSearch::ExactSearch(const MetricSpace& space, const KnnRows& rows,
                         const Projection& projection, const Cpu& on)
    : space_(&space) {
  if (by_products(space.norm)) filter_ = make_knn_filter(rows, projection, on);
}

NeighborRows ExactSearch::operator()(const Queries& queries, int k, const Cpu& on) const {
  return by_products(space_->norm) ? search_filtered(*space_, filter_, queries, k, on)
                                   : search_all_pairs(*space_, queries, k, on);
}

KnnGraph exact_graph(const ExactSearch& exact, const MetricSpace& space, int k, const Cpu& on) {
  return timed_search([&] { return graph_of(exact(all_points(space), k, on), space, "flat"); });
}

}  // namespace nearfold
