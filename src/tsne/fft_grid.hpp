// The grid of repulsion_fft.cpp: charges on nodes in, potentials on nodes out, by cyclic
// convolution.
#pragma once

#include <cstdint>
#include <vector>

#include "linalg/fft.hpp"
#include "nearfold/device.hpp"
#include "tsne/grid_constants.hpp"

namespace nearfold {

/// A square grid with a constant distance between nodes. Its kernel and buffers depend on its size
/// alone. Nodes fill half of each side of the transform: the other half keeps the cyclic
/// convolution from wrapping.
class TsneGrid {
 public:
  /// For at least this many nodes a side, `spacing` layout units apart.
  TsneGrid(std::int64_t nodes, const Cpu& on, double dof = 1, double spacing = kGridSpacing);
  std::int64_t nodes() const { return nodes_; }

  /// Node (row, column): a charge before convolve(), a potential after it. Seven more values can be
  /// read or written behind a row, whatever they mean.
  float* at(std::int64_t row, std::int64_t column) {
    return &values_[static_cast<std::size_t>(row * stride_ + column)];
  }
  const float* at(std::int64_t row, std::int64_t column) const {
    return &values_[static_cast<std::size_t>(row * stride_ + column)];
  }

  /// The sum over all charges of (1 + d^2 / dof)^-dof, as B-splines that spread and read see it.
  void convolve();

  /// The potential that a unit charge reads back from itself, on average over its place in a cell.
  double self_potential() const { return self_potential_; }

 private:
  void make_kernel();
  double mean_self_potential() const;
  void transform_rows(std::int64_t batch, std::vector<Fft::Complex>& buffer);
  void convolve_columns(std::int64_t batch, std::vector<Fft::Complex>& buffer);
  void restore_rows(std::int64_t batch, std::vector<Fft::Complex>& buffer);

  Cpu on_;
  double dof_, spacing_;
  Fft fft_;
  std::int64_t nodes_, side_, half_;  // side_ = 2 nodes_; half_ = side_ / 2 + 1
  std::int64_t stride_, width_;       // of rows of values_; of spectra
  std::vector<float> values_;         // [nodes, stride]
  std::vector<float> kernel_;         // [half, width], spectrum; the other rows mirror these
  std::vector<float> re_, im_;        // [nodes, width], spectra of rows
  double self_potential_ = 1;
};

}  // namespace nearfold
