// The ways in to every method that finds neighbours: graphs, indexes, queries.
#include "nearfold/knn.hpp"

#include <memory>
#include <string>
#include <utility>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/device.hpp"
#include "core/reported.hpp"
#include "knn/index.hpp"
#include "knn/query_search.hpp"
#include "knn/sparse_graph.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {

KnnGraph find_neighbors(const StoredView& points, int k, const KnnParams& params,
                        const Device& device, std::uint64_t seed, const Distance& distance,
                        const Progress& progress) {
  validate(Settings{.knn = params, .distance = distance, .device = device});
  require_taken(points, device);
  require_usable(device);
  return reported(progress, Stage::knn, points.rows(), [&] {
    return std::visit(
        [&](const auto& on) {
          check_points(points, host_of(on));
          require_k(k, points.rows() - 1, points.rows());
          return to_host(find_knn(points, k, params, distance, on, seed));
        },
        device);
  });
}

KnnGraph find_neighbors(const SparseView& points, int k, const KnnParams& params,
                        const Device& device, std::uint64_t seed, const Distance& distance,
                        const Progress& progress) {
  validate(Settings{.knn = params, .distance = distance, .device = device});
  const Cpu& on = require_cpu(device);
  return reported(progress, Stage::knn, points.rows(), [&] {
    check_points(points);
    require_k(k, points.rows() - 1, points.rows());
    return find_knn(points, k, params, distance, on, seed);
  });
}

namespace {

KnnIndex index_of(const StoredView& points, const KnnParams& params, const Device& device,
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

/// Queries were checked, before what is built for them.
QueryResult answers_through(const KnnIndex& index, HostMatrix<const float> queries,
                            const StoredView& points, int k, const Cpu& on) {
  const auto made = [&] {
    const Part part(0.6);
    return std::make_unique<QuerySearch>(points, k, index, on);
  };
  return (*made())(queries, on);
}

QueryResult answers(HostMatrix<const float> queries, const StoredView& points, int k,
                    const KnnParams& params, const Device& device, std::uint64_t seed,
                    const Distance& distance) {
  validate(Settings{.knn = params, .distance = distance, .device = device});
  const Cpu& on = require_cpu(device);
  check_queries(queries, points.cols(), on);
  if (!std::holds_alternative<FlatKnn>(params)) {
    const auto made = [&] {
      const Part part(0.6);
      return index_of(points, params, device, seed, distance);
    };
    return answers_through(made(), queries, points, k, on);
  }
  const auto made = [&] {
    const Part part(0.2, 6);
    return std::make_unique<QuerySearch>(points, k, distance, on);
  };
  return (*made())(queries, on);
}

}  // namespace

KnnIndex build_index(const StoredView& points, const KnnParams& params, const Device& device,
                     std::uint64_t seed, const Distance& distance, const Progress& progress) {
  return reported(progress, Stage::knn, points.rows(),
                  [&] { return index_of(points, params, device, seed, distance); });
}

QueryResult find_neighbors(HostMatrix<const float> queries, const StoredView& points, int k,
                           const KnnParams& params, const Device& device, std::uint64_t seed,
                           const Distance& distance, const Progress& progress) {
  return reported(progress, Stage::knn, queries.rows(),
                  [&] { return answers(queries, points, k, params, device, seed, distance); });
}

QueryResult find_neighbors(HostMatrix<const float> queries, const StoredView& points, int k,
                           const KnnIndex& index, const Device& device, const Progress& progress) {
  return reported(progress, Stage::knn, queries.rows(), [&] {
    validate(Settings{.device = device});
    const Cpu& on = require_cpu(device);
    check_queries(queries, points.cols(), on);
    return answers_through(index, queries, points, k, on);
  });
}

QueryResult find_neighbors(const SparseView& queries, const SparseView& points, int k,
                           const KnnParams& params, const Device& device, std::uint64_t,
                           const Distance& distance, const Progress& progress) {
  validate(Settings{.knn = params, .distance = distance, .device = device});
  const Cpu& on = require_cpu(device);
  if (!std::holds_alternative<FlatKnn>(params))
    throw Unsupported("sparse queries are answered exactly; use index flat");
  return reported(progress, Stage::knn, queries.rows(), [&] {
    check_points(points);
    check_queries(queries, points.cols());
    require_k(k, points.rows(), points.rows());
    return SparseQuerySearch(points, k, distance, on)(queries, on);
  });
}

}  // namespace nearfold
