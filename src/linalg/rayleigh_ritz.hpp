// The Rayleigh-Ritz step for a block of kVectors vectors: the best approximations to eigenvectors
// that their span holds, from three small matrices.
#pragma once

#include <cstddef>
#include <vector>

namespace nearfold {

inline constexpr int kVectors = 8;  // of a block

using Small = std::vector<double>;  // [kVectors][kVectors], row-major
inline constexpr std::size_t kSmall = std::size_t{kVectors} * kVectors;

/// Gram matrices of the columns of Z and AZ: Z'Z, Z'AZ and (AZ)'AZ, for an operator A that is
/// symmetric in the inner product they are taken in.
struct Grams {
  Small zz = Small(kSmall), zp = Small(kSmall), pp = Small(kSmall);
};

/// Column i of the answer is the sum over c of rotation[i][c] * column c of Z, of length 1.
struct Ritz {
  int rank = 0;                    ///< columns that are independent; rows beyond are zero
  Small rotation = Small(kSmall);  ///< [kVectors][kVectors]
  double value[kVectors] = {};     ///< largest first
  double residual[kVectors] = {};  ///< |A v - value v|
};

/// Deterministic, plain IEEE arithmetic.
Ritz rayleigh_ritz(const Grams& g);

}  // namespace nearfold
