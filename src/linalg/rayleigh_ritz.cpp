// The Rayleigh-Ritz step: columns are made orthonormal through the eigenvectors of their Gram
// matrix, which also shows those that depend on others, then turned to diagonalise A. Declared in
// rayleigh_ritz.hpp.
#include "linalg/rayleigh_ritz.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace nearfold {
namespace {

/// x' g y
double form(const Small& g, const double* x, const double* y) {
  double sum = 0;
  for (int r = 0; r < kVectors; ++r) {
    for (int c = 0; c < kVectors; ++c)
      sum += x[r] * g[static_cast<std::size_t>(r * kVectors + c)] * y[c];
  }
  return sum;
}

}  // namespace

SymmetricEigen rayleigh_ritz(const std::vector<double>& products, std::int64_t width) {
  std::vector<double> symmetric(products.size());
  for (std::int64_t i = 0; i < width; ++i)
    for (std::int64_t j = 0; j < width; ++j)
      symmetric[static_cast<std::size_t>(i * width + j)] =
          0.5 * (products[static_cast<std::size_t>(i * width + j)] +
                 products[static_cast<std::size_t>(j * width + i)]);
  return symmetric_eigen(std::move(symmetric), width);
}

Ritz rayleigh_ritz(const Grams& g) {
  constexpr double kDependent = 1e-10;
  double scale[kVectors];
  for (std::size_t c = 0; c < kVectors; ++c) {
    const double length = g.zz[c * kVectors + c];
    scale[c] = length > 0 ? 1 / std::sqrt(length) : 0.0;
  }
  Small unit(kSmall);
  for (std::size_t k = 0; k < kSmall; ++k)
    unit[k] = g.zz[k] * scale[k / kVectors] * scale[k % kVectors];
  const SymmetricEigen basis = symmetric_eigen(std::move(unit), kVectors);

  Ritz out;
  Small whiten;  // rows: combinations of the columns of Z that are orthonormal
  while (out.rank < kVectors && basis.values[static_cast<std::size_t>(out.rank)] > kDependent) {
    const double length = std::sqrt(basis.values[static_cast<std::size_t>(out.rank)]);
    for (std::size_t c = 0; c < kVectors; ++c) {
      const std::size_t at = static_cast<std::size_t>(out.rank) * kVectors + c;
      whiten.push_back(basis.vectors[at] * scale[c] / length);
    }
    ++out.rank;
  }
  const auto row = [&](int i) { return whiten.data() + static_cast<std::size_t>(i) * kVectors; };
  std::vector<double> products;
  for (int i = 0; i < out.rank; ++i)
    for (int j = 0; j < out.rank; ++j) products.push_back(form(g.zp, row(i), row(j)));
  const SymmetricEigen eigen = rayleigh_ritz(products, out.rank);
  out.rotation.assign(kSmall, 0.0);
  for (int i = 0; i < out.rank; ++i) {
    double* to = out.rotation.data() + static_cast<std::size_t>(i) * kVectors;
    for (int j = 0; j < out.rank; ++j) {
      const double part = eigen.vectors[static_cast<std::size_t>(i * out.rank + j)];
      for (int c = 0; c < kVectors; ++c) to[c] += part * row(j)[c];
    }
    const double value = eigen.values[static_cast<std::size_t>(i)];
    const double square =
        form(g.pp, to, to) - 2 * value * form(g.zp, to, to) + value * value * form(g.zz, to, to);
    out.value[i] = value;
    out.residual[i] = std::sqrt(std::max(square, 0.0));
  }
  return out;
}

}  // namespace nearfold
