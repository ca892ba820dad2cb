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
template <class F>
NEARFOLD_HD inline F umap_repulsion(F d2, const UmapCurve& curve) {
  const F p = pow_f(d2, curve.b);
  const F push =
      (2.0f * curve.repulsion_strength * curve.b) / ((0.001f + d2) * (curve.a * p + 1.0f));
  return d2 > F{} ? push : F{};
}

/// Factor on (y_i - y_j) for a firing edge; negative, 0 for coincident points. Finite for every
/// curve: the power is cut where it no longer changes the quotient.
template <class F>
NEARFOLD_HD inline F umap_attraction(F d2, const UmapCurve& curve) {
  const F p = Number<F>::smaller(curve.a * pow_f(d2, curve.b), F{} + 1e30f);
  const F pull = (-2.0f * curve.b) * p / (Number<F>::larger(d2, F{} + 1e-30f) * (p + 1.0f));
  return d2 > F{} ? pull : F{};
}

/// No coordinate of one force exceeds 4.
template <class F>
NEARFOLD_HD inline F clip4(F x) {
  return Number<F>::smaller(Number<F>::larger(x, F{} - 4.0f), F{} + 4.0f);
}

/// How often an edge of weight `rate` (relative to the heaviest) has fired by the end of `epoch`
/// (1, 2, ...). Closed form, so there is no schedule to store or to resume.
template <class F>
NEARFOLD_HD inline typename Number<F>::Int firings(std::int32_t epoch, F rate) {
  return Number<F>::truncated(static_cast<float>(epoch) * rate);
}

/// Negative samples of a vertex of which `pulls` edges fire in a step: pulls * rate where that is
/// whole, else one of the two numbers around it, so that the mean over vertices and over steps is.
NEARFOLD_HD inline std::int32_t samples_due(std::int32_t pulls, float rate, std::uint32_t vertex,
                                            std::uint32_t step) {
  const std::uint32_t spread = vertex * 0xC13FA9A9u + step * 0x91E10DA5u;  // Roberts' R2 sequence
  const float below_one = static_cast<float>(spread >> 20) * 0x1p-12f;
  return static_cast<std::int32_t>(static_cast<float>(pulls) * rate + below_one);
}

/// Step length of epoch `done` (0, 1, ...) of `epochs`: umap-learn's, and of it 0.7, as terms that
/// are summed move a vertex further than the same ones do one by one. Chosen by bench/schedules.py:
/// neighbours are kept better with shorter steps, and below 0.7 distances suffer in some maps.
NEARFOLD_HD inline float umap_rate(double learning_rate, std::int32_t done, std::int32_t epochs) {
  constexpr double kSummed = 0.7;
  return static_cast<float>(kSummed * learning_rate * (1.0 - static_cast<double>(done) / epochs));
}

/// The share of its step length that a vertex takes with `pulls` >= 1: a hub, many of whose edges
/// fire at once, would overshoot by the sum of their pulls, and moves as far as four of them say.
NEARFOLD_HD inline float umap_share(std::int32_t pulls) {
  const float share = 4.0f / static_cast<float>(pulls);
  return share < 1.0f ? share : 1.0f;
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

/// The part whose edges act once more in the step of `part`, half an epoch apart.
NEARFOLD_HD inline std::int32_t second_part(std::int32_t part, std::int32_t parts) {
  return (part + parts / 2) % parts;
}

}  // namespace nearfold
