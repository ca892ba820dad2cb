// Leading eigenvectors of one connected graph: subspace iteration on eight vectors or more at once
// with a Chebyshev filter that damps what lies below them, and a Rayleigh-Ritz step after each
// filter. The method is here; the steps are those of the processor (spectral_operator.cpp) or of a
// device (kernels/init/spectral_operator.hpp), with the same bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/stopping.hpp"
#include "init/eigenvectors.hpp"
#include "linalg/rayleigh_ritz.hpp"

namespace nearfold {

/// Operator: what spectral_operator.hpp lists.
template <class Operator>
class SpectralSolver {
 public:
  SpectralSolver(Operator& op, int dims)
      : operator_(op),
        dims_(dims),
        limit_(static_cast<int>(std::clamp(kVisits / op.edges(), kMinSweeps, kMaxSweeps))) {}

  Eigenvectors solve() {
    for (int c = 0; c < operator_.width(); ++c) randomize(c);
    Ritz ritz;
    double edge = 0.0;  // of the damped interval [-1, edge]
    while (true) {
      operator_.remove_constant();
      operator_.apply();
      ++sweeps_;
      ritz = rayleigh_ritz(operator_.grams());
      operator_.rotate(ritz);
      if (converged(ritz) || sweeps_ >= limit_) break;
      edge = std::clamp(ritz.value.back(), std::min(edge, 0.999), 1 - 1e-7);
      filter(edge);
      for (int c = ritz.rank; c < operator_.width(); ++c) randomize(c);
    }
    return {.vectors = operator_.vectors(dims_),
            .residual = *std::max_element(ritz.residual.begin(), ritz.residual.begin() + dims_),
            .value = ritz.value[at(dims_ - 1)],
            .converged = converged(ritz),
            .sweeps = sweeps_};
  }

 private:
  static constexpr std::int64_t kMinSweeps =
      500;  // limit of passes over the edges of large graphs,
  static constexpr std::int64_t kMaxSweeps = 2000;  // of small ones,
  static constexpr std::int64_t kVisits =
      100'000'000;                      // and of edges visited in between: about a second
  static constexpr int kLongest = 300;  // filter degree, at most
  static constexpr double kGrowth =
      1e4;  // of the wanted over the damped in one filter; floats carry 1e7
  static constexpr double kLeft = 0.6;  // after each filter, as far as known: they end when they do
  static constexpr double kFloor = 1e-6;      // residual that float vectors may be left with
  static constexpr double kTolerance = 5e-2;  // residual as a share of 1 - eigenvalue

  static std::size_t at(int column) { return static_cast<std::size_t>(column); }

  void randomize(int column) { operator_.randomize(column, static_cast<std::uint32_t>(sweeps_)); }

  /// z becomes T(P) z / T(1), T the Chebyshev polynomial on [-1, edge] of the smallest degree whose
  /// growth at 1 is kGrowth. P z is there, and is the first step.
  void filter(double edge) {
    const double half = (edge + 1) / 2, center = (edge - 1) / 2;
    const double top = (1 - center) / half;
    int degree = 1;
    for (double last = 1, t = top; t < kGrowth && degree < kLongest; ++degree) {
      last = std::exchange(t, 2 * top * t - last);
    }
    degree = std::min(degree, std::max(2, limit_ - sweeps_));
    left_ *= kLeft;
    const Part part(1 - left_, degree);

    const double first = 1 / top;
    double sigma = first;
    operator_.begin_filter(
        {static_cast<float>(sigma / half), static_cast<float>(-center * sigma / half), 0});
    for (int step = 1; step < degree; ++step) {
      const double next = 1 / (2 / first - sigma);
      operator_.filter({static_cast<float>(2 * next / half),
                        static_cast<float>(-2 * center * next / half),
                        static_cast<float>(-sigma * next)});
      ++sweeps_;
      sigma = next;
    }
  }

  bool converged(const Ritz& ritz) const {
    if (ritz.rank <= dims_) return false;
    // residual / gap bounds the angle
    const double gap = ritz.value[at(dims_ - 1)] - ritz.value[at(dims_)];
    for (int c = 0; c < dims_; ++c) {
      const double enough = kTolerance * std::max(gap, 1 - ritz.value[at(c)]);
      if (ritz.residual[at(c)] > std::max(kFloor, enough)) return false;
    }
    return true;
  }

  Operator& operator_;
  int dims_, limit_, sweeps_ = 0;
  double left_ = 1;  // of the work, as far as known
};

}  // namespace nearfold
