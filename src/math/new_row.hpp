// A new row beside a finished map: what it reads of its neighbours there, and where it begins.
#pragma once

#include <cstdint>

#include "math/heap_sort.hpp"
#include "math/host_device.hpp"
#include "math/number.hpp"

namespace nearfold {

/// What a descent asks of a row, here of one; model/side_by_side.hpp has as many as a register
/// holds.
template <int Dims>
struct RowOnMap {
  const float* map;  // [n, Dims]
  const std::int32_t* ids;
  const float* weights;
  int count;

  NEARFOLD_HD int k() const { return count; }
  /// Where neighbour j is, [Dims], and its weight.
  NEARFOLD_HD const float* at(int j) const { return map + std::int64_t{ids[j]} * Dims; }
  NEARFOLD_HD float weight(int j) const { return weights[j]; }
};

/// Differences, and their squared length. Here and below Dims is a DimCount (core/dims.hpp).
template <class F, class To, class Dims>
NEARFOLD_HD inline F difference(const F* y, const To* to, Dims dims, F* d) {
  F d2{};
  for (int c = 0; c < dims.count(); ++c) {
    d[c] = y[c] - to[c];
    d2 += d[c] * d[c];
  }
  return d2;
}

/// One coordinate of a neighbour's place.
struct WeightedPlace {
  float at, weight;

  NEARFOLD_HD bool operator<(const WeightedPlace& other) const {
    return at != other.at ? at < other.at : weight < other.weight;
  }
};

/// Of one coordinate of k neighbours the weighted median: a mean would lie between clusters.
/// `column`: of the map, whose rows are `dims` apart. room [k]. O(k log k).
NEARFOLD_HD inline float weighted_median(const float* column, int dims, const std::int32_t* ids,
                                         const float* weights, int k, WeightedPlace* room) {
  float all = 0;
  for (int j = 0; j < k; ++j) {
    all += weights[j];
    room[j] = {column[std::int64_t{ids[j]} * dims], weights[j]};
  }
  heap_sort(room, k);
  float so_far = 0;
  int j = 0;
  while (j + 1 < k && (so_far += room[j].weight) < 0.5f * all) ++j;
  return room[j].at;
}

/// Of k neighbours on a surface (surfaces.hpp) the place that is nearest to all by weight, where no
/// coordinate has a median of its own; ties go to the nearest row. O(k^2).
template <class Surface>
NEARFOLD_HD inline const float* weighted_medoid(const float* map, const std::int32_t* ids,
                                                const float* weights, int k) {
  const auto at = [=](int j) { return map + std::int64_t{ids[j]} * Surface::kColumns; };
  const float* best = at(0);
  float least = 0;
  for (int i = 0; i < k; ++i) {
    float sum = 0, away[Surface::kColumns];
    for (int j = 0; j < k; ++j)
      sum += weights[j] * Number<float>::root(Surface::apart(at(i), at(j), away));
    if (i > 0 && !(sum < least)) continue;
    least = sum;
    best = at(i);
  }
  return best;
}

}  // namespace nearfold
