// One weight for both directions of an edge, from the two that its ends gave it. Symmetric bit for
// bit.
#pragma once

#include "math/host_device.hpp"

namespace nearfold {

/// t-SNE: (p_ij + p_ji) / 2n.
struct TsneUnion {
  float scale;  // 1 / 2n
  NEARFOLD_HD float operator()(float a, float b) const { return (a + b) * scale; }
};

/// UMAP: the fuzzy union a + b - a b mixed with the intersection a b.
struct UmapUnion {
  float mix;  // 1: union, 0: intersection
  NEARFOLD_HD float operator()(float a, float b) const {
    const float high = a < b ? b : a, low = a < b ? a : b;
    const float either = high + low * (1.0f - high);  // exactly 1 where one of them is
    return mix * either + (1.0f - mix) * (a * b);
  }
};

}  // namespace nearfold
