// The spectral start: eigenvectors of the graph's normalised Laplacian, component by component.
// spectral.cpp arranges the components, spectral_solver.cpp finds the eigenvectors of one.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/components.hpp"
#include "graph/graph.hpp"
#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"
#include "stages.hpp"

namespace nearfold {

/// Eigenvectors of D^-1/2 W D^-1/2 below the trivial one.
struct Eigenvectors {
  Matrix vectors;         ///< [n, dims], unit columns, largest eigenvalue first
  double residual = 0;    ///< largest |A v - value v| of the columns
  double value = 0;       ///< the last of the eigenvalues, in [-1, 1]
  bool converged = true;  ///< each residual is at most 1 % of 1 - its eigenvalue or of the gap
                          ///< below the last one, or no more than float rounding leaves (1e-6)
  int sweeps = 0;         ///< passes over the edges; 0 when solved densely
};

/// in   graph  connected, n > dims
/// A pure function of the graph; bitwise the same for any number of threads.
/// Cost: O(sweeps edges), 100 bytes a vertex, at most 500 sweeps of a large graph and 2000 of a
/// small one; O(n^3) up to 32 vertices. Source: Zhou, Saad, "A Chebyshev-Davidson algorithm for
/// large symmetric eigenproblems", SIAM J. Matrix Anal. Appl. 29 (2007), for the scaled filter.
Eigenvectors leading_eigenvectors(const EdgeGraph& graph, int dims, const Cpu& on);

/// What a spectral start asks of the processor or device that holds the graph.
class SpectralGraph {
 public:
  virtual ~SpectralGraph() = default;
  virtual std::int64_t n() const = 0;
  /// The smallest vertex of each vertex's component.
  virtual std::vector<std::int32_t> components() = 0;
  /// Of the whole graph, which is connected.
  virtual Eigenvectors eigenvectors(int dims) = 0;
  /// Of a large component.
  virtual Eigenvectors eigenvectors(const Components& components, std::int64_t c, int dims) = 0;
  /// The graph on the host, where the rows of large components may be empty.
  virtual const EdgeGraph& small_components(const Components& components) = 0;
};

/// The whole start. One component: its eigenvectors. More: each by itself, scaled to a cell of the
/// plane or space; those of fewer than 2 dims vertices are placed at random in theirs, which is all
/// that takes part of `seed`. `how` counts the components, `warnings` speaks of them and of
/// eigenvectors that did not converge.
/// Deterministic. Cost: that of the eigenvectors, and O(n + C log C) for C components.
InitialLayout spectral_start(SpectralGraph& graph, int dims, std::uint64_t seed, const Cpu& on);
InitialLayout spectral_start(const EdgeGraph& graph, int dims, std::uint64_t seed, const Cpu& on);

}  // namespace nearfold
