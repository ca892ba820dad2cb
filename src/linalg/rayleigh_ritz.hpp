// The Rayleigh-Ritz step: the best approximations to eigenvectors of an operator that the span of a
// few vectors holds, from small matrices of their products.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "linalg/symmetric_eigen.hpp"

namespace nearfold {

/// Of an orthonormal basis q: `products` [width, width] are <q_i, A q_j>, made symmetric here. Row
/// i of the vectors combines the q to the i-th approximation, largest value first. Deterministic,
/// plain IEEE arithmetic.
SymmetricEigen rayleigh_ritz(const std::vector<double>& products, std::int64_t width);

// ---- of vectors that need not be orthonormal
// -----------------------------------------------------

inline constexpr int kVectors = 8;  // of a block

using Small = std::vector<double>;  // [width][width], row-major
inline constexpr std::size_t kSmall = std::size_t{kVectors} * kVectors;

/// Gram matrices of the `width` columns of Z and AZ: Z'Z, Z'AZ and (AZ)'AZ, for an operator A that
/// is symmetric in the inner product they are taken in.
struct Grams {
  Small zz = Small(kSmall), zp = Small(kSmall), pp = Small(kSmall);
  int width = kVectors;
};

/// Column i of the answer is the sum over c of rotation[i][c] * column c of Z, of length 1.
struct Ritz {
  int rank = 0;                  ///< columns that are independent; rows beyond are zero
  Small rotation;                ///< [width][width]
  std::vector<double> value;     ///< [width], largest first
  std::vector<double> residual;  ///< [width], |A v - value v|
};

/// The basis is made orthonormal first. Deterministic, plain IEEE arithmetic. O(width^4), of which
/// the most is one loop side by side.
Ritz rayleigh_ritz(const Grams& g);

}  // namespace nearfold
