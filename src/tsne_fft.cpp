// t-SNE's repulsion by interpolation and FFT, in 2-D.
//
// Charges (1, x, y of every point) are spread onto a grid with cubic B-splines, convolved with the
// two kernels by FFT, and read back at the points with the same splines. Spreading and reading each
// smooth by the spline, so the kernels' spectra are divided by the square of its symbol.
//   (1 + d^2)^-2 with charges 1, x, y: force on i = y_i phi_1 - (phi_x, phi_y)
//   (1 + d^2)^-1 with charge 1:        Z
// The grid spacing is constant, half a layout unit, whatever the span: the force error stays at
// about 1 % of the force's own size (tests/tsne_test.cpp), where a fixed number of boxes would
// let it grow with the layout, and the kernels' spectra are kept until the grid size changes.
//
// Spreading is a gather: points are sorted by grid row, and each grid row collects from the four
// rows of cells that reach it. A point's own contribution cancels exactly in the force.
//
// Source: the idea of Linderman et al. 2019 (FIt-SNE) with particle-mesh splines instead of
// Lagrange polynomials. FFT: KissFFT, complex; two real rows travel as one complex row.
#include <kissfft/kiss_fft.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>

#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "tsne.hpp"

namespace nearfold {
namespace {

using Complex = std::complex<float>;
constexpr double kSpacing = 0.5;  // layout units between nodes
constexpr std::int64_t kMostNodes =
    4000;                             // a span of 2,000 units; t-SNE maps of 10^7 points have 1,000
constexpr std::int64_t kColumns = 8;  // columns transformed together: one cache line of a row
constexpr int kCharges = 3, kPotentials = 4;

/// A complex transform of one length, for any number of threads. Not scaled.
class Fft {
 public:
  explicit Fft(std::int64_t length)
      : forward_(kiss_fft_alloc(static_cast<int>(length), 0, nullptr, nullptr)),
        inverse_(kiss_fft_alloc(static_cast<int>(length), 1, nullptr, nullptr)) {
    if (!forward_ || !inverse_) throw OutOfMemory("no memory for an FFT plan", length * 16, 0);
  }
  void forward(const Complex* in, Complex* out) const { run(forward_.get(), in, out); }
  void inverse(const Complex* in, Complex* out) const { run(inverse_.get(), in, out); }

 private:
  struct Free {
    void operator()(kiss_fft_state* state) const { kiss_fft_free(state); }
  };
  static void run(kiss_fft_state* state, const Complex* in, Complex* out) {
    kiss_fft(state, reinterpret_cast<const kiss_fft_cpx*>(in),
             reinterpret_cast<kiss_fft_cpx*>(out));
  }
  std::unique_ptr<kiss_fft_state, Free> forward_, inverse_;
};

/// The smallest even 2^a 3^b 5^c >= n: the lengths KissFFT is fast at.
std::int64_t fast_length(std::int64_t n) {
  for (n += n % 2;; n += 2) {
    std::int64_t rest = n;
    for (const std::int64_t prime : {2, 3, 5})
      while (rest % prime == 0) rest /= prime;
    if (rest == 1) return n;
  }
}

/// A point as the grid sees it: its cell, where it is in the cell, its charges.
struct Placed {
  std::int32_t column, row;
  float fx, fy;
  float x, y;
  std::int64_t id;
};

/// Everything that depends on the size of the grid alone. Nodes fill half of each side of the
/// transform: the other half keeps the cyclic convolution from wrapping.
struct Grid {
  explicit Grid(std::int64_t length, const Cpu& on)
      : side(length), nodes(length / 2), half(length / 2 + 1), fft(length) {
    force_kernel = spectrum(on, [](double q) { return q * q; });
    z_kernel = spectrum(on, [](double q) { return q; });
    self_kernel = near_values(z_kernel);
    charges.resize(static_cast<std::size_t>(kCharges * nodes * half));
    potentials.resize(static_cast<std::size_t>(kPotentials * nodes * half));
    values.resize(static_cast<std::size_t>(nodes * nodes * kPotentials));
  }

