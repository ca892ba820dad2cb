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
double form(const Small& g, const double* x, const double* y, std::size_t width) {
  double sum = 0;
  for (std::size_t r = 0; r < width; ++r)
    for (std::size_t c = 0; c < width; ++c) sum += x[r] * g[r * width + c] * y[c];
  return sum;
}

/// out[j] = x' g y_j for the `count` rows y_j of `ys`, each added up as form() does it.
void forms(const Small& g, const double* x, const Small& ys, std::size_t count, std::size_t width,
           double* out) {
  Small columns(ys.size());  // of ys, each in a row
  for (std::size_t j = 0; j < count; ++j)
    for (std::size_t c = 0; c < width; ++c) columns[c * count + j] = ys[j * width + c];
  std::fill_n(out, count, 0.0);
  for (std::size_t r = 0; r < width; ++r)
    for (std::size_t c = 0; c < width; ++c) {
      const double xg = x[r] * g[r * width + c];
      for (std::size_t j = 0; j < count; ++j) out[j] += xg * columns[c * count + j];
    }
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
  const auto width = static_cast<std::size_t>(g.width);
  std::vector<double> scale(width);
  for (std::size_t c = 0; c < width; ++c) {
    const double length = g.zz[c * width + c];
    scale[c] = length > 0 ? 1 / std::sqrt(length) : 0.0;
  }
  Small unit(width * width);
  for (std::size_t k = 0; k < unit.size(); ++k)
    unit[k] = g.zz[k] * scale[k / width] * scale[k % width];
  const SymmetricEigen basis = symmetric_eigen(std::move(unit), g.width);

  std::size_t rank = 0;
  Small whiten;  // rows: combinations of the columns of Z that are orthonormal
  for (; rank < width && basis.values[rank] > kDependent; ++rank) {
    const double length = std::sqrt(basis.values[rank]);
    for (std::size_t c = 0; c < width; ++c)
      whiten.push_back(basis.vectors[rank * width + c] * scale[c] / length);
  }
  std::vector<double> products(rank * rank);
  for (std::size_t i = 0; i < rank; ++i)
    forms(g.zp, &whiten[i * width], whiten, rank, width, &products[i * rank]);
  const SymmetricEigen eigen = rayleigh_ritz(products, static_cast<std::int64_t>(rank));

  Ritz out{static_cast<int>(rank), Small(width * width), std::vector<double>(width),
           std::vector<double>(width)};
  for (std::size_t i = 0; i < rank; ++i) {
    double* const to = &out.rotation[i * width];
    for (std::size_t j = 0; j < rank; ++j) {
      const double part = eigen.vectors[i * rank + j];
      for (std::size_t c = 0; c < width; ++c) to[c] += part * whiten[j * width + c];
    }
    const double value = eigen.values[i];
    const double square = form(g.pp, to, to, width) - 2 * value * form(g.zp, to, to, width) +
                          value * value * form(g.zz, to, to, width);
    out.value[i] = value;
    out.residual[i] = std::sqrt(std::max(square, 0.0));
  }
  return out;
}

}  // namespace nearfold
