// Products with the covariance on the processor, for pca_axes.hpp: in float over small blocks of
// centred rows, sums of segments in double.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"
#include "linalg/pca_axes.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPanel = PcaSegments::kPanel;  // vectors multiplied together
constexpr std::int64_t kTile = PcaSegments::kTile;    // rows or columns: 4 x 16 sums in registers
static_assert(kPanel == std::int64_t{2} * kLanes);
constexpr std::int64_t kBlock = PcaSegments::kBlock;  // centred and used while they are in cache

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

class HostCovariance {
 public:
  HostCovariance(const StoredView& points, const Cpu& on) : points_(points), on_(on) {
    const std::int64_t n = points.rows(), dim = points.cols();
    const std::int64_t grain = PcaSegments::rows_for_mean(n);
    const std::int64_t segments = (n + grain - 1) / grain;
    std::vector<double> sums(static_cast<std::size_t>(segments * dim));
    std::vector<float> largest(static_cast<std::size_t>(segments));
    parallel_for(on.threads, n, grain, [&](std::int64_t begin, std::int64_t end) {
      double* sum = sums.data() + begin / grain * dim;
      float& most = largest[static_cast<std::size_t>(begin / grain)];
      std::vector<float> room = points.room();
      for (std::int64_t i = begin; i < end; ++i) {
        const float* const row = points.row(i, room.data());
        for (std::int64_t c = 0; c < dim; ++c) sum[c] += static_cast<double>(row[c]);
        for (std::int64_t c = 0; c < dim; ++c) most = std::max(most, std::abs(row[c]));
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
    scale_ = pca_scale(*std::max_element(largest.begin(), largest.end()));
  }

  const std::vector<float>& mean() const { return mean_; }

  Basis apply(const Basis& q) const {
    const std::int64_t n = points_.rows(), dim = points_.cols();
    const std::int64_t panels = (q.width + kPanel - 1) / kPanel;
    const std::int64_t padded = (dim + kTile - 1) / kTile * kTile;
    const std::int64_t size = panels * padded * kPanel;
    const std::int64_t grain = PcaSegments::rows_for_products(n, q.width, dim);
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
    std::vector<float> x(static_cast<std::size_t>(kBlock * stride)), room = points_.room();
    float s[kBlock * kPanel];
    for (std::int64_t first = begin; first < end; first += kBlock) {
      const std::int64_t rows = std::min(kBlock, end - first);
      if (rows < kBlock) std::fill(x.begin(), x.end(), 0.0f);
      for (std::int64_t r = 0; r < rows; ++r)
        center_row(points_.row(first + r, room.data()), x.data() + r * stride);
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
  void center_row(const float* x, float* out) const {
    const std::int64_t dim = points_.cols(), whole = dim / kLanes * kLanes;
    for (std::int64_t c = 0; c < whole; c += kLanes) {
      lanes(out + c) = scale_ * (lanes(x + c) - lanes(mean_.data() + c));
    }
    for (std::int64_t c = whole; c < dim; ++c) {
      out[c] = scale_ * (x[c] - mean_[static_cast<std::size_t>(c)]);
    }
  }

  StoredView points_;
  Cpu on_;
  std::vector<float> mean_;
  float scale_ = 1.0f;
};

}  // namespace

Matrix principal_axes(const StoredView& points, int count, int iterations, std::vector<float>& mean,
                      std::uint64_t seed, const Cpu& on) {
  const HostCovariance covariance(points, on);
  mean = covariance.mean();
  return principal_axes(
      points.rows(), points.cols(), [&](const Basis& q) { return covariance.apply(q); }, count,
      iterations, seed);
}

}  // namespace nearfold
