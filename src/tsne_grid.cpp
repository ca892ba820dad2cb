// FFT: KissFFT, complex. Two real rows travel as one complex row, since the spectrum of a real row
// is Hermitian.
#include "tsne_grid.hpp"

#include <kissfft/kiss_fft.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kColumns = 8;  // transformed together: one cache line of a row
constexpr int kSpectra = 3;           // of charges: the pad has none

void transform(kiss_fft_state* state, const Fft::Complex* in, Fft::Complex* out) {
  kiss_fft(state, reinterpret_cast<const kiss_fft_cpx*>(in), reinterpret_cast<kiss_fft_cpx*>(out));
}

/// Products of weights that are `apart` nodes_ from each other, both ways.
double overlap(const float* w, int apart) {
  double sum = 0;
  for (int a = 0; a + apart < 4; ++a)
    sum += static_cast<double>(w[a]) * static_cast<double>(w[a + apart]);
  return apart == 0 ? sum : 2 * sum;
}

}  // namespace

void Fft::Free::operator()(kiss_fft_state* state) const {
  kiss_fft_free(state);
}

Fft::Fft(std::int64_t length)
    : forward_(kiss_fft_alloc(static_cast<int>(length), 0, nullptr, nullptr)),
      inverse_(kiss_fft_alloc(static_cast<int>(length), 1, nullptr, nullptr)) {
  if (!forward_ || !inverse_) throw OutOfMemory("no memory for an FFT plan", length * 16, 0);
}
void Fft::forward(const Complex* in, Complex* out) const {
  transform(forward_.get(), in, out);
}
void Fft::inverse(const Complex* in, Complex* out) const {
  transform(inverse_.get(), in, out);
}

std::int64_t TsneGrid::transform_length(std::int64_t nodes) {
  for (std::int64_t n = 2 * nodes;; n += 2) {
    std::int64_t rest = n;
    for (const std::int64_t prime : {2, 3, 5})
      while (rest % prime == 0) rest /= prime;
    if (rest == 1) return n;
  }
}

TsneGrid::TsneGrid(std::int64_t side, const Cpu& on)
    : on_(on),
      side_(side),
      nodes_(side / 2),
      half_(side / 2 + 1),
      fft_(side),
      force_kernel_(spectrum([](double q) { return q * q; })),
      z_kernel_(spectrum([](double q) { return q; })),
      self_kernel_(near_values(z_kernel_)),
      charges_(static_cast<std::size_t>(kSpectra * nodes_ * half_)),
      potentials_(static_cast<std::size_t>(kPotentials * nodes_ * half_)),
      values_(static_cast<std::size_t>(nodes_ * nodes_ * kPotentials)) {}

/// Spectrum of kernel(1 / (1 + d^2)) on the lattice over the squared symbol of the spline for
/// both directions, [half_, side_], real because the kernel is even; scaled for the inverse.
template <class Kernel>
std::vector<float> TsneGrid::spectrum(const Kernel& kernel) const {
  const auto offset = [&](std::int64_t g) {
    return kSpacing * static_cast<double>(std::min(g, side_ - g));
  };
  std::vector<Complex> rows(static_cast<std::size_t>(half_ * side_));
  parallel_for(on_.threads, half_, 8, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Complex> in(static_cast<std::size_t>(side_));
    for (std::int64_t g = begin; g < end; ++g) {
      for (std::int64_t c = 0; c < side_; ++c) {
        const double d2 = offset(g) * offset(g) + offset(c) * offset(c);
        in[static_cast<std::size_t>(c)] = static_cast<float>(kernel(1.0 / (1.0 + d2)));
      }
      fft_.forward(in.data(), &rows[static_cast<std::size_t>(g * side_)]);
    }
  });
  std::vector<float> out(rows.size());
  parallel_for(on_.threads, half_, 8, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Complex> in(static_cast<std::size_t>(side_)), column(in.size());
    for (std::int64_t k = begin; k < end; ++k) {
      for (std::int64_t g = 0; g < side_; ++g)
        in[static_cast<std::size_t>(g)] =
            rows[static_cast<std::size_t>(std::min(g, side_ - g) * side_ + k)];
      fft_.forward(in.data(), column.data());
      for (std::int64_t m = 0; m < side_; ++m) {
        const double s = symbol(k) * symbol(m);
        out[static_cast<std::size_t>(k * side_ + m)] =
            static_cast<float>(static_cast<double>(column[static_cast<std::size_t>(m)].real()) /
                               (s * s * static_cast<double>(side_) * static_cast<double>(side_)));
      }
    }
  });
  return out;
}

