// Neighbours: the graph of points, an index that is kept, the nearest of other points.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/progress.hpp"

namespace nearfold {

/// Whether a GPU finds neighbours by this method and metric: flat, ivf and auto by euclidean,
/// sqeuclidean, cosine and correlation.
NEARFOLD_EXPORT bool searched_on_gpu(const KnnParams& params, Metric metric) noexcept;

/// The k nearest other points of every point.
/// in   points [n, dim]  finite; n in [2, 2^31), k in [1, n-1]
/// Deterministic: bitwise the same for any number of threads. The distances of the answer are
/// recomputed in one fixed order of summation, so equal sets of neighbours have equal bytes.
/// FlatKnn is exact; the others are exact in their distances, and their recall is measured against
/// exact answers for a sample of rows.
/// Equal distances: each point takes its neighbours in an order of its own, a function of (seed,
/// point, neighbour), and so are they listed; by id, the first points would be neighbours of all
/// others wherever ties are many. FlatKnn chooses so among all points, on every device. The others
/// choose among what they found and the points equal to it, of more than 4,096 equal ones among so
/// many; which of other ties they find is theirs. FlatKnn takes nothing else of `seed`: without
/// ties its graph is the same for all. Points whose rows are equal are searched once. Throws
/// InvalidInput, NoDevice, OutOfMemory, and Unsupported for a metric that the method cannot honour;
/// Cancelled when `progress` says stop, which it is asked in Stage::knn. Cost: FlatKnn O(n^2 dim)
/// at worst, n being points that differ; see src/knn/filtered_search.cpp.
NEARFOLD_EXPORT KnnGraph find_neighbors(HostMatrix<const float> points, int k,
                                        const KnnParams& params, const Device& device,
                                        std::uint64_t seed, const Distance& distance = {},
                                        const Progress& progress = {});

/// The k nearest points of each of `rows` queries: row r is neighbors[r*k .. r*k+k), ids of points,
/// ascending by (distance, id): there is no seed here, and an answer depends on its query alone. A
/// query that is one of the points finds it, at distance 0.
struct QueryResult {
  std::int64_t rows = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> neighbors;
  std::vector<float> distances;
  std::optional<Recall> recall;  ///< of a sample of the queries; unset for exact answers
};

/// A search structure over points, made once and asked again and again; the tool saves and loads
/// it. It does not hold the points: every search is given the same ones. Copies share their data.
class NEARFOLD_EXPORT KnnIndex {
 public:
  struct State;
  explicit KnnIndex(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::string description() const;  ///< "ivf:nlist=1058"
  Distance distance() const;        ///< that it was built for
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

/// IvfKnn and HnswKnn only; others throw Unsupported. Rules and errors of find_neighbors() above.
NEARFOLD_EXPORT KnnIndex build_index(HostMatrix<const float> points, const KnnParams& params,
                                     const Device& device, std::uint64_t seed,
                                     const Distance& distance = {}, const Progress& progress = {});

/// The k nearest points of each query [rows >= 1, dim], k in [1, n]. The answer of a query depends
/// neither on the others of its call nor on the number of threads. An approximate search looks as
/// hard as the points themselves need for the target recall; what queries got is measured and
/// reported. NnDescentKnn and AutoKnn throw Unsupported.
NEARFOLD_EXPORT QueryResult find_neighbors(HostMatrix<const float> queries,
                                           HostMatrix<const float> points, int k,
                                           const KnnParams& params, const Device& device,
                                           std::uint64_t seed, const Distance& distance = {},
                                           const Progress& progress = {});
/// Through an index of these points; other points throw InvalidInput where their shape or values
/// tell.
NEARFOLD_EXPORT QueryResult find_neighbors(HostMatrix<const float> queries,
                                           HostMatrix<const float> points, int k,
                                           const KnnIndex& index, const Device& device,
                                           const Progress& progress = {});

}  // namespace nearfold
