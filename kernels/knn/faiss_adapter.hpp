// FAISS on a GPU, whatever its version from 1.7.3 on: what differs between them is here. FAISS ends
// the process on a CUDA error, so memory is checked before it is entered; what it cannot allocate
// all the same is OutOfMemory.
#pragma once

#include <cstdint>
#include <memory>

#include "nearfold/device.hpp"

namespace nearfold {

inline constexpr int kMaxFaissNeighbors = 2048;
/// Neighbours and probes of an index: until 1.7.3 they have to be less than the above.
inline constexpr int kMaxPerCells = kMaxFaissNeighbors - 1;

/// Rows [count, dim] in the memory of a device.
template <class T>
struct RowsForFaiss {
  const T* rows = nullptr;
  std::int64_t count = 0, dim = 0;
};

/// Finds k rows among points for each query, the best first; ids are rows of the points, -1 for
/// none. All on the device, ordered on its stream. k <= kMaxFaissNeighbors.
class Finder {
 public:
  virtual ~Finder() = default;
  /// Of the smallest squared distance.
  virtual void nearest(const RowsForFaiss<float>& points, const RowsForFaiss<float>& queries, int k,
                       float* squares, std::int64_t* ids) = 0;
  /// Of the largest product; rows are halves (math/half.hpp), sums are floats.
  virtual void largest(const RowsForFaiss<std::uint16_t>& points,
                       const RowsForFaiss<std::uint16_t>& queries, int k, float* products,
                       std::int64_t* ids) = 0;
};

/// Keeps nothing of the points, and `scratch` bytes (search_plan.hpp).
std::unique_ptr<Finder> faiss_finder(const Cuda& on, std::int64_t scratch);

/// Points in cells, by k-means.
class FaissCells {
 public:
  virtual ~FaissCells() = default;
  /// As Finder::nearest(), among the points of the cells next to a query. k <= kMaxPerCells.
  virtual void nearest(const RowsForFaiss<float>& queries, int k, float* squares,
                       std::int64_t* ids) = 0;
  /// At most kMaxPerCells, and all lists.
  virtual void set_probes(int nprobe) = 0;
};

/// Keeps a copy of the points.
std::unique_ptr<FaissCells> faiss_cells(const Cuda& on, const RowsForFaiss<float>& points,
                                        int nlist, std::uint64_t seed);

}  // namespace nearfold
