// What t-SNE's optimiser needs from a way to sum the repulsive forces.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "math/host_device.hpp"
#include "nearfold/device.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Whether repulsion sums all pairs, as asked for or as is best. Throws Unsupported for what there
/// is not: FFT in 1-D and 3-D, and all pairs of more than `at_most` points unless they are asked
/// for.
bool sums_all_pairs(std::int64_t n, int dims, const TsneParams& params, std::int64_t at_most);

/// What the gradient descent does in an iteration, early or late.
struct TsnePhase {
  float exaggeration, rate, momentum;
};
TsnePhase phase_of(const TsneParams& params, std::int64_t n, bool early);

class Repulsion {
 public:
  virtual ~Repulsion() = default;
  /// in   y [n, dims]      the layout, centred
  /// out  force [n, dims]  sum over j of q_ij^2 (y_i - y_j), q = 1 / (1 + |y_i - y_j|^2)
  /// returns Z = sum of q_ij over all ordered pairs i != j.
  /// A pure function of y, bitwise the same for any number of threads.
  virtual double compute(const std::vector<float>& y, std::vector<float>& force) = 0;
  virtual bool is_exact() const = 0;
};

/// All pairs: O(n^2) time, O(n) memory. dims 1 to 3.
std::unique_ptr<Repulsion> make_exact_repulsion(std::int64_t n, int dims, const Cpu& on);

/// Interpolation on a grid and FFT: O(n + span^2 log span), 2-D. See repulsion_fft.cpp for its
/// error.
std::unique_ptr<Repulsion> make_fft_repulsion(std::int64_t n, const Cpu& on);

/// Forces are measured at so many points, or at all: the s-th is point s n / points.
inline constexpr std::int64_t kForcePoints = 400;
NEARFOLD_HD inline std::int64_t force_point(std::int64_t s, std::int64_t points, std::int64_t n) {
  return s * n / points;
}

/// Squares of errors and of exact forces, added up.
struct ForceSquares {
  double of_error = 0, of_force = 0;
  NEARFOLD_HD void add(double exact, float force) {
    const double off = exact - static_cast<double>(force);
    of_error += off * off;
    of_force += exact * exact;
  }
  NEARFOLD_HD ForceSquares operator+(const ForceSquares& other) const {
    return {of_error + other.of_error, of_force + other.of_force};
  }
  ForceError error(std::int64_t points) const {
    return {of_force > 0 ? std::sqrt(of_error / of_force) : 0.0, points};
  }
};

/// The error of 2-D forces at some hundred evenly spaced points of y, against sums over all points
/// in double. O(n).
ForceError measure_force_error(const std::vector<float>& force, const std::vector<float>& y,
                               const Cpu& on);

}  // namespace nearfold
