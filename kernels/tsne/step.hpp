// The loops of an iteration of t-SNE on a device but for its repulsion; of its divergence.
#pragma once

#include <cstdint>

#include "kernels/core/launch_shape.hpp"
#include "math/elementary.hpp"
#include "math/tsne_force.hpp"
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

/// Row i of the gradient: attraction less the repulsion that `force` holds.
template <int Dims>
struct GradientRow {
  EdgeRows rows;
  const float* y;
  float* force;
  const TsnePhase* phase;
  const double* z;

  struct Part {
    float at[Dims] = {};
    NEARFOLD_HD Part& operator+=(const Part& other) {
      for (int c = 0; c < Dims; ++c) at[c] += other.at[c];
      return *this;
    }
  };

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    Part sum;
    for (std::int64_t e = rows.offsets[i] + lane; e < rows.offsets[i + 1]; e += kRowLanes) {
      float d[Dims], d2 = 0;
      for (int c = 0; c < Dims; ++c) {
        d[c] = y[i * Dims + c] - y[std::int64_t{rows.columns[e]} * Dims + c];
        d2 += d[c] * d[c];
      }
      const float g = rows.weights[e] * student_t(d2);
      for (int c = 0; c < Dims; ++c) sum.at[c] += g * d[c];
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& pull) const {
    const float exaggeration = phase->exaggeration;
    const auto one_over_z = static_cast<float>(1.0 / *z);
    for (int c = 0; c < Dims; ++c) {
      float& f = force[i * Dims + c];
      f = exaggeration * pull.at[c] - f * one_over_z;
    }
  }
};

/// A point's share of the divergence: of p, of p log2(1 + d^2).
struct DivergenceRow {
  EdgeRows rows;
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
      sum.p_log += rows.weights[e] * log2_f(1.0f + d2);
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& total) const {
    shares[i] = {{static_cast<double>(total.p), static_cast<double>(total.p_log)}};
  }
};

template <int Dims>
struct MovePoint {
  const float* gradient;
  float *y, *update, *gains;
  const TsnePhase* phase;
  float longest;

  NEARFOLD_HD void operator()(std::int64_t i) const {
    tsne_move<Dims>(gradient + i * Dims, phase->rate, phase->momentum, longest, y + i * Dims,
                    update + i * Dims, gains + i * Dims);
  }
};

template <int Dims>
struct PointAt {
  const float* y;
  NEARFOLD_HD VectorSum<Dims> operator()(std::int64_t i) const {
    VectorSum<Dims> point;
    for (int c = 0; c < Dims; ++c) point.at[c] = static_cast<double>(y[i * Dims + c]);
    return point;
  }
};

template <int Dims>
struct TakeMean {
  const VectorSum<Dims>* sum;
  std::int64_t n;
  float* mean;  // [Dims]
  NEARFOLD_HD void operator()(std::int64_t) const {
    for (int c = 0; c < Dims; ++c)
      mean[c] = static_cast<float>(sum->at[c] / static_cast<double>(n));
  }
};

template <int Dims>
struct CentrePoint {
  const float* mean;
  float* y;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    for (int c = 0; c < Dims; ++c) y[i * Dims + c] -= mean[c];
  }
};

}  // namespace nearfold
