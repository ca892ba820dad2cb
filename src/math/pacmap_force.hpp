// PaCMAP's forces and its steps. With t = 1 + d^2, d the distance of a pair on the map, a near pair
// has the loss t / (10 + t), a mid-near one t / (10000 + t), a further one 1 / (1 + t); what is
// here are the magnitudes of their gradients per unit of d.
//
// Source: Wang, Huang, Rudin, Shaposhnik, "Understanding how dimension reduction tools work",
// JMLR 22 (2021); of LocalMAP Wang, Sun, Huang, Rudin, "Dimension reduction with locally adjusted
// graphs", AAAI 2025. Steps: Kingma, Ba, "Adam", 2015.
#pragma once

#include <cmath>

#include "math/host_device.hpp"
#include "math/number.hpp"

namespace nearfold {

namespace pacmap_detail {
/// 2 a / (a + t)^2
template <class F>
NEARFOLD_HD inline F slope(F t, float a) {
  const F s = a + t;
  return 2 * a / (s * s);
}
}  // namespace pacmap_detail

/// Attraction of a near pair.
template <class F>
NEARFOLD_HD inline F pacmap_near(F t) {
  return pacmap_detail::slope(t, 10.0f);
}
/// The same in LocalMAP's last phase; `reach` is half of low_dist_thres.
template <class F>
NEARFOLD_HD inline F localmap_near(F t, float reach) {
  return pacmap_near(t) * (reach / Number<F>::root(t));
}
template <class F>
NEARFOLD_HD inline F pacmap_mid_near(F t) {
  return pacmap_detail::slope(t, 10'000.0f);
}
/// Repulsion of a further pair.
template <class F>
NEARFOLD_HD inline F pacmap_further(F t) {
  return pacmap_detail::slope(t, 1.0f);
}

/// Weights of the three kinds of pairs in an iteration.
struct PacmapWeights {
  float near, mid_near, further;
};

/// Of iteration i, 0, 1, ..., of a run whose first two phases are so long.
NEARFOLD_HD inline PacmapWeights pacmap_weights(int i, int first, int second) {
  if (i < first) {
    const double share = static_cast<double>(i) / first;
    return {2, static_cast<float>((1 - share) * 1000 + share * 3), 1};
  }
  if (i < first + second) return {3, 3, 1};
  return {1, 0, 1};
}

/// A decay to the power of `count`: by products, whose bits are the same with every maths library.
NEARFOLD_HD inline double decayed(double decay, int count) {
  double product = 1;
  for (int i = 0; i < count; ++i) product *= decay;
  return product;
}

/// Adam's rate in iteration i, 0, 1, ..., corrected for how young its means are.
NEARFOLD_HD inline float adam_rate(double rate, int i) {
  return static_cast<float>(rate * std::sqrt(1 - decayed(0.999, i + 1)) /
                            (1 - decayed(0.9, i + 1)));
}

inline constexpr float kAdamMean = 0.9f, kAdamSquare = 0.999f;  ///< decays

/// One coordinate's step by Adam, by adam_rate().
NEARFOLD_HD inline void adam_move(float gradient, float rate, float& y, float& mean,
                                  float& square) {
  mean += (1 - kAdamMean) * (gradient - mean);
  square += (1 - kAdamSquare) * (gradient * gradient - square);
  y -= rate * mean / (Number<float>::root(square) + 1e-7f);
}

}  // namespace nearfold
