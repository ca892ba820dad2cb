// t-SNE's forces between two points of the layout, and the step they lead to.
#pragma once

#include <cmath>
#include <cstdint>

#include "math/elementary.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Student-t similarity 1 / (1 + d^2), before normalisation.
template <class F>
NEARFOLD_HD inline F student_t(F d2) {
#if defined(__CUDA_ARCH__)
  return __frcp_rn(1.0f + d2);  // the same, rounded as the division is, and shorter
#else
  return 1.0f / (1.0f + d2);
#endif
}

/// An edge's share of the entropy, with its sign turned.
NEARFOLD_HD inline double p_log_p(float p) {
  return static_cast<double>(p) * static_cast<double>(log_f(p));
}

/// Step control of one coordinate: the gain grows while update and gradient disagree in sign.
/// Returns the new update. Source: openTSNE's gradient_descent (min_gain 0.01 is added).
NEARFOLD_HD inline float tsne_update(float gradient, float update, float momentum,
                                     float learning_rate, float& gain) {
  const bool against = (update > 0) != (gradient > 0) || update == 0 || gradient == 0;
  gain = against ? gain + 0.2f : gain * 0.8f + 0.01f;
  return momentum * update - learning_rate * gain * gradient;
}

/// One point's step down its gradient, no longer than `longest`; all arrays [Dims].
template <int Dims>
NEARFOLD_HD inline void tsne_move(const float* gradient, float learning_rate, float momentum,
                                  float longest, float* y, float* update, float* gains) {
  float norm2 = 0;
  for (int c = 0; c < Dims; ++c) {
    update[c] = tsne_update(gradient[c], update[c], momentum, learning_rate, gains[c]);
    norm2 += update[c] * update[c];
  }
  const float shrink = norm2 > longest * longest ? longest / std::sqrt(norm2) : 1.0f;
  for (int c = 0; c < Dims; ++c) {
    update[c] *= shrink;
    y[c] += update[c];
  }
}

inline constexpr double kGridSpacing = 0.4;  ///< layout units between the nodes of a grid
inline constexpr int kSplineNodes = 6;

/// Quintic B-spline weights of the nodes cell-2, ..., cell+3 for a point at cell + f, f in [0, 1),
/// and their derivatives by f. They sum to 1 and to 0, and are four times continuously
/// differentiable in the point. Weights 6 and 7 are 0: a row of eight is one register.
NEARFOLD_HD inline void spline_weights(float f, float* w, float* slope) {
  constexpr float kOf[6][8] = {// [power of f][node], times 120
                               {1, 26, 66, 26, 1, 0, 0, 0},    {-5, -50, 0, 50, 5, 0, 0, 0},
                               {10, 20, -60, 20, 10, 0, 0, 0}, {-10, 20, 0, -20, 10, 0, 0, 0},
                               {5, -20, 30, -20, 5, 0, 0, 0},  {-1, 5, -10, 10, -5, 1, 0, 0}};
  for (int j = 0; j < 8; ++j) {
    float sum = kOf[5][j], rise = 5.0f * kOf[5][j];
    for (int power = 4; power >= 0; --power) sum = sum * f + kOf[power][j];
    for (int power = 4; power >= 1; --power)
      rise = rise * f + static_cast<float>(power) * kOf[power][j];
    w[j] = sum * (1.0f / 120.0f);
    slope[j] = rise * (1.0f / 120.0f);
  }
}

}  // namespace nearfold
