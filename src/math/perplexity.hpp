// t-SNE's conditional probabilities of one point.
#pragma once

#include <cstdint>

#include "math/elementary.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// Conditional probabilities p(j|i) of one row at a target perplexity.
/// in   distance[k]  plain distances of point i, ascending, finite
///      log_perplexity  natural logarithm, in (0, ln k)
/// out  p[k]         sums to 1 up to rounding; equal values when all distances are equal
/// The entropy is met to 1e-6 where float distances allow it. Distances are shifted by the
/// nearest: the shift cancels on normalisation and keeps exp from underflowing.
/// Deterministic: fixed bisection, fixed summation order. Cost O(200 k) at most, usually O(20 k).
/// Source: van der Maaten & Hinton 2008, section 2.
NEARFOLD_HD inline void perplexity_row(const float* distance, std::int64_t k, float log_perplexity,
                                       float* p) {
  const float nearest = distance[0] * distance[0];
  float beta = 1.0f, low = 0.0f, high = -1.0f;  // high < 0: no upper end yet
  // A scale for the start: beta is an inverse squared distance, of any magnitude.
  const float far = distance[k - 1] * distance[k - 1] - nearest;
  if (far > 1.17549435e-38f) beta = 1.0f / far;
  float sum = 1.0f;
  for (int step = 0; step < 200; ++step) {
    for (std::int64_t j = 0; j < k; ++j)
      p[j] = exp_f(-beta * (distance[j] * distance[j] - nearest));
    double total = 0, moment = 0;
    for (std::int64_t j = 0; j < k; ++j) {
      total += static_cast<double>(p[j]);
      moment +=
          static_cast<double>(p[j]) * static_cast<double>(distance[j] * distance[j] - nearest);
    }
    sum = static_cast<float>(total);
    const float entropy = log_f(sum) + beta * static_cast<float>(moment / total);
    const float miss = entropy - log_perplexity;
    if (miss < 1e-6f && miss > -1e-6f) break;
    if (miss > 0) {
      low = beta;
      beta = high < 0 ? 2.0f * beta : 0.5f * (low + high);
    } else {
      high = beta;
      beta = 0.5f * (low + high);
    }
    if (beta > 1e37f || beta < 1e-37f) break;  // ties make the perplexity unreachable
  }
  for (std::int64_t j = 0; j < k; ++j) p[j] = p[j] / sum;
}

}  // namespace nearfold
