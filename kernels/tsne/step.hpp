// The loops of an iteration of t-SNE on a device but for its repulsion; of its divergence.
//
// Cost, two dimensions: MovePoint is 16 bytes and 15 flops an edge, 8 bytes of them from another
// point's place, and 48 bytes a point; in one launch attraction, gradient, step and move. The mean
// is 8 bytes a point in one launch (sums.hpp), CentrePoint 16. DivergenceRow is MovePoint without
// the 48 bytes, with a logarithm an edge.
#pragma once

#include <cstdint>

#include "kernels/core/launch_shape.hpp"
#include "kernels/core/rows.hpp"
#include "math/elementary.hpp"
#include "math/tsne_kernel.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {

struct EdgeRows {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* weights;
};

struct PLogPAt {
  const float* weights;
  NEARFOLD_HD double operator()(std::int64_t e) const { return p_log_p(weights[e]); }
};

template <int Dims>
struct VectorSum {
  double at[Dims] = {};
  NEARFOLD_HD VectorSum operator+(const VectorSum& other) const {
    VectorSum sum = *this;
    for (int c = 0; c < Dims; ++c) sum.at[c] += other.at[c];
    return sum;
  }
};

/// Point i one step down its gradient, which is attraction less repulsion. Others still read where
/// it was, so that it goes to another place.
template <int Dims>
struct MovePoint {
  EdgeRows rows;
  TsneKernel kernel;
  const float* y;
  const float* force;  // repulsion
  const TsnePhase* phase;
  const double* z;
  float longest;
  float *update, *gains;
  float* moved;

  using Part = LayoutSum<Dims>;

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    const LayoutRow<Dims> here = load_row<Dims>(y, i);
    Part sum;
    for (std::int64_t e = rows.offsets[i] + lane; e < rows.offsets[i + 1]; e += kRowLanes) {
      const LayoutRow<Dims> other = load_row<Dims>(y, rows.columns[e]);
      float d[Dims], d2 = 0;
      for (int c = 0; c < Dims; ++c) {
        d[c] = here.at[c] - other.at[c];
        d2 += d[c] * d[c];
      }
      const float g = rows.weights[e] * kernel.pull(d2);
      for (int c = 0; c < Dims; ++c) sum.at[c] += g * d[c];
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& pull) const {
    const auto one_over_z = static_cast<float>(1.0 / *z);
    const LayoutRow<Dims> push = load_row<Dims>(force, i);
    LayoutRow<Dims> gradient, place = load_row<Dims>(y, i);
    for (int c = 0; c < Dims; ++c)
      gradient.at[c] = phase->exaggeration * pull.at[c] - push.at[c] * one_over_z;
    LayoutRow<Dims> last = load_row<Dims>(update, i), gain = load_row<Dims>(gains, i);
    tsne_move<Dims>(gradient.at, phase->rate, phase->momentum, longest, place.at, last.at, gain.at);
    store_row(last, update, i);
    store_row(gain, gains, i);
    store_row(place, moved, i);
  }
};

/// A point's share of the divergence: of p, of p log2(1 + d^2 / dof).
struct DivergenceRow {
  EdgeRows rows;
  TsneKernel kernel;
  const float* y;
  int dims;
  VectorSum<2>* shares;  // [n]

  struct Part {
    float p = 0, p_log = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      p += other.p;
      p_log += other.p_log;
      return *this;
    }
  };

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    Part sum;
    for (std::int64_t e = rows.offsets[i] + lane; e < rows.offsets[i + 1]; e += kRowLanes) {
      float d2 = 0;
      for (int c = 0; c < dims; ++c) {
        const float d = y[i * dims + c] - y[std::int64_t{rows.columns[e]} * dims + c];
        d2 += d * d;
      }
      sum.p += rows.weights[e];
      sum.p_log += rows.weights[e] * log2_f(1.0f + kernel.one_over_dof * d2);
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& total) const {
    shares[i] = {{static_cast<double>(total.p), static_cast<double>(total.p_log)}};
  }
};

template <int Dims>
struct PointAt {
  const float* y;
  NEARFOLD_HD VectorSum<Dims> operator()(std::int64_t i) const {
    const LayoutRow<Dims> here = load_row<Dims>(y, i);
    VectorSum<Dims> point;
    for (int c = 0; c < Dims; ++c) point.at[c] = static_cast<double>(here.at[c]);
    return point;
  }
};

/// What becomes of the sum of n points: their mean.
template <int Dims>
struct TakeMean {
  std::int64_t n;
  float* mean;  // [Dims]
  NEARFOLD_HD void operator()(const VectorSum<Dims>& sum) const {
    for (int c = 0; c < Dims; ++c) mean[c] = static_cast<float>(sum.at[c] / static_cast<double>(n));
  }
};

template <int Dims>
struct CentrePoint {
  const float *moved, *mean;
  float* y;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    LayoutRow<Dims> place = load_row<Dims>(moved, i);
    for (int c = 0; c < Dims; ++c) place.at[c] -= mean[c];
    store_row(place, y, i);
  }
};

}  // namespace nearfold
