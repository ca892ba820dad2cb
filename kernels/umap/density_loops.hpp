// The loops of density.hpp, those of src/umap/density.cpp with sixteen lanes a vertex.
//
// Cost of both loops over edges: 4 bytes an edge and another vertex's place of 4 Dims each, the
// second time 8 more, and some 60 flops.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/launch_shape.hpp"
#include "kernels/core/rows.hpp"
#include "kernels/umap/step.hpp"
#include "math/umap_density.hpp"

namespace nearfold {

/// What is known of the vertices, all on the device.
struct DensityArrays {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* radii;  // of the points, standardised
  float *phis, *in_map, *near, *far;
};

/// Sum of phi over the edges of vertex i, and its radius in the map.
template <int Dims>
struct MeasureDensity {
  DensityArrays of;
  UmapCurve curve;
  const float* y;  // [n, Dims]

  struct Part {
    float phis = 0, squares = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      phis += other.phis;
      squares += other.squares;
      return *this;
    }
  };

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    const LayoutRow<Dims> here = load_row<Dims>(y, i);
    Part sum;
    for (std::int64_t e = of.offsets[i] + lane; e < of.offsets[i + 1]; e += kRowLanes) {
      const LayoutRow<Dims> other = load_row<Dims>(y, of.columns[e]);
      float d2 = 0;
      for (int c = 0; c < Dims; ++c) {
        const float d = here.at[c] - other.at[c];
        d2 += d * d;
      }
      const float phi = 1.0f / (1.0f + density_power(d2, curve));
      sum.phis += phi;
      sum.squares += phi * d2;
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& total) const {
    of.phis[i] = total.phis;
    of.in_map[i] = radius_in_map(total.phis, total.squares);
  }
};

/// What all vertices have in common in an epoch.
struct DensityStep {
  DensityScale scale;
  float factor = 0;  // of the gradient
};

/// Moments of vertex i, of re less the mean.
struct DensityMomentsAt {
  DensityArrays of;
  const DensityStep* step;
  NEARFOLD_HD DensityMoments operator()(std::int64_t i) const {
    return DensityMoments::of(of.phis[i], of.in_map[i], of.radii[i], step->scale.mean);
  }
};
struct ForgetMean {
  DensityStep* step;
  NEARFOLD_HD void operator()(std::int64_t) const { step->scale.mean = 0; }
};
struct TakeDensityMean {
  DensityStep* step;
  NEARFOLD_HD void operator()(const DensityMoments& sum) const { step->scale.mean = sum.mean(); }
};
struct TakeDensityScale {
  DensityStep* step;
  double shift, strength;
  NEARFOLD_HD void operator()(const DensityMoments& about) const {
    step->scale = DensityScale::of(step->scale.mean, about, shift);
    step->factor = static_cast<float>(strength / std::sqrt(step->scale.square));
  }
};

/// What vertex i has in the gradient.
struct ShareDensity {
  DensityArrays of;
  const DensityStep* step;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    of.far[i] = step->scale.far(of.phis[i], of.in_map[i], of.radii[i]);
    of.near[i] = DensityScale::near(of.far[i], of.in_map[i]);
  }
};

/// Vertex i along the gradient, by the rate of the epoch.
template <int Dims>
struct MoveByDensity {
  DensityArrays of;
  UmapCurve curve;
  const DensityStep* step;
  const UmapClock* clock;
  const float* y;  // [n, Dims]
  float* next;

  using Part = LayoutSum<Dims>;

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    const LayoutRow<Dims> here = load_row<Dims>(y, i);
    const float factor = step->factor, near = of.near[i], far = of.far[i];
    Part sum;
    for (std::int64_t e = of.offsets[i] + lane; e < of.offsets[i + 1]; e += kRowLanes) {
      const std::int32_t j = of.columns[e];
      const LayoutRow<Dims> other = load_row<Dims>(y, j);
      float d[Dims], d2 = 0;
      for (int c = 0; c < Dims; ++c) {
        d[c] = here.at[c] - other.at[c];
        d2 += d[c] * d[c];
      }
      const float g = density_pull(d2, factor, near + of.near[j], far + of.far[j], curve);
      for (int c = 0; c < Dims; ++c) sum.at[c] += clip4(g * d[c]);
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& total) const {
    LayoutRow<Dims> to = load_row<Dims>(y, i);
    for (int c = 0; c < Dims; ++c) to.at[c] += clock->rate * total.at[c];
    store_row(to, next, i);
  }
};

}  // namespace nearfold
