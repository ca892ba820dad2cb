// What t-SNE's optimiser needs from a way to sum the repulsive forces.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Whether repulsion sums all pairs, as asked for or as is best. Throws Unsupported for what there
/// is not: FFT in 3-D, and all pairs of more than `at_most` points unless they are asked for.
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

/// All pairs: O(n^2) time, O(n) memory. dims 2 or 3.
std::unique_ptr<Repulsion> make_exact_repulsion(std::int64_t n, int dims, const Cpu& on);

/// Interpolation on a grid and FFT: O(n + span^2 log span), 2-D. See tsne_fft.cpp for its error.
std::unique_ptr<Repulsion> make_fft_repulsion(std::int64_t n, const Cpu& on);

/// The error of 2-D forces at some hundred evenly spaced points of y, against sums over all points
/// in double. O(n).
ForceError measure_force_error(const std::vector<float>& force, const std::vector<float>& y,
                               const Cpu& on);

}  // namespace nearfold
