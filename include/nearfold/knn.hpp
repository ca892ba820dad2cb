// The k-nearest-neighbour graph: the seam of the system. Everything before it and everything after
// it can be replaced by the caller's own data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// How much of the exact answer an approximate search found: the share of each of `rows` sampled
/// rows whose neighbours are as near as the true k-th.
struct Recall {
  double mean = 1;
  double p1 = 1, p5 = 1;  ///< 1st and 5th percentile of the rows: the worst ones
  std::int64_t rows = 0;  ///< sampled

  bool operator==(const Recall&) const = default;
};

/// k neighbours of each of n points, the point itself never among them.
/// Row i is neighbors[i*k .. i*k+k): ids in [0, n), unique, ascending by (distance, id).
/// Distances are as the metric defines them (euclidean: not squared), finite, >= 0.
struct KnnGraph {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> neighbors;
  std::vector<float> distances;
  std::string metric = "euclidean";

  // How it was made.
  std::string index = "given";   ///< "flat", "ivf:nlist=1058,nprobe=24", ..., or "given"
  std::optional<Recall> recall;  ///< measured; unset for exact graphs
  double build_seconds = 0;      ///< until all rows could be searched for; 0 when given
  double search_seconds = 0;     ///< from then on

  double seconds() const { return build_seconds + search_seconds; }

  /// Throws InvalidInput naming the first faults, each with its row and column, when a row breaks
  /// the rules above. O(n k).
  NEARFOLD_EXPORT void validate() const;
};

/// Whether a GPU finds neighbours by this method and metric: flat, ivf and auto by euclidean,
/// sqeuclidean, cosine and correlation.
NEARFOLD_EXPORT bool searched_on_gpu(const KnnParams& params, Metric metric) noexcept;

/// The k nearest other points of every point.
/// in   points [n, dim]  finite; n in [2, 2^31), k in [1, n-1]
/// Deterministic: bitwise the same for any number of threads. The distances of the answer are
/// recomputed in one fixed order of summation, so equal sets of neighbours have equal bytes.
/// FlatKnn is exact and takes no part of `seed`; the others are exact in their distances, and their
/// recall is measured against exact answers for a sample of rows. Throws InvalidInput, NoDevice,
/// OutOfMemory, and Unsupported for a metric that the method cannot honour.
/// Cost: FlatKnn O(n^2 dim) at worst; see src/knn/filtered_search.cpp.
NEARFOLD_EXPORT KnnGraph find_neighbors(HostMatrix<const float> points, int k,
                                        const KnnParams& params, const Device& device,
                                        std::uint64_t seed, const Distance& distance = {});

/// The first k columns. k > graph.k throws InvalidInput.
NEARFOLD_EXPORT KnnGraph prune(const KnnGraph& graph, int k);

/// The k nearest points of each of `rows` queries: row r is neighbors[r*k .. r*k+k), ids of points,
/// ascending by (distance, id). A query that is one of the points finds it, at distance 0.
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
                                     const Distance& distance = {});

/// The k nearest points of each query [rows >= 1, dim], k in [1, n]. The answer of a query depends
/// neither on the others of its call nor on the number of threads. An approximate search looks as
/// hard as the points themselves need for the target recall; what queries got is measured and
/// reported. NnDescentKnn and AutoKnn throw Unsupported.
NEARFOLD_EXPORT QueryResult find_neighbors(HostMatrix<const float> queries,
                                           HostMatrix<const float> points, int k,
                                           const KnnParams& params, const Device& device,
                                           std::uint64_t seed, const Distance& distance = {});
/// Through an index of these points; other points throw InvalidInput where their shape or values
/// tell.
NEARFOLD_EXPORT QueryResult find_neighbors(HostMatrix<const float> queries,
                                           HostMatrix<const float> points, int k,
                                           const KnnIndex& index, const Device& device);

}  // namespace nearfold
