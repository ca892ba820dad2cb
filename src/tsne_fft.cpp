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
// Lagrange polynomials.
#include <algorithm>
#include <cmath>
#include <string>

#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "tsne.hpp"
#include "tsne_grid.hpp"

namespace nearfold {
namespace {

// A span of 2,000 units; maps of ten million points have 1,000.
constexpr std::int64_t kMostNodes = 4000;

/// A point as the grid sees it: its cell, where it is in the cell, its charges.
struct Placed {
  std::int32_t column, row;
  float fx, fy;
  float x, y;
  std::int64_t id;
};

class FftRepulsion final : public Repulsion {
 public:
  FftRepulsion(std::int64_t n, const Cpu& on)
      : n_(n), placed_(static_cast<std::size_t>(n)), sorted_(placed_.size()), on_(on) {}

  double compute(const std::vector<float>& y, std::vector<float>& force) override {
    place(y);
    grid_->convolve([&](std::int64_t g, std::vector<float>& row) { spread(g, row); });
    return parallel_sum(on_.threads, n_, kGrain, 0.0, [&](std::int64_t begin, std::int64_t end) {
      double sum = 0;
      for (std::int64_t p = begin; p < end; ++p)
        sum += read(sorted_[static_cast<std::size_t>(p)], force);
      return sum;
    });
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
    const auto scale = static_cast<float>(1.0 / TsneGrid::kSpacing);
    const float origin = std::floor(box.low * scale) - 1.0f;
    // Four nodes for each cell, one more for a point that rounds up to the next.
    const double needed = std::floor(static_cast<double>(box.high * scale - origin)) + 5.0;
    if (!(needed <= static_cast<double>(kMostNodes)))
      throw InvalidInput("the layout has grown to " + std::to_string(needed * TsneGrid::kSpacing) +
                         " units, beyond " + std::to_string(kMostNodes / 2) +
                         "; use a smaller learning rate");
    const std::int64_t side =
        TsneGrid::transform_length(std::max<std::int64_t>(16, static_cast<std::int64_t>(needed)));
    if (!grid_ || grid_->side() != side) grid_ = std::make_unique<TsneGrid>(side, on_);
    parallel_for(on_.threads, n_, 4 * kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const float x = y[static_cast<std::size_t>(2 * i)],
                    w = y[static_cast<std::size_t>(2 * i + 1)];
        const float u = x * scale - origin, v = w * scale - origin;
        const auto column = static_cast<std::int32_t>(u), row = static_cast<std::int32_t>(v);
        placed_[static_cast<std::size_t>(i)] = {
            column, row, u - static_cast<float>(column), v - static_cast<float>(row), x, w, i};
      }
    });
    row_begin_.assign(static_cast<std::size_t>(grid_->nodes()) + 1, 0);
    for (const Placed& p : placed_) ++row_begin_[static_cast<std::size_t>(p.row) + 1];
    for (std::size_t r = 1; r < row_begin_.size(); ++r) row_begin_[r] += row_begin_[r - 1];
    std::vector<std::int64_t> next(row_begin_.begin(), row_begin_.end() - 1);
    for (const Placed& p : placed_)
      sorted_[static_cast<std::size_t>(next[static_cast<std::size_t>(p.row)]++)] = p;
  }

  /// Charges of grid row g, [nodes, 4]: from the points of cell rows g-2 .. g+1.
  void spread(std::int64_t g, std::vector<float>& row) const {
    for (std::int64_t r = std::max<std::int64_t>(0, g - 2);
         r <= std::min(g + 1, grid_->nodes() - 1); ++r)
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

  /// Force on one point; returns its share of Z, phi_z without its own contribution.
  double read(const Placed& at, std::vector<float>& force) const {
    float wx[4], wy[4], phi[TsneGrid::kPotentials] = {};
    spline_weights(at.fx, wx);
    spline_weights(at.fy, wy);
    for (int r = 0; r < 4; ++r) {
      const float* node = grid_->values(at.row - 1 + r, at.column - 1);
      for (int c = 0; c < 4; ++c)
        for (int q = 0; q < TsneGrid::kPotentials; ++q) phi[q] += wy[r] * wx[c] * node[4 * c + q];
    }
    force[static_cast<std::size_t>(2 * at.id)] = at.x * phi[0] - phi[1];
    force[static_cast<std::size_t>(2 * at.id + 1)] = at.y * phi[0] - phi[2];
    return static_cast<double>(phi[3]) - grid_->self_potential(wx, wy);
  }

  std::int64_t n_;
  std::vector<Placed> placed_, sorted_;
  std::vector<std::int64_t> row_begin_;
  std::unique_ptr<TsneGrid> grid_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Repulsion> make_fft_repulsion(std::int64_t n, const Cpu& on) {
  return std::make_unique<FftRepulsion>(n, on);
}

}  // namespace nearfold
