// The ways in to every method that finds neighbours: graphs, indexes, queries.
#include "nearfold/knn.hpp"

#include <numeric>
#include <string>
#include <utility>

#include "core/check_points.hpp"
#include "core/device.hpp"
#include "core/reported.hpp"
#include "knn/index.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

void check_k(int k, std::int64_t most, std::int64_t n) {
  if (k >= 1 && k <= most) return;
  throw InvalidInput("k is " + std::to_string(k) + " for " + std::to_string(n) +
                     " points; use 1 to " + std::to_string(most));
}

void check_queries(HostMatrix<const float> queries, std::int64_t dim, const Cpu& on) {
  if (queries.rows() < 1) throw InvalidInput("there are no queries; at least 1 row is needed");
  check_values(queries, on);
  if (queries.cols() != dim)
    throw InvalidInput("queries have " + std::to_string(queries.cols()) +
                       " columns and the points have " + std::to_string(dim) +
                       "; both must be made in the same way");
}

std::vector<std::int64_t> all_rows(std::int64_t n) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  return rows;
}

QueryResult result_of(NeighborRows&& answer) {
  return {answer.n, answer.k, std::move(answer.ids), std::move(answer.distances), {}};
}

QueryResult search_exactly(HostMatrix<const float> queries, const MetricSpace& space, int k,
                           const Cpu& on) {
  const MetricRows rows = make_queries(queries, space, on);
  const auto made = [&] {
    const Part part(0.2, 6);
    return ExactSearch(space, on);
  };
  const ExactSearch search = made();
  const Part part(1, 1);
  return result_of(search({rows, all_rows(queries.rows()), false}, k, on));
}

/// `index` was made of the points of `space`.
QueryResult search_through(const KnnIndex::State& index, HostMatrix<const float> queries,
                           const MetricSpace& space, int k, const Cpu& on) {
  const ExactSearch exact(space, index.rows, index.projection, on);
  const int others = static_cast<int>(std::min<std::int64_t>(k, index.n - 1));
  const auto tuned = [&] {
    const Part part(0.6, 12);
    return tune(index, space, sample_exactly(exact, space.as_queries, true, others, on), on);
  };
  Effort effort = tuned();
  effort.candidates = std::max(effort.candidates, k);
  const MetricRows rows = make_queries(queries, space, on);
  const Queries asked{rows, all_rows(queries.rows()), false};
  const Part part(1, 2);  // the search, and exact answers to some of the queries
  NeighborRows answer = search_index(index, space, asked, k, effort, on);
  fill_exactly(answer, exact, asked, on);
  const ExactSample sample = sample_exactly(exact, rows, false, k, on);
  const Recall recall = recall_of(sample.neighbors, rows_of(answer, sample.rows));
  QueryResult result = result_of(std::move(answer));
  result.recall = recall;
  return result;
}

}  // namespace

KnnGraph find_neighbors(HostMatrix<const float> points, int k, const KnnParams& params,
                        const Device& device, std::uint64_t seed, const Distance& distance,
                        const Progress& progress) {
  validate(Settings{.knn = params, .distance = distance, .device = device});
  require_usable(device);
  return reported(progress, Stage::knn, points.rows(), [&] {
    return std::visit(
        [&](const auto& on) {
          check_points(points, host_of(on));
          check_k(k, points.rows() - 1, points.rows());
          return to_host(find_knn(points, k, params, distance, on, seed));
        },
        device);
  });
}

namespace {

KnnIndex index_of(HostMatrix<const float> points, const KnnParams& params, const Device& device,
                  std::uint64_t seed, const Distance& distance) {
  validate(Settings{.knn = params, .distance = distance, .device = device});
  const Cpu& on = require_cpu(device);
  check_points(points, on);
  const MetricSpace space = make_space(points, distance, on);
  const auto build = [&](const IndexParams& known) {
    return KnnIndex(std::make_shared<const KnnIndex::State>(make_index(space, known, seed, on)));
  };
  if (const auto* ivf = std::get_if<IvfKnn>(&params)) return build(*ivf);
  if (const auto* hnsw = std::get_if<HnswKnn>(&params)) return build(*hnsw);
  throw Unsupported(
      "queries are answered exactly by flat, and through an index by ivf or hnsw; nndescent and "
      "auto only make graphs: use one of the three");
}

QueryResult answers_through(const KnnIndex& index, HostMatrix<const float> queries,
                            HostMatrix<const float> points, int k, const Device& device) {
  validate(Settings{.device = device});
  const Cpu& on = require_cpu(device);
  check_points(points, on);
  check_queries(queries, points.cols(), on);
  check_k(k, points.rows(), points.rows());
  const MetricSpace space = make_space(points, index.state().distance, on);
  check_same_points(index.state(), space);
  return search_through(index.state(), queries, space, k, on);
}

QueryResult answers(HostMatrix<const float> queries, HostMatrix<const float> points, int k,
                    const KnnParams& params, const Device& device, std::uint64_t seed,
                    const Distance& distance) {
  if (!std::holds_alternative<FlatKnn>(params)) {
    const auto made = [&] {
      const Part part(0.6);
      return index_of(points, params, device, seed, distance);
    };
    return answers_through(made(), queries, points, k, device);
  }
  validate(Settings{.knn = params, .distance = distance, .device = device});
  const Cpu& on = require_cpu(device);
  check_points(points, on);
  check_queries(queries, points.cols(), on);
  check_k(k, points.rows(), points.rows());
  return search_exactly(queries, make_space(points, distance, on), k, on);
}

}  // namespace

KnnIndex build_index(HostMatrix<const float> points, const KnnParams& params, const Device& device,
                     std::uint64_t seed, const Distance& distance, const Progress& progress) {
  return reported(progress, Stage::knn, points.rows(),
                  [&] { return index_of(points, params, device, seed, distance); });
}

QueryResult find_neighbors(HostMatrix<const float> queries, HostMatrix<const float> points, int k,
                           const KnnParams& params, const Device& device, std::uint64_t seed,
                           const Distance& distance, const Progress& progress) {
  return reported(progress, Stage::knn, queries.rows(),
                  [&] { return answers(queries, points, k, params, device, seed, distance); });
}

QueryResult find_neighbors(HostMatrix<const float> queries, HostMatrix<const float> points, int k,
                           const KnnIndex& index, const Device& device, const Progress& progress) {
  return reported(progress, Stage::knn, queries.rows(),
                  [&] { return answers_through(index, queries, points, k, device); });
}

}  // namespace nearfold
