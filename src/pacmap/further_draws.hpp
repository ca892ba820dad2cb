// LocalMAP's further pairs, drawn anew in its last phase: a function of (seed, iteration, point)
// and of the layout, on the processor and on a device.
#pragma once

#include <cstdint>

#include "math/draws.hpp"
#include "math/host_device.hpp"

namespace nearfold {

inline constexpr int kDrawnEvery = 10;  ///< iterations of the last phase
inline constexpr int kTries = 100;      ///< draws for a further pair that is near

/// What a draw reads. Dims: a DimCount (core/dims.hpp).
template <class Dims>
struct FurtherDraws {
  std::int64_t n, count;          // vertices, and pairs of each
  const std::int64_t* offsets;    // [n + 1], of near pairs
  const std::int32_t* near;       // ascending in each row
  const std::int32_t* point_of;   // [n]; null where vertices are numbered as points are
  const std::int32_t* vertex_of;  // the same
  const std::int32_t* before;     // [n, count]: the pairs until now
  const float* y;                 // [n, dims]
  Dims dims;
  double reach2;  // the square of low_dist_thres
  std::uint64_t seed;
  std::int32_t iteration;  // 0, 1, ...

  /// row [count]: vertices within low_dist_thres of vertex i that are no near pairs of it, none
  /// twice; where a pair finds none in kTries draws, it stays as it is.
  NEARFOLD_HD void operator()(std::int64_t i, std::int32_t* row) const {
    const auto point = static_cast<std::uint32_t>(point_of == nullptr ? static_cast<std::int32_t>(i)
                                                                      : point_of[i]);
    Draws draws(seed, Stream::further,
                (static_cast<std::uint64_t>(iteration + 1) << 32) | std::uint64_t{point});
    for (std::int64_t j = 0; j < count; ++j) {
      row[j] = before[i * count + j];
      for (int tried = 0; tried < kTries; ++tried) {
        const std::int32_t drawn = draws.below(static_cast<std::uint32_t>(n));
        const std::int32_t other = vertex_of == nullptr ? drawn : vertex_of[drawn];
        if (other == i || !is_close(i, other) || is_among(row, j, other) || is_near(i, other))
          continue;
        row[j] = other;
        break;
      }
    }
  }

 private:
  NEARFOLD_HD bool is_close(std::int64_t i, std::int64_t j) const {
    float d2 = 0;
    for (int c = 0; c < dims.count(); ++c) {
      const float d = y[i * dims.count() + c] - y[j * dims.count() + c];
      d2 += d * d;
    }
    return static_cast<double>(d2) <= reach2;
  }
  NEARFOLD_HD static bool is_among(const std::int32_t* ids, std::int64_t count, std::int32_t id) {
    for (std::int64_t j = 0; j < count; ++j)
      if (ids[j] == id) return true;
    return false;
  }
  NEARFOLD_HD bool is_near(std::int64_t i, std::int32_t id) const {
    std::int64_t low = offsets[i], high = offsets[i + 1];
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (near[middle] == id) return true;
      if (near[middle] < id)
        low = middle + 1;
      else
        high = middle;
    }
    return false;
  }
};

}  // namespace nearfold
