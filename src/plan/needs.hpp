// What the stages of a run need: for plan.cpp, which counts the host's arrays, and plan_device.cpp.
// Those of an optimiser are in its folder (method.hpp).
#pragma once

#include <algorithm>
#include <cstdint>

#include "nearfold/plan.hpp"

namespace nearfold {

/// The counts that all stages need, as doubles: they may be beyond 64 bits before the end.
struct Counts {
  double n, dim, k, width, entries;
  double threads;
  double dims = 2;  // of the map

  /// Dimensions beyond those that the counts by point have room for.
  double more_dims() const { return std::max(0.0, dims - 3); }
};

struct Need {
  double bytes_per_point = 0, bytes = 0, seconds = 0;
};

/// Bytes that a run on a GPU needs there when points of the host are kept from the search to a PCA
/// initialization.
std::int64_t held_bytes(const PlannedPoints& points, const Settings& settings);

/// In the memory of a GPU.
Need device_knn_need(const PlannedPoints& points, const Settings& settings, const Counts& c);
/// The same where flat search goes through the points in tiles.
Need device_knn_least(const PlannedPoints& points, const Settings& settings, const Counts& c);
/// Whether the edges of a run on a GPU are weighed on the host.
bool weighed_on_host(const Settings& settings);
Need device_weights_need(const Settings& settings, const Counts& c);
Need device_init_need(const Init& init, const Counts& c);

}  // namespace nearfold
