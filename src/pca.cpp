// Principal axes by randomised subspace iteration: a block of vectors is multiplied by the
// covariance, without ever forming it, and made orthonormal again; a Rayleigh-Ritz step at the end
// puts the axes in order. Products run in float over small blocks of centred rows, sums of blocks
// and everything of the size of the block itself in double.
// Source: Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 2011.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "lanes.hpp"
#include "math/philox.hpp"
#include "parallel.hpp"
#include "stages.hpp"
#include "symmetric_eigen.hpp"

namespace nearfold {
namespace {

constexpr int kPanel = 2 * kLanes;         // vectors multiplied together
constexpr int kTile = 4;                   // rows (or columns) of a tile: 4 x 16 sums in registers
constexpr std::int64_t kBlock = 64;        // rows centred and used while they are in cache
constexpr std::int64_t kSegments = 64;     // of rows, each with its own sums, whatever the threads
constexpr std::int64_t kSums = 1LL << 26;  // floats in all these sums, at most

/// Orthonormal vectors as the rows of [width, dim].
struct Basis {
  std::int64_t width = 0, dim = 0;
  std::vector<double> values;

  Basis(std::int64_t rows, std::int64_t cols)
      : width(rows), dim(cols), values(static_cast<std::size_t>(rows * cols)) {}
  double* row(std::int64_t i) { return values.data() + i * dim; }
  const double* row(std::int64_t i) const { return values.data() + i * dim; }
};

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

/// out[r][16] = sum over c of x[r][c] * v[c][16] for kTile rows r, `stride` apart.
void tile_forward(const float* x, std::int64_t stride, const float* v, std::int64_t dim,
                  float* out) {
  Float8 sum[kTile][2] = {};
  for (std::int64_t c = 0; c < dim; ++c) {
    const Float8 low = lanes(v + c * kPanel);
    const Float8 high = lanes(v + c * kPanel + kLanes);
    for (int r = 0; r < kTile; ++r) {
      const float value = x[r * stride + c];
      sum[r][0] += value * low;
      sum[r][1] += value * high;
    }
  }
  for (std::int64_t r = 0; r < kTile; ++r) {
    lanes(out + r * kPanel) = sum[r][0];
    lanes(out + r * kPanel + kLanes) = sum[r][1];
  }
}

/// out[c][16] += sum over the rows of a block of x[r][c] * s[r][16] for kTile columns c.
void tile_back(const float* x, std::int64_t stride, const float* s, float* out) {
  Float8 sum[kTile][2] = {};
  for (std::int64_t r = 0; r < kBlock; ++r) {
    const Float8 low = lanes(s + r * kPanel);
    const Float8 high = lanes(s + r * kPanel + kLanes);
    for (int c = 0; c < kTile; ++c) {
      const float value = x[r * stride + c];
      sum[c][0] += value * low;
      sum[c][1] += value * high;
    }
  }
  for (std::int64_t c = 0; c < kTile; ++c) {
    lanes(out + c * kPanel) += sum[c][0];
    lanes(out + c * kPanel + kLanes) += sum[c][1];
  }
}

/// X'X of the centred points as an operator. Rows are scaled by a power of two so that squares
/// neither overflow nor vanish; axes do not notice.
class Covariance {
 public:
  Covariance(HostMatrix<const float> points, const Cpu& on) : points_(points), on_(on) {
    const std::int64_t n = points.rows, dim = points.cols;
    const std::int64_t grain = (n + kSegments - 1) / kSegments;
    const std::int64_t segments = (n + grain - 1) / grain;
    std::vector<double> sums(static_cast<std::size_t>(segments * dim));
    std::vector<float> largest(static_cast<std::size_t>(segments));
    parallel_for(on.threads, n, grain, [&](std::int64_t begin, std::int64_t end) {
      double* sum = sums.data() + begin / grain * dim;
      float& most = largest[static_cast<std::size_t>(begin / grain)];
      for (std::int64_t i = begin; i < end; ++i) {
        for (std::int64_t c = 0; c < dim; ++c) sum[c] += static_cast<double>(points.row(i)[c]);
        for (std::int64_t c = 0; c < dim; ++c) most = std::max(most, std::abs(points.row(i)[c]));
      }
    });
    for (std::int64_t c = 0; c < dim; ++c) {
      double sum = 0;
      for (auto at = static_cast<std::size_t>(c); at < sums.size();
           at += static_cast<std::size_t>(dim)) {
        sum += sums[at];
      }
      mean_.push_back(static_cast<float>(sum / static_cast<double>(n)));
    }
    const float most = *std::max_element(largest.begin(), largest.end());
    if (most > 0) scale_ = std::ldexp(1.0f, std::clamp(-std::ilogb(most), -126, 126));
  }

  const std::vector<float>& mean() const { return mean_; }

