// How far forces are from exact ones, on a device: measure_force_error() of src/tsne/tsne.hpp, its
// sums shared by many lanes.
//
// Cost: two launches, once a report; 8 bytes from caches and 16 operations in double, one of them a
// division, for each of 400 n pairs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/core/rows.hpp"
#include "kernels/core/sums.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {

/// A stretch of the exact force on a point, in double; point g / kStretches of those measured at.
struct ExactForce {
  static constexpr std::int64_t kStretches = 64;
  const float* y;
  std::int64_t n, points;
  double dof;

  struct Part {
    double at[2] = {};
    NEARFOLD_HD Part& operator+=(const Part& other) {
      at[0] += other.at[0];
      at[1] += other.at[1];
      return *this;
    }
  };
  Part* to;  // [points, kStretches]

  NEARFOLD_HD Part part(std::int64_t g, int lane) const {
    const std::int64_t i = force_point(g / kStretches, points, n);
    const LayoutRow<2> here = load_row<2>(y, i);
    const double x = static_cast<double>(here.at[0]), z = static_cast<double>(here.at[1]);
    Part part;
    for (std::int64_t j = g % kStretches * kRowLanes + lane; j < n; j += kStretches * kRowLanes) {
      const LayoutRow<2> other = load_row<2>(y, j);
      const double dx = x - static_cast<double>(other.at[0]);
      const double dz = z - static_cast<double>(other.at[1]);
      const double along = tsne_slope(1.0 + dx * dx / dof + dz * dz / dof, dof);
      part.at[0] += along * dx;
      part.at[1] += along * dz;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t g, const Part& total) const { to[g] = total; }
};

/// The squares at point s of those measured at.
struct ErrorAt {
  const ExactForce::Part* exact;
  const float* force;
  std::int64_t n, points;
  NEARFOLD_HD ForceSquares operator()(std::int64_t s) const {
    ExactForce::Part sum;
    for (std::int64_t k = 0; k < ExactForce::kStretches; ++k)
      sum += exact[s * ExactForce::kStretches + k];
    const std::int64_t i = force_point(s, points, n);
    ForceSquares squares;
    for (int c = 0; c < 2; ++c) squares.add(sum.at[c], force[2 * i + c]);
    return squares;
  }
};

/// Of the forces [n, 2] of a layout [n, 2], both on the device. O(n).
template <class Executor>
ForceError force_error_on(const Executor& executor, const float* y, const float* force,
                          std::int64_t n, double dof = 1) {
  const std::int64_t points = std::min(n, kForcePoints);
  auto exact = executor.template buffer<ExactForce::Part>(points * ExactForce::kStretches);
  auto total = executor.template buffer<ForceSquares>(1);
  executor.for_each_row(points * ExactForce::kStretches,
                        ExactForce{y, n, points, dof, exact.data()});
  OrderedSum<Executor, ForceSquares>(executor, points, 32 * kSumChunk)(
      ErrorAt{exact.data(), force, n, points}, ForceSquares{}, total.data());
  return executor.download(total, 0).error(points);
}

}  // namespace nearfold
