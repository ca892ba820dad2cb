// How a method puts new rows on a map on a device: the counterpart of src/model/placement.hpp.
//
// Cost of StartAtMedian: one launch; a heap sort of the nearest neighbours for each coordinate.
#pragma once

#include <cstdint>
#include <memory>

#include "core/dims.hpp"
#include "math/new_row.hpp"

namespace nearfold {

/// New rows on a device as the search found them, and room for what is made of them.
struct RowsToPlace {
  std::int64_t count, k;
  const float* map;               // of the model, [n, dims]
  const std::int32_t* neighbors;  // [count, k]
  const float* distances;         // [count, k]
  float* weights;                 // [count, k]
  WeightedPlace* room;            // [count, dims, k]
  float* out;                     // [count, dims]

  template <int Dims>
  NEARFOLD_HD RowOnMap<Dims> row(std::int64_t r) const {
    return {map, neighbors + r * k, weights + r * k, static_cast<int>(k)};
  }
};

/// Coordinate at % Dims of where row at / Dims begins, by its `near` nearest, into `out`. Not in
/// the loop of the descent, nor all coordinates in one thread: there ptxas spills.
template <int Dims>
struct StartAtMedian {
  RowsToPlace rows;
  int near;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t first = at / Dims * rows.k;
    rows.out[at] = weighted_median(rows.map + at % Dims, Dims, rows.neighbors + first,
                                   rows.weights + first, near, rows.room + at * rows.k);
  }
};

template <class Executor>
class PlacementOn {
 public:
  virtual ~PlacementOn() = default;
  /// Neighbours of a row that place() takes.
  virtual int neighbors() const = 0;
  /// Row r of the places depends on row r alone.
  virtual void place(const RowsToPlace& rows) const = 0;
};

/// make(dims) by the dimensions that loops on a device are compiled for: 2 or 3.
template <class Make>
auto for_dims(std::int64_t dims, const Make& make) {
  if (dims == 2) return make(DimCount<2>(2));
  return make(DimCount<3>(3));
}

}  // namespace nearfold
