#include "knn/metric_rows.hpp"

#include <cmath>
#include <cstring>

#include "core/parallel.hpp"

namespace nearfold {
namespace {

/// write(i, row) for every point.
template <class Write>
MetricRows made(const StoredView& points, std::int64_t width, const Cpu& on, const Write& write) {
  MetricRows rows;
  rows.own = Matrix(points.rows(), width);
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room = points.room();
    for (std::int64_t i = begin; i < end; ++i) write(points.row(i, room.data()), rows.own.row(i));
  });
  return rows;
}

/// Of the weights of minkowski, as SciPy has them: at infinity they only leave columns out.
double factor_of_weight(double w, double p) {
  if (std::isinf(p)) return w != 0 ? 1 : 0;
  return std::pow(w, 1 / p);
}

}  // namespace

std::vector<double> factors_of(const MetricParams& params) {
  std::vector<double> factors;
  for (const double w : params.w) factors.push_back(factor_of_weight(w, params.p.value_or(2)));
  for (const double v : params.V) factors.push_back(1 / std::sqrt(v));
  return factors;
}

MetricRows scaled_rows(const StoredView& points, const Distance& distance, const Cpu& on) {
  const std::vector<double> factors = factors_of(distance.params);
  if (factors.empty()) return {};
  return made(points, points.cols(), on, [&](const float* from, float* to) {
    for (std::size_t c = 0; c < factors.size(); ++c)
      to[c] = static_cast<float>(static_cast<double>(from[c]) * factors[c]);
  });
}

std::optional<std::vector<double>> cholesky(const std::vector<double>& square, std::int64_t dim) {
  const auto size = static_cast<std::size_t>(dim);
  std::vector<double> lower(square.size());
  for (std::size_t r = 0; r < size; ++r)
    for (std::size_t c = 0; c <= r; ++c) {
      double rest = square[r * size + c];
      for (std::size_t i = 0; i < c; ++i) rest -= lower[r * size + i] * lower[c * size + i];
      if (r == c && !(rest > 0)) return {};
      lower[r * size + c] = r == c ? std::sqrt(rest) : rest / lower[c * size + c];
    }
  return lower;
}

MetricRows whitened_rows(const StoredView& points, const Distance& distance, const Cpu& on) {
  const auto dim = static_cast<std::size_t>(points.cols());
  const std::vector<double> lower = cholesky(distance.params.VI, points.cols()).value();
  return made(points, points.cols(), on, [&](const float* from, float* to) {
    for (std::size_t c = 0; c < dim; ++c) {
      double sum = 0;
      for (std::size_t r = c; r < dim; ++r)
        sum += lower[r * dim + c] * static_cast<double>(from[r]);
      to[c] = static_cast<float>(sum);
    }
  });
}

MetricRows share_root_rows(const StoredView& points, const Cpu& on) {
  const std::int64_t cols = points.cols();
  return made(points, cols + 1, on, [&](const float* from, float* to) {
    double sum = 0;
    for (std::int64_t c = 0; c < cols; ++c) sum += static_cast<double>(from[c]);
    for (std::int64_t c = 0; c < cols; ++c)
      to[c] = sum > 0 ? static_cast<float>(std::sqrt(static_cast<double>(from[c]) / (2 * sum))) : 0;
    to[cols] = sum > 0 ? 0.0f : 0.70710678f;
  });
}

MetricRows place_rows(const StoredView& points, const Cpu& on) {
  return made(points, 3, on, [](const float* from, float* to) {
    const auto latitude = static_cast<double>(from[0]), longitude = static_cast<double>(from[1]);
    to[0] = static_cast<float>(std::cos(latitude) * std::cos(longitude));
    to[1] = static_cast<float>(std::cos(latitude) * std::sin(longitude));
    to[2] = static_cast<float>(std::sin(latitude));
  });
}

MetricRows bit_rows(const StoredView& points, const Cpu& on) {
  const std::int64_t cols = points.cols();
  return made(points, bits_width(cols), on, [&](const float* from, float* to) {
    for (std::int64_t c = 0; c < cols; c += 64) {
      std::uint64_t word = 0;
      for (std::int64_t b = c; b < std::min(c + 64, cols); ++b)
        word |= std::uint64_t{from[b] != 0 ? 1u : 0u} << (b - c);
      std::memcpy(to + c / 32, &word, sizeof word);
    }
  });
}

}  // namespace nearfold
