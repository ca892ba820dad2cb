#include "knn_exact.hpp"

namespace nearfold {

ExactSearch::ExactSearch(const MetricSpace& space, const Cpu& on) : space_(&space) {
  if (space.norm != Norm::l2) return;
  const Projection projection = make_projection(space.points.view, kFilterCarries, on);
  const KnnRows rows = make_knn_rows(space.points.view, projection, Norm::l2, on);
  filter_ = make_knn_filter(rows, projection, on);
}

ExactSearch::ExactSearch(const MetricSpace& space, const KnnRows& rows,
                         const Projection& projection, const Cpu& on)
    : space_(&space) {
  if (space.norm == Norm::l2) filter_ = make_knn_filter(rows, projection, on);
}

NeighborRows ExactSearch::operator()(const Queries& queries, int k, const Cpu& on) const {
  return space_->norm == Norm::l2 ? search_filtered(*space_, filter_, queries, k, on)
                                  : search_all_pairs(*space_, queries, k, on);
}

}  // namespace nearfold
