// Principal axes by randomised subspace iteration: a block of vectors is multiplied by the
// covariance, without ever forming it, and made orthonormal again; a Rayleigh-Ritz step at the end
// puts the axes in order. Here is the method; products with the covariance are the processor's
// (pca_covariance.cpp) or a device's (kernels/linalg/pca.hpp), with the same bits.
// Source: Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 2011.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "nearfold/stored.hpp"

namespace nearfold {

/// Orthonormal vectors as the rows of [width, dim].
struct Basis {
  std::int64_t width = 0, dim = 0;
  std::vector<double> values;

  Basis(std::int64_t rows, std::int64_t cols)
      : width(rows), dim(cols), values(static_cast<std::size_t>(rows * cols)) {}
  double* row(std::int64_t i) { return values.data() + i * dim; }
  const double* row(std::int64_t i) const { return values.data() + i * dim; }
};

/// The products of `q` with X'X of the centred points: one pass over them. Rows are scaled by a
/// power of two so that squares neither overflow nor vanish; axes do not notice.
using CovarianceProduct = std::function<Basis(const Basis& q)>;

/// The first `count` axes of `rows` points as rows of an orthonormal matrix [count, dim].
/// count <= min(rows, dim).
Matrix principal_axes(std::int64_t rows, std::int64_t dim, const CovarianceProduct& product,
                      int count, int iterations, std::uint64_t seed);

/// The same of `points` [n, dim]; `mean` [dim] is written.
Matrix principal_axes(const StoredView& points, int count, int iterations, std::vector<float>& mean,
                      std::uint64_t seed, const Cpu& on);

inline constexpr int kPcaPasses = 8;  // over the points: MNIST's axes are then right to 3e-5
/// It only picks the vectors that the iteration begins with: axes are the same for all seeds.
inline constexpr std::uint64_t kPcaSeed = 0;

/// Points are added up in segments of so many rows, each with its own sums, whatever the threads:
/// at most 64 of them, and no more than 256 MB of sums.
struct PcaSegments {
  static constexpr std::int64_t kBlock = 64;             // rows added up before they come to a sum
  static constexpr std::int64_t kPanel = 16, kTile = 4;  // vectors and columns come in so many

  static std::int64_t rows_for_mean(std::int64_t n) { return (n + 63) / 64; }
  static std::int64_t rows_for_products(std::int64_t n, std::int64_t width, std::int64_t dim) {
    const std::int64_t sums =
        (width + kPanel - 1) / kPanel * kPanel * ((dim + kTile - 1) / kTile * kTile);
    const std::int64_t segments = std::clamp<std::int64_t>((1LL << 26) / sums, 1, 64);
    return std::max(kBlock, (n + segments - 1) / segments);
  }
};

/// The power of two that values are scaled by when the largest magnitude is `most`.
inline float pca_scale(float most) {
  return most > 0 ? std::ldexp(1.0f, std::clamp(-std::ilogb(most), -126, 126)) : 1.0f;
}

}  // namespace nearfold
