// Dense symmetric eigenvectors: reduction to tridiagonal form, then QR steps. Declared, with its
// source, in symmetric_eigen.hpp.
#include "linalg/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace nearfold {
namespace {

/// I - scale v v' with v zero before index `first`; scale 0 is the identity.
struct Reflection {
  std::int64_t first = 0;
  double scale = 0;
  std::vector<double> v;  // entries first .. n-1
};

/// The reflection that maps x to a multiple of the first unit vector; that multiple is `length`.
Reflection reflect(std::vector<double> x, std::int64_t first, double& length) {
  double tail = 0;
  for (std::size_t i = 1; i < x.size(); ++i) tail += x[i] * x[i];
  length = x[0];
  if (tail == 0) return {first, 0.0, std::move(x)};
  const double norm = std::sqrt(x[0] * x[0] + tail);
  length = x[0] > 0 ? -norm : norm;  // the sign that avoids cancellation in the next line
  x[0] -= length;
  const double scale = 2.0 / (x[0] * x[0] + tail);
  return {first, scale, std::move(x)};
}

struct Tridiagonal {
  std::int64_t n = 0;
  std::vector<double> diagonal, beside;
  std::vector<double> rows;  // of the transposed transformation: row i will be eigenvector i

  double* row(std::int64_t i) { return rows.data() + i * n; }
};

/// a = H a H for the trailing block that `h` acts on; lower half only.
void apply_both_sides(std::vector<double>& a, std::int64_t n, const Reflection& h) {
  const auto size = static_cast<std::int64_t>(h.v.size());
  const auto at = [&](std::int64_t i, std::int64_t j) -> double& {
    return a[static_cast<std::size_t>((h.first + i) * n + h.first + j)];
  };
  std::vector<double> w(h.v.size());
  const double* v = h.v.data();
  for (std::int64_t i = 0; i < size; ++i) {
    double sum = at(i, i) * v[i];
    for (std::int64_t j = 0; j < i; ++j) {
      sum += at(i, j) * v[j];
      w[static_cast<std::size_t>(j)] += at(i, j) * v[i];
    }
    w[static_cast<std::size_t>(i)] += sum;
  }
  double along = 0;
  for (double& value : w) value *= h.scale;
  for (std::size_t i = 0; i < w.size(); ++i) along += w[i] * v[i];
  for (std::size_t i = 0; i < w.size(); ++i) w[i] -= 0.5 * h.scale * along * v[i];
  for (std::int64_t i = 0; i < size; ++i) {
    const double wi = w[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j <= i; ++j) {
      at(i, j) -= v[i] * w[static_cast<std::size_t>(j)] + wi * v[j];
    }
  }
}

Tridiagonal reduce(std::vector<double> a, std::int64_t n) {
  Tridiagonal t{n, std::vector<double>(static_cast<std::size_t>(n)),
                std::vector<double>(static_cast<std::size_t>(n)),
                std::vector<double>(static_cast<std::size_t>(n * n))};
  std::vector<Reflection> reflections;
  for (std::int64_t k = 0; k + 1 < n; ++k) {
    std::vector<double> x;
    for (std::int64_t i = k + 1; i < n; ++i) x.push_back(a[static_cast<std::size_t>(i * n + k)]);
    reflections.push_back(reflect(std::move(x), k + 1, t.beside[static_cast<std::size_t>(k)]));
    apply_both_sides(a, n, reflections.back());
  }
  for (std::int64_t i = 0; i < n; ++i) {
    t.diagonal[static_cast<std::size_t>(i)] = a[static_cast<std::size_t>(i * n + i)];
    t.row(i)[i] = 1.0;
  }
  for (auto h = reflections.rbegin(); h != reflections.rend(); ++h) {
    for (std::int64_t i = h->first; i < n; ++i) {
      double* row = t.row(i) + h->first;
      double along = 0;
      for (std::size_t j = 0; j < h->v.size(); ++j) along += row[j] * h->v[j];
      for (std::size_t j = 0; j < h->v.size(); ++j) row[j] -= h->scale * along * h->v[j];
    }
  }
  return t;
}

/// One implicit QR step on the unreduced block lo .. hi.
void qr_step(Tridiagonal& t, std::size_t lo, std::size_t hi) {
  std::vector<double>& d = t.diagonal;
  std::vector<double>& e = t.beside;
  const double half = 0.5 * (d[hi - 1] - d[hi]);
  const double root = std::sqrt(half * half + e[hi - 1] * e[hi - 1]);
  const double shift = d[hi] - e[hi - 1] * (e[hi - 1] / (half + (half < 0 ? -root : root)));
  double x = d[lo] - shift;
  double z = e[lo];
  for (std::size_t k = lo; k < hi; ++k) {
    const double r = std::sqrt(x * x + z * z);
    const double c = r > 0 ? x / r : 1.0;
    const double s = r > 0 ? z / r : 0.0;
    if (k > lo) e[k - 1] = r;
    const double a = d[k], b = e[k], g = d[k + 1];
    d[k] = c * c * a + 2 * c * s * b + s * s * g;
    d[k + 1] = s * s * a - 2 * c * s * b + c * c * g;
    e[k] = c * s * (g - a) + (c * c - s * s) * b;
    if (k + 1 < hi) {
      x = e[k];
      z = s * e[k + 1];
      e[k + 1] *= c;
    }
    double* upper = t.row(static_cast<std::int64_t>(k));
    double* lower = upper + t.n;
    for (std::int64_t j = 0; j < t.n; ++j) {
      const double u = upper[j], l = lower[j];
      upper[j] = c * u + s * l;
      lower[j] = c * l - s * u;
    }
  }
}

void diagonalize(Tridiagonal& t) {
  std::vector<double>& d = t.diagonal;
  std::vector<double>& e = t.beside;
  double norm = 0;
  for (std::size_t i = 0; i < d.size(); ++i) norm = std::max(norm, std::abs(d[i]) + std::abs(e[i]));
  const double negligible = std::numeric_limits<double>::epsilon() * norm;
  std::int64_t steps = 64 * t.n;  // about 2 n are needed
  std::size_t hi = d.size() - 1;
  while (hi > 0 && steps > 0) {
    if (std::abs(e[hi - 1]) <= negligible) {
      e[--hi] = 0;
      continue;
    }
    std::size_t lo = hi - 1;
    while (lo > 0 && std::abs(e[lo - 1]) > negligible) --lo;
    qr_step(t, lo, hi);
    --steps;
  }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> a, std::int64_t n) {
  if (n == 0) return {};
  Tridiagonal t = reduce(std::move(a), n);
  diagonalize(t);
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  const auto value = [&](std::int64_t i) { return t.diagonal[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t i, std::int64_t j) { return value(i) > value(j); });
  SymmetricEigen out;
  for (const std::int64_t i : order) {
    out.values.push_back(value(i));
    out.vectors.insert(out.vectors.end(), t.row(i), t.row(i) + n);
  }
  return out;
}

}  // namespace nearfold
