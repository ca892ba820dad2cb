// The place of a new point on a UMAP map. It is held by the expected forces of the fit: every edge
// acts in every epoch with its weight, and repulsion is the mean over a sample of the map's points,
// times as many negative samples as the row's edges would draw. The sample of an epoch is the same
// for all rows. Adam takes the steps: forces differ by orders of magnitude from row to row.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"
#include "math/new_row.hpp"
#include "math/number.hpp"
#include "math/umap_force.hpp"

namespace nearfold {

/// What all rows have in common.
struct UmapPlacing {
  static constexpr int kEpochs = 100;
  static constexpr int kSamples = 64;  // negative samples of an epoch

  UmapCurve curve;
  float rate;                // in the first epoch
  float samples_per_weight;  // negative samples that a weight of 1 would draw, over kSamples
  const float* samples;      // [kEpochs, kSamples, dims], places on the map
};

/// `force` becomes the repulsion of an epoch. `share`: of the sum over its samples.
template <class F, class Dims>
NEARFOLD_HD inline void umap_push(const UmapPlacing& by, int epoch, F share, Dims dims, const F* y,
                                  F* force) {
  F d[Dims::kRoom];
  for (int c = 0; c < dims.count(); ++c) force[c] = F{};
  const float* at = by.samples + std::int64_t{epoch} * UmapPlacing::kSamples * dims.count();

  for (int s = 0; s < UmapPlacing::kSamples; ++s, at += dims.count()) {
    const F g = umap_repulsion(difference(y, at, dims, d), by.curve);
    for (int c = 0; c < dims.count(); ++c) force[c] += clip4(g * d[c]);
  }
  for (int c = 0; c < dims.count(); ++c) force[c] *= share;
}

/// Adds the attraction of the row's neighbours.
template <class F, class Row, class Dims>
NEARFOLD_HD inline void umap_pull(const UmapPlacing& by, const Row& row, Dims dims, const F* y,
                                  F* force) {
  F d[Dims::kRoom];
  for (int j = 0; j < row.k(); ++j) {
    const F g = umap_attraction(difference(y, row.at(j), dims, d), by.curve);
    for (int c = 0; c < dims.count(); ++c) force[c] += row.weight(j) * clip4(g * d[c]);
  }
}

/// y [dims]: from where the row begins to its place. O(kEpochs (kSamples + k) dims).
template <class F, class Row, class Dims>
NEARFOLD_HD inline void umap_descend(const UmapPlacing& by, const Row& row, Dims dims, F* y) {
  constexpr float kFast = 0.5f, kSlow = 0.9f, kEpsilon = 1e-7f;  // of Adam
  F first[Dims::kRoom] = {}, second[Dims::kRoom] = {}, force[Dims::kRoom];
  F all{};
  for (int j = 0; j < row.k(); ++j) all += row.weight(j);
  const F share = by.samples_per_weight * all;
  float fast = 1, slow = 1;  // powers of the decays
  for (int epoch = 0; epoch < UmapPlacing::kEpochs; ++epoch) {
    umap_push(by, epoch, share, dims, y, force);
    umap_pull(by, row, dims, y, force);
    fast *= kFast;
    slow *= kSlow;
    const float left = 1.0f - static_cast<float>(epoch) / UmapPlacing::kEpochs;
    const float rate = by.rate * left / (1.0f - fast);
    for (int c = 0; c < dims.count(); ++c) {
      first[c] = kFast * first[c] + (1.0f - kFast) * force[c];
      second[c] = kSlow * second[c] + (1.0f - kSlow) * force[c] * force[c];
      y[c] += rate * first[c] / (Number<F>::root(second[c] / (1.0f - slow)) + kEpsilon);
    }
  }
}

}  // namespace nearfold
