// FAISS on a GPU, whatever its version from 1.7.3 on: what differs between them is here. FAISS ends
// the process on a CUDA error, so memory is checked before it is entered, and that the device is in
// order; what it cannot allocate all the same is OutOfMemory. What it made is not destroyed once
// the device has failed, and a FAISS that was compiled for other GPUs is refused before it is asked
// for anything (kernels/core/device_code.hpp).
//
// Cost: finder.hpp; and a wait for the device before each call.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/knn/finder.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// Neighbours and probes of an index: until 1.7.3 they have to be less than FAISS finds else.
inline constexpr int kMaxPerCells = kMaxCandidates - 1;

/// All pairs in float32.
class FaissPairs {
 public:
  virtual ~FaissPairs() = default;
  /// As Finder::nearest().
  virtual void nearest(const DeviceRows<float>& points, const DeviceRows<float>& queries, int k,
                       float* squares, std::int64_t* ids) = 0;
};

/// Keeps nothing of the points, and `scratch` bytes (search_plan.hpp).
std::unique_ptr<FaissPairs> faiss_pairs(const Cuda& on, std::int64_t scratch);

/// Points in cells, by k-means.
class FaissCells {
 public:
  virtual ~FaissCells() = default;
  /// As Finder::nearest(), among the points of the cells next to a query. k <= kMaxPerCells.
  virtual void nearest(const DeviceRows<float>& queries, int k, float* squares,
                       std::int64_t* ids) = 0;
  /// At most kMaxPerCells, and all lists.
  virtual void set_probes(int nprobe) = 0;
};

/// Trained on a sample, at most kFaissRowsOfCell rows for each cell (search_memory.hpp), which
/// FAISS copies to the host. Keeps a copy of the points.
std::unique_ptr<FaissCells> faiss_cells(const Cuda& on, const DeviceRows<float>& sample,
                                        const DeviceRows<float>& points, int nlist,
                                        std::uint64_t seed);

}  // namespace nearfold
