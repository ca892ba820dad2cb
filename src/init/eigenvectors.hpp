// Leading eigenvectors of one connected graph.
#pragma once

#include "graph/components.hpp"
#include "graph/graph.hpp"
#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"

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
/// Cost: O(sweeps edges) and 100 bytes a vertex for up to 5 dims and again for every 7 more, at
/// most 500 sweeps of a large graph and 2000 of a small one; O(n^3) up to 32 vertices, of 100 dims
/// up to 480. Source: Zhou, Saad, "A Chebyshev-Davidson algorithm for large symmetric
/// eigenproblems", SIAM J. Matrix Anal. Appl. 29 (2007), for the scaled filter.
Eigenvectors leading_eigenvectors(const EdgeGraph& graph, int dims, const Cpu& on);
/// Of a large component, which is not copied: the bits of extract() and the above.
Eigenvectors leading_eigenvectors(const EdgeGraph& graph, const Components& components,
                                  std::int64_t c, int dims, const Cpu& on);

}  // namespace nearfold
