#include "knn/query_search.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/stopping.hpp"
#include "knn/recall.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

MetricSpace space_of_all(const StoredView& points, int k, const Distance& distance, const Cpu& on) {
  check_points(points, on);
  require_k(k, points.rows(), points.rows());
  return make_space(points, distance, on);
}

Effort effort_for(const KnnIndex::State& index, const MetricSpace& space, const ExactSearch& exact,
                  int k, const Cpu& on) {
  const Part part(1, 12);
  const int others = static_cast<int>(std::min<std::int64_t>(k, index.n - 1));
  Effort effort = tune(index, space, sample_exactly(exact, space.as_queries, true, others, on), on);
  effort.candidates = std::max(effort.candidates, k);
  return effort;
}

/// One in sixteen of the queries and at least 250: exact answers cost more than the others.
std::int64_t measured_queries(std::int64_t queries) {
  constexpr std::int64_t kFew = 250, kOneOf = 16;
  return std::max(kFew, queries / kOneOf);
}

}  // namespace

void require_k(int k, std::int64_t most, std::int64_t n) {
  if (k >= 1 && k <= most) return;
  throw InvalidInput("k is " + std::to_string(k) + " for " + std::to_string(n) +
                     " points; use 1 to " + std::to_string(most));
}

namespace {

void check_shape_of_queries(std::int64_t rows, std::int64_t cols, std::int64_t dim) {
  if (rows < 1) throw InvalidInput("there are no queries; at least 1 row is needed");
  if (cols != dim)
    throw InvalidInput("queries have " + std::to_string(cols) + " columns and the points have " +
                       std::to_string(dim) + "; both must be made in the same way");
}

}  // namespace

void check_queries(HostMatrix<const float> queries, std::int64_t dim, const Cpu& on) {
  check_shape_of_queries(queries.rows(), queries.cols(), dim);
  check_values(queries, on);
}
void check_queries(const SparseView& queries, std::int64_t dim) {
  check_shape_of_queries(queries.rows(), queries.cols(), dim);
  check_values(queries);
}

QuerySearch::QuerySearch(const StoredView& points, int k, const Distance& distance, const Cpu& on)
    : k_(k), space_(space_of_all(points, k, distance, on)), exact_(space_, on) {}

QuerySearch::QuerySearch(const StoredView& points, int k, const KnnIndex& index, const Cpu& on)
    : k_(k),
      index_(&index.state()),
      space_(space_of_all(points, k, index_->distance, on)),
      exact_((check_same_points(*index_, space_), space_), index_->rows, index_->projection, on),
      effort_(effort_for(*index_, space_, exact_, k, on)) {}

QueryResult QuerySearch::operator()(HostMatrix<const float> queries, const Cpu& on) const {
  const MetricRows rows = make_queries(queries, space_, on);
  const Queries asked = all_others(rows);
  const Part part(1, index_ ? 2 : 1);  // the search, and exact answers to some of the queries
  std::optional<Recall> recall;
  NeighborRows answer;
  if (index_) {
    answer = search_index(*index_, space_, asked, k_, effort_, on);
    fill_exactly(answer, exact_, asked, on);
    const ExactSample sample =
        sample_exactly(exact_, rows, false, k_, on, measured_queries(queries.rows()));
    recall = recall_of(sample.neighbors, rows_of(answer, sample.rows));
  } else {
    answer = exact_(asked, k_, on);
  }
  return {answer.n, answer.k, std::move(answer.ids), std::move(answer.distances), recall};
}

}  // namespace nearfold
