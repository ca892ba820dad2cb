// The place of a new point on a UMAP map. It is held by the expected forces of the fit: every edge
// acts in every epoch with its weight, and repulsion is the mean over a sample of the map's points,
// times as many negative samples as the row's edges would draw. The sample of an epoch is the same
// for all rows. Adam takes the steps: forces differ by orders of magnitude from row to row.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"
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

/// The factors on a force as Space::force() asks for them; Space: one of umap/spaces.hpp.
struct UmapRepulsion {
  UmapCurve curve;
  template <class F>
  NEARFOLD_HD F operator()(F d2) const {
    return umap_repulsion(d2, curve);
  }
};
struct UmapAttraction {
  UmapCurve curve;
  template <class F>
  NEARFOLD_HD F operator()(F d2) const {
    return umap_attraction(d2, curve);
  }
};

/// `force` becomes the repulsion of an epoch. `share`: of the sum over its samples.
template <class Space, class F>
NEARFOLD_HD inline void umap_push(const UmapPlacing& by, int epoch, F share,
                                  typename Space::Dims dims, const F* y, F* force) {
  F d[Space::Dims::kRoom];
  for (int c = 0; c < dims.count(); ++c) force[c] = F{};
  const float* at = by.samples + std::int64_t{epoch} * UmapPlacing::kSamples * dims.count();
  for (int s = 0; s < UmapPlacing::kSamples; ++s, at += dims.count()) {
    for (int c = 0; c < dims.count(); ++c) d[c] = F{} + at[c];
    Space::force(y, dims, UmapRepulsion{by.curve}, d);
    for (int c = 0; c < dims.count(); ++c) force[c] += d[c];
  }
  for (int c = 0; c < dims.count(); ++c) force[c] *= share;
}

/// Adds the attraction of the row's neighbours.
template <class Space, class F, class Row>
NEARFOLD_HD inline void umap_pull(const UmapPlacing& by, const Row& row, typename Space::Dims dims,
                                  const F* y, F* force) {
  F d[Space::Dims::kRoom];
  for (int j = 0; j < row.k(); ++j) {
    for (int c = 0; c < dims.count(); ++c) d[c] = row.at(j)[c];
    Space::force(y, dims, UmapAttraction{by.curve}, d);
    for (int c = 0; c < dims.count(); ++c) force[c] += row.weight(j) * d[c];
  }
}

/// Adam. In flat space every coordinate has a length of its own to go by; on a surface, where
/// coordinates are no directions of their own, all have the force's.
template <class Space, class F>
struct AdamStep {
  static constexpr float kFast = 0.5f, kSlow = 0.9f, kEpsilon = 1e-7f;
  static constexpr int kLengths = Space::kIsFlat ? Space::Dims::kRoom : 1;

  F first[Space::Dims::kRoom] = {}, second[kLengths] = {};
  float fast = 1, slow = 1;  // powers of the decays

  NEARFOLD_HD void operator()(float rate, typename Space::Dims dims, const F* force, F* y) {
    fast *= kFast;
    slow *= kSlow;
    const float length = rate / (1.0f - fast);
    for (int c = 0; c < dims.count(); ++c) first[c] = kFast * first[c] + (1.0f - kFast) * force[c];
    if constexpr (Space::kIsFlat) {
      for (int c = 0; c < dims.count(); ++c) {
        second[c] = kSlow * second[c] + (1.0f - kSlow) * force[c] * force[c];
        y[c] += length * first[c] / usual(second[c]);
      }
    } else {
      F step[Space::Dims::kRoom];
      second[0] = kSlow * second[0] + (1.0f - kSlow) * Space::Surface::length2(y, force);
      for (int c = 0; c < dims.count(); ++c) step[c] = length * first[c] / usual(second[0]);
      Space::take(y, step);
      for (int c = 0; c < dims.count(); ++c) y[c] = step[c];
    }
  }

 private:
  /// The root mean square of what was squared so far.
  NEARFOLD_HD F usual(F squares) const {
    return Number<F>::root(squares / (1.0f - slow)) + kEpsilon;
  }
};

/// y [dims]: from where the row begins to its place. O(kEpochs (kSamples + k) dims).
template <class Space, class F, class Row>
NEARFOLD_HD inline void umap_descend(const UmapPlacing& by, const Row& row,
                                     typename Space::Dims dims, F* y) {
  F force[Space::Dims::kRoom];
  F all{};
  for (int j = 0; j < row.k(); ++j) all += row.weight(j);
  const F share = by.samples_per_weight * all;
  AdamStep<Space, F> step;
  for (int epoch = 0; epoch < UmapPlacing::kEpochs; ++epoch) {
    umap_push<Space>(by, epoch, share, dims, y, force);
    umap_pull<Space>(by, row, dims, y, force);
    const float left = 1.0f - static_cast<float>(epoch) / UmapPlacing::kEpochs;
    step(by.rate * left, dims, force, y);
  }
}

}  // namespace nearfold