  /// Spectrum of kernel(1 / (1 + d^2)) on the lattice over the squared symbol of the spline for
  /// both directions, [half, side], real because the kernel is even; scaled for the inverse.
  template <class Kernel>
  std::vector<float> spectrum(const Cpu& on, const Kernel& kernel) const {
    const auto offset = [&](std::int64_t g) {
      return kSpacing * static_cast<double>(std::min(g, side - g));
    };
    std::vector<Complex> rows(static_cast<std::size_t>(half * side));
    parallel_for(on.threads, half, 8, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Complex> in(static_cast<std::size_t>(side));
      for (std::int64_t g = begin; g < end; ++g) {
        for (std::int64_t c = 0; c < side; ++c) {
          const double d2 = offset(g) * offset(g) + offset(c) * offset(c);
          in[static_cast<std::size_t>(c)] = static_cast<float>(kernel(1.0 / (1.0 + d2)));
        }
        fft.forward(in.data(), &rows[static_cast<std::size_t>(g * side)]);
      }
    });
    std::vector<float> out(rows.size());
    parallel_for(on.threads, half, 8, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Complex> in(static_cast<std::size_t>(side)), column(in.size());
      for (std::int64_t k = begin; k < end; ++k) {
        for (std::int64_t g = 0; g < side; ++g)
          in[static_cast<std::size_t>(g)] =
              rows[static_cast<std::size_t>(std::min(g, side - g) * side + k)];
        fft.forward(in.data(), column.data());
        for (std::int64_t m = 0; m < side; ++m) {
          const double s = symbol(k) * symbol(m);
          out[static_cast<std::size_t>(k * side + m)] =
              static_cast<float>(static_cast<double>(column[static_cast<std::size_t>(m)].real()) /
                                 (s * s * static_cast<double>(side) * static_cast<double>(side)));
        }
      }
    });
    return out;
  }

  /// The kernel of a spectrum, back on the lattice, at offsets 0..3 in both directions, [4, 4].
  std::vector<double> near_values(const std::vector<float>& spectrum) const {
    std::vector<double> out(16);
    std::vector<double> cosines(static_cast<std::size_t>(4 * side));
    for (std::int64_t k = 0; k < side; ++k)
      for (int r = 0; r < 4; ++r)
        cosines[static_cast<std::size_t>(4 * k + r)] = std::cos(
            2.0 * std::numbers::pi * static_cast<double>(k * r) / static_cast<double>(side));
    for (std::int64_t k = 0; k < half; ++k) {
      double row[4] = {};
      for (std::int64_t m = 0; m < side; ++m)
        for (int r = 0; r < 4; ++r)
          row[r] += static_cast<double>(spectrum[static_cast<std::size_t>(k * side + m)]) *
                    cosines[static_cast<std::size_t>(4 * m + r)];
      const double twice = k == 0 || 2 * k == side ? 1 : 2;  // column side - k is its mirror image
      for (int r = 0; r < 4; ++r)
        for (int c = 0; c < 4; ++c)
          out[static_cast<std::size_t>(4 * r + c)] +=
              twice * row[r] * cosines[static_cast<std::size_t>(4 * k + c)];
    }
    return out;
  }

  /// Discrete Fourier transform of the cubic B-spline at the integers.
  double symbol(std::int64_t k) const {
    return (2.0 +
            std::cos(2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(side))) /
           3.0;
  }

  std::int64_t side, nodes, half;
  Fft fft;
  std::vector<float> force_kernel, z_kernel;  // [half, side]
  std::vector<double> self_kernel;            // [4, 4], see near_values
  std::vector<Complex> charges;               // [3, nodes, half], spectra of rows
  std::vector<Complex> potentials;            // [4, nodes, half], spectra of rows
  std::vector<float> values;                  // [nodes, nodes, 4], phi_1 phi_x phi_y phi_z
};

class FftRepulsion final : public Repulsion {
 public:
  FftRepulsion(std::int64_t n, const Cpu& on)
      : n_(n), placed_(static_cast<std::size_t>(n)), sorted_(placed_.size()), on_(on) {}

