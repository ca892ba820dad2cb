// What a search costs: operations, each with its time on one core of 2.6 GHz (Zen 4). Counted,
// never measured by a clock, so that what is decided by it depends on the data, k and the target
// alone.
#pragma once

#include <algorithm>
#include <cmath>

#include "knn/approximate.hpp"

namespace nearfold::cost {

// Nanoseconds, calibrated on MNIST of 10,000 to 70,000 points, k = 92; of norms and equal points on
// normals of 20,000 to 60,000 points with 2 to 40 columns. Rows are measured 16 columns at a time.
constexpr double kProductColumn = 0.016, kSelect = 0.25;    // bounding a pair; testing the bound
constexpr double kShort = 3.0, kShortColumn = 0.06;         // measuring a short row
constexpr double kPanel = 0.5, kPanelColumn = 0.05;         // one of a panel
constexpr double kDistance = 12.0, kDistanceColumn = 0.42;  // measuring a point, out of the cache
constexpr double kHop = 2.0;                                // looking at a neighbour of a neighbour
constexpr double kNormPair = 9.0, kNormColumn = 0.065;      // measuring a pair by another norm
constexpr double kEqual = 0.8;                              // choosing among equal points
constexpr double kSeconds = 1e-9;

struct Sizes {
  double n, dim, width, k;
  bool products, lossless;
  double kinds = n;        // points that differ
  double equal_pairs = 0;  // EqualRows::pairs()

  double candidate() const { return kDistance + dim * kDistanceColumn; }
  double pair_by_norm() const { return kNormPair + 16 * std::ceil(dim / 16) * kNormColumn; }
  double short_row() const { return products ? kShort + width * kShortColumn : pair_by_norm(); }
  double panel_row() const { return kPanel + width * kPanelColumn; }
  double kept() const { return lossless ? k + 16 : 3.5 * k + 40; }
  double refined() const { return lossless ? k + 9 : 1.25 * k + 9; }
};

/// Of equal points one is searched for; each chooses among them.
inline double flat_seconds(const Sizes& s) {
  const double pair = s.products ? s.width * kProductColumn + kSelect : s.pair_by_norm();
  const double row = s.products ? s.kept() * s.candidate() : 0;
  return kSeconds * (s.kinds * (s.kinds * pair + row) + s.equal_pairs * kEqual);
}

inline double ivf_seconds(const Sizes& s, double nlist, double nprobe) {
  const double beyond = kHopsBeyond * kHopsBeyond;  // of which about a third are new
  return kSeconds * s.n *
         ((nlist + nprobe * s.n / nlist) * s.panel_row() + s.refined() * s.candidate() +
          beyond * (kHop + s.short_row() / 3));
}

inline double hnsw_seconds(const Sizes& s) {
  const double per_row = 10'000 + 75 * s.k;  // short rows measured, to build and to search
  return kSeconds * s.n * (per_row * s.short_row() + s.refined() * s.candidate());
}

inline double nndescent_seconds(const Sizes& s) {
  const double per_row = 60 * (std::max(s.k, 45.0) + 40);
  return kSeconds * s.n * (per_row * s.short_row() + s.refined() * s.candidate());
}

}  // namespace nearfold::cost
