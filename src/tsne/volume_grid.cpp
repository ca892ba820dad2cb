// Two real rows travel as one complex row, as in fft_grid.cpp. Of the wave numbers along x as many
// as a register has lanes make a plane of their own, which one thread convolves from end to end
// while it is in its cache: transforms along y and z, the kernel, and back.
#include "tsne/volume_grid.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "tsne/grid_constants.hpp"

namespace nearfold {
namespace {

using Complex = Fft::Complex;

std::int64_t batches_of(std::int64_t count) {
  return (count + kSimd - 1) / kSimd;
}

Complex exchanged(const Complex& a) {
  return {a.im, a.re};
}

/// Products of weights that are `apart` nodes from each other, both ways, averaged over a cell.
std::array<double, kSplineNodes> overlaps() {
  constexpr int kPlaces = 16;
  std::array<double, kSplineNodes> overlap{};
  for (int place = 0; place < kPlaces; ++place) {
    float w[8], slope[8];
    spline_weights((static_cast<float>(place) + 0.5f) / kPlaces, w, slope);
    for (int apart = 0; apart < kSplineNodes; ++apart)
      for (int a = 0; a + apart < kSplineNodes; ++a)
        overlap[static_cast<std::size_t>(apart)] += (apart == 0 ? 1.0 : 2.0) / kPlaces *
                                                    static_cast<double>(w[a]) *
                                                    static_cast<double>(w[a + apart]);
  }
  return overlap;
}

}  // namespace

TsneVolume::TsneVolume(const VolumeShape& shape, const Cpu& on)
    : on_(on),
      shape_(shape),
      fft_{Fft(2 * shape.nodes[0]), Fft(2 * shape.nodes[1]), Fft(2 * shape.nodes[2])},
      batches_(batches_of(shape.nodes[0] + 1)),
      stride_(shape.nodes[0] + 8),
      values_(static_cast<std::size_t>(rows() * stride_ + 8)),
      spectra_(static_cast<std::size_t>(batches_ * rows())),
      kernel_(static_cast<std::size_t>(batches_ * (shape.nodes[1] + 1) * (shape.nodes[2] + 1))) {
  make_kernel();
  self_potential_ = mean_self_potential();
}

double TsneVolume::long_range(double d2) const {
  const double t = 1.0 + d2 / shape_.dof, u = std::max(0.0, 1.0 - t / shape_.split);
  if (u == 0) return shape_.dof == 1 ? 1.0 / t : std::pow(t, -shape_.dof);
  const double dof = shape_.dof;
  return std::pow(shape_.split, -dof) * (1.0 + dof * u + 0.5 * dof * (dof + 1.0) * u * u);
}

/// Spectrum of the kernel on the lattice over the squared symbol of the spline for all directions:
/// spreading and reading smooth by the spline once each. Real because the kernel is even; scaled
/// for the inverse.
void TsneVolume::make_kernel() {
  const auto [nx, ny, nz] = shape_.nodes;
  const std::int64_t half_y = ny + 1, half_z = nz + 1, lines = half_y * half_z;
  const auto square = [&](std::int64_t g, std::int64_t nodes) {
    const double d = shape_.spacing * static_cast<double>(std::min(g, 2 * nodes - g));
    return d * d;
  };
  parallel_for(on_.threads, batches_of(lines), 1,
               [&, nx = nx, ny = ny, nz = nz](std::int64_t b, std::int64_t) {
                 Lines buffer(static_cast<std::size_t>(4 * nx));
                 for (int l = 0; l < kSimd; ++l) {  // a line along x in each lane
                   const std::int64_t line = std::min(b * kSimd + l, lines - 1);
                   const double across = square(line / half_z, ny) + square(line % half_z, nz);
                   for (std::int64_t g = 0; g < 2 * nx; ++g)
                     buffer[static_cast<std::size_t>(g)].re[l] =
                         static_cast<float>(long_range(across + square(g, nx)));
                 }
                 const Complex* out = fft_[0].transform(buffer.data(), buffer.data() + 2 * nx);
                 for (std::int64_t line = b * kSimd; line < std::min(lines, (b + 1) * kSimd);
                      ++line)
                   for (std::int64_t k = 0; k <= nx; ++k)
                     kernel_[static_cast<std::size_t>(k / kSimd * lines + line)][k % kSimd] =
                         out[k].re[line % kSimd];
               });
  const double scale = 8.0 * static_cast<double>(shape_.count());
  parallel_for(
      on_.threads, batches_, 1, [&, nx = nx, ny = ny, nz = nz](std::int64_t b, std::int64_t) {
        Floats* const plane = &kernel_[static_cast<std::size_t>(b * lines)];
        Lines buffer(static_cast<std::size_t>(4 * std::max(ny, nz)));
        const auto along = [&](const Fft& fft, std::int64_t nodes, Floats* first,
                               std::int64_t apart) {
          for (std::int64_t g = 0; g < 2 * nodes; ++g)
            buffer[static_cast<std::size_t>(g)] = {first[std::min(g, 2 * nodes - g) * apart],
                                                   Floats{}};
          const Complex* out = fft.transform(buffer.data(), buffer.data() + 2 * nodes);
          for (std::int64_t g = 0; g <= nodes; ++g) first[g * apart] = out[g].re;
        };
        for (std::int64_t y = 0; y < half_y; ++y) along(fft_[2], nz, plane + y * half_z, 1);
        for (std::int64_t z = 0; z < half_z; ++z) along(fft_[1], ny, plane + z, half_z);
        for (std::int64_t line = 0; line < lines; ++line)
          for (int l = 0; l < kSimd; ++l) {
            const double s = spline_symbol(std::min(b * kSimd + l, nx), nx) *
                             spline_symbol(line / half_z, ny) * spline_symbol(line % half_z, nz);
            plane[line][l] =
                static_cast<float>(static_cast<double>(plane[line][l]) / (s * s * scale));
          }
      });
}

/// From the potentials of a unit charge on the corner node.
double TsneVolume::mean_self_potential() {
  *at(0, 0, 0) = 1;
  convolve();
  const std::array<double, kSplineNodes> overlap = overlaps();
  double sum = 0;
  for (std::size_t z = 0; z < kSplineNodes; ++z)
    for (std::size_t y = 0; y < kSplineNodes; ++y)
      for (std::size_t x = 0; x < kSplineNodes; ++x)
        sum += overlap[z] * overlap[y] * overlap[x] *
               static_cast<double>(*at(static_cast<std::int64_t>(z), static_cast<std::int64_t>(y),
                                       static_cast<std::int64_t>(x)));
  return sum;
}

/// Rows 2 (first + l) and 2 (first + l) + 1 in lane l.
void TsneVolume::transform_rows(std::int64_t batch, Lines& buffer) {
  const std::int64_t nx = shape_.nodes[0], side = 2 * nx, first = 2 * batch * kSimd;
  const std::int64_t many = std::min(std::int64_t{2} * kSimd, rows() - first);
  std::fill(buffer.begin(), buffer.begin() + side, Complex{});
  for (std::int64_t r = 0; r < many; ++r) {
    const float* row = at(0, first + r, 0);
    for (std::int64_t c = 0; c < nx; ++c) {
      Complex& to = buffer[static_cast<std::size_t>(c)];
      (r % 2 == 0 ? to.re : to.im)[r / 2] = row[c];
    }
  }
  const Complex* out = fft_[0].transform(buffer.data(), buffer.data() + side);
  for (std::int64_t k = 0; k <= nx; ++k) {
    const Complex &a = out[k], &b = out[k == 0 ? 0 : side - k];
    const Complex even{0.5f * (a.re + b.re), 0.5f * (a.im - b.im)};
    const Complex odd{0.5f * (a.im + b.im), 0.5f * (b.re - a.re)};
    Complex* const to = spectrum(k / kSimd) + first;
    for (std::int64_t r = 0; r < many; ++r) {
      const Complex& from = r % 2 == 0 ? even : odd;
      to[r].re[k % kSimd] = from.re[r / 2];
      to[r].im[k % kSimd] = from.im[r / 2];
    }
  }
}

void TsneVolume::convolve_planes(std::int64_t batch, Lines& plane, Lines& buffer) {
  const auto [nx, ny, nz] = shape_.nodes;
  Complex* const own = spectrum(batch);
  Complex* const work = buffer.data();
  const std::int64_t apart = nz + 1;  // not a power of two: columns would share cache lines
  for (std::int64_t z = 0; z < nz; ++z) {
    std::copy_n(own + z * ny, ny, work);
    std::fill_n(work + ny, ny, Complex{});
    const Complex* out = fft_[1].transform(work, work + 2 * ny);
    for (std::int64_t k = 0; k < 2 * ny; ++k)
      plane[static_cast<std::size_t>(k * apart + z)] = out[k];
  }
  for (std::int64_t k = 0; k < 2 * ny; ++k) {
    const Floats* factor =
        &kernel_[static_cast<std::size_t>((batch * (ny + 1) + std::min(k, 2 * ny - k)) * (nz + 1))];
    Complex* const column = &plane[static_cast<std::size_t>(k * apart)];
    std::copy_n(column, nz, work);
    std::fill_n(work + nz, nz, Complex{});
    Complex* const spectrum = fft_[2].transform(work, work + 2 * nz);
    for (std::int64_t m = 0; m < 2 * nz; ++m) {
      const Floats f = factor[std::min(m, 2 * nz - m)];
      spectrum[m] = {f * spectrum[m].im, f * spectrum[m].re};  // exchanged: the inverse
    }
    const Complex* out = fft_[2].transform(spectrum, spectrum == work ? work + 2 * nz : work);
    std::copy_n(out, nz, column);
  }
  for (std::int64_t z = 0; z < nz; ++z) {
    for (std::int64_t k = 0; k < 2 * ny; ++k)
      work[k] = plane[static_cast<std::size_t>(k * apart + z)];
    const Complex* out = fft_[1].transform(work, work + 2 * ny);
    for (std::int64_t y = 0; y < ny; ++y) own[z * ny + y] = exchanged(out[y]);
  }
}

/// The way back of transform_rows.
void TsneVolume::restore_rows(std::int64_t batch, Lines& buffer) {
  const std::int64_t nx = shape_.nodes[0], side = 2 * nx, first = 2 * batch * kSimd;
  const std::int64_t many = std::min(std::int64_t{2} * kSimd, rows() - first);
  for (std::int64_t k = 0; k <= nx; ++k) {
    const Complex* const from = spectrum(k / kSimd) + first;
    Floats re[2] = {}, im[2] = {};
    for (std::int64_t r = 0; r < many; ++r) {
      re[r % 2][r / 2] = from[r].re[k % kSimd];
      im[r % 2][r / 2] = from[r].im[k % kSimd];
    }
    // Z = A + i B, and of the mirrored index conj(A) + i conj(B); re and im exchanged.
    buffer[static_cast<std::size_t>((side - k) % side)] = {re[1] - im[0], re[0] + im[1]};
    buffer[static_cast<std::size_t>(k)] = {im[0] + re[1], re[0] - im[1]};
  }
  const Complex* out = fft_[0].transform(buffer.data(), buffer.data() + side);
  for (std::int64_t r = 0; r < many; ++r) {
    float* row = at(0, first + r, 0);
    for (std::int64_t c = 0; c < nx; ++c) row[c] = (r % 2 == 0 ? out[c].im : out[c].re)[r / 2];
  }
}

void TsneVolume::convolve() {
  const auto [nx, ny, nz] = shape_.nodes;
  const std::int64_t pairs = batches_of((rows() + 1) / 2), line = 4 * std::max({nx, ny, nz});
  const auto each_row = [&](void (TsneVolume::*step)(std::int64_t, Lines&)) {
    parallel_for(on_.threads, pairs, 4, [&](std::int64_t begin, std::int64_t end) {
      Lines buffer(static_cast<std::size_t>(line));
      for (std::int64_t batch = begin; batch < end; ++batch) (this->*step)(batch, buffer);
    });
  };
  each_row(&TsneVolume::transform_rows);
  parallel_for(on_.threads, batches_, 1, [&, ny = ny, nz = nz](std::int64_t batch, std::int64_t) {
    Lines buffer(static_cast<std::size_t>(line));
    Lines plane(static_cast<std::size_t>(2 * ny * (nz + 1)));
    convolve_planes(batch, plane, buffer);
  });
  each_row(&TsneVolume::restore_rows);
}

}  // namespace nearfold
