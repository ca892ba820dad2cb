// The grid of repulsion_mesh.cpp: charges on nodes in space in, potentials on nodes out, by cyclic
// convolution.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "linalg/fft.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// Everything that a grid and its kernel depend on.
struct VolumeShape {
  std::array<std::int64_t, 3> nodes{};  ///< along x, y and z, each half of a Fft's length
  double spacing = 1;                   ///< layout units between nodes
  double dof = 1;                       ///< of the kernel (math/tsne_kernel.hpp)
  double split = 1;                     ///< its short-range part is left out
  bool operator==(const VolumeShape&) const = default;
  std::int64_t count() const { return nodes[0] * nodes[1] * nodes[2]; }
};

/// A box of nodes with the long-range part of a kernel. Nodes fill half of each side of the
/// transform, which keeps the cyclic convolution from wrapping. Rows go along x.
class TsneVolume {
 public:
  TsneVolume(const VolumeShape& shape, const Cpu& on);
  const VolumeShape& shape() const { return shape_; }

  /// Node: a charge before convolve(), a potential after it. Seven more values can be read or
  /// written behind a row, whatever they mean.
  float* at(std::int64_t z, std::int64_t y, std::int64_t x) {
    return &values_[static_cast<std::size_t>((z * shape_.nodes[1] + y) * stride_ + x)];
  }
  const float* at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return &values_[static_cast<std::size_t>((z * shape_.nodes[1] + y) * stride_ + x)];
  }

  /// The sum over all charges of the kernel, as B-splines that spread and read see it.
  void convolve();

  /// The potential that a unit charge reads back from itself, on average over its place in a cell.
  double self_potential() const { return self_potential_; }

  /// Bytes of a grid of so many nodes.
  static constexpr double kBytesOfNode = 4 + 8 * 1.15 + 4 * 1.15;

 private:
  using Complex = Fft::Complex;
  using Lines = std::vector<Complex>;

  void make_kernel();
  double mean_self_potential();
  double long_range(double d2) const;
  void transform_rows(std::int64_t batch, Lines& buffer);
  void convolve_planes(std::int64_t batch, Lines& plane, Lines& buffer);
  void restore_rows(std::int64_t batch, Lines& buffer);
  Complex* spectrum(std::int64_t batch) {
    return &spectra_[static_cast<std::size_t>(batch * shape_.nodes[1] * shape_.nodes[2])];
  }
  std::int64_t rows() const { return shape_.nodes[1] * shape_.nodes[2]; }

  Cpu on_;
  VolumeShape shape_;
  std::array<Fft, 3> fft_;      // along x, y, z
  std::int64_t batches_;        // of wave numbers along x, as many as a register has lanes
  std::int64_t stride_;         // of rows of values_
  std::vector<float> values_;   // [z, y, stride]
  Lines spectra_;               // [batch, z, y]: of rows
  std::vector<Floats> kernel_;  // [batch, half y, half z], spectrum; the others mirror these
  double self_potential_ = 1;
};

}  // namespace nearfold
