// t-SNE's forces between two points of the layout, and the step they lead to.
#pragma once

#include <cmath>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// Student-t similarity 1 / (1 + d^2), before normalisation.
NEARFOLD_HD inline float student_t(float d2) {
  return 1.0f / (1.0f + d2);
}

/// Step control of one coordinate: the gain grows while update and gradient disagree in sign.
/// Returns the new update. Source: openTSNE's gradient_descent (min_gain 0.01 is added).
NEARFOLD_HD inline float tsne_update(float gradient, float update, float momentum,
                                     float learning_rate, float& gain) {
  const bool against = (update > 0) != (gradient > 0) || update == 0 || gradient == 0;
  gain = against ? gain + 0.2f : gain * 0.8f + 0.01f;
  return momentum * update - learning_rate * gain * gradient;
}

/// Cubic B-spline weights of the nodes cell-1, cell, cell+1, cell+2 for a point at cell + f,
/// f in [0, 1). They sum to 1 and are twice continuously differentiable in the point.
NEARFOLD_HD inline void spline_weights(float f, float* w) {
  const float g = 1.0f - f;
  w[0] = g * g * g / 6.0f;
  w[1] = (f * f * (3.0f * f - 6.0f) + 4.0f) / 6.0f;
  w[2] = (g * g * (3.0f * g - 6.0f) + 4.0f) / 6.0f;
  w[3] = f * f * f / 6.0f;
}

}  // namespace nearfold