/// The kernel of a spectrum, back on the lattice, at offsets 0..3 in both directions, [4, 4].
std::vector<double> TsneGrid::near_values(const std::vector<float>& spectrum) const {
  std::vector<double> out(16);
  std::vector<double> cosines(static_cast<std::size_t>(4 * side_));
  for (std::int64_t k = 0; k < side_; ++k)
    for (int r = 0; r < 4; ++r)
      cosines[static_cast<std::size_t>(4 * k + r)] = std::cos(
          2.0 * std::numbers::pi * static_cast<double>(k * r) / static_cast<double>(side_));
  for (std::int64_t k = 0; k < half_; ++k) {
    double row[4] = {};
    for (std::int64_t m = 0; m < side_; ++m)
      for (int r = 0; r < 4; ++r)
        row[r] += static_cast<double>(spectrum[static_cast<std::size_t>(k * side_ + m)]) *
                  cosines[static_cast<std::size_t>(4 * m + r)];
    const double twice = k == 0 || 2 * k == side_ ? 1 : 2;  // column side_ - k is its mirror image
    for (int r = 0; r < 4; ++r)
      for (int c = 0; c < 4; ++c)
        out[static_cast<std::size_t>(4 * r + c)] +=
            twice * row[r] * cosines[static_cast<std::size_t>(4 * k + c)];
  }
  return out;
}

/// Discrete Fourier transform of the cubic B-spline at the integers.
double TsneGrid::symbol(std::int64_t k) const {
  return (2.0 +
          std::cos(2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(side_))) /
         3.0;
}

double TsneGrid::self_potential(const float* wx, const float* wy) const {
  double sum = 0;
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c < 4; ++c)
      sum += overlap(wy, r) * overlap(wx, c) * self_kernel_[static_cast<std::size_t>(4 * r + c)];
  return sum;
}

/// Rows 1 and x travel as one complex row, y as another.
void TsneGrid::transform_charges(std::int64_t g, const std::vector<float>& row,
                                 std::vector<Complex>& in, std::vector<Complex>& out) {
  const auto spectrum = [&](int charge) {
    return &charges_[static_cast<std::size_t>((charge * nodes_ + g) * half_)];
  };
  std::fill(in.begin() + nodes_, in.end(), Complex{});
  for (std::int64_t c = 0; c < nodes_; ++c)
    in[static_cast<std::size_t>(c)] = {row[static_cast<std::size_t>(4 * c)],
                                       row[static_cast<std::size_t>(4 * c + 1)]};
  fft_.forward(in.data(), out.data());
  Complex *ones = spectrum(0), *xs = spectrum(1), *ys = spectrum(2);
  for (std::int64_t k = 0; k < half_; ++k) {
    const Complex a = out[static_cast<std::size_t>(k)];
    const Complex b = std::conj(out[static_cast<std::size_t>((side_ - k) % side_)]);
    ones[k] = {0.5f * (a.real() + b.real()), 0.5f * (a.imag() + b.imag())};
    xs[k] = {0.5f * (a.imag() - b.imag()), 0.5f * (b.real() - a.real())};
  }
  for (std::int64_t c = 0; c < nodes_; ++c)
    in[static_cast<std::size_t>(c)] = row[static_cast<std::size_t>(4 * c + 2)];
  fft_.forward(in.data(), out.data());
  std::copy_n(out.begin(), half_, ys);
}

