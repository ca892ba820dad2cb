// The two lists of a vertex as one: its neighbours, and the vertices whose neighbour it is. Both
// are in order of ids, and 16 lanes take equal stretches of what they merge to, so that a vertex
// that 100,000 others have among their neighbours takes 6,300 steps, not 200,000.
#pragma once

#include <cstdint>

#include "kernels/core/launch_shape.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// An entry of a row: the other vertex and the weight of one direction.
struct WeightedId {
  std::int32_t id;
  float weight;

  NEARFOLD_HD bool operator<(const WeightedId& other) const { return id < other.id; }
};

/// Sorting these keys brings those who have a vertex among their neighbours side by side, in order.
NEARFOLD_HD inline std::uint64_t back_key(std::int32_t of, std::int64_t from) {
  return static_cast<std::uint64_t>(of) << 32 | static_cast<std::uint64_t>(from);
}
NEARFOLD_HD inline std::int32_t from_of(std::uint64_t key) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
}

/// The first of ascending values [0, size) that is not less than `value`.
template <class T, class Value, class At>
NEARFOLD_HD inline std::int64_t first_from(const Value& value, const T* from, std::int64_t size,
                                           const At& at) {
  std::int64_t low = 0, high = size;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (at(from[middle]) < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

template <class Union>
struct MergedRows {
  const WeightedId* own;            // [n, k]
  const std::uint64_t* back;        // keys of all back lists, side by side
  const float* back_weights;        // beside them
  const std::int64_t* back_begins;  // [n + 1]
  std::int64_t k;
  Union both;

  /// emit(id, weight) for every edge of positive weight in the stretch of lane g % kRowLanes of row
  /// g / kRowLanes, ids ascending.
  template <class Emit>
  NEARFOLD_HD void visit(std::int64_t g, const Emit& emit) const {
    const Lists lists = lists_of(g / kRowLanes);
    Cut at = cut(lists, g % kRowLanes);
    const Cut end = cut(lists, g % kRowLanes + 1);
    while (at.own < end.own || at.back < end.back) {
      const bool only_own = at.back == end.back, only_back = at.own == end.own;
      const std::int32_t a = only_back ? 0 : lists.own[at.own].id;
      const std::int32_t b = only_own ? 0 : from_of(lists.back[at.back]);
      const bool take_own = only_own || (!only_back && a <= b);
      const bool take_back = only_back || (!only_own && b <= a);
      const float w = both(take_own ? lists.own[at.own].weight : 0.0f,
                           take_back ? lists.back_weights[at.back] : 0.0f);
      if (w > 0) emit(take_own ? a : b, w);
      if (take_own) ++at.own;
      if (take_back) ++at.back;
    }
  }

 private:
  struct Lists {
    const WeightedId* own;
    const std::uint64_t* back;
    const float* back_weights;
    std::int64_t k, backs;
  };
  /// So many entries of both lists.
  struct Cut {
    std::int64_t own, back;
  };

  NEARFOLD_HD Lists lists_of(std::int64_t i) const {
    return {own + i * k, back + back_begins[i], back_weights + back_begins[i], k,
            back_begins[i + 1] - back_begins[i]};
  }
  /// Before the stretch of a lane: that share of all entries in order of ids, the two of one id on
  /// one side.
  NEARFOLD_HD static Cut cut(const Lists& lists, std::int64_t lane) {
    const std::int64_t before = (lists.k + lists.backs) * lane / kRowLanes;
    std::int64_t low = before < lists.backs ? 0 : before - lists.backs;
    std::int64_t high = before < lists.k ? before : lists.k;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (lists.own[middle].id <= from_of(lists.back[before - 1 - middle]))
        low = middle + 1;
      else
        high = middle;
    }
    Cut found{low, before - low};
    if (found.own > 0 && found.back < lists.backs &&
        lists.own[found.own - 1].id == from_of(lists.back[found.back]))
      ++found.back;
    return found;
  }
};

template <class Union>
struct HeaviestOfLane {
  MergedRows<Union> rows;
  float* heaviest;  // [n, kRowLanes]
  NEARFOLD_HD void operator()(std::int64_t g) const {
    float most = 0;
    rows.visit(g, [&](std::int32_t, float w) { most = w > most ? w : most; });
    heaviest[g] = most;
  }
};
template <class Union>
struct CountLane {
  MergedRows<Union> rows;
  float least;
  std::int64_t lanes;
  std::int64_t* counts;  // [lanes + 1], the last of which is 0
  NEARFOLD_HD void operator()(std::int64_t g) const {
    std::int64_t count = 0;
    if (g < lanes) rows.visit(g, [&](std::int32_t, float w) { count += w >= least ? 1 : 0; });
    counts[g] = count;
  }
};
/// Where row i begins: where its first lane does.
struct TakeBegin {
  const std::int64_t* of_lanes;
  std::int64_t* offsets;
  NEARFOLD_HD void operator()(std::int64_t i) const { offsets[i] = of_lanes[i * kRowLanes]; }
};
template <class Union>
struct WriteLane {
  MergedRows<Union> rows;
  float least;
  const std::int64_t* of_lanes;
  std::int32_t* columns;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    std::int64_t at = of_lanes[g];
    rows.visit(g, [&](std::int32_t id, float w) {
      if (w < least) return;
      columns[at] = id;
      weights[at++] = w;
    });
  }
};

}  // namespace nearfold
