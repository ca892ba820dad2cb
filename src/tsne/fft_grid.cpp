// Two real rows travel as one complex row, since the spectrum of a real row is Hermitian; kSimd
// pairs of rows, or kSimd columns, are transformed side by side.
#include "tsne/fft_grid.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/parallel.hpp"
#include "math/tsne_force.hpp"

namespace nearfold {
namespace {

using Complex = Fft::Complex;

constexpr std::int64_t kLanesOfBatch = kSimd;

std::int64_t batches(std::int64_t sequences) {
  return (sequences + kLanesOfBatch - 1) / kLanesOfBatch;
}

/// body(batch, room for two arrays of a transform) for every batch of `sequences`.
template <class Body>
void for_batches(const Cpu& on, std::int64_t sequences, std::int64_t length, const Body& body) {
  parallel_for(on.threads, batches(sequences), 1, [&](std::int64_t batch, std::int64_t) {
    std::vector<Complex> buffer(static_cast<std::size_t>(2 * length));
    body(batch, buffer);
  });
}

Floats load_lanes(const std::vector<float>& from, std::int64_t at) {
  return load(&from[static_cast<std::size_t>(at)]);
}
void store_lanes(std::vector<float>& to, std::int64_t at, Floats value) {
  store(&to[static_cast<std::size_t>(at)], value);
}

}  // namespace

std::int64_t grid_nodes_for(std::int64_t nodes) {
  return Fft::even_length(2 * nodes) / 2;
}

double spline_symbol(std::int64_t k, std::int64_t nodes) {
  const double angle = std::numbers::pi * static_cast<double>(k) / static_cast<double>(nodes);
  return (66.0 + 52.0 * std::cos(angle) + 2.0 * std::cos(2.0 * angle)) / 120.0;
}

double grid_self_potential(double dof) {
  return TsneGrid(64, Cpu{1}, dof, grid_spacing(dof)).self_potential();
}

TsneGrid::TsneGrid(std::int64_t nodes, const Cpu& on, double dof, double spacing)
    : on_(on),
      dof_(dof),
      spacing_(spacing),
      fft_(2 * grid_nodes_for(nodes)),
      nodes_(grid_nodes_for(nodes)),
      side_(2 * nodes_),
      half_(nodes_ + 1),
      stride_(nodes_ + 8),
      width_(batches(half_) * kLanesOfBatch),
      values_(static_cast<std::size_t>(nodes_ * stride_)),
      kernel_(static_cast<std::size_t>(half_ * width_)),
      re_(static_cast<std::size_t>(nodes_ * width_)),
      im_(re_.size()) {
  make_kernel();
  self_potential_ = mean_self_potential();
}

/// Spectrum of (1 + d^2 / dof)^-dof on the lattice over the squared symbol of the spline for both
/// directions: spreading and reading smooth by the spline once each. Real because the kernel is
/// even; scaled for the inverse.
void TsneGrid::make_kernel() {
  const auto offset = [&](std::int64_t g) {
    return spacing_ * static_cast<double>(std::min(g, side_ - g));
  };
  const auto kernel = [&](double d, double e) {
    return dof_ == 1 ? 1.0 / (1.0 + d * d + e * e) : std::pow(1.0 + (d * d + e * e) / dof_, -dof_);
  };
  for_batches(on_, half_, side_, [&](std::int64_t batch, std::vector<Complex>& buffer) {
    const std::int64_t first = batch * kLanesOfBatch;
    for (std::int64_t c = 0; c < side_; ++c)
      for (int l = 0; l < kSimd; ++l) {
        const double d = offset(std::min(first + l, nodes_)), e = offset(c);
        buffer[static_cast<std::size_t>(c)].re[l] = static_cast<float>(kernel(d, e));
      }
    const Complex* out = fft_.transform(buffer.data(), buffer.data() + side_);
    for (std::int64_t l = 0; l < std::min<std::int64_t>(kSimd, half_ - first); ++l)
      for (std::int64_t k = 0; k < half_; ++k)
        kernel_[static_cast<std::size_t>((first + l) * width_ + k)] = out[k].re[l];
  });
  const double scale = static_cast<double>(side_) * static_cast<double>(side_);
  for_batches(on_, half_, side_, [&](std::int64_t batch, std::vector<Complex>& buffer) {
    const std::int64_t first = batch * kLanesOfBatch;
    for (std::int64_t g = 0; g < side_; ++g)
      buffer[static_cast<std::size_t>(g)].re =
          load_lanes(kernel_, std::min(g, side_ - g) * width_ + first);
    const Complex* out = fft_.transform(buffer.data(), buffer.data() + side_);
    for (std::int64_t m = 0; m < half_; ++m) {
      Floats value;
      for (int l = 0; l < kSimd; ++l) {
        const double s = spline_symbol(first + l, nodes_) * spline_symbol(m, nodes_);
        value[l] = static_cast<float>(static_cast<double>(out[m].re[l]) / (s * s * scale));
      }
      store_lanes(kernel_, m * width_ + first, value);
    }
  });
}

double TsneGrid::mean_self_potential() const {
  // The kernel back on the lattice at offsets 0..5 in both directions.
  double near[kSplineNodes][kSplineNodes] = {};
  std::vector<double> cosines;
  for (std::int64_t k = 0; k < half_; ++k)
    cosines.push_back(
        std::cos(std::numbers::pi * static_cast<double>(k) / static_cast<double>(nodes_)));
  for (std::int64_t m = 0; m < half_; ++m)
    for (std::int64_t k = 0; k < half_; ++k) {
      const double times = (m == 0 || m == nodes_ ? 1 : 2) * (k == 0 || k == nodes_ ? 1 : 2);
      const double value =
          times * static_cast<double>(kernel_[static_cast<std::size_t>(m * width_ + k)]);
      const double a = cosines[static_cast<std::size_t>(m)];
      const double b = cosines[static_cast<std::size_t>(k)];
      // cos(r t) by its recurrence
      double row = 1, row_before = a;
      for (auto& r : near) {
        double column = 1, column_before = b;
        for (double& at : r) {
          at += value * row * column;
          column_before = std::exchange(column, 2 * b * column - column_before);
        }
        row_before = std::exchange(row, 2 * a * row - row_before);
      }
    }
  // Products of weights that are `apart` nodes from each other, both ways, averaged over a cell.
  constexpr int kPlaces = 16;
  double overlap[kSplineNodes] = {};
  for (int place = 0; place < kPlaces; ++place) {
    float w[8], slope[8];
    spline_weights((static_cast<float>(place) + 0.5f) / kPlaces, w, slope);
    for (int apart = 0; apart < kSplineNodes; ++apart)
      for (int a = 0; a + apart < kSplineNodes; ++a)
        overlap[apart] += (apart == 0 ? 1.0 : 2.0) / kPlaces * static_cast<double>(w[a]) *
                          static_cast<double>(w[a + apart]);
  }
  double sum = 0;
  for (int r = 0; r < kSplineNodes; ++r)
    for (int c = 0; c < kSplineNodes; ++c) sum += overlap[r] * overlap[c] * near[r][c];
  return sum;
}

/// Rows 2 (first + l) and 2 (first + l) + 1 in lane l.
void TsneGrid::transform_rows(std::int64_t batch, std::vector<Complex>& buffer) {
  const std::int64_t first = 2 * batch * kLanesOfBatch;
  const std::int64_t rows = std::min(2 * kLanesOfBatch, nodes_ - first);
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = at(first + r, 0);
    for (std::int64_t c = 0; c < nodes_; ++c) {
      Complex& to = buffer[static_cast<std::size_t>(c)];
      (r % 2 == 0 ? to.re : to.im)[r / 2] = row[c];
    }
  }
  const Complex* out = fft_.transform(buffer.data(), buffer.data() + side_);
  for (std::int64_t k = 0; k < half_; ++k) {
    const Complex &a = out[k], &b = out[(side_ - k) % side_];
    const Floats even_re = 0.5f * (a.re + b.re), even_im = 0.5f * (a.im - b.im);
    const Floats odd_re = 0.5f * (a.im + b.im), odd_im = 0.5f * (b.re - a.re);
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto to = static_cast<std::size_t>((first + r) * width_ + k);
      re_[to] = (r % 2 == 0 ? even_re : odd_re)[r / 2];
      im_[to] = (r % 2 == 0 ? even_im : odd_im)[r / 2];
    }
  }
}