/// Columns [begin, end) of the spectra: transform, multiply by the kernels, transform back.
void TsneGrid::convolve_columns(std::int64_t begin, std::int64_t end) {
  const auto width = static_cast<std::size_t>(end - begin);
  std::vector<Complex> columns(static_cast<std::size_t>(side_) * width),
      in(static_cast<std::size_t>(side_)), out(in.size());
  const auto multiply_back = [&](const std::vector<float>& kernel, int potential,
                                 const std::vector<Complex>& spectra) {
    std::vector<Complex>& product = in;
    for (std::size_t k = 0; k < width; ++k) {
      const float* factor =
          &kernel[(static_cast<std::size_t>(begin) + k) * static_cast<std::size_t>(side_)];
      const Complex* from = &spectra[k * static_cast<std::size_t>(side_)];
      for (std::size_t m = 0; m < in.size(); ++m) product[m] = from[m] * factor[m];
      fft_.inverse(product.data(), out.data());
      std::copy_n(out.data(), nodes_, &columns[k * static_cast<std::size_t>(side_)]);
    }
    for (std::int64_t g = 0; g < nodes_; ++g)
      for (std::size_t k = 0; k < width; ++k)
        potentials_[static_cast<std::size_t>((potential * nodes_ + g) * half_ + begin) + k] =
            columns[k * static_cast<std::size_t>(side_) + static_cast<std::size_t>(g)];
  };
  std::vector<Complex> spectra(columns.size());
  for (int charge = 0; charge < kSpectra; ++charge) {
    std::fill(columns.begin(), columns.end(), Complex{});
    for (std::int64_t g = 0; g < nodes_; ++g)
      for (std::size_t k = 0; k < width; ++k)
        columns[k * static_cast<std::size_t>(side_) + static_cast<std::size_t>(g)] =
            charges_[static_cast<std::size_t>((charge * nodes_ + g) * half_ + begin) + k];
    for (std::size_t k = 0; k < width; ++k)
      fft_.forward(&columns[k * static_cast<std::size_t>(side_)],
                   &spectra[k * static_cast<std::size_t>(side_)]);
    multiply_back(force_kernel_, charge, spectra);
    if (charge == 0) multiply_back(z_kernel_, 3, spectra);
  }
}

/// Potentials of grid row g: phi_1 and phi_x as one complex row, phi_y and phi_z as another.
void TsneGrid::transform_potentials(std::int64_t g, std::vector<Complex>& in,
                                    std::vector<Complex>& out) {
  float* row = &values_[static_cast<std::size_t>(g * nodes_ * kPotentials)];
  for (int pair = 0; pair < kPotentials; pair += 2) {
    const Complex* a = &potentials_[static_cast<std::size_t>((pair * nodes_ + g) * half_)];
    const Complex* b = &potentials_[static_cast<std::size_t>(((pair + 1) * nodes_ + g) * half_)];
    for (std::int64_t k = 0; k < half_; ++k)
      in[static_cast<std::size_t>(k)] = {a[k].real() - b[k].imag(), a[k].imag() + b[k].real()};
    for (std::int64_t k = half_; k < side_; ++k) {
      const Complex u = a[side_ - k], v = b[side_ - k];
      in[static_cast<std::size_t>(k)] = {u.real() + v.imag(), v.real() - u.imag()};
    }
    fft_.inverse(in.data(), out.data());
    for (std::int64_t c = 0; c < nodes_; ++c) {
      row[c * kPotentials + pair] = out[static_cast<std::size_t>(c)].real();
      row[c * kPotentials + pair + 1] = out[static_cast<std::size_t>(c)].imag();
    }
  }
}

void TsneGrid::convolve_columns_and_rows() {
  parallel_for(on_.threads, half_, kColumns,
               [&](std::int64_t begin, std::int64_t end) { convolve_columns(begin, end); });
  parallel_for(on_.threads, nodes_, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Complex> in(static_cast<std::size_t>(side_)), out(in.size());
    for (std::int64_t g = begin; g < end; ++g) transform_potentials(g, in, out);
  });
}

}  // namespace nearfold
