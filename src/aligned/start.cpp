#include "aligned/start.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/symmetric_eigen.hpp"

namespace nearfold {
namespace {

using Doubles = std::vector<double>;

/// Sums over the rows that have a counterpart.
struct Shapes {
  Doubles own, fixed;     // centres [dims]
  Doubles product;        // [dims, dims] of centred rows, own' fixed
  double own_square = 0;  // of own's, summed
};

Shapes shapes_of(const Matrix& own, const Matrix& fixed,
                 const std::vector<std::int32_t>& counterpart) {
  const auto dims = static_cast<std::size_t>(own.cols());
  Shapes s{Doubles(dims), Doubles(dims), Doubles(dims * dims)};
  const auto for_each_pair = [&](const auto& body) {
    for (std::size_t i = 0; i < counterpart.size(); ++i)
      if (counterpart[i] >= 0)
        body(own.row(static_cast<std::int64_t>(i)), fixed.row(counterpart[i]));
  };
  double many = 0;
  for_each_pair([&](const float* a, const float* b) {
    ++many;
    for (std::size_t c = 0; c < dims; ++c) {
      s.own[c] += static_cast<double>(a[c]);
      s.fixed[c] += static_cast<double>(b[c]);
    }
  });
  for (std::size_t c = 0; c < dims; ++c) {
    s.own[c] /= many;
    s.fixed[c] /= many;
  }
  for_each_pair([&](const float* a, const float* b) {
    for (std::size_t c = 0; c < dims; ++c) {
      const double from = static_cast<double>(a[c]) - s.own[c];
      s.own_square += from * from;
      for (std::size_t d = 0; d < dims; ++d)
        s.product[c * dims + d] += from * (static_cast<double>(b[d]) - s.fixed[d]);
    }
  });
  return s;
}

/// The orthogonal factor U V' of M = U S V', and the sum of S.
struct Turn {
  Doubles rotation;  // [dims, dims]
  double singular_sum = 0;
};

/// S are the eigenvalues above 0 of [0 M; M' 0], of which (u, v) / sqrt 2 are the eigenvectors. A
/// millionth of the identity in M decides what M leaves open: no turn there.
Turn orthogonal_factor(Doubles m, std::size_t dims) {
  double size = 0;
  for (const double x : m) size = std::max(size, std::abs(x));
  Turn turn{Doubles(dims * dims), 0};
  for (std::size_t c = 0; c < dims; ++c) {
    m[c * dims + c] += size > 0 ? 1e-6 * size : 1;
    turn.rotation[c * dims + c] = size > 0 ? 0 : 1;
  }
  if (!(size > 0)) return turn;
  const std::size_t side = 2 * dims;
  Doubles both(side * side);
  for (std::size_t c = 0; c < dims; ++c)
    for (std::size_t d = 0; d < dims; ++d)
      both[(dims + d) * side + c] = both[c * side + dims + d] = m[c * dims + d];
  const SymmetricEigen eigen = symmetric_eigen(std::move(both), static_cast<std::int64_t>(side));
  for (std::size_t k = 0; k < dims; ++k) {
    turn.singular_sum += eigen.values[k];
    const double* const u = &eigen.vectors[k * side];
    for (std::size_t c = 0; c < dims; ++c)
      for (std::size_t d = 0; d < dims; ++d) turn.rotation[c * dims + d] += 2 * u[c] * u[dims + d];
  }
  return turn;
}

}  // namespace

void turn_towards(Matrix& own, const Matrix& fixed, const std::vector<std::int32_t>& counterpart,
                  Scaling scaling) {
  const auto dims = static_cast<std::size_t>(own.cols());
  const Shapes s = shapes_of(own, fixed, counterpart);
  const Turn turn = orthogonal_factor(s.product, dims);
  const bool scaled = scaling == Scaling::fitted && s.own_square > 0 && turn.singular_sum > 0;
  const double scale = scaled ? turn.singular_sum / s.own_square : 1;
  Doubles from(dims);
  for (std::int64_t i = 0; i < own.rows(); ++i) {
    for (std::size_t c = 0; c < dims; ++c) from[c] = static_cast<double>(own.row(i)[c]) - s.own[c];
    for (std::size_t d = 0; d < dims; ++d) {
      double sum = 0;
      for (std::size_t c = 0; c < dims; ++c) sum += from[c] * turn.rotation[c * dims + d];
      own.row(i)[d] = static_cast<float>(s.fixed[d] + scale * sum);
    }
  }
}

void take_places(Matrix& own, const Matrix& fixed, const std::vector<std::int32_t>& counterpart,
                 const Neighborhoods& neighbors) {
  const auto dims = static_cast<std::size_t>(own.cols());
  const auto other = [&](std::int64_t i) { return counterpart[static_cast<std::size_t>(i)]; };
  for (std::int64_t i = 0; i < own.rows(); ++i) {
    if (other(i) >= 0) {
      std::copy_n(fixed.row(other(i)), dims, own.row(i));
      continue;
    }
    Doubles sum(dims);
    double many = 0;
    for (const std::int32_t j : neighbors.row(i)) {
      if (other(j) < 0) continue;
      ++many;
      for (std::size_t c = 0; c < dims; ++c) sum[c] += static_cast<double>(fixed.row(other(j))[c]);
    }
    if (many > 0)
      for (std::size_t c = 0; c < dims; ++c) own.row(i)[c] = static_cast<float>(sum[c] / many);
  }
}

}  // namespace nearfold