void TsneGrid::convolve_columns(std::int64_t batch, std::vector<Complex>& buffer) {
  const std::int64_t first = batch * kLanesOfBatch;
  for (std::int64_t g = 0; g < nodes_; ++g)
    buffer[static_cast<std::size_t>(g)] = {load_lanes(re_, g * width_ + first),
                                           load_lanes(im_, g * width_ + first)};
  Complex* const spectrum = fft_.transform(buffer.data(), buffer.data() + side_);
  for (std::int64_t m = 0; m < side_; ++m) {
    const Floats factor = load_lanes(kernel_, std::min(m, side_ - m) * width_ + first);
    spectrum[m] = {factor * spectrum[m].im, factor * spectrum[m].re};  // exchanged: the inverse
  }
  Complex* const other = spectrum == buffer.data() ? buffer.data() + side_ : buffer.data();
  const Complex* out = fft_.transform(spectrum, other);
  for (std::int64_t g = 0; g < nodes_; ++g) {
    store_lanes(re_, g * width_ + first, out[g].im);
    store_lanes(im_, g * width_ + first, out[g].re);
  }
}

/// The way back of transform_rows.
void TsneGrid::restore_rows(std::int64_t batch, std::vector<Complex>& buffer) {
  const std::int64_t first = 2 * batch * kLanesOfBatch;
  const std::int64_t rows = std::min(2 * kLanesOfBatch, nodes_ - first);
  for (std::int64_t k = 0; k < half_; ++k) {
    Floats re[2] = {}, im[2] = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto from = static_cast<std::size_t>((first + r) * width_ + k);
      re[r % 2][r / 2] = re_[from];
      im[r % 2][r / 2] = im_[from];
    }
    // Z = A + i B, and of the mirrored index conj(A) + i conj(B); re and im exchanged.
    buffer[static_cast<std::size_t>((side_ - k) % side_)] = {re[1] - im[0], re[0] + im[1]};
    buffer[static_cast<std::size_t>(k)] = {im[0] + re[1], re[0] - im[1]};
  }
  const Complex* out = fft_.transform(buffer.data(), buffer.data() + side_);
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = at(first + r, 0);
    for (std::int64_t c = 0; c < nodes_; ++c) row[c] = (r % 2 == 0 ? out[c].im : out[c].re)[r / 2];
  }
}

void TsneGrid::convolve() {
  const std::int64_t pairs = (nodes_ + 1) / 2;
  for_batches(on_, pairs, side_,
              [&](std::int64_t batch, auto& buffer) { transform_rows(batch, buffer); });
  for_batches(on_, half_, side_,
              [&](std::int64_t batch, auto& buffer) { convolve_columns(batch, buffer); });
  for_batches(on_, pairs, side_,
              [&](std::int64_t batch, auto& buffer) { restore_rows(batch, buffer); });
}

}  // namespace nearfold
