// The k-nearest-neighbour graph: the seam of the system. Everything before it and everything after
// it can be replaced by the caller's own data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"

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
/// Row i is neighbors[i*k .. i*k+k): ids in [0, n), unique, ascending by distance; equal distances
/// are in any order, of which prune() takes the first. Distances are as the metric defines them
/// (euclidean: not squared), finite, >= 0.
struct KnnGraph {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> neighbors;
  std::vector<float> distances;
  std::string metric = "euclidean";

  // How it was made.
  std::string index = "given";   ///< "flat", "ivf:nlist=1058,nprobe=24", ..., or "given"
  std::optional<Recall> recall;  ///< measured; unset for exact graphs
  /// Rows with more points at the distance of their last neighbour than they hold: which of them
  /// they hold was drawn by the seed. Counted by an exact search on the processor.
  std::optional<std::int64_t> tied_rows = {};
  /// Points whose row, as the metric sees it, is that of an earlier one. Counted on the processor.
  std::optional<std::int64_t> duplicates = {};
  double build_seconds = 0;   ///< until all rows could be searched for; 0 when given
  double search_seconds = 0;  ///< from then on

  double seconds() const { return build_seconds + search_seconds; }

  /// Throws InvalidInput naming the first faults, each with its row and column, when a row breaks
  /// the rules above. O(n k).
  NEARFOLD_EXPORT void validate() const;
};

/// A graph in memory of the caller's: what every function that reads a graph takes. A KnnGraph
/// becomes one where it is given. Like a std::string_view it owns nothing: rows and texts must live
/// as long as it is used, which is until the function that it was given to returns; an Embedder
/// keeps none of it. What is read is checked first, whatever it was made from: a view that breaks
/// the rules of KnnGraph is InvalidInput, never a crash.
struct KnnGraphView {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::span<const std::int32_t> neighbors;  ///< [n, k], as of KnnGraph
  std::span<const float> distances;         ///< [n, k]
  std::string_view metric = "euclidean";

  // How it was made, for reports.
  std::string_view index = "given";
  std::optional<Recall> recall;
  std::optional<std::int64_t> tied_rows = {};
  std::optional<std::int64_t> duplicates = {};
  double build_seconds = 0;
  double search_seconds = 0;

  KnnGraphView() = default;
  NEARFOLD_EXPORT KnnGraphView(const KnnGraph& graph);  // NOLINT
  /// Throws InvalidInput unless n is in [2, 2^31), k in [1, n), and there are n * k of each. O(1).
  NEARFOLD_EXPORT KnnGraphView(std::span<const std::int32_t> neighbors,
                               std::span<const float> distances, std::int64_t n, std::int64_t k,
                               std::string_view metric = "euclidean");

  /// As KnnGraph's. O(n k).
  NEARFOLD_EXPORT void validate() const;
};

/// The first k columns, copied. Throws InvalidInput for k > graph.k, k < 1 and sizes that disagree;
/// the rows are not looked at.
NEARFOLD_EXPORT KnnGraph prune(const KnnGraphView& graph, int k);

/// What is known of the rows that another library found.
struct GraphOptions {
  bool squared = false;              ///< distances are squares: roots are taken
  bool has_self = false;             ///< each point was among those searched, and is in its own row
  std::string metric = "euclidean";  ///< of the distances, once they are roots; for reports
  std::string index = "given";       ///< how they were found; for reports
};

/// A graph from the result of another library's search, in any order within a row: FAISS's labels
/// (int64), hnswlib's (uint64, nearest last where they come from its queue), or int32.
/// in   ids, distances [n, k]   row-major; n in [2, 2^31); k in [1, n), with has_self in [2, n]
/// has_self: the point is taken out of its row wherever it stands. Where it is missing, as
/// duplicates at distance 0 or an approximate search leave it out, the last of the row is; and the
/// graph has k - 1 columns. At least half of the rows must have it.
/// Rows are put in the order of (distance, id). Distances down to -1e-6 are rounding and become 0.
/// squared is for FAISS's METRIC_L2 and hnswlib's L2Space. Similarities are no distances: of inner
/// products of unit vectors give 1 - s, as hnswlib does.
/// Throws InvalidInput naming row, column and value of the first faults: ids out of range, twice in
/// a row or of the point itself without has_self; -1, which FAISS writes where it found fewer than
/// k; distances that are negative or not finite; and for sizes that disagree. InvalidParameter for
/// squared with metric sqeuclidean. O(n k log k).
NEARFOLD_EXPORT KnnGraph graph_from(std::span<const std::int64_t> ids,
                                    std::span<const float> distances, std::int64_t n,
                                    std::int64_t k, const GraphOptions& options = {});
NEARFOLD_EXPORT KnnGraph graph_from(std::span<const std::uint64_t> ids,
                                    std::span<const float> distances, std::int64_t n,
                                    std::int64_t k, const GraphOptions& options = {});
NEARFOLD_EXPORT KnnGraph graph_from(std::span<const std::int32_t> ids,
                                    std::span<const float> distances, std::int64_t n,
                                    std::int64_t k, const GraphOptions& options = {});

/// The k nearest others of every point, from the distances between all of them: row i, column j is
/// that from i to j. Exact; its metric is "precomputed".
/// in   distances [n, n]   finite, >= 0, 0 on the diagonal; n in [2, 2^31), k in [1, n)
///      seed               draws the order in which a point takes equally far ones
/// They are the same both ways, but for rounding (1e-5 of them). Down to -1e-6 they are rounding
/// and become 0. Deterministic. Throws InvalidInput naming row, column and value of what cannot be
/// a distance. O(n^2 + n k log k).
NEARFOLD_EXPORT KnnGraph graph_from_distances(HostMatrix<const float> distances, std::int64_t k,
                                              std::uint64_t seed);

}  // namespace nearfold