  /// The products of `q` with the operator: one pass over the points.
  Basis apply(const Basis& q) const {
    const std::int64_t n = points_.rows, dim = points_.cols;
    const std::int64_t panels = (q.width + kPanel - 1) / kPanel;
    const std::int64_t padded = (dim + kTile - 1) / kTile * kTile;
    const std::int64_t size = panels * padded * kPanel;
    const std::int64_t segments = std::clamp<std::int64_t>(kSums / size, 1, kSegments);
    const std::int64_t grain = std::max(kBlock, (n + segments - 1) / segments);
    const std::vector<float> v = to_panels(q, padded);
    std::vector<float> sums(static_cast<std::size_t>((n + grain - 1) / grain * size));
    parallel_for(on_.threads, n, grain, [&](std::int64_t begin, std::int64_t end) {
      apply_rows(begin, end, v.data(), panels, padded, sums.data() + begin / grain * size);
    });

    Basis out(q.width, dim);
    parallel_for(on_.threads, dim, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; ++c) {
        for (std::int64_t j = 0; j < q.width; ++j) {
          std::size_t at = static_cast<std::size_t>(panel_index(j, c, padded));
          double sum = 0;
          for (; at < sums.size(); at += static_cast<std::size_t>(size)) {
            sum += static_cast<double>(sums[at]);
          }
          out.row(j)[c] = sum;
        }
      }
    });
    return out;
  }

 private:
  static std::int64_t panel_index(std::int64_t j, std::int64_t c, std::int64_t padded) {
    return (j / kPanel * padded + c) * kPanel + j % kPanel;
  }

  static std::vector<float> to_panels(const Basis& q, std::int64_t padded) {
    const std::int64_t panels = (q.width + kPanel - 1) / kPanel;
    std::vector<float> v(static_cast<std::size_t>(panels * padded * kPanel));
    for (std::int64_t j = 0; j < q.width; ++j) {
      for (std::int64_t c = 0; c < q.dim; ++c) {
        v[static_cast<std::size_t>(panel_index(j, c, padded))] = static_cast<float>(q.row(j)[c]);
      }
    }
    return v;
  }

  /// Adds the share of rows [begin, end) to `sum` [panels][padded][16].
  void apply_rows(std::int64_t begin, std::int64_t end, const float* v, std::int64_t panels,
                  std::int64_t padded, float* sum) const {
    const std::int64_t stride =
        (padded / 16 * 2 + 3) * 8;  // rows of a tile in different cache sets
    std::vector<float> x(static_cast<std::size_t>(kBlock * stride));
    float s[kBlock * kPanel];
    for (std::int64_t first = begin; first < end; first += kBlock) {
      const std::int64_t rows = std::min(kBlock, end - first);
      if (rows < kBlock) std::fill(x.begin(), x.end(), 0.0f);
      for (std::int64_t r = 0; r < rows; ++r) center_row(first + r, x.data() + r * stride);
      for (std::int64_t p = 0; p < panels; ++p) {
        for (std::int64_t r = 0; r < kBlock; r += kTile) {
          tile_forward(x.data() + r * stride, stride, v + p * padded * kPanel, padded,
                       s + r * kPanel);
        }
        for (std::int64_t c = 0; c < padded; c += kTile) {
          tile_back(x.data() + c, stride, s, sum + (p * padded + c) * kPanel);
        }
      }
    }
  }

  /// In float: the rounding of the mean is far below the one the points came with.
  void center_row(std::int64_t i, float* out) const {
    const float* x = points_.row(i);
    const std::int64_t dim = points_.cols, whole = dim / kLanes * kLanes;
    for (std::int64_t c = 0; c < whole; c += kLanes) {
      lanes(out + c) = scale_ * (lanes(x + c) - lanes(mean_.data() + c));
    }
    for (std::int64_t c = whole; c < dim; ++c) {
      out[c] = scale_ * (x[c] - mean_[static_cast<std::size_t>(c)]);
    }
  }

  HostMatrix<const float> points_;
  Cpu on_;
  std::vector<float> mean_;
  float scale_ = 1.0f;
};

/// The rows of `q` turned so that they come in order of variance; `product` = covariance of q.
Matrix ritz_vectors(const Basis& q, const Basis& product, int count) {
  std::vector<double> small(static_cast<std::size_t>(q.width * q.width));
  for (std::int64_t i = 0; i < q.width; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      small[static_cast<std::size_t>(i * q.width + j)] =
          0.5 * (dot(q.row(i), product.row(j), q.dim) + dot(q.row(j), product.row(i), q.dim));
    }
  }
  const SymmetricEigen eigen = symmetric_eigen(std::move(small), q.width);
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

Matrix principal_axes(HostMatrix<const float> points, int count, int iterations,
                      std::vector<float>& mean, std::uint64_t seed, const Cpu& on) {
  const Covariance covariance(points, on);
  mean = covariance.mean();

  // More vectors than asked for: the error shrinks by the ratio of the first variance left out to
  // the last one wanted in every pass, and a panel that is not full costs the same.
  constexpr int kExtra = 8;
  const std::int64_t full = (std::int64_t{count} + kExtra + kPanel - 1) / kPanel * kPanel;
  Basis q(std::min(full, std::min(points.rows, points.cols)), points.cols);
  for (std::int64_t j = 0; j < q.width; ++j) {
    fill_random(q.row(j), q.dim, seed, static_cast<std::uint64_t>(j));
  }
  orthonormalize(q, seed);
  Basis product = covariance.apply(q);
  for (int i = 1; i < iterations; ++i) {
    q = std::move(product);
    orthonormalize(q, seed);
    product = covariance.apply(q);
  }
  return ritz_vectors(q, product, count);
}

}  // namespace nearfold
