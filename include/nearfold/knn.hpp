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
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// Whether a GPU finds neighbours by this method and metric: flat, ivf and auto by euclidean,
/// sqeuclidean, cosine and correlation.
NEARFOLD_EXPORT bool searched_on_gpu(const KnnParams& params, Metric metric) noexcept;

/// The k nearest other points of every point.
/// in   points [n, dim]  finite; n in [2, 2^31), k in [1, n-1]
/// Points of a narrow type are read as they are, a row at a time, and no float32 copy is made of
/// all of them but the one that some metrics make of float32, too (cosine: directions;
/// knn/metric.hpp): the graph of the same values as float32, byte for byte; on a Cpu.
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
NEARFOLD_EXPORT KnnGraph find_neighbors(const StoredView& points, int k, const KnnParams& params,
                                        const Device& device, std::uint64_t seed,
                                        const Distance& distance = {},
                                        const Progress& progress = {});

/// Of sparse points [n, dim]: the graph of the same points dense, in memory that follows the number
/// of stored values. Bit for bit where a zero adds nothing to the sums that distances are, and that
/// is every metric but correlation, whose sums are rounded in another order. The same contract and
/// errors, but: no mahalanobis, haversine and custom, whose rows hold no zeros; inner_product by
/// FlatKnn alone; on a Cpu. NnDescentKnn begins with the rows that share the rarest columns of
/// each, IvfKnn and HnswKnn with their answers among scores on up to 64 principal axes; all look at
/// neighbours of neighbours among the sparse rows until the target recall, which is measured there.
/// Where nothing changes any more below it, IvfKnn and HnswKnn take the rows that share columns,
/// too, and all look further; a map's report warns of a target that is missed all the same. AutoKnn
/// is FlatKnn or NnDescentKnn. O(n stored) of FlatKnn.
NEARFOLD_EXPORT KnnGraph find_neighbors(const SparseView& points, int k, const KnnParams& params,
                                        const Device& device, std::uint64_t seed,
                                        const Distance& distance = {},
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
NEARFOLD_EXPORT KnnIndex build_index(const StoredView& points, const KnnParams& params,
                                     const Device& device, std::uint64_t seed,
                                     const Distance& distance = {}, const Progress& progress = {});

/// The k nearest points of each query [rows >= 1, dim], k in [1, n]. The answer of a query depends
/// neither on the others of its call nor on the number of threads. An approximate search looks as
/// hard as the points themselves need for the target recall; what queries got is measured and
/// reported. NnDescentKnn and AutoKnn throw Unsupported.
NEARFOLD_EXPORT QueryResult find_neighbors(HostMatrix<const float> queries,
                                           const StoredView& points, int k, const KnnParams& params,
                                           const Device& device, std::uint64_t seed,
                                           const Distance& distance = {},
                                           const Progress& progress = {});
/// Of sparse queries among sparse points: FlatKnn alone.
NEARFOLD_EXPORT QueryResult find_neighbors(const SparseView& queries, const SparseView& points,
                                           int k, const KnnParams& params, const Device& device,
                                           std::uint64_t seed, const Distance& distance = {},
                                           const Progress& progress = {});
/// Through an index of these points; other points throw InvalidInput where their shape or values
/// tell.
NEARFOLD_EXPORT QueryResult find_neighbors(HostMatrix<const float> queries,
                                           const StoredView& points, int k, const KnnIndex& index,
                                           const Device& device, const Progress& progress = {});

}  // namespace nearfold