  double compute(const std::vector<float>& y, std::vector<float>& force) override {
    place(y);
    parallel_for(on_.threads, grid_->nodes, 4, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> row(static_cast<std::size_t>(grid_->nodes * 4));
      std::vector<Complex> in(static_cast<std::size_t>(grid_->side)), out(in.size());
      for (std::int64_t g = begin; g < end; ++g) {
        spread(g, row);
        transform_charges(g, row, in, out);
      }
    });
    parallel_for(on_.threads, grid_->half, kColumns,
                 [&](std::int64_t begin, std::int64_t end) { convolve(begin, end); });
    parallel_for(on_.threads, grid_->nodes, 4, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Complex> in(static_cast<std::size_t>(grid_->side)), out(in.size());
      for (std::int64_t g = begin; g < end; ++g) transform_potentials(g, in, out);
    });
    const double z =
        parallel_sum(on_.threads, n_, kGrain, 0.0, [&](std::int64_t begin, std::int64_t end) {
          double sum = 0;
          for (std::int64_t p = begin; p < end; ++p)
            sum += read(sorted_[static_cast<std::size_t>(p)], force);
          return sum;
        });
    return z;
  }

 private:
  /// Finds the grid for the layout's extent and sorts the points by row of cells.
  void place(const std::vector<float>& y) {
    struct Box {
      float low = 0, high = 0;  // the layout is centred, so 0 is inside
      bool finite = true;
      Box operator+(const Box& b) const {
        return {std::min(low, b.low), std::max(high, b.high), finite && b.finite};
      }
    };
    const Box box = parallel_sum(on_.threads, 2 * n_, 16 * kGrain, Box{},
                                 [&](std::int64_t begin, std::int64_t end) {
                                   Box part;
                                   for (std::int64_t c = begin; c < end; ++c) {
                                     const float at = y[static_cast<std::size_t>(c)];
                                     part.low = std::min(part.low, at);
                                     part.high = std::max(part.high, at);
                                     part.finite = part.finite && std::isfinite(at);
                                   }
                                   return part;
                                 });
    if (!box.finite)
      throw InvalidInput("the layout is no longer finite; use a smaller learning rate");
    const auto scale = static_cast<float>(1.0 / kSpacing);
    const float origin = std::floor(box.low * scale) - 1.0f;
    // Four nodes for each cell, one more for a point that rounds up to the next.
    const double needed = std::floor(static_cast<double>(box.high * scale - origin)) + 5.0;
    if (!(needed <= static_cast<double>(kMostNodes)))
      throw InvalidInput("the layout has grown to " + std::to_string(needed * kSpacing) +
                         " units, beyond " + std::to_string(kMostNodes / 2) +
                         "; use a smaller learning rate");
    const std::int64_t side =
        fast_length(2 * std::max<std::int64_t>(16, static_cast<std::int64_t>(needed)));
    if (!grid_ || grid_->side != side) grid_ = std::make_unique<Grid>(side, on_);
    parallel_for(on_.threads, n_, 4 * kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const float x = y[static_cast<std::size_t>(2 * i)],
                    z = y[static_cast<std::size_t>(2 * i + 1)];
        const float u = x * scale - origin, v = z * scale - origin;
        const auto column = static_cast<std::int32_t>(u), row = static_cast<std::int32_t>(v);
        placed_[static_cast<std::size_t>(i)] = {
            column, row, u - static_cast<float>(column), v - static_cast<float>(row), x, z, i};
      }
    });
    row_begin_.assign(static_cast<std::size_t>(grid_->nodes) + 1, 0);
    for (const Placed& p : placed_) ++row_begin_[static_cast<std::size_t>(p.row) + 1];
    for (std::size_t r = 1; r < row_begin_.size(); ++r) row_begin_[r] += row_begin_[r - 1];
    std::vector<std::int64_t> next(row_begin_.begin(), row_begin_.end() - 1);
    for (const Placed& p : placed_)
      sorted_[static_cast<std::size_t>(next[static_cast<std::size_t>(p.row)]++)] = p;
  }

  /// Charges of grid row g, [nodes, 4]: from the points of cell rows g-2 .. g+1.
  void spread(std::int64_t g, std::vector<float>& row) const {
    std::fill(row.begin(), row.end(), 0.0f);
    for (std::int64_t r = std::max<std::int64_t>(0, g - 2); r <= std::min(g + 1, grid_->nodes - 1);
         ++r)
      for (std::int64_t p = row_begin_[static_cast<std::size_t>(r)];
           p < row_begin_[static_cast<std::size_t>(r) + 1]; ++p) {
        const Placed& at = sorted_[static_cast<std::size_t>(p)];
        float wx[4], wy[4];
        spline_weights(at.fx, wx);
        spline_weights(at.fy, wy);
        const float w = wy[g - (r - 1)];
        const float charge[4] = {w, w * at.x, w * at.y, 0.0f};
        float* nodes = &row[static_cast<std::size_t>((at.column - 1) * 4)];
        for (int c = 0; c < 4; ++c)
          for (int q = 0; q < 4; ++q) nodes[4 * c + q] += wx[c] * charge[q];
      }
  }

  /// Rows 1 and x travel as one complex row, y as another; a real row's spectrum is Hermitian.
  void transform_charges(std::int64_t g, const std::vector<float>& row, std::vector<Complex>& in,
                         std::vector<Complex>& out) {
    const std::int64_t side = grid_->side, half = grid_->half;
    const auto spectrum = [&](int charge) {
      return &grid_->charges[static_cast<std::size_t>((charge * grid_->nodes + g) * half)];
    };
    std::fill(in.begin() + grid_->nodes, in.end(), Complex{});
    for (std::int64_t c = 0; c < grid_->nodes; ++c)
      in[static_cast<std::size_t>(c)] = {row[static_cast<std::size_t>(4 * c)],
                                         row[static_cast<std::size_t>(4 * c + 1)]};
    grid_->fft.forward(in.data(), out.data());
    Complex *ones = spectrum(0), *xs = spectrum(1), *ys = spectrum(2);
    for (std::int64_t k = 0; k < half; ++k) {
      const Complex a = out[static_cast<std::size_t>(k)];
      const Complex b = std::conj(out[static_cast<std::size_t>((side - k) % side)]);
      ones[k] = {0.5f * (a.real() + b.real()), 0.5f * (a.imag() + b.imag())};
      xs[k] = {0.5f * (a.imag() - b.imag()), 0.5f * (b.real() - a.real())};
    }
    for (std::int64_t c = 0; c < grid_->nodes; ++c)
      in[static_cast<std::size_t>(c)] = row[static_cast<std::size_t>(4 * c + 2)];
    grid_->fft.forward(in.data(), out.data());
    std::copy_n(out.begin(), half, ys);
  }

  /// Columns [begin, end) of the spectra: transform, multiply by the kernels, transform back.
  void convolve(std::int64_t begin, std::int64_t end) {
    const std::int64_t side = grid_->side, nodes = grid_->nodes, half = grid_->half;
    const auto width = static_cast<std::size_t>(end - begin);
    std::vector<Complex> columns(static_cast<std::size_t>(side) * width),
        in(static_cast<std::size_t>(side)), out(in.size());
    const auto multiply_back = [&](const std::vector<float>& kernel, int potential,
                                   const std::vector<Complex>& spectra) {
      std::vector<Complex>& product = in;
      for (std::size_t k = 0; k < width; ++k) {
        const float* factor =
            &kernel[(static_cast<std::size_t>(begin) + k) * static_cast<std::size_t>(side)];
        const Complex* from = &spectra[k * static_cast<std::size_t>(side)];
        for (std::size_t m = 0; m < in.size(); ++m) product[m] = from[m] * factor[m];
        grid_->fft.inverse(product.data(), out.data());
        std::copy_n(out.data(), nodes, &columns[k * static_cast<std::size_t>(side)]);
      }
      for (std::int64_t g = 0; g < nodes; ++g)
        for (std::size_t k = 0; k < width; ++k)
          grid_->potentials[static_cast<std::size_t>((potential * nodes + g) * half + begin) + k] =
              columns[k * static_cast<std::size_t>(side) + static_cast<std::size_t>(g)];
    };
    std::vector<Complex> spectra(columns.size());
    for (int charge = 0; charge < kCharges; ++charge) {
      std::fill(columns.begin(), columns.end(), Complex{});
      for (std::int64_t g = 0; g < nodes; ++g)
        for (std::size_t k = 0; k < width; ++k)
          columns[k * static_cast<std::size_t>(side) + static_cast<std::size_t>(g)] =
              grid_->charges[static_cast<std::size_t>((charge * nodes + g) * half + begin) + k];
      for (std::size_t k = 0; k < width; ++k)
        grid_->fft.forward(&columns[k * static_cast<std::size_t>(side)],
                           &spectra[k * static_cast<std::size_t>(side)]);
      multiply_back(grid_->force_kernel, charge, spectra);
      if (charge == 0) multiply_back(grid_->z_kernel, 3, spectra);
    }
  }

  /// Potentials of grid row g: phi_1 and phi_x as one complex row, phi_y and phi_z as another.
  void transform_potentials(std::int64_t g, std::vector<Complex>& in, std::vector<Complex>& out) {
    const std::int64_t side = grid_->side, half = grid_->half, nodes = grid_->nodes;
    float* row = &grid_->values[static_cast<std::size_t>(g * nodes * kPotentials)];
    for (int pair = 0; pair < kPotentials; pair += 2) {
      const Complex* a = &grid_->potentials[static_cast<std::size_t>((pair * nodes + g) * half)];
      const Complex* b =
          &grid_->potentials[static_cast<std::size_t>(((pair + 1) * nodes + g) * half)];
      for (std::int64_t k = 0; k < half; ++k)
        in[static_cast<std::size_t>(k)] = {a[k].real() - b[k].imag(), a[k].imag() + b[k].real()};
      for (std::int64_t k = half; k < side; ++k) {
        const Complex u = a[side - k], v = b[side - k];
        in[static_cast<std::size_t>(k)] = {u.real() + v.imag(), v.real() - u.imag()};
      }
      grid_->fft.inverse(in.data(), out.data());
      for (std::int64_t c = 0; c < nodes; ++c) {
        row[c * kPotentials + pair] = out[static_cast<std::size_t>(c)].real();
        row[c * kPotentials + pair + 1] = out[static_cast<std::size_t>(c)].imag();
      }
    }
  }

  /// Force on one point; returns its share of Z, phi_z without its own contribution.
  double read(const Placed& at, std::vector<float>& force) const {
    float wx[4], wy[4], phi[kPotentials] = {};
    spline_weights(at.fx, wx);
    spline_weights(at.fy, wy);
    for (int r = 0; r < 4; ++r) {
      const float* node = &grid_->values[static_cast<std::size_t>(
          ((at.row - 1 + r) * grid_->nodes + at.column - 1) * kPotentials)];
      for (int c = 0; c < 4; ++c)
        for (int q = 0; q < kPotentials; ++q) phi[q] += wy[r] * wx[c] * node[4 * c + q];
    }
    force[static_cast<std::size_t>(2 * at.id)] = at.x * phi[0] - phi[1];
    force[static_cast<std::size_t>(2 * at.id + 1)] = at.y * phi[0] - phi[2];
    return static_cast<double>(phi[3]) - self_potential(wx, wy);
  }

  /// What a unit charge with these weights reads back from itself.
  double self_potential(const float* wx, const float* wy) const {
    double sum = 0;
    for (int r = 0; r < 4; ++r)
      for (int c = 0; c < 4; ++c)
        sum += overlap(wy, r) * overlap(wx, c) *
               grid_->self_kernel[static_cast<std::size_t>(4 * r + c)];
    return sum;
  }

  /// Products of weights that are `apart` nodes from each other, both ways.
  static double overlap(const float* w, int apart) {
    double sum = 0;
    for (int a = 0; a + apart < 4; ++a)
      sum += static_cast<double>(w[a]) * static_cast<double>(w[a + apart]);
    return apart == 0 ? sum : 2 * sum;
  }

  std::int64_t n_;
  std::vector<Placed> placed_, sorted_;
  std::vector<std::int64_t> row_begin_;
  std::unique_ptr<Grid> grid_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Repulsion> make_fft_repulsion(std::int64_t n, const Cpu& on) {
  return std::make_unique<FftRepulsion>(n, on);
}

}  // namespace nearfold
