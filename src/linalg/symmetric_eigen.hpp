// Eigenvectors of small dense symmetric matrices in plain IEEE arithmetic: the same bits on every
// processor, which a vectorised library does not promise.
#pragma once

#include <cstdint>
#include <vector>

namespace nearfold {

struct SymmetricEigen {
  std::vector<double> values;   ///< [n], largest first
  std::vector<double> vectors;  ///< [n, n], row i is the unit eigenvector of values[i]
};

/// All eigenvalues and eigenvectors of the symmetric matrix `a` [n, n], row-major, finite; of which
/// the lower half is read. Equal eigenvalues: an orthonormal basis of their space.
/// Deterministic. Cost about 9 n^3; meant for n up to a few hundred.
/// Source: Golub, Van Loan, "Matrix Computations", 4th ed., section 8.3: Householder reduction to
/// tridiagonal form, then implicit QR steps with Wilkinson's shift.
SymmetricEigen symmetric_eigen(std::vector<double> a, std::int64_t n);

}  // namespace nearfold
