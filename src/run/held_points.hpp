// Where the stages of a run take its points from. On a GPU two stages read them, the search and a
// PCA initialization: where there is room they are brought there once and kept in between.
#pragma once

#include "core/device_memory.hpp"
#include "core/input_points.hpp"
#include "run/source.hpp"

namespace nearfold {

struct HeldPoints {
  InputPoints points = {};
  DeviceArray<float> memory = {};  // of `points`, if they were brought
};

/// The caller's, on the processor.
HeldPoints hold_points(const Source& source, const Init& init, const Settings& settings,
                       const Cpu& on);
/// The same; on the GPU where both stages come, and held_bytes() (plan/needs.hpp) are free. The
/// results do not depend on it.
HeldPoints hold_points(const Source& source, const Init& init, const Settings& settings,
                       const Cuda& on);

}  // namespace nearfold
