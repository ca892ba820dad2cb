// What t-SNE's optimiser needs from a way to sum the repulsive forces.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "math/host_device.hpp"
#include "nearfold/device.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Repulsion in 3-D that is chosen automatically sums all pairs of fewer points.
inline constexpr std::int64_t kExactBelowIn3d = 8000;

/// What a device does.
struct RepulsionLimits {
  std::int64_t exact_at_most;  ///< points that are summed over unasked
  int fft_dims;                ///< dimensions from 2 on that there is an FFT for
};

/// Whether repulsion sums all pairs, as asked for or as is best. Throws Unsupported for what there
/// is not: FFT in other dimensions, and all pairs of more points unless they are asked for.
bool sums_all_pairs(std::int64_t n, int dims, const TsneParams& params,
                    const RepulsionLimits& limits);

/// Factor on attraction at the end of a run.
double final_exaggeration(const TsneParams& params);

/// What the gradient descent does in an iteration.
struct TsnePhase {
  float exaggeration, rate, momentum;
};
enum class Phase { early, middle, late };
/// Of an iteration of a run with so many early ones, whose late phase begins at `late_from`.
inline Phase phase_at(int iteration, int early_iterations, int late_from) {
  if (iteration < early_iterations) return Phase::early;
  return iteration < late_from ? Phase::middle : Phase::late;
}
TsnePhase phase_of(const TsneParams& params, std::int64_t n, Phase phase);

class Repulsion {
 public:
  virtual ~Repulsion() = default;
  /// in   y [n, dims]      the layout, centred
  /// out  force [n, dims]  sum over j of q_ij w_ij (y_i - y_j), q and w as of TsneKernel
  /// returns Z = sum of q_ij over all ordered pairs i != j.
  /// A pure function of y, bitwise the same for any number of threads.
  virtual double compute(const std::vector<float>& y, std::vector<float>& force) = 0;
  virtual bool is_exact() const = 0;
};

/// Maps have at most so many dimensions: with more, no tail of the kernel is heavy enough to
/// matter.
inline constexpr int kMostTsneDims = 10;

/// make(std::integral_constant<int, dims>), of 1 to kMostTsneDims.
template <class Make, int Dims = 1>
auto with_tsne_dims(int dims, const Make& make) {
  if constexpr (Dims < kMostTsneDims)
    if (dims != Dims) return with_tsne_dims<Make, Dims + 1>(dims, make);
  return make(std::integral_constant<int, Dims>());
}

/// All pairs: O(n^2) time, O(n) memory. dims 1 to kMostTsneDims.
std::unique_ptr<Repulsion> make_exact_repulsion(std::int64_t n, int dims, const Cpu& on,
                                                double dof = 1);

/// Interpolation on a grid and FFT: O(n + span^2 log span), 2-D. See repulsion_fft.cpp for its
/// error.
std::unique_ptr<Repulsion> make_fft_repulsion(std::int64_t n, const Cpu& on, double dof = 1);

/// Pairs that are near, and interpolation and FFT for all others, 3-D: O(n log n) for maps that
/// spread as they grow. See repulsion_mesh.cpp.
std::unique_ptr<Repulsion> make_mesh_repulsion(std::int64_t n, double dof, const Cpu& on);
/// Nodes of its grid at most.
double mesh_nodes(double n);

/// Forces are measured at so many points, or at all: the s-th is point s n / points.
inline constexpr std::int64_t kForcePoints = 400;
NEARFOLD_HD inline std::int64_t force_point(std::int64_t s, std::int64_t points, std::int64_t n) {
  return s * n / points;
}

/// What (y_i - y_j) is multiplied by in a force: q w of t = 1 + d^2 / dof.
NEARFOLD_HD inline double tsne_slope(double t, double dof) {
  return dof == 1 ? 1.0 / t * (1.0 / t) : std::pow(t, -dof - 1);
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

/// The error of forces [n, dims], dims 2 or 3, at some hundred evenly spaced points of y, against
/// sums over all points in double. O(n).
ForceError measure_force_error(const std::vector<float>& force, const std::vector<float>& y,
                               const Cpu& on, int dims = 2, double dof = 1);

}  // namespace nearfold
