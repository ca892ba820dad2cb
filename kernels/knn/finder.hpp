// What finds candidates among all pairs on a device.
//
// Cost for q queries and n points of d columns: 2 q n d flops whoever does it; FAISS writes and
// reads 4 q n bytes of distances in blocks, largest.hpp as much of products.
#pragma once

#include <cstdint>

namespace nearfold {

/// Rows [count, dim] in the memory of a device.
template <class T>
struct DeviceRows {
  const T* rows = nullptr;
  std::int64_t count = 0, dim = 0;
};
using HalfRows = DeviceRows<std::uint16_t>;  // math/half.hpp

inline constexpr int kMaxCandidates = 2048;  // FAISS has no more

/// Finds k rows among points for each query, the best first; ids are rows of the points, -1 for
/// none. All on the device, ordered on its stream. k <= kMaxCandidates, and all points.
class Finder {
 public:
  virtual ~Finder() = default;
  /// Of the smallest squared distance.
  virtual void nearest(const DeviceRows<float>& points, const DeviceRows<float>& queries, int k,
                       float* squares, std::int64_t* ids) = 0;
  /// Of the largest product; sums are floats. A query whose last id is -1 was not answered.
  virtual void largest(const HalfRows& points, const HalfRows& queries, int k, float* products,
                       std::int64_t* ids) = 0;
};

}  // namespace nearfold
