// The method of pca_axes.hpp: everything of the size of the block of vectors itself, in double.
#include "linalg/pca_axes.hpp"

#include <utility>

#include "linalg/rayleigh_ritz.hpp"
#include "math/philox.hpp"

namespace nearfold {
namespace {

double dot(const double* a, const double* b, std::int64_t n) {
  double sum[4] = {0, 0, 0, 0};
  std::int64_t c = 0;
  for (; c + 4 <= n; c += 4) {
    for (int s = 0; s < 4; ++s) sum[s] += a[c + s] * b[c + s];
  }
  for (; c < n; ++c) sum[0] += a[c] * b[c];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void fill_random(double* row, std::int64_t dim, std::uint64_t seed, std::uint64_t counter) {
  for (std::int64_t c = 0; c < dim; ++c) {
    const auto bits = random4(seed, Stream::init, counter, static_cast<std::uint32_t>(c));
    row[c] = static_cast<double>(to_unit(bits.v[0])) - 0.5;
  }
}

/// Takes the rows before `i` out of row i and returns the length left.
double reduce_row(Basis& q, std::int64_t i) {
  for (std::int64_t j = 0; j < i; ++j) {
    const double along = dot(q.row(i), q.row(j), q.dim);
    for (std::int64_t c = 0; c < q.dim; ++c) q.row(i)[c] -= along * q.row(j)[c];
  }
  return std::sqrt(dot(q.row(i), q.row(i), q.dim));
}

/// Gram-Schmidt, twice. A row that depends on those before it (data of low rank, or with no
/// variance at all) is replaced by a random one: the answer is orthonormal whatever the data.
void orthonormalize(Basis& q, std::uint64_t seed) {
  constexpr double kDependent = 1e-10;
  auto counter = static_cast<std::uint64_t>(q.width);
  for (std::int64_t i = 0; i < q.width; ++i) {
    double before = std::sqrt(dot(q.row(i), q.row(i), q.dim));
    double left = reduce_row(q, i);
    while (!(left > kDependent * before)) {
      fill_random(q.row(i), q.dim, seed, counter++);
      before = std::sqrt(dot(q.row(i), q.row(i), q.dim));
      left = reduce_row(q, i);
    }
    for (std::int64_t c = 0; c < q.dim; ++c) q.row(i)[c] /= left;
    left = reduce_row(q, i);
    for (std::int64_t c = 0; c < q.dim; ++c) q.row(i)[c] /= left;
  }
}

/// The rows of `q` rotated so that they come in order of variance; `product` = covariance of q.
Matrix principal_rows(const Basis& q, const Basis& product, int count) {
  std::vector<double> products(static_cast<std::size_t>(q.width * q.width));
  for (std::int64_t i = 0; i < q.width; ++i)
    for (std::int64_t j = 0; j < q.width; ++j)
      products[static_cast<std::size_t>(i * q.width + j)] = dot(q.row(i), product.row(j), q.dim);
  const SymmetricEigen eigen = rayleigh_ritz(products, q.width);
  Matrix axes(count, q.dim);
  std::vector<double> axis(static_cast<std::size_t>(q.dim));
  for (std::int64_t i = 0; i < count; ++i) {
    std::fill(axis.begin(), axis.end(), 0.0);
    for (std::int64_t j = 0; j < q.width; ++j) {
      const double part = eigen.vectors[static_cast<std::size_t>(i * q.width + j)];
      for (std::size_t c = 0; c < axis.size(); ++c) axis[c] += part * q.row(j)[c];
    }
    std::size_t peak = 0;
    for (std::size_t c = 1; c < axis.size(); ++c) {
      if (std::abs(axis[c]) > std::abs(axis[peak])) peak = c;
    }
    const double sign = axis[peak] < 0 ? -1.0 : 1.0;
    for (std::size_t c = 0; c < axis.size(); ++c) {
      axes.row(i)[c] = static_cast<float>(sign * axis[c]);
    }
  }
  return axes;
}

}  // namespace

Matrix principal_axes(std::int64_t rows, std::int64_t dim, const CovarianceProduct& product_with,
                      int count, int iterations, std::uint64_t seed) {
  // More vectors than asked for: the error shrinks by the ratio of the first variance left out to
  // the last one wanted in every pass, and a panel that is not full costs the same.
  constexpr std::int64_t kExtra = 8, kFull = PcaSegments::kPanel;
  const std::int64_t full = (count + kExtra + kFull - 1) / kFull * kFull;
  Basis q(std::min(full, std::min(rows, dim)), dim);
  for (std::int64_t j = 0; j < q.width; ++j) {
    fill_random(q.row(j), q.dim, seed, static_cast<std::uint64_t>(j));
  }
  orthonormalize(q, seed);
  Basis product = product_with(q);
  for (int i = 1; i < iterations; ++i) {
    q = std::move(product);
    orthonormalize(q, seed);
    product = product_with(q);
  }
  return principal_rows(q, product, count);
}

}  // namespace nearfold
