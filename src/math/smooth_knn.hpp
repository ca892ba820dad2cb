// UMAP's memberships of one point.
#pragma once

#include <cstdint>

#include "math/elementary.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// rho: the distance at which membership is still 1. sigma: the width of its decay.
struct SmoothKnn {
  float rho;
  float sigma;
};

/// Distance to the local_connectivity-th nearest neighbour that is not a duplicate, interpolated.
NEARFOLD_HD inline float local_radius(const float* distance, std::int64_t k,
                                      float local_connectivity) {
  std::int64_t first = 0;
  while (first < k && !(distance[first] > 0)) ++first;
  const std::int64_t nonzero = k - first;
  if (nonzero == 0) return 0.0f;
  if (static_cast<float>(nonzero) < local_connectivity) return distance[k - 1];
  const auto whole = static_cast<std::int64_t>(local_connectivity);
  const float part = local_connectivity - static_cast<float>(whole);
  if (whole == 0) return part * distance[first];
  const float at = distance[first + whole - 1];
  if (!(part > 1e-5f)) return at;
  return at + part * (distance[first + whole] - at);
}

/// Solves sum_j exp(-(d_j - rho) / sigma) = log2(k + 1) for sigma.
/// in   distance[k]  plain distances of point i without itself, ascending, finite
///      mean_all     mean of all rows' distances, selves included as 0: the floor when rho is 0
/// The sum is met to 1e-5; sigma is at least 1e-3 of the mean distance (of the row where rho > 0).
/// Deterministic: fixed bisection, fixed summation order. Cost O(64 k) at most.
/// Source: McInnes, Healy, Melville 2018, algorithm 3; umap-learn's smooth_knn_dist, whose
/// n_neighbors is k + 1.
///
/// `wanted`: the k of the sum, where fewer neighbours are left than a row has.
NEARFOLD_HD inline SmoothKnn smooth_knn_row(const float* distance, std::int64_t k,
                                            float local_connectivity, float mean_all,
                                            std::int64_t wanted = 0) {
  const float rho = local_radius(distance, k, local_connectivity);
  const float target = log_f(static_cast<float>((wanted > 0 ? wanted : k) + 1)) * 1.44269504f;
  float low = 0.0f, high = -1.0f, sigma = 1.0f;
  for (int step = 0; step < 64; ++step) {
    float sum = 0;
    for (std::int64_t j = 0; j < k; ++j) {
      const float d = distance[j] - rho;
      sum += d > 0 ? exp_f(-d / sigma) : 1.0f;
    }
    const float miss = sum - target;
    if (miss < 1e-5f && miss > -1e-5f) break;
    if (miss > 0) {
      high = sigma;
      sigma = 0.5f * (low + high);
    } else {
      low = sigma;
      sigma = high < 0 ? 2.0f * sigma : 0.5f * (low + high);
    }
    if (sigma > 1e37f) break;  // fewer neighbours beyond rho than the target asks for
  }
  float mean = 0;
  for (std::int64_t j = 0; j < k; ++j) mean += distance[j];
  mean = rho > 0 ? mean / static_cast<float>(k + 1) : mean_all;
  const float least = 1e-3f * mean;
  return {rho, sigma < least ? least : sigma};
}

/// Membership of a neighbour at distance d.
NEARFOLD_HD inline float membership(float d, const SmoothKnn& row) {
  const float beyond = d - row.rho;
  return beyond <= 0 || !(row.sigma > 0) ? 1.0f : exp_f(-beyond / row.sigma);
}

}  // namespace nearfold
