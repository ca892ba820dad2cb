// FAISS on a GPU, whatever its version from 1.7.3 on: what differs between them is here. FAISS ends
// the process on a CUDA error, so memory is checked before it is entered.
#pragma once

#include <cstdint>
#include <memory>

#include "nearfold/device.hpp"

namespace nearfold {

class FaissOnGpu {
 public:
  virtual ~FaissOnGpu() = default;
  /// The k nearest rows of `queries` [rows, dim], by squared distance, ascending; ids -1 for none.
  /// All on the device, ordered on its stream. k <= kMostFaissNeighbors.
  virtual void search(const float* queries, std::int64_t rows, int k, float* distances,
                      std::int64_t* ids) = 0;
  virtual void set_probes(int) {}
};

inline constexpr int kMostFaissNeighbors = 2048;
inline constexpr std::int64_t kFaissScratch = std::int64_t{512} << 20;  // bytes, kept by FAISS

/// Over points [n, dim] on the device, of which FAISS keeps a copy.
std::unique_ptr<FaissOnGpu> faiss_flat(const Cuda& on, const float* points, std::int64_t n,
                                       std::int64_t dim);
/// The same in cells, by k-means.
std::unique_ptr<FaissOnGpu> faiss_ivf(const Cuda& on, const float* points, std::int64_t n,
                                      std::int64_t dim, int lists, std::uint64_t seed);

}  // namespace nearfold
