// The grid of tsne_fft.cpp: charges on nodes in, potentials on nodes out, by cyclic convolution.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

#include "nearfold/device.hpp"
#include "parallel.hpp"

struct kiss_fft_state;

namespace nearfold {

/// A complex transform of one length, for any number of threads. Not scaled.
class Fft {
 public:
  using Complex = std::complex<float>;

  explicit Fft(std::int64_t length);
  void forward(const Complex* in, Complex* out) const;
  void inverse(const Complex* in, Complex* out) const;

 private:
  struct Free {
    void operator()(kiss_fft_state* state) const;
  };
  std::unique_ptr<kiss_fft_state, Free> forward_, inverse_;
};

/// A square grid with a constant distance between nodes. Its kernels and buffers depend on its size
/// alone. Nodes fill half of each side of the transform: the other half keeps the cyclic
/// convolution from wrapping.
class TsneGrid {
 public:
  static constexpr double kSpacing = 0.5;  ///< layout units between nodes
  static constexpr int kCharges = 4;       ///< of a node: 1, x, y of the points, and a pad
  static constexpr int kPotentials = 4;    ///< of a node: phi_1, phi_x, phi_y, phi_z

  /// `side` is a length of transform_length().
  TsneGrid(std::int64_t side, const Cpu& on);
  /// The shortest transform that KissFFT is fast at for this many nodes: even 2^a 3^b 5^c.
  static std::int64_t transform_length(std::int64_t nodes);

  std::int64_t side() const { return side_; }
  std::int64_t nodes() const { return nodes_; }  ///< per side, side / 2

  /// From the charges of all rows to the potentials of all nodes, which values() then has.
  /// spread(row, out) fills the charges of one row, out [nodes, 4], which is zero before.
  template <class Spread>
  void convolve(const Spread& spread);

  /// Potentials of the nodes (row, column ...) on, [4] each.
  const float* values(std::int64_t row, std::int64_t column) const {
    return &values_[static_cast<std::size_t>((row * nodes_ + column) * kPotentials)];
  }

  /// phi_z that a unit charge with these spline weights reads back from itself.
  double self_potential(const float* wx, const float* wy) const;

 private:
  using Complex = Fft::Complex;

  template <class Kernel>
  std::vector<float> spectrum(const Kernel& kernel) const;
  std::vector<double> near_values(const std::vector<float>& spectrum) const;
  double symbol(std::int64_t k) const;
  void transform_charges(std::int64_t g, const std::vector<float>& row, std::vector<Complex>& in,
                         std::vector<Complex>& out);
  void convolve_columns(std::int64_t begin, std::int64_t end);
  void transform_potentials(std::int64_t g, std::vector<Complex>& in, std::vector<Complex>& out);
  void convolve_columns_and_rows();

  Cpu on_;
  std::int64_t side_, nodes_, half_;
  Fft fft_;
  std::vector<float> force_kernel_, z_kernel_;  // [half, side], spectra
  std::vector<double> self_kernel_;             // [4, 4], see near_values
  std::vector<Complex> charges_;                // [3, nodes, half], spectra of rows
  std::vector<Complex> potentials_;             // [4, nodes, half], spectra of rows
  std::vector<float> values_;                   // [nodes, nodes, 4]
};

template <class Spread>
void TsneGrid::convolve(const Spread& spread) {
  parallel_for(on_.threads, nodes_, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> row(static_cast<std::size_t>(nodes_ * kCharges));
    std::vector<Complex> in(static_cast<std::size_t>(side_)), out(in.size());
    for (std::int64_t g = begin; g < end; ++g) {
      std::fill(row.begin(), row.end(), 0.0f);
      spread(g, row);
      transform_charges(g, row, in, out);
    }
  });
  convolve_columns_and_rows();
}

}  // namespace nearfold
