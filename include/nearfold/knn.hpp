// The k-nearest-neighbour graph: the seam of the system. Everything before it and everything after
// it can be replaced by the caller's own data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// k neighbours of each of n points, the point itself never among them.
/// Row i is neighbors[i*k .. i*k+k): ids in [0, n), unique, ascending by (distance, id).
/// Distances are plain (not squared), finite, >= 0.
struct KnnGraph {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> neighbors;
  std::vector<float> distances;
  std::string metric = "euclidean";

  // How it was made.
  std::string index = "given";   ///< "flat", "ivf (... lists, ... probes)", or "given"
  std::optional<double> recall;  ///< measured against exact neighbours of `recall_rows` points
  std::int64_t recall_rows = 0;  ///< points that `recall` was measured on; unset for exact graphs

  /// Throws InvalidInput naming the first row that breaks the rules above. O(n k).
  void validate() const;
};

/// The k nearest other points of every point, Euclidean.
/// in   points [n, dim]  finite; n in [2, 2^31), k in [1, n-1]
/// Deterministic: bitwise the same for any number of threads. The distances of the answer are
/// recomputed in one fixed order of summation, so equal sets of neighbours have equal bytes.
/// FlatKnn is exact and takes no part of `seed`. Throws InvalidInput, NoDevice, OutOfMemory.
/// Cost: FlatKnn O(n^2 dim) at worst; see src/knn_flat.cpp.
KnnGraph find_neighbors(HostMatrix<const float> points, int k, const KnnParams& params,
                        const Device& device, std::uint64_t seed);

/// The first k columns. k > graph.k throws InvalidInput.
KnnGraph prune(const KnnGraph& graph, int k);

}  // namespace nearfold
