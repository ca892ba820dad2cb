// UMAP's forces between two points of the layout, and when an edge acts.
#pragma once

#include <cstdint>

#include "math/elementary.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Low-dimensional similarity 1 / (1 + a d^2b), and the weight of negative samples.
struct UmapCurve {
  float a;
  float b;
  float repulsion_strength;
};

/// Factor on (y_i - y_j) for a negative sample; 0 for coincident points.
/// Source: umap-learn's optimize_layout_euclidean.
NEARFOLD_HD inline float umap_repulsion(float d2, const UmapCurve& curve) {
  const float p = pow_f(d2, curve.b);
  const float push =
      2.0f * curve.repulsion_strength * curve.b / ((0.001f + d2) * (curve.a * p + 1.0f));
  return d2 > 0 ? push : 0.0f;
}

/// Factor on (y_i - y_j) for a firing edge; negative, 0 for coincident points. Finite for every
/// curve: the power is cut where it no longer changes the quotient.
NEARFOLD_HD inline float umap_attraction(float d2, const UmapCurve& curve) {
  const float power = curve.a * pow_f(d2, curve.b);
  const float p = power < 1e30f ? power : 1e30f;
  const float safe = d2 < 1e-30f ? 1e-30f : d2;
  const float pull = -2.0f * curve.b * p / (safe * (p + 1.0f));
  return d2 > 0 ? pull : 0.0f;
}

/// No coordinate of one force exceeds 4.
NEARFOLD_HD inline float clip4(float x) {
  return x < -4.0f ? -4.0f : (x > 4.0f ? 4.0f : x);
}

/// How often an edge of weight `rate` (relative to the heaviest) has fired by the end of `epoch`
/// (1, 2, ...). Closed form, so there is no schedule to store or to resume.
NEARFOLD_HD inline std::int32_t firings(std::int32_t epoch, float rate) {
  return static_cast<std::int32_t>(static_cast<float>(epoch) * rate);
}

/// In which part of an epoch an edge fires, [0, parts): pseudorandom, and the same for both of its
/// directions.
NEARFOLD_HD inline std::int32_t part_of_edge(std::int32_t i, std::int32_t j, std::int32_t parts) {
  const auto low = static_cast<std::uint32_t>(i < j ? i : j);
  const auto high = static_cast<std::uint32_t>(i < j ? j : i);
  std::uint32_t h = low * 0x9E3779B1u ^ (high + 0x7F4A7C15u) * 0x85EBCA77u;
  h ^= h >> 15;
  h *= 0xC2B2AE3Du;
  h ^= h >> 13;
  return static_cast<std::int32_t>((std::uint64_t{h} * static_cast<std::uint32_t>(parts)) >> 32);
}

/// Negative samples due by the time an edge has fired `count` times.
NEARFOLD_HD inline std::int32_t samples_due(std::int32_t count, float samples_per_firing) {
  return static_cast<std::int32_t>(static_cast<float>(count) * samples_per_firing);
}

}  // namespace nearfold
